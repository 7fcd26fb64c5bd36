//! The client against hubs that behave, and hubs that don't.

mod endless;
mod errors;
mod hub;
mod transfers;
