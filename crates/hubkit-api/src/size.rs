//! How long a file may be.

/// The length in bytes of the longest file that a hub is believed to have: 2^53.
///
/// No file system holds a longer one, and no sum of a thousand of them leaves 64 bits; add up more with care. Up to here
/// every reader of JSON sees the same number, too. A size above it is an error of kind
/// [`Protocol`](crate::ErrorKind::Protocol), wherever it stands.
pub const LONGEST_FILE: u64 = 1 << 53;

/// The size, unless no file is that long.
pub(crate) fn believed(size: u64) -> Option<u64> {
    (size <= LONGEST_FILE).then_some(size)
}
