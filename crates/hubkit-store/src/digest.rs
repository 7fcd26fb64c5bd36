//! Hashing content as a hub names it.

use hubkit_types::{BlobId, GitOid, Sha256};
use sha1::{
    Digest as _,
    digest::common::hazmat::{SerializableState, SerializedState},
};

/// Computes a [`BlobId`] from bytes given in order.
#[derive(Clone)]
pub struct Digester(Algorithm);

#[derive(Clone)]
enum Algorithm {
    Git(sha1::Sha1),
    Sha256(sha2::Sha256),
}

impl Digester {
    /// SHA-256 of the bytes alone: large files.
    pub fn sha256() -> Self {
        Self(Algorithm::Sha256(sha2::Sha256::new()))
    }

    /// Git's SHA-1 of a blob of `size` bytes, which must be the number of bytes then given.
    pub fn git_blob(size: u64) -> Self {
        Self::git_object("blob", size)
    }

    /// Git's SHA-1 of an object of this type (`blob`, `tree`, `commit`) and `size` bytes.
    pub fn git_object(object_type: &str, size: u64) -> Self {
        let mut hasher = sha1::Sha1::new();
        hasher.update(format!("{object_type} {size}\0"));
        Self(Algorithm::Git(hasher))
    }

    /// The algorithm that can confirm `id` for a file of `size` bytes.
    pub fn for_blob(id: BlobId, size: u64) -> Self {
        match id {
            BlobId::Git(_) => Self::git_blob(size),
            BlobId::Sha256(_) => Self::sha256(),
        }
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Algorithm::Git(hasher) => hasher.update(bytes),
            Algorithm::Sha256(hasher) => hasher.update(bytes),
        }
    }

    /// Everything that [`restore`](Self::restore) needs to go on from here, on any machine: some hundred bytes.
    pub(crate) fn save(&self) -> Vec<u8> {
        match &self.0 {
            Algorithm::Git(hasher) => hasher.serialize().to_vec(),
            Algorithm::Sha256(hasher) => hasher.serialize().to_vec(),
        }
    }

    /// A digester for `id` that goes on from what [`save`](Self::save) gave; `None` for bytes that it did not give.
    pub(crate) fn restore(id: BlobId, saved: &[u8]) -> Option<Self> {
        fn read<T: SerializableState>(saved: &[u8]) -> Option<T> {
            let state = SerializedState::<T>::try_from(saved).ok()?;
            T::deserialize(&state).ok()
        }
        Some(Self(match id {
            BlobId::Git(_) => Algorithm::Git(read(saved)?),
            BlobId::Sha256(_) => Algorithm::Sha256(read(saved)?),
        }))
    }

    /// The digest of all bytes taken in.
    pub fn finish(self) -> BlobId {
        match self.0 {
            Algorithm::Git(hasher) => GitOid::from_bytes(hasher.finalize().into()).into(),
            Algorithm::Sha256(hasher) => Sha256::from_bytes(hasher.finalize().into()).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_goes_on_from_where_it_was_saved() {
        for mut digester in [Digester::git_blob(12), Digester::sha256()] {
            digester.update(b"hello ");
            let id = digester.clone().finish();
            let mut restored = Digester::restore(id, &digester.save()).expect("its own state");
            digester.update(b"world\n");
            restored.update(b"world\n");
            assert_eq!(restored.finish(), digester.finish());
            assert!(Digester::restore(id, b"").is_none());
            assert!(Digester::restore(id, &[0xff; 105]).is_none());
        }
    }

    #[test]
    fn digests_are_those_that_git_and_sha256sum_print() {
        let mut git = Digester::git_blob(6);
        git.update(b"hello\n");
        assert_eq!(
            git.finish().to_string(),
            "ce013625030ba8dba906f756967f9e9ca394464a"
        );
        let mut sha256 = Digester::sha256();
        sha256.update(b"hello\n");
        assert_eq!(
            sha256.finish().to_string(),
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
        );
    }
}
