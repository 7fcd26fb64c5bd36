//! Files as strangers make them, whole.

mod archives;
