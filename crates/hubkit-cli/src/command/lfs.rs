//! `hubkit lfs`.

mod content;
mod due;
mod filter;
mod found;
mod pointers;
mod pull;
mod source;
mod track;

use hubkit_git::{GitError, GitErrorKind};

use crate::{
    args::{Global, Lfs},
    exit::Exit,
    failure::Failure,
    ui::Ui,
};

pub(crate) async fn run(global: &Global, command: &Lfs, ui: &Ui) -> Result<Exit, Failure> {
    match command {
        Lfs::Pointers(arguments) => pointers::run(arguments, ui),
        Lfs::Pull(arguments) => pull::run(global, arguments, ui).await,
        Lfs::Smudge(arguments) => filter::smudge(global, arguments, ui).await,
        Lfs::Clean(arguments) => filter::clean(arguments),
        Lfs::Track(arguments) => track::run(arguments, ui),
    }
}

/// A fault of a clone, with the number that says what to do.
fn of_git(error: &GitError) -> Failure {
    let (exit, code, hint) = match error.kind() {
        GitErrorKind::NotFound => (
            Exit::NotFound,
            "no_clone",
            "name a folder of a git clone; with `--repo` it can be any folder",
        ),
        GitErrorKind::Denied => (
            Exit::Disk,
            "git_denied",
            "the clone belongs to someone else: change its owner, or name it under `safe.directory` in git's configuration",
        ),
        GitErrorKind::Unsupported => (
            Exit::Usage,
            "git_unsupported",
            "name the repository at the hub with `--repo`",
        ),
        GitErrorKind::UnsupportedIndex => (
            Exit::Usage,
            "git_unsupported",
            "`git update-index --no-split-index` or `git sparse-checkout reapply --no-sparse-index` makes the index a plain one",
        ),
        GitErrorKind::Io => (Exit::Disk, "git_io", "check the disk, and try again"),
        _ => (Exit::Integrity, "git_corrupt", "`git fsck` says where"),
    };
    Failure::new(exit, code, error.to_string())
        .hint(hint)
        .caused_by_chain(error)
}
