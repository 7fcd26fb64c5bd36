//! The server's side: which call a request is, and what to answer.
//!
//! Nothing here knows who asks or what is stored; a server puts both between [`route`] and the responders.

pub(crate) mod ask;
mod file;
mod file_headers;
mod lfs_batch;
mod moved;
mod page;
mod paths_info;
mod range;
mod refusal;
mod route;
mod subject;

pub use crate::call::access_decisions::{
    AccessRequestsPageRequest, read_access_decision, read_grant_access, respond_access_report,
    respond_access_requests,
};
pub use crate::call::access_requests::{
    AccessBodyFault, read_ask_access, respond_asked, respond_changed,
};
pub use crate::call::accounts::{respond_account, respond_accounts};
pub use crate::call::auth_check::respond_auth_check;
pub use crate::call::collections::{respond_collection, respond_collections};
pub use crate::call::commits::{CommitsRequest, respond_commits};
pub use crate::call::compare::{CompareRequest, DiffForm, respond_diff};
pub use crate::call::croissant::respond_croissant;
pub use crate::call::discussions::{respond_discussion, respond_discussions};
pub use crate::call::info::respond_info;
pub use crate::call::lfs_batch::respond_lfs_batch;
pub use crate::call::lfs_locks::{
    LfsLockRequest, read_lfs_lock, read_lfs_locks_verify, read_lfs_unlock, respond_lfs_lock,
    respond_lfs_locks, respond_lfs_locks_verify,
};
pub use crate::call::list::{ListRequest, respond_list};
pub use crate::call::papers::{respond_paper, respond_papers};
pub use crate::call::refs::respond_refs;
pub use crate::call::safetensors_metadata::respond_safetensors_metadata;
pub use crate::call::storage::{respond_lfs_files, respond_scan};
pub use crate::call::tags_by_type::respond_tags_by_type;
pub use crate::call::tree::{TreeRequest, respond_tree};
pub use crate::call::tree_size::respond_tree_size;
pub use crate::call::validate_yaml::{read_validate_yaml, respond_validate_yaml};
pub use crate::call::whoami::respond_whoami;
pub use file::{FileAnswer, FileFacts, FileRequest, Piece, Tags};
pub use file_headers::file_headers;
pub use lfs_batch::{LfsFault, read_lfs_batch};
pub use moved::{moved_target, respond_moved};
pub use page::Page;
pub use paths_info::{MOST_PATHS, PathsAsked, PathsInfoFault, read_paths_info};
pub use range::RangeSpec;
pub use refusal::{
    disabled, invalid_credentials, respond_error, respond_json, respond_refusal, respond_unroutable,
};
pub use route::{Incoming, Unroutable, route};
pub use subject::Reveals;
