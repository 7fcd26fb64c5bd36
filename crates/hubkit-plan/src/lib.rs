#![doc = include_str!("../README.md")]

pub mod collisions;
mod documents;
mod error;
mod layout;
mod patterns;
mod plan;
mod transformers;

pub use error::PlanError;
pub use layout::WeightsFormat;
pub use patterns::{Pattern, Selection};
pub use plan::{Choice, LeftOut, Plan, Role, Runtime, needs, plan};
