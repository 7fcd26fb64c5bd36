//! Many files of one commit at a time.

use std::{fmt::Write as _, thread};

use hubkit_types::{BlobId, CommitId, RepoPath, TreeFile};

use crate::{CacheError, Lookup, RepoCache, folder::Folder, read::may_have};

/// What the cache knows of one path among many: a [`Lookup`] without the place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// The file is here.
    Present {
        /// Its length in bytes.
        size: u64,
        /// Its digest, where the link or the listing says it.
        blob: Option<BlobId>,
    },
    /// The commit is known to hold no such file.
    Absent,
    /// The cache can't tell.
    Unknown,
}

/// How many paths are worth a thread.
const SHARE: usize = 500;
const MOST_THREADS: usize = 4;

impl RepoCache {
    /// What is known of each of these paths of a commit, in their order: what [`lookup`](Self::lookup) says of each, for a
    /// small part of what that costs where files are links as every client makes them. Many are looked for on several
    /// threads.
    ///
    /// # Errors
    ///
    /// Those of [`lookup`](Self::lookup), for the first path of which it has any.
    pub fn known(&self, commit: CommitId, paths: &[RepoPath]) -> Result<Vec<Known>, CacheError> {
        if self.existing("")?.is_none() {
            return Ok(vec![Known::Unknown; paths.len()]);
        }
        let listing = self.trees().facts(commit)?;
        let listing = listing.as_ref().map(|listing| &listing[..]);
        let most = paths.len().div_ceil(SHARE).clamp(1, MOST_THREADS);
        let threads = match most {
            1 => 1,
            most => thread::available_parallelism().map_or(1, |cores| most.min(cores.get())),
        };
        let mut shares = paths.chunks(paths.len().div_ceil(threads).max(1));
        let own = shares.next().unwrap_or_default();
        thread::scope(|scope| {
            let others: Vec<_> = shares
                .map(|share| scope.spawn(move || self.known_in(commit, share, listing)))
                .collect();
            let mut known = self.known_in(commit, own, listing)?;
            for other in others {
                let other = other
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                known.append(&mut other?);
            }
            Ok(known)
        })
    }

    /// How long each of these blobs is; `None` for one that is not here. What [`blob`](Self::blob) says of each, at less
    /// cost.
    ///
    /// # Errors
    ///
    /// Those of [`blob`](Self::blob).
    pub fn held(&self, blobs: &[BlobId]) -> Result<Vec<Option<u64>>, CacheError> {
        let folder = self
            .existing("blobs")?
            .and_then(|folder| Folder::open(&folder).ok());
        let size = |id: &BlobId| {
            let plain = folder
                .as_ref()
                .and_then(|folder| folder.plain(&id.to_string()).ok())
                .filter(|size| may_have(*id, *size));
            match plain {
                Some(size) => Ok(Some(size)),
                None => Ok(self.blob(*id)?.map(|blob| blob.size)),
            }
        };
        blobs.iter().map(size).collect()
    }

    /// Shows blobs as files of a commit: what [`link`](Self::link) does for each, at less cost where nothing stands in their
    /// places.
    ///
    /// # Errors
    ///
    /// Those of [`link`](Self::link), for the first file that has any.
    pub fn link_all<'a>(
        &self,
        commit: CommitId,
        files: impl IntoIterator<Item = &'a TreeFile>,
    ) -> Result<(), CacheError> {
        let mut last: Option<(&str, Folder)> = None;
        for file in files {
            let parent = file.path.parent().unwrap_or_default();
            if last.as_ref().is_none_or(|(name, _)| *name != parent) {
                let path = self.folders(&format!("snapshots/{commit}/{parent}"))?;
                last = Folder::open(&path).ok().map(|folder| (parent, folder));
            }
            let steps = file.path.parts().count() + 1;
            let text = format!("{}blobs/{}", "../".repeat(steps), file.blob());
            let is_made = last
                .as_ref()
                .is_some_and(|(_, folder)| folder.make_link(file.path.file_name(), &text).is_ok());
            if !is_made {
                self.link(commit, &file.path, file.blob())?;
            }
        }
        Ok(())
    }

    fn known_in(
        &self,
        commit: CommitId,
        paths: &[RepoPath],
        listing: Option<&[TreeFile]>,
    ) -> Result<Vec<Known>, CacheError> {
        let mut straight = Straight::of(self, commit);
        let mut known = Vec::with_capacity(paths.len());
        let mut next = 0;
        for path in paths {
            let file = listing.and_then(|listing| {
                // Nearly always they come in the listing's own order.
                let guessed = listing.get(next).filter(|file| file.path == *path);
                let at = match guessed {
                    Some(_) => next,
                    None => listing.binary_search_by(|file| file.path.cmp(path)).ok()?,
                };
                next = at + 1;
                listing.get(at)
            });
            let found = match straight.as_mut().and_then(|way| way.look(path, file)) {
                Some(found) => found,
                None => self.lookup_in(commit, path, listing)?.into(),
            };
            known.push(found);
        }
        Ok(known)
    }
}

impl From<Lookup> for Known {
    fn from(lookup: Lookup) -> Self {
        match lookup {
            Lookup::Present { size, blob, .. } => Self::Present { size, blob },
            Lookup::Absent => Self::Absent,
            Lookup::Unknown => Self::Unknown,
        }
    }
}

/// The way that nearly every file takes: plain folders, and a link to a plain blob of the same repository, which needs no
/// look at every part of the way to be known to stay within it. All else goes the long way.
struct Straight {
    snapshot: Folder,
    blobs: Folder,
    /// The folders on the way to the file that was looked at last, outermost first, as far as they are plain ones.
    way: Vec<(String, Folder)>,
    /// The text of a link, and what it should be.
    text: [u8; 512],
    expected: String,
}

impl Straight {
    /// `None` when the folders that all ways lead through are not both there and no links.
    fn of(repo: &RepoCache, commit: CommitId) -> Option<Self> {
        let blobs = repo.existing("blobs").ok()??;
        let location = repo.existing(&format!("snapshots/{commit}")).ok()??;
        Some(Self {
            snapshot: Folder::open(&location).ok()?,
            blobs: Folder::open(&blobs).ok()?,
            way: Vec::new(),
            text: [0; 512],
            expected: String::new(),
        })
    }

    /// `None` when the file does not lie on this way, or is not whole.
    fn look(&mut self, path: &RepoPath, listed: Option<&TreeFile>) -> Option<Known> {
        self.walk(path.parent())?;
        let folder = self.way.last().map_or(&self.snapshot, |(_, folder)| folder);
        let name = path.file_name();
        let (blob, size) = match folder.link(name, &mut self.text) {
            Ok(text) => {
                let rest = above(text, self.way.len() + 2)?;
                let rest = std::str::from_utf8(rest).ok()?.strip_prefix("blobs/")?;
                let blob = match listed {
                    Some(file) => file.blob(),
                    None => rest.parse().ok()?,
                };
                // A digest is read in upper case too, and that is another name.
                self.expected.clear();
                write!(self.expected, "{blob}").ok()?;
                if self.expected != rest {
                    return None;
                }
                (Some(blob), self.blobs.plain(rest).ok()?)
            }
            Err(_) => (listed.map(TreeFile::blob), folder.plain(name).ok()?),
        };
        let is_whole = listed.is_none_or(|file| file.size == size)
            && blob.is_none_or(|blob: BlobId| may_have(blob, size));
        is_whole.then_some(Known::Present { size, blob })
    }

    /// Goes to a folder of the snapshot from where it is; `None` when a part of the way is no plain folder.
    fn walk(&mut self, folder: Option<&str>) -> Option<()> {
        let parts = || folder.into_iter().flat_map(|folder| folder.split('/'));
        let held = self.way.iter().zip(parts());
        let same = held.take_while(|((name, _), part)| name == part).count();
        self.way.truncate(same);
        for part in parts().skip(same) {
            let above = self.way.last().map_or(&self.snapshot, |(_, folder)| folder);
            let folder = above.folder(part).ok()?;
            self.way.push((part.to_owned(), folder));
        }
        Some(())
    }
}

/// What is left of a link's text behind so many steps up.
fn above(text: &[u8], steps: usize) -> Option<&[u8]> {
    let mut rest = text;
    for _ in 0..steps {
        rest = rest.strip_prefix(b"../")?;
    }
    Some(rest)
}
