//! The parts together.

mod each_request_fails;
mod inspecting;
mod tensors;
