//! Where a card is, and what is around it.

use std::path::{Path, PathBuf};

use hubkit::{CommitId, Hub, Repo, RepoKind, RepoPath, Silent, TreeFile};
use hubkit_card::Card;

use super::{input::Input, no_card};
use crate::{
    args::{Global, WhichCard},
    exit::Exit,
    failure::Failure,
    target::{self, Target},
    ui::{plain, trouble},
};

/// The file that is a card.
pub(super) const NAME: &str = "README.md";
/// A longer card is refused, in bytes. Real ones of more than 1 MB are lists of data.
const LONGEST: usize = 16 << 20;

/// How a card, or a small file beside it, is read.
pub(super) const CARD: Input = Input {
    longest: LONGEST,
    expected: "a card of ",
    code: "malformed_card",
    check: "check that this is a card: a Markdown file with metadata at its top",
    name: "name a card's file, a folder with a README.md, or a repository as NAMESPACE/NAME",
    piped: "`-` reads a card from standard input",
};

/// A card and where it was found.
pub(super) struct Source {
    /// What people call it: a path, or a repository.
    pub(super) name: String,
    /// Where it was found.
    pub(super) place: Place,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// The bytes as text; what is no UTF-8 is replaced.
    pub(super) text: String,
    /// What kind of repository it is a card of, where that was said.
    pub(super) kind: Option<RepoKind>,
}

/// Where a card was found.
pub(super) enum Place {
    /// On standard input.
    Input,
    /// In a file of this machine, which may lie anywhere.
    File(PathBuf),
    /// In a folder of this machine that holds a repository's files.
    Folder(PathBuf),
    /// In a repository on a hub.
    Hub(Box<Found>),
}

/// A card on a hub.
pub(super) struct Found {
    pub(super) hub: Hub,
    pub(super) repo: Repo,
    pub(super) commit: CommitId,
    /// Every file of the commit, sorted by path.
    pub(super) files: Vec<TreeFile>,
}

impl Source {
    /// Reads the card that the command line names. Where it is no UTF-8, that is told.
    pub(super) async fn read(global: &Global, which: &WhichCard) -> Result<Self, Failure> {
        let source = Self::whole(global, which).await?;
        source.tell_other_bytes();
        Ok(source)
    }

    /// Reads the card that the command line names, for who tells by himself where it is no UTF-8.
    pub(super) async fn whole(global: &Global, which: &WhichCard) -> Result<Self, Failure> {
        match Self::find(global, which).await? {
            (source, None) => Ok(source),
            (_, Some(missing)) => Err(missing),
        }
    }

    /// Reads the card that the command line names. Of a folder or a repository that has none, what is around it is still
    /// of use: then the card is empty, and what the user hears of that is returned too.
    pub(super) async fn find(
        global: &Global,
        which: &WhichCard,
    ) -> Result<(Self, Option<Failure>), Failure> {
        let word = which.card.as_str();
        let path = Path::new(word);
        if word == "-" {
            let bytes = CARD.piped()?;
            let source = Self::new("standard input", Place::Input, bytes, which.repo_type);
            return Ok((source, None));
        }
        if !word.starts_with("hf://") && (path.exists() || is_here(path, "md")) {
            let is_folder = path.is_dir();
            let file = if is_folder {
                path.join(NAME)
            } else {
                path.to_owned()
            };
            let name = file.display().to_string();
            if !is_folder {
                let bytes = CARD.read(&file)?;
                no_card::check(&file, &bytes)?;
                let source = Self::new(&name, Place::File(file), bytes, which.repo_type);
                return Ok((source, None));
            }
            let place = Place::Folder(path.to_owned());
            let (bytes, missing) = or_missing(CARD.read(&file))?;
            let name = match missing {
                Some(_) => word.to_owned(),
                None => name,
            };
            return Ok((Self::new(&name, place, bytes, which.repo_type), missing));
        }
        let found = Found::read(global, which).await?;
        let (bytes, missing) = or_missing(found.card().await)?;
        let name = format!("{}@{}", found.repo, found.commit);
        let kind = Some(found.repo.kind);
        let source = Self::new(&name, Place::Hub(Box::new(found)), bytes, kind);
        Ok((source, missing))
    }

    /// Tells of a card that is no UTF-8, once, before something is made of it.
    pub(super) fn tell_other_bytes(&self) {
        if std::str::from_utf8(&self.bytes).is_err() {
            trouble(&format!(
                "{}: expected UTF-8: what is none is read as \u{fffd}, and `hubkit card lint` says where it is",
                self.name
            ));
        }
    }

    fn new(name: &str, place: Place, bytes: Vec<u8>, kind: Option<RepoKind>) -> Self {
        Self {
            name: plain(name),
            place,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
            kind,
        }
    }

    /// The name of the folder that a card of this machine lies in: what to call what has no repository yet.
    pub(super) fn folder_name(&self) -> Option<String> {
        let folder = self.place.folder()?.canonicalize().ok()?;
        Some(folder.file_name()?.to_string_lossy().into_owned())
    }

    /// The card, for commands that can't do without its metadata.
    pub(super) fn card(&self) -> Result<Card<'_>, Failure> {
        let card = Card::read(&self.text);
        check(&self.name, &card)?;
        Ok(card)
    }
}

/// Refuses a card whose metadata can't be read, for commands that can't do without.
pub(super) fn check(name: &str, card: &Card<'_>) -> Result<(), Failure> {
    let Some(fault) = &card.fault else {
        return Ok(());
    };
    let place = card
        .fault_location()
        .map_or_else(String::new, |location| format!(":{location}"));
    let reason = plain(&fault.reason());
    let message = format!("{name}{place}: the metadata can't be read: {reason}");
    Err(Failure::new(Exit::Integrity, "malformed_card", message)
        .hint("mend the block between the lines of `---` at the top of the card"))
}

/// What a user hears of a repository that can't be asked for, who may have meant a file.
fn not_here(word: &str, failure: Failure) -> Failure {
    if word.starts_with("hf://") || !matches!(failure.exit(), Exit::NotFound | Exit::Network) {
        return failure;
    }
    let word = plain(word);
    failure.also(&format!(
        "there is no file or folder `{word}` on this machine"
    ))
}

impl Place {
    /// The folder of this machine that the card lies in.
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::File(file) => Some(folder_of(file)),
            Self::Input | Self::Hub(_) => None,
        }
    }

    /// The file of this machine that the card is.
    pub(super) fn file(&self) -> Option<PathBuf> {
        match self {
            Self::File(file) => Some(file.clone()),
            Self::Folder(folder) => Some(folder.join(NAME)),
            Self::Input | Self::Hub(_) => None,
        }
    }
}

impl Found {
    /// Finds the repository that the command line names, at its commit.
    pub(super) async fn read(global: &Global, which: &WhichCard) -> Result<Self, Failure> {
        let word = which.card.as_str();
        let address = match which.repo_type {
            _ if word.starts_with("hf://") || !word.contains('@') => word.to_owned(),
            Some(kind) => format!("hf://{}/{word}", kind.plural()),
            None => format!("hf://{word}"),
        };
        let target = Target::new(&address, which.repo_type, which.revision.as_ref())?;
        let is_the_card = |path: &RepoPath| path.as_str() == NAME;
        if target.is_folder || target.path.as_ref().is_some_and(|path| !is_the_card(path)) {
            let message = format!("`{}` names something in a repository", plain(word));
            return Err(Failure::usage(message)
                .hint("name the repository alone: its card is the README.md at its top"));
        }
        let hub = target::hub(global, 1)?;
        let client = hub.client();
        let revision = target.revision();
        let resolved = client.resolve(&target.repo, &revision, &Silent).await;
        let commit = resolved.map_err(|error| not_here(word, Failure::from(error)))?;
        let files = client.tree(&target.repo, commit).await?;
        Ok(Self {
            repo: target.repo,
            commit,
            files,
            hub,
        })
    }

    /// The file at a path, where there is one.
    pub(super) fn file(&self, path: &str) -> Option<&TreeFile> {
        self.files.iter().find(|file| file.path.as_str() == path)
    }

    /// The bytes of a file, verified; no more than `longest`.
    pub(super) async fn bytes(&self, file: &TreeFile, longest: usize) -> Result<Vec<u8>, Failure> {
        let client = self.hub.client();
        let read = client.read(&self.repo, self.commit, file, longest);
        Ok(read.await?.to_vec())
    }

    /// The bytes of the card, verified.
    async fn card(&self) -> Result<Vec<u8>, Failure> {
        let file = self.file(NAME).ok_or_else(|| {
            let message = format!("{} has no {NAME} at {}", self.repo, self.commit);
            Failure::new(Exit::NotFound, "no_card", message)
                .hint("`hubkit ls REPO` lists the files; a card is the README.md at the top")
        })?;
        self.bytes(file, LONGEST).await
    }
}

/// The bytes of a card; none where there is no card, and what the user hears of that.
fn or_missing(read: Result<Vec<u8>, Failure>) -> Result<(Vec<u8>, Option<Failure>), Failure> {
    match read {
        Ok(bytes) => Ok((bytes, None)),
        Err(failure) if failure.exit() == Exit::NotFound => Ok((Vec::new(), Some(failure))),
        Err(failure) => Err(failure),
    }
}

/// The folder of a file; of one without any in its path the current one.
pub(super) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Whether the user can only have meant something on this machine: a path, or a file with such an ending.
pub(super) fn is_here(path: &Path, file: &str) -> bool {
    let text = path.to_string_lossy();
    path.is_absolute()
        || text.starts_with(['.', '~'])
        || path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case(file))
}
