//! From names to commits.

use git2::{ErrorCode, ObjectType};
use hubkit_types::{CommitId, Revision};

use crate::{GitError, GitErrorKind, Repository, error::Optional as _, repository::own_commit};

/// The places whose references a hub knows.
const PLACES: [&str; 4] = ["refs/heads/", "refs/tags/", "refs/pr/", "refs/convert/"];

/// The fewest digits of an abbreviated commit id that are looked up; git itself prints no fewer.
const FEWEST_DIGITS: usize = 7;

/// A name of a commit that may move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// The name in full: `refs/heads/main`, `refs/tags/v1`, `refs/pr/4`, `refs/convert/parquet`.
    pub name: Revision,
    /// The commit it is at; of a tag with a message the commit that was tagged.
    pub target: CommitId,
}

impl Reference {
    /// The name of a branch or a tag without its place; the full name of any other.
    pub fn short_name(&self) -> &str {
        let full = self.name.as_str();
        let short = PLACES[..2]
            .iter()
            .find_map(|place| full.strip_prefix(place));
        short.unwrap_or(full)
    }

    /// What [`Repository::resolve`] finds this reference by, and nothing else: a branch by its name alone, as a hub
    /// lists it, everything else by its full name. A branch whose name alone reads as something else, such as a commit
    /// id, has its full name too.
    pub fn revision(&self) -> Revision {
        let branch = self.name.as_str().strip_prefix(PLACES[0]);
        branch
            .filter(|name| !name.starts_with("refs/") && *name != "HEAD")
            .and_then(|name| name.parse().ok())
            .filter(|name: &Revision| name.as_commit().is_none())
            .unwrap_or_else(|| self.name.clone())
    }
}

impl Repository {
    /// The branches, the tags, and what a hub keeps under `refs/pr` and `refs/convert`, sorted by full name.
    ///
    /// Left out are names that are no [`Revision`], and references that lead to no commit.
    ///
    /// # Errors
    ///
    /// Of kind `Corrupt` or `Io` when they can't be read.
    pub fn references(&self) -> Result<Vec<Reference>, GitError> {
        let fault = |fault| GitError::of("can't list the references", fault);
        let mut found = Vec::new();
        for reference in self.inner.references().map_err(fault)? {
            let reference = reference.map_err(fault)?;
            let name = reference.name().ok().filter(|name| is_placed(name));
            let Some(name) = name.and_then(|name| name.parse().ok()) else {
                continue;
            };
            if let Ok(target) = reference.peel(ObjectType::Commit) {
                let target = own_commit(target.id())?;
                found.push(Reference { name, target });
            }
        }
        found.sort_unstable_by(|left, right| left.name.cmp(&right.name));
        Ok(found)
    }

    /// The default branch: the one that `HEAD` names or, where that is not there, the only one. `None` when nothing was
    /// committed, or when several branches are there and `HEAD` names none of them.
    ///
    /// # Errors
    ///
    /// Of kind `Corrupt` or `Io` when it can't be read.
    pub fn default_branch(&self) -> Result<Option<Reference>, GitError> {
        let head = self.inner.find_reference("HEAD");
        let head = head.optional(|| "can't read HEAD".to_owned())?;
        let named = head.and_then(|head| {
            let name = head.symbolic_target().ok()??;
            Some(name.to_owned()).filter(|name| name.starts_with(PLACES[0]))
        });
        if let Some(name) = named.and_then(|name| name.parse::<Revision>().ok())
            && let Some(target) = self.at(name.as_str())?
        {
            return Ok(Some(Reference { name, target }));
        }
        let references = self.references()?.into_iter();
        let mut branches = references.filter(|found| found.name.as_str().starts_with(PLACES[0]));
        Ok(branches.next().filter(|_| branches.next().is_none()))
    }

    /// The commit of a revision: a full commit id, a reference by its full name, a branch or a tag by its name alone (the
    /// branch wins), `HEAD`, or the start of a commit id, seven digits at least, that a reference leads to.
    ///
    /// `main` is the default branch where no branch and no tag is called so. A full commit id is found whether or not a
    /// reference leads to it; a start of one is short enough to be guessed, and what was taken back must not be found so.
    ///
    /// # Errors
    ///
    /// Of kind `Corrupt` or `Io` when that can't be told. A start of several ids is `None`.
    pub fn resolve(&self, revision: &Revision) -> Result<Option<CommitId>, GitError> {
        if let Some(commit) = revision.as_commit() {
            return Ok(self.has_commit(commit)?.then_some(commit));
        }
        let text = revision.as_str();
        if text == "HEAD" {
            return self.head();
        }
        let places = ["", PLACES[0], PLACES[1]];
        for place in places {
            let name = format!("{place}{text}");
            if is_placed(&name)
                && let Some(commit) = self.at(&name)?
            {
                return Ok(Some(commit));
            }
        }
        if *revision == Revision::main() {
            return self.head();
        }
        self.by_prefix(text)
    }

    /// The commit of the default branch, or the one that a detached `HEAD` is at.
    fn head(&self) -> Result<Option<CommitId>, GitError> {
        match self.default_branch()? {
            Some(branch) => Ok(Some(branch.target)),
            None => self.at("HEAD"),
        }
    }

    /// The commit of a reference by its full name.
    fn at(&self, name: &str) -> Result<Option<CommitId>, GitError> {
        let found = match self.inner.find_reference(name) {
            Ok(found) => found,
            // What git would not take as a name of a reference is none.
            Err(fault) if matches!(fault.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec) => {
                return Ok(None);
            }
            Err(fault) => return Err(GitError::of(format!("can't read `{name}`"), fault)),
        };
        // A reference to what is no commit, or to a branch that was not born, leads to no commit.
        let commit = found.peel(ObjectType::Commit).ok();
        commit.map(|commit| own_commit(commit.id())).transpose()
    }

    fn by_prefix(&self, text: &str) -> Result<Option<CommitId>, GitError> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() < FEWEST_DIGITS || !text.bytes().all(is_hex) {
            return Ok(None);
        }
        let found = self.inner.find_commit_by_prefix(text);
        let found = found.optional(|| format!("can't look up `{text}`"));
        let found = match found {
            Err(fault) if fault.kind() == GitErrorKind::Ambiguous => return Ok(None),
            found => found?,
        };
        match found {
            Some(commit) if self.is_reached(commit.id())? => own_commit(commit.id()).map(Some),
            _ => Ok(None),
        }
    }

    /// Whether any reference leads to a commit.
    fn is_reached(&self, commit: git2::Oid) -> Result<bool, GitError> {
        let fault = |fault| GitError::of(format!("can't look for {commit} in the history"), fault);
        let mut walk = self.inner.revwalk().map_err(fault)?;
        let targets = self.references()?.into_iter().map(|found| found.target);
        for target in targets.chain(self.head()?) {
            walk.push(self.expect_commit(target)?.id()).map_err(fault)?;
        }
        for reached in walk {
            if reached.map_err(fault)? == commit {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn is_placed(name: &str) -> bool {
    PLACES.iter().any(|place| name.starts_with(place))
}
