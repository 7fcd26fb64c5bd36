//! Results that are put into what is there: into files below `.eval_results/`, and into `model-index`.

mod check;
mod entry;
mod error;
mod index;
mod written;

pub use entry::add_entry;
pub use error::AddResultError;
pub use index::add_result;

/// What becomes of a result that is there already and says something else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Existing {
    /// It stays, and nothing is changed.
    Keep,
    /// The new one takes its place.
    Replace,
}

#[cfg(test)]
mod tests;
