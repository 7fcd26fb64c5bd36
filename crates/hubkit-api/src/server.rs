//! The server's side: which call a request is, and what to answer.
//!
//! Nothing here knows who asks or what is stored; a server puts both between [`route`] and the responders.

pub(crate) mod ask;
mod file;
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
pub use crate::call::auth_check::respond_auth_check;
pub use crate::call::commits::respond_commits;
pub use crate::call::info::respond_info;
pub use crate::call::list::{ListRequest, respond_list};
pub use crate::call::refs::respond_refs;
pub use crate::call::tree::{TreeRequest, respond_tree};
pub use crate::call::whoami::respond_whoami;
pub use file::{FileAnswer, FileFacts, FileRequest, Tags, file_headers};
pub use moved::{moved_target, respond_moved};
pub use page::Page;
pub use paths_info::{MOST_PATHS, PathsInfoFault, read_paths_info};
pub use range::RangeSpec;
pub use refusal::{
    disabled, invalid_credentials, respond_error, respond_json, respond_refusal, respond_unroutable,
};
pub use route::{Incoming, Unroutable, route};
pub use subject::Reveals;
