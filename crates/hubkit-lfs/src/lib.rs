#![doc = include_str!("../README.md")]

mod attributes;
mod pointer;
mod recognise;
mod track;
mod tree_attributes;

pub use attributes::Attributes;
pub use pointer::{Extension, NotTheFile, ParsePointerError, Pointer};
pub use recognise::{OtherPointer, Recognition, recognise};
pub use track::{TrackError, TrackedPattern, track, tracked};
pub use tree_attributes::TreeAttributes;
