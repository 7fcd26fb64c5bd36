//! How many files and connections a process may have open.

/// Raises what this process may have open as far as the system lets it: every connection takes one, every file that is
/// sent another. What can't be raised stays as it is.
#[cfg(unix)]
pub(super) fn raise() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
}

/// There is no such bound here.
#[cfg(not(unix))]
pub(super) fn raise() {}
