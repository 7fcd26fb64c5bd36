//! The command line of `hubkit access`.

use clap::{Args, Subcommand};
use hubkit::{RepoKind, api::RequestStatus};

use super::parse_kind;

/// Access to a gated repository.
#[derive(Debug, Subcommand)]
pub enum AccessCommand {
    /// Ask for access in the name of the token's account
    Ask {
        /// The repository.
        #[command(flatten)]
        which: WhichRepo,
        /// An answer to the form on the repository's page. May be given several times
        #[arg(long = "field", value_name = "NAME=ANSWER", value_parser = parse_field)]
        fields: Vec<(String, String)>,
    },
    /// Take back a request that nobody decided about
    Cancel {
        /// The repository.
        #[command(flatten)]
        which: WhichRepo,
    },
    /// Say whether the files may be read; ends with 1 where they may not
    Status {
        /// The repository.
        #[command(flatten)]
        which: WhichRepo,
    },
    /// List who asked; for the owner
    Requests {
        /// The repository.
        #[command(flatten)]
        which: WhichRepo,
        /// The requests in this state: pending, accepted or rejected
        #[arg(long, default_value = "pending", value_name = "STATUS")]
        status: RequestStatus,
    },
    /// Let someone in who asked; for the owner
    Accept {
        /// The repository.
        #[command(flatten)]
        which: WhichRepo,
        /// Who asked.
        #[command(flatten)]
        who: Requester,
    },
    /// Turn a request down, or take access back; for the owner
    Reject {
        /// The repository.
        #[command(flatten)]
        which: WhichRepo,
        /// Who asked.
        #[command(flatten)]
        who: Requester,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Have a request wait again that was decided about; for the owner
    Reopen {
        /// The repository.
        #[command(flatten)]
        which: WhichRepo,
        /// Who asked.
        #[command(flatten)]
        who: Requester,
    },
    /// Let someone in who did not ask; for the owner
    Grant {
        /// The repository.
        #[command(flatten)]
        which: WhichRepo,
        /// The account
        #[arg(value_name = "USER")]
        user: String,
    },
    /// Print all requests as a table (CSV); for the owner
    Report {
        /// The repository.
        #[command(flatten)]
        which: WhichRepo,
    },
}

impl AccessCommand {
    /// The repository that all of them name.
    pub fn which(&self) -> &WhichRepo {
        match self {
            Self::Ask { which, .. }
            | Self::Cancel { which }
            | Self::Status { which }
            | Self::Requests { which, .. }
            | Self::Accept { which, .. }
            | Self::Reject { which, .. }
            | Self::Reopen { which, .. }
            | Self::Grant { which, .. }
            | Self::Report { which } => which,
        }
    }
}

/// Which repository, whatever its state.
#[derive(Args, Clone, Debug)]
pub struct WhichRepo {
    /// The repository: NAMESPACE/NAME
    #[arg(value_name = "REPO")]
    pub repo: String,
    /// What kind of repository it is [default: model]
    #[arg(long, visible_alias = "type", value_name = "KIND", value_parser = parse_kind)]
    pub repo_type: Option<RepoKind>,
}

/// Whose request.
#[derive(Args, Clone, Debug)]
pub struct Requester {
    /// The account that asked
    #[arg(
        value_name = "USER",
        required_unless_present = "request",
        conflicts_with = "request"
    )]
    pub user: Option<String>,
    /// The request, where the hub does not tell who asked
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
}

fn parse_field(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let pair = pair.ok_or("expected NAME=ANSWER")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}
