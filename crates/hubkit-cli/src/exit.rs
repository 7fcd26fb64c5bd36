//! Exit codes: public, tested, never renumbered.

/// How the command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Exit {
    /// Done.
    Done,
    /// The answer is no: a check failed, or a difference was found.
    No,
    /// The command line can't be meant, or the input could not be fully analysed.
    Usage,
    /// No such repository, revision or file; or not in the cache while offline.
    NotFound,
    /// A token is missing, refused or may not do this; or the repository is gated.
    Authentication,
    /// Network, TLS or protocol.
    Network,
    /// The hub asks to slow down.
    RateLimited,
    /// What came, or what was looked at, is damaged, unsafe or malformed.
    Integrity,
    /// The disk is full, or a file can't be read or written.
    Disk,
    /// A fault of hubkit's own.
    Bug,
    /// Interrupted from the keyboard.
    Interrupted,
    /// Told to end.
    Terminated,
}

impl Exit {
    /// Every way to end.
    pub const ALL: [Self; 12] = [
        Self::Done,
        Self::No,
        Self::Usage,
        Self::NotFound,
        Self::Authentication,
        Self::Network,
        Self::RateLimited,
        Self::Integrity,
        Self::Disk,
        Self::Bug,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// This way to end, unless it is `Done`: then the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self == Self::Done { other } else { self }
    }

    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Authentication => 4,
            Self::Network => 5,
            Self::RateLimited => 6,
            Self::Integrity => 7,
            Self::Disk => 8,
            Self::Bug => 70,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// What it means, for the reference page.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::No => "the answer is no: a check failed, or a difference was found",
            Self::Usage => "the command line can't be meant, or the input was not fully analysed",
            Self::NotFound => {
                "no such repository, revision or file; or not in the cache while offline"
            }
            Self::Authentication => {
                "a token is missing, refused or may not do this; or the repository is gated"
            }
            Self::Network => "network, TLS or protocol",
            Self::RateLimited => "the hub asks to slow down",
            Self::Integrity => "what came, or what was looked at, is damaged, unsafe or malformed",
            Self::Disk => "the disk is full, or a file can't be read or written",
            Self::Bug => "a fault of hubkit's own",
            Self::Interrupted => "interrupted from the keyboard (SIGINT)",
            Self::Terminated => "told to end (SIGTERM, SIGHUP)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_that_were_published() {
        let numbers: Vec<u8> = Exit::ALL.into_iter().map(Exit::code).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 70, 130, 143]);
    }
}
