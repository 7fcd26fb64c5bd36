//! `hubkit cat`.

use std::{
    future::poll_fn,
    io::{self, ErrorKind, IsTerminal as _, Write as _},
};

use hubkit::{
    ByteRange, Client, Error, LocalFile, Repo,
    store::{BlobKey, BlobStore as _, Digester},
};

use crate::{
    args::{Cat, Global},
    exit::Exit,
    failure::Failure,
    progress::Bar,
    target::{self, Target},
    ui::{Ui, plain},
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
    let bar = Bar::new(ui, hub.environment());
    let fetched = client.file(&target.repo, &revision, path, &bar).await;
    bar.finish();
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

/// Whether anyone reads on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    There,
    /// It has seen enough, such as `head`; that is not a failure.
    Gone,
}

/// Standard output. A terminal gets text, in which nothing moves the cursor, and only once all of it is known to be
/// text; anything else gets the bytes as they come.
struct Output {
    held: Option<Vec<u8>>,
}

impl Output {
    /// The most that a terminal is given.
    const LONGEST: usize = 4 << 20;

    fn new() -> Self {
        let held = io::stdout().is_terminal().then(Vec::new);
        Self { held }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Reader, Failure> {
        match &mut self.held {
            None => give(bytes),
            Some(held) if held.len() + bytes.len() > Self::LONGEST => Err(not_for_terminals()),
            Some(held) => {
                held.extend_from_slice(bytes);
                Ok(Reader::There)
            }
        }
    }

    fn finish(&mut self) -> Result<(), Failure> {
        match self.held.take() {
            None => Ok(()),
            Some(held) => give(for_terminal(&held)?.as_bytes()).map(drop),
        }
    }
}

fn give(bytes: &[u8]) -> Result<Reader, Failure> {
    let mut stdout = io::stdout();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Reader::There),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => {
            let message = format!("standard output can't be written: {error}");
            Err(Failure::new(Exit::Disk, "output", message))
        }
    }
}

/// Text with everything in it that a terminal would act on made visible, but for the ends of lines and tabs.
fn for_terminal(bytes: &[u8]) -> Result<String, Failure> {
    let text = str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'));
    let text = text.ok_or_else(not_for_terminals)?;
    let lines = text.split_inclusive('\n').map(|line| {
        let cells = line.trim_end_matches(['\r', '\n']).split('\t');
        let end = if line.ends_with('\n') { "\n" } else { "" };
        cells.map(plain).collect::<Vec<_>>().join("\t") + end
    });
    Ok(lines.collect())
}

fn not_for_terminals() -> Failure {
    Failure::usage("the file is not text that fits a terminal")
        .hint("redirect it into a file, or into a program that shows it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_text_in_which_nothing_moves_the_cursor() {
        let shown = |bytes: &[u8]| for_terminal(bytes).ok();
        assert_eq!(shown(b"a\tb\r\n\nc").as_deref(), Some("a\tb\n\nc"));
        let shown_escape = shown(b"\x1b[2Jx\n").expect("text");
        assert!(!shown_escape.contains('\x1b') && shown_escape.ends_with("x\n"));
        assert_eq!(shown(b"\xff\xfe"), None);
        assert_eq!(shown(b"GGUF\0\0"), None);
    }
}
