//! What can be asked of a hub, one endpoint family a file: the client's side, the server's side, one round trip.

pub(crate) mod access_decisions;
pub(crate) mod access_requests;
pub(crate) mod accounts;
pub(crate) mod auth_check;
pub(crate) mod collections;
pub(crate) mod commits;
pub(crate) mod compare;
pub(crate) mod croissant;
pub(crate) mod discussions;
pub(crate) mod info;
pub(crate) mod lfs_batch;
pub(crate) mod lfs_locks;
pub(crate) mod list;
pub(crate) mod page;
pub(crate) mod papers;
pub(crate) mod paths_info;
pub(crate) mod raw;
pub(crate) mod refs;
pub(crate) mod resolve;
pub(crate) mod safetensors_metadata;
pub(crate) mod storage;
pub(crate) mod tags_by_type;
pub(crate) mod tree;
pub(crate) mod tree_size;
pub(crate) mod validate_yaml;
pub(crate) mod whoami;

use bytes::Bytes;
use http::{Request, Response};

use crate::ApiError;

/// One question to a hub, and how its answer is read.
///
/// A value: building and reading take no socket and no clock, and the same call may be sent any number of times.
pub trait Call {
    /// What the hub answers.
    type Reply;

    /// The request: its target in origin form (a path that starts with a slash, and a query), and no `Authorization`
    /// header. Whoever sends it puts the hub's address before the target and decides about credentials.
    fn request(&self) -> Request<Bytes>;

    /// Reads the answer. A refusal is the error that [`check`](crate::check) finds; what breaks the protocol is an
    /// error of kind `Protocol`, what is not a hub's answer at all one of kind `NotAHub`.
    ///
    /// The body is in memory already: how much of it is collected is bounded by whoever collects it, before this is
    /// called. [`LONGEST_ERROR_BODY`](crate::LONGEST_ERROR_BODY) is enough of a refusal. A page of a tree has at most
    /// 1,000 entries, each with a path of up to 4 KiB; the information of a repository grows with its files.
    ///
    /// Whatever the body holds, reading it takes memory in proportion to it, and a gigabyte at most: a page of more
    /// than [`MOST_ON_PAGE`](crate::MOST_ON_PAGE) items, and values that would take much more memory than text, are errors
    /// of kind `Protocol`.
    fn reply(&self, response: &Response<Bytes>) -> Result<Self::Reply, ApiError>;
}
