//! The labelled paths of the project, and properties that hold for every text.

mod corpus;
mod git;
mod properties;
