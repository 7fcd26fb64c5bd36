//! Descriptions that other programs wrote, as cards.

mod card;
mod croissant;
mod cyclonedx;

pub use card::{ImportError, Imported};
pub use croissant::import_croissant;
pub use cyclonedx::import_cyclonedx;
