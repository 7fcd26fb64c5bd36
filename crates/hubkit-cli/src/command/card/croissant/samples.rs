//! The first bytes of data files.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use futures_util::{FutureExt as _, StreamExt as _, stream};
use hubkit::{ByteRange, RepoPath};
use hubkit_card::{Asset, AssetFile, Card, SAMPLE_BYTES, Sample, sampled_files};

use crate::{
    command::card::source::{Found, Place, Source},
    exit::Exit,
    failure::Failure,
    ui::plain,
};

/// So many files are asked for at a time.
const AT_ONCE: usize = 8;

/// Looks into the files whose first bytes tell something.
pub(super) async fn read(
    source: &Source,
    card: &Card<'_>,
    asset: &Asset,
) -> Result<BTreeMap<RepoPath, Sample>, Failure> {
    let files = sampled_files(card, asset);
    match &source.place {
        Place::Input | Place::File(_) => Ok(BTreeMap::new()),
        Place::Folder(folder) => {
            let samples = files.into_iter().map(|file| {
                let place = folder.join(file.path.as_str());
                let sample = of_file(&place, file).map_err(|error| unreadable(&place, &error))?;
                Ok(sample.map(|sample| (file.path.clone(), sample)))
            });
            samples.filter_map(Result::transpose).collect()
        }
        Place::Hub(found) => {
            let samples = files
                .into_iter()
                .map(|file| of_repo(found, file.path.clone()).boxed());
            let samples = stream::iter(samples).buffer_unordered(AT_ONCE);
            let samples: Vec<_> = samples.collect().await;
            samples.into_iter().filter_map(Result::transpose).collect()
        }
    }
}

/// Of a pointer, which is shorter than the file it stands for, nothing can be told.
fn of_file(place: &Path, file: &AssetFile) -> io::Result<Option<Sample>> {
    let opened = File::open(place)?;
    if opened.metadata()?.len() != file.size {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    opened.take(SAMPLE_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(Some(Sample {
        is_whole: bytes.len() as u64 == file.size,
        bytes,
    }))
}

async fn of_repo(found: &Found, path: RepoPath) -> Result<Option<(RepoPath, Sample)>, Failure> {
    let Some(file) = found.file(path.as_str()) else {
        return Ok(None);
    };
    let length = file.size.min(SAMPLE_BYTES as u64);
    let range = ByteRange::whole(length);
    let client = found.hub.client();
    let bytes = client
        .read_range(&found.repo, found.commit, file, range)
        .await?;
    let sample = Sample {
        is_whole: bytes.len() as u64 == file.size,
        bytes: bytes.to_vec(),
    };
    Ok(Some((path, sample)))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("{}: {error}", plain(&path.display().to_string()));
    Failure::new(Exit::Disk, "unreadable", message)
}
