//! Decisions without I/O: values in, a decision out.

pub(crate) mod credential;
pub(crate) mod limit;
pub(crate) mod paging;
pub(crate) mod redirect;
pub(crate) mod retry;

pub(crate) use limit::date::read as read_date;
