//! The client against hubs that behave, and hubs that don't.

mod community;
mod endless;
mod errors;
mod futures;
mod hub;
mod lfs;
mod limits;
mod lists;
mod names;
mod offline;
mod parts;
mod plans;
mod prefix;
mod ranges;
mod redirects;
mod streams;
mod tolerance;
mod torn;
mod transfers;
