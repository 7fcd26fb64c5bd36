#![doc = include_str!("../README.md")]

mod access_file;
mod access_log;
pub mod args;
mod command;
pub mod demo_hub;
pub mod exit;
pub mod failure;
mod output;
mod progress;
mod reference;
mod repo_view;
pub mod server;
pub mod signals;
mod strict_toml;
mod target;
mod ui;

pub use command::run;
