//! What is given to the fuzzer: every door by which a stranger's bytes come in.

mod archives;
mod bills;
mod bodies;
mod croissants;
mod edits;
mod formats;
mod lfs;
mod lints;
mod models;
mod replies;
mod results;
mod routes;
mod templates;
mod texts;
mod weights;

pub use formats::format_seeds;

/// A door, and the name that it goes by.
pub type Target = (&'static str, fn(&[u8]));

/// All doors.
pub const TARGETS: &[&[Target]] = &[
    routes::TARGETS,
    bills::TARGETS,
    texts::TARGETS,
    bodies::TARGETS,
    croissants::TARGETS,
    edits::TARGETS,
    lfs::TARGETS,
    lints::TARGETS,
    replies::TARGETS,
    results::TARGETS,
    formats::TARGETS,
    templates::TARGETS,
    weights::TARGETS,
    models::TARGETS,
    archives::TARGETS,
];

/// The door of this name.
pub fn target(name: &str) -> Option<fn(&[u8])> {
    let mut all = TARGETS.iter().flat_map(|targets| targets.iter());
    all.find(|(found, _)| *found == name).map(|(_, run)| *run)
}
