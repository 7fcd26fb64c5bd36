#![doc = include_str!("../README.md")]

mod attributes;
mod pointer;
mod recognise;

pub use attributes::Attributes;
pub use pointer::{Extension, NotTheFile, ParsePointerError, Pointer};
pub use recognise::{OtherPointer, Recognition, recognise};
