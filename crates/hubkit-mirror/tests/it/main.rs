//! What clients send to a hub, and what they must get back.

mod asking;
mod honoured;
mod matrix;
