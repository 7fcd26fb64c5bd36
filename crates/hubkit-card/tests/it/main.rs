//! Cards as they are found: real ones, edge cases and hostile ones.

mod cards;
mod edits;
mod hostile;
mod lines;
mod lint;
mod pages;
mod properties;
mod python;
mod trees;
mod views;
