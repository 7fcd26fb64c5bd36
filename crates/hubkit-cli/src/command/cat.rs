//! `hubkit cat`.

use std::future::poll_fn;

use hubkit::{
    ByteRange, Client, Error, LocalFile, Repo,
    store::{BlobKey, BlobStore as _, Digester},
};

use crate::{
    args::{Cat, Global, ShowProgress},
    exit::Exit,
    failure::Failure,
    output::{Output, Reader},
    progress::Report,
    target::{self, Target},
    ui::Ui,
};

/// The longest file that is shown as git holds it. A longer one lies in LFS, and its pointer is short.
const LONGEST_RAW: usize = 64 << 20;

pub(crate) async fn run(global: &Global, arguments: &Cat, ui: &Ui) -> Result<Exit, Failure> {
    if ui.json {
        return Err(
            Failure::usage("`cat` writes the file itself, which is no JSON")
                .hint("`hubkit download --format json` tells where the file is"),
        );
    }
    let target = target(arguments)?;
    let Some(path) = &target.path else {
        return Err(Failure::usage(format!(
            "{} is a repository; name a file of it",
            target.repo
        ))
        .hint("`hubkit ls REPO` lists the files"));
    };
    let hub = target::hub(global, 1)?;
    let (client, revision) = (hub.client(), target.revision());
    let mut out = Output::new();
    if arguments.raw {
        let raw = client.raw(&target.repo, &revision, path, LONGEST_RAW);
        out.write(&raw.await?.content)?;
        out.finish()?;
        return Ok(Exit::Done);
    }
    let report = Report::new(ShowProgress::Auto, ui, hub.environment());
    let fetched = client.file(&target.repo, &revision, path, &report).await;
    report.finish();
    let (_, file) = fetched?;
    copy(client, &target.repo, &file, &mut out).await?;
    Ok(Exit::Done)
}

/// `NAMESPACE/NAME/PATH` in one, or the path beside the repository.
fn target(arguments: &Cat) -> Result<Target, Failure> {
    let text = arguments.file.as_str();
    let second = text.match_indices('/').nth(1).map(|(at, _)| at);
    let (repo, path) = match second.filter(|_| !text.starts_with("hf://")) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mut target = Target::new(repo, arguments.repo_type, arguments.revision.as_ref())?;
    let named = path.map(str::parse).transpose();
    let named = named.map_err(|error| Failure::usage(format!("{error}")))?;
    let paths = [named, target.path.take(), arguments.path.clone()];
    let mut paths = paths.into_iter().flatten();
    target.path = paths.next();
    if paths.next().is_some() {
        return Err(Failure::usage("two paths are named: it can only be one"));
    }
    Ok(target)
}

/// Copies a verified file out of the store, and verifies once more what goes by.
async fn copy(
    client: &Client,
    repo: &Repo,
    file: &LocalFile,
    out: &mut Output,
) -> Result<(), Failure> {
    let blob = file.blob.ok_or_else(|| unverified(file))?;
    let key = BlobKey::new(repo.clone(), blob);
    let mut digester = Digester::for_blob(blob, file.size);
    let range = ByteRange::whole(file.size);
    let mut stream = client.store().read(key, range).await.map_err(Error::from)?;
    while let Some(chunk) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        let chunk = chunk.map_err(Error::from)?;
        digester.update(&chunk);
        if out.write(&chunk)? == Reader::Gone {
            return Ok(());
        }
    }
    if digester.finish() == blob {
        out.finish()
    } else {
        Err(unverified(file))
    }
}

fn unverified(file: &LocalFile) -> Failure {
    let message = format!(
        "`{}` is not what its name says: it was changed in the cache",
        file.path
    );
    Failure::new(Exit::Integrity, "integrity", message).hint("`hubkit download` fetches it again")
}
