//! Looking whether a cache is what it says it is, with the digests that hubs use.

use std::thread;

use hubkit_cache::{Cache, CacheError, Digesting, Hashing, Reading, Verification, Verified};
use hubkit_store::Digester;
use hubkit_types::BlobId;

/// [`Cache::verify`], reading as many files at a time as there are processors. Blocks; `progress` is called from several
/// threads.
///
/// # Errors
///
/// Those of [`Cache::verify`].
pub fn verify(
    cache: &Cache,
    what: &Verification,
    progress: &(dyn Fn(Reading) + Sync),
) -> Result<Verified, CacheError> {
    let begin = |id: BlobId, size: u64| -> Box<dyn Digesting> {
        Box::new(Digest(Digester::for_blob(id, size)))
    };
    let hashing = Hashing {
        begin: &begin,
        threads: thread::available_parallelism().map_or(1, usize::from),
        progress,
    };
    cache.verify(what, hashing)
}

struct Digest(Digester);

impl Digesting for Digest {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>) -> BlobId {
        self.0.finish()
    }
}
