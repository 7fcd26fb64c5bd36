#![doc = include_str!("../README.md")]

mod access_file;
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
mod target;
mod ui;

pub use command::run;
