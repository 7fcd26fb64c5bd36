//! The command as a person meets it: what it prints, how it ends, and what it leaves behind when things go wrong.

mod access;
mod below_a_path;
mod describing;
mod downloads;
mod editing;
mod errors;
mod evaluating;
mod exporting;
mod finding;
mod hostile;
mod inspecting;
mod interruptions;
mod linting;
mod local_dir;
mod making;
mod results;
mod roots;
mod serving;
mod showing;
mod tensors;
