#![doc = include_str!("../README.md")]

pub mod collisions;
mod documents;
mod error;
mod layout;
mod patterns;
mod plan;
mod runners;
mod transformers;
mod weights;

pub use error::PlanError;
pub use layout::WeightsFormat;
pub use patterns::{Pattern, Selection};
pub use plan::{Choice, LeftOut, Plan, Role, Runtime, needs, plan};
pub use runners::{Runner, runners};
pub use weights::{ModelFiles, missing_of_series, model_files};
