#![doc = include_str!("../README.md")]

mod call;
mod check;
mod error;
mod header;
mod json;
mod policy;
mod query;
pub mod server;
mod size;
mod target;
mod text;

pub use call::Call;
pub use call::access_decisions::{
    AccessDecision, AccessRequest, AccessRequestPage, DecideAccess, GetAccessReport, GrantAccess,
    ListAccessRequests, Requester, Whose,
};
pub use call::access_requests::{
    AskAccess, CancelAccessRequest, ParseRequestStatusError, RequestStatus,
};
pub use call::auth_check::AuthCheck;
pub use call::commits::{CommitInfo, CommitPage, ListCommits};
pub use call::info::{Gated, GetRepoInfo, RepoInfo, Sibling};
pub use call::list::{Direction, ListRepos, RepoOrder, RepoPage};
pub use call::paths_info::{PathsFound, PathsInfo};
pub use call::raw::{Raw, RawFile};
pub use call::refs::{GitRef, ListRefs, PullRequests, Refs};
pub use call::resolve::{ContentRange, FileMetadata, Resolve, ResolveMethod};
pub use call::tree::{ListTree, RefusedPath, TreeDepth, TreeEntry, TreePage};
pub use call::whoami::{Identity, IdentityKind, Organisation, WhoAmI};
pub use check::{LONGEST_ERROR_BODY, check};
pub use error::{ApiError, ErrorKind};
pub use policy::credential::{InsecureTokens, may_carry};
pub use policy::paging::next_link;
pub use policy::redirect::{Hop, LONGEST_CHAIN, RedirectRefusal, next_hop};
pub use policy::retry::{Decision, Failure, RetryPolicy, retry_after};
pub use size::LONGEST_FILE;
