//! What a card belongs to, with the digests of its files.

mod folder;

pub(super) use folder::{names, within};

use futures_util::{FutureExt as _, StreamExt as _, stream};
use hubkit::{Revision, Sha256, TreeFile, store::Digester};
use hubkit_card::{Asset, AssetFile};

use super::source::{Found, Place, Source};
use crate::{args::WrittenTo, failure::Failure};

/// A longer file that the hub names no SHA-256 of is not fetched to be hashed, in bytes. Hubs keep files of more than
/// 10 MB in LFS, and of these they know it.
const LONGEST: u64 = 10 << 20;
/// Nor is more than this fetched altogether, in bytes, or from more files than these.
const MOST_BYTES: u64 = 64 << 20;
const MOST_FILES: usize = 256;
/// So many are fetched at a time.
const AT_ONCE: usize = 8;

/// A repository or a folder, and what of it could not be taken along.
pub(super) struct Gathered {
    pub(super) asset: Asset,
    /// What no repository could hold, as it can be shown.
    pub(super) left_out: Vec<String>,
}

/// Why something is left out.
pub(super) const NO_FILE: &str =
    "no repository can hold it: it is no file, lies too deep, or has a name that is refused";

/// Gathers what is around a card: every file of its folder, hashed, or of its repository at the commit. Of a repository
/// the hub knows the SHA-256 of large files; small ones are fetched and hashed, data before the rest and short before
/// long, and what remains has no SHA-256. A card that is a file alone has nothing around it.
///
/// The file that the document is written to is not listed: a document that lists itself would never be right.
pub(super) async fn gather(source: &Source, written: &WrittenTo) -> Result<Gathered, Failure> {
    let nothing = Vec::new();
    match &source.place {
        Place::Input | Place::File(_) => Ok(Gathered {
            asset: Asset::default(),
            left_out: nothing,
        }),
        Place::Folder(folder) => {
            let output = written.output.as_deref();
            let itself = output.and_then(|output| within(folder, output));
            folder::gather(folder, itself.as_deref())
        }
        Place::Hub(found) => Ok(Gathered {
            asset: of_repo(found).await?,
            left_out: nothing,
        }),
    }
}

async fn of_repo(found: &Found) -> Result<Asset, Failure> {
    let client = found.hub.client();
    let mut asset = Asset::default();
    asset.repo = Some(found.repo.clone());
    asset.endpoint = Some(client.endpoint().clone());
    asset.commit = Some(found.commit);
    // Not every hub tells when, and nothing else depends on it.
    let revision = Revision::from(found.commit);
    if let Ok(info) = client.info(&found.repo, Some(&revision)).await {
        asset.created = info.created_at;
        asset.modified = info.last_modified;
    }
    asset.files = found.files.iter().map(AssetFile::from).collect();
    let wanted = to_hash(&found.files);
    let hashed = wanted.into_iter().map(|place| {
        let file = &found.files[place];
        async move { Ok::<_, Failure>((place, hash(found, file).await?)) }.boxed()
    });
    let mut hashed = stream::iter(hashed).buffer_unordered(AT_ONCE);
    while let Some(outcome) = hashed.next().await {
        let (place, digest) = outcome?;
        asset.files[place].sha256 = Some(digest);
    }
    Ok(asset)
}

/// Which files are fetched to be hashed, by their places.
fn to_hash(files: &[TreeFile]) -> Vec<usize> {
    let mut wanted: Vec<usize> = (0..files.len())
        .filter(|place| files[*place].lfs.is_none() && files[*place].size <= LONGEST)
        .collect();
    wanted.sort_by_key(|place| {
        let file = &files[*place];
        (!is_data(file.path.as_str()), file.size, *place)
    });
    wanted.truncate(MOST_FILES);
    let mut bytes = 0;
    wanted.retain(|place| {
        bytes += files[*place].size;
        bytes <= MOST_BYTES
    });
    wanted
}

fn is_data(path: &str) -> bool {
    const ENDINGS: [&str; 9] = [
        "arrow", "csv", "gz", "json", "jsonl", "ndjson", "parquet", "tsv", "txt",
    ];
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}

async fn hash(found: &Found, file: &TreeFile) -> Result<Sha256, Failure> {
    let limit = usize::try_from(LONGEST).unwrap_or(usize::MAX);
    let bytes = found.bytes(file, limit).await?;
    let mut digester = Digester::sha256();
    digester.update(&bytes);
    Ok(sha256(digester))
}

fn sha256(digester: Digester) -> Sha256 {
    match digester.finish() {
        hubkit::BlobId::Sha256(digest) => digest,
        hubkit::BlobId::Git(_) => unreachable!("it was made for SHA-256"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, size: u64, is_large: bool) -> TreeFile {
        let digest = "a".repeat(64).parse().expect("a digest");
        TreeFile {
            path: path.parse().expect("a path"),
            size,
            oid: "b".repeat(40).parse().expect("an id"),
            lfs: is_large.then_some(digest),
        }
    }

    #[test]
    fn data_is_hashed_before_the_rest_and_never_too_much() {
        let chosen = |files: &[TreeFile]| to_hash(files);
        let few = [
            file("README.md", 1, false),
            file("test.CSV", 30, false),
            file("train.csv", 20, false),
            file("long.csv", LONGEST + 1, false),
            file("large.parquet", LONGEST + 1, true),
        ];
        assert_eq!(chosen(&few), [2, 1, 0]);
        let many: Vec<_> = (0..1000)
            .map(|number| file(&format!("{number}.txt"), 1, false))
            .collect();
        assert_eq!(chosen(&many).len(), MOST_FILES);
        let long: Vec<_> = (0..20)
            .map(|number| file(&format!("{number}.csv"), LONGEST, false))
            .collect();
        assert_eq!(chosen(&long).len() as u64, MOST_BYTES / LONGEST);
    }
}
