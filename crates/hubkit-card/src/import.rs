//! Descriptions that other programs wrote, as cards.

mod card;
mod croissant;

pub use card::{ImportError, Imported};
pub use croissant::import_croissant;
