//! Reading what the operating system holds in memory already.

use std::fs::File;

/// Whether it can be told at all what is in memory.
pub(crate) const CAN_TELL: bool = cfg!(all(target_os = "linux", feature = "page-cache"));

/// The flag of `open` that makes it return at once, whatever is opened. It means nothing to a file.
#[cfg(all(target_os = "linux", feature = "page-cache"))]
pub(crate) const NO_WAITING: i32 = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();

/// Reads the next bytes of a file, if that waits for no disk; `None` where it would, or where nobody can say so.
pub(crate) fn read(file: &File, buffer: &mut [u8]) -> Option<usize> {
    /// Stands for the file's own position, which moves on.
    const HERE: u64 = u64::MAX;
    read_at(file, buffer, HERE)
}

/// The same at some place of the file, whose own position stays.
#[cfg(all(target_os = "linux", feature = "page-cache"))]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> Option<usize> {
    use rustix::io::{ReadWriteFlags, preadv2};
    let mut buffers = [std::io::IoSliceMut::new(buffer)];
    // Whatever is wrong, the disk's own thread will find and tell.
    let count = preadv2(file, &mut buffers, offset, ReadWriteFlags::NOWAIT).ok()?;
    // Nothing may be the end, or a file system that does not say it otherwise.
    (count > 0).then_some(count)
}

#[cfg(not(all(target_os = "linux", feature = "page-cache")))]
pub(crate) fn read_at(_: &File, _: &mut [u8], _: u64) -> Option<usize> {
    None
}
