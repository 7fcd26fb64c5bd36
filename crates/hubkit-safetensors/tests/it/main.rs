//! The labelled files of the project, and the `safetensors` crate as the judge.

mod corpus;
mod judge;
