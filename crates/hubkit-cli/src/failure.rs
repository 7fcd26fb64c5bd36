//! What the user reads when something fails: kinds turned into a code, an exit number and a hint, here and nowhere else.

use std::{error::Error as _, io, time::Duration};

use hubkit::{Error, ErrorKind, HubError, lfs::Pointer, store::StoreErrorKind};
use serde_json::json;

use crate::exit::Exit;

/// A command that did not do what it was asked to.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    code: &'static str,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    retry_after: Option<Duration>,
}

impl Failure {
    /// A failure with its stable code; the message is a lower-case fragment.
    pub fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            exit,
            code,
            message: message.into(),
            causes: Vec::new(),
            hint: None,
            retry_after: None,
        }
    }

    /// The command line can't be meant.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// A pointer lies, or comes, where its file was expected: in the same words everywhere. `name` is safe to show.
    pub fn pointer(name: &str, pointer: &Pointer) -> Self {
        let message = format!("{name} is {}", pointer.not_the_file());
        Self::new(Exit::Integrity, "lfs_pointer", message).hint(
            "`hubkit lfs pull` in the clone puts the file in its place, and `hubkit download REPO` fetches it",
        )
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what else may be the matter.
    #[must_use]
    pub fn also(mut self, hint: &str) -> Self {
        self.hint = Some(match self.hint.take() {
            Some(first) => format!("{first}; {hint}"),
            None => hint.to_owned(),
        });
        self
    }

    /// Adds what caused it, outermost first.
    #[must_use]
    pub fn caused_by(mut self, cause: &(dyn std::error::Error + 'static)) -> Self {
        let mut cause = Some(cause);
        while let Some(error) = cause {
            let text = error.to_string();
            if !self.message.contains(&text) {
                self.causes.push(text);
            }
            cause = error.source();
        }
        self
    }

    /// Adds what caused an error, outermost first, but not the error itself.
    #[must_use]
    pub fn caused_by_chain(self, error: &dyn std::error::Error) -> Self {
        match error.source() {
            Some(source) => self.caused_by(source),
            None => self,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What went wrong, without its causes.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// How the process should end.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The text for a person, several lines.
    pub fn text(&self) -> String {
        format!("error: {}", self.words())
    }

    /// The same, where something else says that it is an error.
    pub fn words(&self) -> String {
        let mut text = self.message.clone();
        for cause in &self.causes {
            text.push_str("\n  Caused by: ");
            text.push_str(cause);
        }
        if let Some(hint) = &self.hint {
            text.push_str("\n\nhint: ");
            text.push_str(hint);
        }
        text
    }

    /// The same for a program, on one line.
    pub fn json(&self) -> String {
        let mut error = json!({
            "code": self.code, "message": self.message, "causes": self.causes, "hint": self.hint, "exit": self.exit.code(),
        });
        if let Some(wait) = self.retry_after {
            error["retry_after_seconds"] = wait.as_secs().into();
        }
        json!({ "error": error }).to_string()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let (exit, code, hint) = match error.kind() {
            ErrorKind::RepoNotFound => (
                Exit::NotFound,
                "repo_not_found",
                "check the name, and `--repo-type` for a dataset or a Space; a private repository needs a token of someone \
                 who may see it (`--token`, or the variable HF_TOKEN)",
            ),
            ErrorKind::RevisionNotFound => (
                Exit::NotFound,
                "revision_not_found",
                "leave out `--revision` for the default branch, `main`",
            ),
            ErrorKind::FileNotFound => (
                Exit::NotFound,
                "file_not_found",
                "`hubkit ls REPO` lists the files; a folder is named with a slash at its end",
            ),
            ErrorKind::NotFound => (
                Exit::NotFound,
                "not_found",
                "check the name, and that HF_ENDPOINT is the address of a hub; a mirror may not tell of such things at all",
            ),
            ErrorKind::Authentication => (
                Exit::Authentication,
                "authentication",
                "give a valid token with `--token` or the variable HF_TOKEN; over plain http to another machine it also takes \
                 `--allow-insecure`",
            ),
            ErrorKind::Gated => (
                Exit::Authentication,
                "gated",
                "ask for access on the repository's page, then give the token of the accepted account with `--token` or the \
                 variable HF_TOKEN",
            ),
            ErrorKind::Network => (
                Exit::Network,
                "network",
                "check the address (HF_ENDPOINT) and the connection; `--offline` uses what the cache holds",
            ),
            ErrorKind::Protocol => (
                Exit::Network,
                "protocol",
                "if the message does not explain it: check that HF_ENDPOINT is the address of a hub, and that no login page or \
                 proxy stands before it",
            ),
            ErrorKind::RateLimited => (
                Exit::RateLimited,
                "rate_limited",
                "try later, allow more time with `--max-wait`, or give a token: accounts may ask more often than strangers",
            ),
            ErrorKind::Integrity => (
                Exit::Integrity,
                "integrity",
                "nothing of it was kept; try again, and if it stays, the server or something before it alters files",
            ),
            ErrorKind::Unsafe => (
                Exit::Integrity,
                "unsafe",
                "nothing was written; `hubkit download` with `--exclude` fetches the others",
            ),
            ErrorKind::OtherCommit => (
                Exit::No,
                "other_commit",
                "nothing was fetched; look at what changed with `hubkit log` and `hubkit diff`, or name the commit itself with \
                 `--revision`",
            ),
            ErrorKind::Offline => (
                Exit::NotFound,
                "offline",
                "run the same command once without `--offline` and HF_HUB_OFFLINE; a `--local-dir` remembers commits only, so name \
                 one there with `--revision`",
            ),
            ErrorKind::Store => return Self::of_store(error),
            _ => (
                Exit::Bug,
                "unknown",
                "this should not happen; please report it with the command you ran",
            ),
        };
        let mut failure = Self::new(exit, code, error.to_string())
            .hint(hint)
            .with_causes(error);
        failure.retry_after = error.retry_after();
        failure
    }
}

impl Failure {
    fn with_causes(self, error: &Error) -> Self {
        match error.source() {
            Some(source) => self.caused_by(source),
            None => self,
        }
    }

    fn of_store(error: &Error) -> Self {
        let (exit, code, hint) = match error.store_kind() {
            Some(StoreErrorKind::Full) => (
                Exit::Disk,
                "disk_full",
                "free some space, or choose another place with `--cache-dir` or `--local-dir`",
            ),
            Some(StoreErrorKind::Denied) => (
                Exit::Disk,
                "disk_denied",
                "check who owns the folder, or choose another with `--cache-dir` or `--local-dir`",
            ),
            Some(StoreErrorKind::Occupied) => (
                Exit::Disk,
                "occupied",
                "move what is yours away, or choose another `--local-dir`; `--force` replaces files and links, never folders",
            ),
            Some(StoreErrorKind::Corrupt) => (
                Exit::Integrity,
                "cache_corrupt",
                "`hubkit cache verify --repair` removes what is wrong in the cache; fetch it again then",
            ),
            Some(StoreErrorKind::NotFound) => (
                Exit::Disk,
                "not_in_store",
                "check that the folder exists and can be written to; if it does, try again",
            ),
            _ => (
                Exit::Disk,
                "disk",
                "check the disk and the rights of the folder",
            ),
        };
        Self::new(exit, code, error.to_string())
            .hint(hint)
            .with_causes(error)
    }
}

impl From<HubError> for Failure {
    fn from(error: HubError) -> Self {
        let failure = Self::usage(error.to_string()).hint("correct the variable or unset it");
        match error.source() {
            Some(source) => failure.caused_by(source),
            None => failure,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(Exit::Disk, "disk", error.to_string())
    }
}
