//! The client against hubs that behave, and hubs that don't.

mod errors;
mod hub;
mod transfers;
