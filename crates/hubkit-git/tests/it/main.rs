//! What real git made, read and compared with what git says of it.

mod made;
mod plain;
mod store;
mod work;
