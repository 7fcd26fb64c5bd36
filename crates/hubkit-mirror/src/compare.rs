//! What changed between two commits.

mod text;

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

use bytes::Bytes;
use futures_util::stream;
use http::Response;
use hubkit_api::{
    Change, ChangeStatus,
    server::{CompareRequest, DiffForm, respond_diff},
};
use hubkit_store::{BlobKey, BlobStore as _, BlobStoreExt as _, DynStore, RefStore as _};
use hubkit_transport::{Body, TransportError};
use hubkit_types::{BlobId, ByteRange, CommitId, GitOid, Repo, TreeFile};

use crate::{access::Caller, listing::Listings, lookup::find_commit, refusal::Refusal};

/// More files than a person looks through.
const MOST_FILES: usize = 1000;
/// More bytes of files than are compared for one answer.
const MOST_BYTES: u64 = 4 << 20;
/// How much of a file git looks at to tell whether it is binary.
const SAMPLE: u64 = 8000;

/// A file before and after; at least one of them is there.
struct Pair {
    old: Option<TreeFile>,
    new: Option<TreeFile>,
}

/// The diff as text, or one line for each file that changed.
///
/// Renamed is what lies elsewhere with the same content. Of a large file the pointers are compared, as git does it.
pub(crate) async fn answer_compare(
    store: &DynStore,
    listings: &Listings,
    caller: Caller<'_>,
    request: CompareRequest,
) -> Result<Response<Body>, Refusal> {
    let repo = request.repo;
    let head = find_commit(store, caller, &repo, &request.spec.head).await?;
    let base = match &request.spec.base {
        Some(base) => Some(find_commit(store, caller, &repo, base).await?),
        None => parent(store, &repo, head).await?,
    };
    let old = match base {
        Some(base) => listings.files(store, repo.clone(), base).await?,
        None => Vec::new(),
    };
    let new = listings.files(store, repo.clone(), head).await?;
    let pairs = renamed(changed(old, new));
    match request.form {
        DiffForm::Lines => Ok(respond_diff(lines(store.clone(), repo, pairs))),
        DiffForm::Text => {
            let text = text(store, &repo, &pairs).await?;
            Ok(respond_diff(Body::from(Bytes::from(text))))
        }
    }
}

/// The commit that a commit was made from; none of a first one. What a store without a history holds came from nothing, as
/// far as anyone knows.
async fn parent(
    store: &DynStore,
    repo: &Repo,
    commit: CommitId,
) -> Result<Option<CommitId>, Refusal> {
    let history = store.history(repo.clone(), commit, 0, 1).await?;
    let newest = history.and_then(|history| history.commits.into_iter().next());
    Ok(newest.and_then(|commit| commit.parents.first().copied()))
}

/// What is not the same in two listings, both sorted by path.
fn changed(old: Vec<TreeFile>, new: Vec<TreeFile>) -> Vec<Pair> {
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    let mut pairs = Vec::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return pairs,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.path.cmp(&new.path),
        };
        let pair = Pair {
            old: old.next_if(|_| order.is_le()),
            new: new.next_if(|_| order.is_ge()),
        };
        if pair.old != pair.new {
            pairs.push(pair);
        }
    }
}

/// Puts together what went at one place and came at another; of several that went, the first.
fn renamed(mut pairs: Vec<Pair>) -> Vec<Pair> {
    let mut gone: HashMap<GitOid, Vec<TreeFile>> = HashMap::new();
    for pair in pairs.iter().rev() {
        if let (Some(old), None) = (&pair.old, &pair.new) {
            gone.entry(old.oid).or_default().push(old.clone());
        }
    }
    let mut moved = HashSet::new();
    for pair in &mut pairs {
        if let (None, Some(new)) = (&pair.old, &pair.new) {
            pair.old = gone.get_mut(&new.oid).and_then(Vec::pop);
            moved.extend(pair.old.as_ref().map(|old| old.path.clone()));
        }
    }
    pairs.retain(|pair| match (&pair.old, &pair.new) {
        (Some(old), None) => !moved.contains(&old.path),
        _ => true,
    });
    pairs
}

impl Pair {
    /// The file as it is now, or was last.
    fn last(&self) -> &TreeFile {
        let last = self.new.as_ref().or(self.old.as_ref());
        last.expect("one of them is there")
    }

    fn change(&self, is_binary: bool) -> Change {
        let (old, new) = (self.old.as_ref(), self.new.as_ref());
        let old_path = old.filter(|old| new.is_some_and(|new| new.path != old.path));
        let status = match (old, new) {
            (None, _) => ChangeStatus::Added,
            (_, None) => ChangeStatus::Deleted,
            _ if old_path.is_some() => ChangeStatus::Renamed,
            _ => ChangeStatus::Modified,
        };
        Change {
            status,
            path: self.last().path.clone(),
            old_path: old_path.map(|old| old.path.clone()),
            old: old.map(|old| old.oid),
            new: new.map(|new| new.oid),
            size: self.last().size,
            is_binary,
        }
    }
}

/// One line for each file, made while they are taken: each asks for the first bytes of the file.
fn lines(store: DynStore, repo: Repo, pairs: Vec<Pair>) -> Body {
    let state = (store, repo, pairs.into_iter());
    let lines = stream::unfold(state, |(store, repo, mut pairs)| async move {
        let pair = pairs.next()?;
        let is_binary = is_binary(&store, &repo, pair.last()).await;
        let line = Bytes::from(format!("{}\n", pair.change(is_binary)));
        Some((Ok::<_, TransportError>(line), (store, repo, pairs)))
    });
    Body::from_stream(lines, None)
}

/// Whether git takes a file for binary; what can't be read is said to be.
async fn is_binary(store: &DynStore, repo: &Repo, file: &TreeFile) -> bool {
    if file.lfs.is_some() {
        // What git sees is the pointer.
        return false;
    }
    let key = BlobKey::new(repo.clone(), BlobId::Git(file.oid));
    let read = store
        .read(key, ByteRange::whole(file.size.min(SAMPLE)))
        .await;
    let Ok(stream) = read else {
        return true;
    };
    let body = Body::from_stream(text::Sampled(stream), None);
    let limit = usize::try_from(SAMPLE).unwrap_or(usize::MAX);
    body.collect(limit)
        .await
        .is_ok_and(|bytes| bytes.contains(&0))
}

/// The diff of all files. Of more than can be compared here it is said that they are.
async fn text(store: &DynStore, repo: &Repo, pairs: &[Pair]) -> Result<String, Refusal> {
    if pairs.len() > MOST_FILES {
        return Err(Refusal::TooDifferent(pairs.len()));
    }
    let mut left = MOST_BYTES;
    let mut diff = String::new();
    for pair in pairs {
        let old = side(store, repo, pair.old.as_ref(), &mut left).await?;
        let new = side(store, repo, pair.new.as_ref(), &mut left).await?;
        text::put(&mut diff, &pair.change(false), &old, &new);
    }
    Ok(diff)
}

/// One side of a file's change.
async fn side(
    store: &DynStore,
    repo: &Repo,
    file: Option<&TreeFile>,
    left: &mut u64,
) -> Result<text::Side, Refusal> {
    let Some(file) = file else {
        return Ok(text::Side::Text(String::new()));
    };
    if let Some(digest) = file.lfs {
        let pointer = hubkit_lfs::Pointer::new(digest, file.size);
        return Ok(text::Side::Text(pointer.to_string()));
    }
    if file.size > text::LONGEST || file.size > *left {
        return Ok(text::Side::TooLarge);
    }
    *left -= file.size;
    let key = BlobKey::new(repo.clone(), BlobId::Git(file.oid));
    let Ok(bytes) = store.read_all(key, text::LONGEST).await else {
        return Ok(text::Side::Missing);
    };
    Ok(text::Side::of(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: u8) -> TreeFile {
        TreeFile {
            path: path.parse().expect("a path"),
            size: 1,
            oid: GitOid::from_bytes([content; 20]),
            lfs: None,
        }
    }

    fn letters(old: Vec<TreeFile>, new: Vec<TreeFile>) -> Vec<String> {
        let pairs = renamed(changed(old, new));
        let changes = pairs.iter().map(|pair| pair.change(false));
        let short = |change: Change| match change.old_path {
            Some(old) => format!("{:?} {old} {}", change.status, change.path),
            None => format!("{:?} {}", change.status, change.path),
        };
        changes.map(short).collect()
    }

    #[test]
    fn listings_are_compared_path_by_path() {
        let old = vec![file("a", 1), file("b", 2), file("d", 4), file("z", 9)];
        let new = vec![file("a", 1), file("b", 3), file("c", 5)];
        let wanted = ["Modified b", "Added c", "Deleted d", "Deleted z"];
        assert_eq!(letters(old.clone(), new), wanted);
        assert_eq!(letters(old.clone(), old), [""; 0]);
        assert_eq!(letters(Vec::new(), vec![file("x", 1)]), ["Added x"]);
    }

    #[test]
    fn what_lies_elsewhere_with_the_same_content_was_renamed() {
        let old = vec![file("a", 1), file("b", 1), file("kept", 2)];
        let new = vec![file("c", 1), file("copy", 2), file("kept", 2)];
        let wanted = ["Deleted b", "Renamed a c", "Added copy"];
        assert_eq!(letters(old, new), wanted);
    }
}
