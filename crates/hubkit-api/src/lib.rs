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
    AccessDecision, AccessRequest, DecideAccess, GetAccessReport, GrantAccess, ListAccessRequests,
    Requester, Whose,
};
pub use call::access_requests::{
    AskAccess, CancelAccessRequest, ParseRequestStatusError, RequestStatus,
};
pub use call::accounts::{Account, AccountKind, GetAccount, ListAccounts};
pub use call::auth_check::{AuthCheck, WriteCheck};
pub use call::collections::{
    Collection, CollectionItem, CollectionSlug, GetCollection, ListCollections,
    ParseCollectionSlugError,
};
pub use call::commits::{CommitInfo, CommitPage, FormattedCommit, ListCommits};
pub use call::compare::{
    Change, ChangeStatus, Changes, CompareSpec, GetDiff, ListChanges, ParseCompareSpecError,
};
pub use call::croissant::GetCroissant;
pub use call::discussions::{
    Discussion, DiscussionDetails, DiscussionEvent, DiscussionKind, DiscussionPage,
    DiscussionStatus, EventKind, GetDiscussion, ListDiscussions,
};
pub use call::info::{
    FileWithIssue, Gated, GetRepoInfo, InferenceProvider, InfoDetail, RepoInfo, SafetensorsTotals,
    SecurityReport, Sibling,
};
pub use call::lfs_batch::{
    LfsAction, LfsAsk, LfsBatch, LfsBatchReply, LfsObject, LfsOperation, LfsOutcome, LfsParts,
    LfsPartsSent, LfsVerify, MOST_LFS_OBJECTS,
};
pub use call::lfs_locks::{
    CreateLfsLock, DeleteLfsLock, LfsLock, LfsLockFilter, LfsLockWhose, LfsLocks, LfsLocksByOwner,
    ListLfsLocks, VerifyLfsLocks,
};
pub use call::list::{Direction, LONGEST_PAGE, ListRepos, RepoOrder, RepoPage};
pub use call::page::PageOf;
pub use call::papers::{GetPaper, Paper, PaperId, ParsePaperIdError, SearchPapers};
pub use call::paths_info::{PathsFound, PathsInfo};
pub use call::raw::{Raw, RawFile};
pub use call::refs::{GitRef, ListRefs, PullRequests, Refs};
pub use call::resolve::{ContentRange, FileMetadata, Resolve, ResolveMethod};
pub use call::safetensors_metadata::{GetSafetensorsMetadata, SafetensorsMetadata};
pub use call::storage::{GetScan, LfsFile, ListLfsFiles};
pub use call::tags_by_type::{GetTagsByType, RepoTag, TagsByType};
pub use call::tree::{
    LastCommit, ListTree, RefusedPath, TreeDepth, TreeDetail, TreeEntry, TreeItem, TreePage,
};
pub use call::tree_size::TreeSize;
pub use call::validate_yaml::{CardValidation, ValidateYaml};
pub use call::whoami::{Identity, IdentityKind, Organisation, WhoAmI};
pub use check::{LONGEST_ERROR_BODY, check};
pub use error::{ApiError, ErrorKind};
pub use json::MOST_ON_PAGE;
pub use policy::credential::{InsecureTokens, may_carry};
pub use policy::limit::{Bucket, Limits, LimitsTold, RateLimit, RateLimitPolicy, RetryAfter};
pub use policy::paging::next_link;
pub use policy::redirect::{Hop, LONGEST_CHAIN, RedirectRefusal, next_hop, renamed};
pub use policy::retry::{Decision, Failure, RetryPolicy, retry_after};
pub use size::LONGEST_FILE;
