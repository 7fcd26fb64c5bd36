//! What a file's bytes are called.

use std::{fs::File, io, io::Read as _, path::Path};

use hubkit_lfs::Pointer;
use hubkit_store::{Digester, StoreError, git};
use hubkit_types::{BlobId, RepoPath, TreeFile};

/// What a hub's listing would say of a file whose blob and size are known.
pub(crate) fn tree_file(path: RepoPath, size: u64, blob: BlobId) -> TreeFile {
    let (oid, lfs) = match blob {
        BlobId::Git(oid) => (oid, None),
        BlobId::Sha256(digest) => {
            let pointer = Pointer::new(digest, size).to_string();
            (git::blob_id(pointer.as_bytes()), Some(digest))
        }
    };
    TreeFile {
        path,
        size,
        oid,
        lfs,
    }
}

/// Reads a file of `size` bytes through a digest.
pub(crate) fn of_file(path: &Path, digester: Digester) -> Result<BlobId, StoreError> {
    let digest = || -> io::Result<BlobId> {
        let mut digester = digester;
        let mut file = File::open(path)?;
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(digester.finish()),
                Ok(count) => digester.update(&buffer[..count]),
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) => return Err(fault),
            }
        }
    };
    digest().map_err(|fault| StoreError::io(format!("can't read `{}`", path.display()), fault))
}
