#![doc = include_str!("../README.md")]

mod card;
mod data;
mod describe;
mod metadata;
mod render;
mod split;

pub use card::Card;
pub use data::{BaseModelRelation, CardData};
pub use describe::{Description, Evidence, describe};
pub use metadata::{Metadata, MetadataError};
pub use render::{ID_PREFIX, Reference, Rendered, Resolver, render};
pub use serde_yaml::Value;
pub use split::{Parts, split};
