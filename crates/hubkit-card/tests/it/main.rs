//! Cards as they are found: real ones, edge cases and hostile ones.

mod cards;
mod hostile;
mod lint;
mod pages;
mod properties;
mod python;
mod trees;
mod views;
