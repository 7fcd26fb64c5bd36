use bytes::Bytes;
use hubkit_types::{BlobId, ByteRange};

use super::{collect, done, git_id, key, kind, publish, read, repo, sha256_id, stage};
use crate::{BlobStat, BlobStore, BlobStoreExt as _, StoreErrorKind};

/// Checks the contract of [`BlobStore`] on an empty store.
pub async fn blobs(store: &impl BlobStore) {
    nothing_is_nothing(store).await;
    a_blob_is_read_whole_and_in_parts(store).await;
    bytes_come_in_any_order(store).await;
    nothing_wrong_is_published(store).await;
    a_stage_that_ends_leaves_nothing(store).await;
    two_stages_of_one_blob_both_succeed(store).await;
    a_removed_blob_is_gone(store).await;
}

async fn nothing_is_nothing(store: &impl BlobStore) {
    let id = git_id(b"nothing");
    let stat = done(store.stat(key(id)).await, "stat a blob that is not here");
    assert_eq!(stat, None, "a blob that is not here has no stat");
    let fault = kind(store.read(key(id), ByteRange::whole(7)).await);
    let expected = Some(StoreErrorKind::NotFound);
    assert_eq!(fault, expected, "a blob that is not here is not read");
    let removed = done(store.remove(key(id)).await, "remove what is not here");
    assert!(!removed, "a blob that is not here is not removed");
    let list = done(store.list(repo()).await, "list an empty store");
    assert_eq!(list, [], "an empty store lists nothing");
    assert_eq!(store.local_path(&key(id)), None, "nothing has no path");
}

async fn a_blob_is_read_whole_and_in_parts(store: &impl BlobStore) {
    let large = pattern(3 << 20);
    let cases: [(BlobId, &[u8]); 4] = [
        (git_id(b""), b""),
        (git_id(b"small"), b"small"),
        (sha256_id(b"small"), b"small"),
        (sha256_id(&large), &large),
    ];
    for (id, bytes) in cases {
        publish(store, id, bytes).await;
        let size = bytes.len() as u64;
        let stat = done(store.stat(key(id)).await, "stat a blob");
        assert_eq!(stat, Some(BlobStat { size }), "the size of blob {id}");
        let ends = [0, 1, 4, size / 2, size.saturating_sub(1), size, size + 9];
        for start in ends {
            for end in ends {
                let Some(range) = ByteRange::new(start, end) else {
                    continue;
                };
                let part = done(read(store, id, range).await, "read a range");
                let cut = range.within(size).as_range();
                let index = |offset: u64| usize::try_from(offset).expect("it is in memory");
                let expected = &bytes[index(cut.start)..index(cut.end)];
                assert!(part == expected, "bytes {range} of blob {id}");
            }
        }
        if let Some(path) = store.local_path(&key(id)) {
            let held = std::fs::read(&path).expect("a local path can be opened");
            assert!(held == bytes, "{} holds exactly the blob", path.display());
        }
    }
    let mut list = done(store.list(repo()).await, "list");
    let mut expected: Vec<BlobId> = cases.iter().map(|(id, _)| *id).collect();
    list.sort_unstable();
    expected.sort_unstable();
    assert_eq!(list, expected, "every blob is listed once");
    let stream = done(
        store.read(key(cases[3].0), ByteRange::whole(3 << 20)).await,
        "read",
    );
    drop(stream);
}

async fn bytes_come_in_any_order(store: &impl BlobStore) {
    let bytes = pattern(2_500_000);
    let id = git_id(&bytes);
    let stage = stage(store, id, bytes.len()).await;
    let pieces: Vec<(usize, &[u8])> = bytes.chunks(333_331).enumerate().collect();
    for (index, piece) in pieces.iter().rev() {
        let offset = (index * 333_331) as u64;
        // Wrong bytes first: the last word counts.
        let wrong = Bytes::from(vec![0xee; piece.len()]);
        done(stage.write(offset, wrong).await, "write wrong bytes");
        for (part, small) in piece.chunks(100_003).enumerate() {
            let offset = offset + (part * 100_003) as u64;
            let small = Bytes::copy_from_slice(small);
            done(stage.write(offset, small).await, "write out of order");
        }
    }
    assert!(stage.held().is_whole(bytes.len() as u64));
    done(stage.publish().await, "publish what came out of order");
    let held = done(
        store.read_all(key(id), bytes.len() as u64).await,
        "read it all",
    );
    assert!(held == bytes, "the blob is what was written last");
}

async fn nothing_wrong_is_published(store: &impl BlobStore) {
    let id = sha256_id(b"right");
    let integrity = Some(StoreErrorKind::Integrity);
    for (bytes, wrong) in [
        (&b"wrong"[..], "other bytes"),
        (b"righ", "too few bytes"),
        (b"", "no bytes"),
    ] {
        let stage = stage(store, id, 5).await;
        done(stage.write(0, Bytes::from_static(bytes)).await, "write");
        assert_eq!(kind(stage.publish().await), integrity, "{wrong}");
    }
    let stage = stage(store, id, 5).await;
    let written = stage.write(0, Bytes::from_static(b"righter")).await;
    assert_eq!(kind(written), integrity, "too many bytes");
    let written = stage.write(u64::MAX, Bytes::from_static(b"r")).await;
    assert_eq!(kind(written), integrity, "bytes at the end of the world");
    drop(stage);
    let stat = done(store.stat(key(id)).await, "stat");
    assert_eq!(stat, None, "what is wrong is never published");
}

async fn a_stage_that_ends_leaves_nothing(store: &impl BlobStore) {
    let id = git_id(b"unfinished");
    let before = done(store.list(repo()).await, "list").len();
    let dropped = stage(store, id, 10).await;
    done(
        dropped.write(0, Bytes::from_static(b"unfinished")).await,
        "write",
    );
    let stat = done(store.stat(key(id)).await, "stat");
    assert_eq!(stat, None, "a stage is no blob");
    drop(dropped);
    let discarded = stage(store, id, 10).await;
    done(discarded.write(3, Bytes::from_static(b"in")).await, "write");
    done(discarded.discard().await, "discard");
    let after = done(store.list(repo()).await, "list").len();
    assert_eq!(before, after, "a stage that ended is no blob");
}

async fn two_stages_of_one_blob_both_succeed(store: &impl BlobStore) {
    let id = sha256_id(b"twice");
    let first = stage(store, id, 5).await;
    let second = stage(store, id, 5).await;
    done(first.write(0, Bytes::from_static(b"tw")).await, "write");
    done(second.write(0, Bytes::from_static(b"twice")).await, "write");
    done(second.publish().await, "publish one of two");
    let stream = done(store.read(key(id), ByteRange::whole(5)).await, "read");
    done(first.write(2, Bytes::from_static(b"ice")).await, "write");
    done(first.publish().await, "publish the other");
    let bytes = done(collect(stream).await, "read while it is published again");
    assert_eq!(bytes, &b"twice"[..], "a reader is not disturbed");
    publish(store, id, b"twice").await;
}

async fn a_removed_blob_is_gone(store: &impl BlobStore) {
    let id = git_id(b"going");
    publish(store, id, b"going").await;
    assert!(
        done(store.exists(key(id)).await, "ask for a blob"),
        "it is here"
    );
    assert!(
        done(store.remove(key(id)).await, "remove a blob"),
        "a blob that is here is removed"
    );
    assert!(
        !done(store.exists(key(id)).await, "ask for a blob"),
        "a removed blob is gone"
    );
    assert!(
        !done(store.remove(key(id)).await, "remove a blob"),
        "a removed blob can't be removed"
    );
    publish(store, id, b"going").await;
}

/// Bytes of which no two neighbouring pages are alike.
fn pattern(size: usize) -> Vec<u8> {
    (0..size)
        .map(|index| u8::try_from((index / 7 + index / 4096) % 251).expect("small"))
        .collect()
}
