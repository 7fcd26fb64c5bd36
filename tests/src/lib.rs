//! What suites share: the built command, a place of its own for each run, a served folder, foreign tools.
//!
//! A suite is a list of trials. A trial that needs a foreign tool sets the tool up or is shown as ignored, with the
//! reason; with `HUBKIT_SUITE=required` a tool that is missing is a failure. A package registry that can't be reached is
//! never one.

mod bare_git;
mod below_path;
mod binary;
mod browser;
mod example;
mod faulty_hub;
mod git_http;
mod home;
mod library;
mod markup;
mod meddler;
mod node;
mod noted;
mod outcome;
mod python;
mod real_model;
mod running;
pub mod scenarios;
mod scene;
mod served;
mod server;
mod shared;
mod soundness;
mod tools;
mod trial;
mod wire;

pub use bare_git::BareGit;
pub use below_path::{BelowPath, TreeQuery};
pub use binary::bin;
pub use browser::{Browser, Visit};
pub use example::example;
pub use faulty_hub::{
    AUTHORITY, Asked, Asset, COMMIT, Certificate, Door, Ending, FaultyHub, Gate, Origin, Question,
    Reply, Scenario, Seen, content, honest,
};
pub use git_http::GitHttp;
pub use home::{Home, NOWHERE, Run};
pub use library::{fill, into_git, library, with_a_long_shelf};
pub use markup::markup;
pub use meddler::{Meddler, Meddling};
pub use node::Node;
pub use noted::wait_for_a_note;
pub use outcome::{FILTERS, Outcome};
pub use python::Python;
pub use real_model::{MINILM, RealModel};
pub use running::Running;
pub use scene::{Scene, TOKEN};
pub use served::{Served, files_below};
pub use server::Server;
pub use shared::Shared;
pub use soundness::Soundness;
pub use tools::{suite_cache, under_lock};
pub use trial::{Skip, defined, run, run_together, run_waiting, trial};
pub use wire::Answer;
