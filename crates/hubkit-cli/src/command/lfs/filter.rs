//! `hubkit lfs smudge` and `hubkit lfs clean`: one file of git's on its way in or out.

use std::{
    fs::File,
    io::{self, Read, Write as _},
    path::Path,
};

use hubkit::{
    RepoPath,
    lfs::{Extension, Pointer, recognise},
    store::Digester,
};
use hubkit_git::WorkTree;

use super::{
    of_git,
    source::{Source, wanted},
};
use crate::{
    args::{Clean, Global, ShowProgress, Smudge},
    exit::Exit,
    failure::Failure,
    progress::Report,
    target,
    ui::{Ui, plain},
};

pub(crate) async fn smudge(global: &Global, arguments: &Smudge, ui: &Ui) -> Result<Exit, Failure> {
    let mut input = io::stdin().lock();
    let start = start(&mut input)?;
    let pointer = match recognise(&start).pointer() {
        Some(pointer) if !arguments.skip => pointer.clone(),
        _ => {
            pass(&start, input)?;
            return Ok(Exit::Done);
        }
    };
    // Git keeps the other end of the pipe open until all is read.
    drop(input);
    if pointer.size() == 0 {
        return Ok(Exit::Done);
    }
    if let Some(extension) = pointer.extensions().first() {
        return Err(extended(arguments, &pointer, extension));
    }
    let clone = clone()?;
    let objects = clone.objects();
    let (oid, size) = (pointer.oid(), pointer.size());
    if objects.find(oid, size).is_none() {
        let hub = target::hub(global, 1)?;
        let name: RepoPath = arguments
            .file
            .as_deref()
            .and_then(|file| file.parse().ok())
            .unwrap_or_else(|| oid.to_string().parse().expect("a digest is a file name"));
        let source = Source::of_clone(&hub, &clone, ui)?;
        let report = Report::new(ShowProgress::None, ui, hub.environment());
        let wanted = [wanted(&name, &pointer)];
        let fetched = source
            .fetch(hub.client(), objects, &wanted, &report)
            .await?;
        for outcome in fetched {
            outcome?;
        }
    }
    give(&objects.path(oid), &pointer)?;
    Ok(Exit::Done)
}

pub(crate) fn clean(arguments: &Clean) -> Result<Exit, Failure> {
    let mut input = io::stdin().lock();
    let start = start(&mut input)?;
    if start.is_empty() || recognise(&start).pointer().is_some() {
        // It went this way before.
        pass(&start, input)?;
        return Ok(Exit::Done);
    }
    let kept = clone()?.objects().keep(start.chain(input));
    let pointer = kept.map_err(|error| {
        let name = arguments.file.as_deref().unwrap_or("the file");
        Failure::new(Exit::Disk, "disk", format!("{name} can't be kept: {error}"))
    })?;
    write(pointer.to_string().as_bytes())?;
    Ok(Exit::Done)
}

/// The object is what the programs of the extensions made of the file, and they are not here.
fn extended(arguments: &Smudge, pointer: &Pointer, extension: &Extension) -> Failure {
    let file = arguments
        .file
        .as_deref()
        .map_or("the file".to_owned(), |file| format!("`{}`", plain(file)));
    let message = format!(
        "{file} was made with the LFS extension `{}`: the object {} is not the file, and only git-lfs with that extension makes it so",
        plain(extension.name()),
        pointer.oid()
    );
    Failure::new(Exit::Integrity, "lfs_extension", message).hint(
        "check it out with git-lfs and the extension; GIT_LFS_SKIP_SMUDGE=1 leaves the pointer",
    )
}

/// Git starts its filters at the top of the work tree, and says where its own folder is if that is elsewhere.
fn clone() -> Result<WorkTree, Failure> {
    WorkTree::from_environment().map_err(|error| of_git(&error))
}

/// As much as tells whether it is a pointer.
fn start(input: &mut impl Read) -> Result<Vec<u8>, Failure> {
    let mut start = Vec::new();
    input
        .by_ref()
        .take(Pointer::LIMIT as u64)
        .read_to_end(&mut start)?;
    Ok(start)
}

fn pass(start: &[u8], mut rest: impl Read) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(start)?;
    io::copy(&mut rest, &mut stdout)?;
    stdout.flush()?;
    Ok(())
}

fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()?;
    Ok(())
}

/// Writes an object, and says so if it was not what its name says: git then keeps nothing of it.
fn give(object: &Path, pointer: &Pointer) -> Result<(), Failure> {
    let mut file = File::open(object)?;
    let mut digester = Digester::sha256();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        digester.update(&buffer[..count]);
        write(&buffer[..count])?;
    }
    if digester.finish() == hubkit::BlobId::Sha256(pointer.oid()) {
        return Ok(());
    }
    let message = format!("{} is not what its name says", object.display());
    Err(Failure::new(Exit::Integrity, "integrity", message)
        .hint("remove it, and check the file out again"))
}
