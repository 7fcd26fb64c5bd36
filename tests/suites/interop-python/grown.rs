//! A repository with a past, and one with a long past.

use std::path::Path;

use anyhow::Result;
use hubkit_tests::BareGit;
use serde_json::{Value, json};

/// How many commits make more than one page of a history.
const LONG: u64 = 1100;

/// Adds both to a folder, and returns the ids of the commits.
pub(crate) fn add(root: &Path) -> Result<Value> {
    let long = BareGit::init(&root.join("models/lab/long.git"))?;
    long.long_branch("main", LONG)?;
    let mut repo = BareGit::init(&root.join("models/lab/grown.git"))?;
    repo.file("config.json", "{\"version\": 1}\n")?;
    repo.file("docs/notes.txt", "remember\n")?;
    repo.large("weights.bin", &[1; 100_000])?;
    let first = repo.commit("Begin")?;
    repo.git(["tag", "v1"])?;
    repo.file("config.json", "{\"version\": 2}\n")?;
    repo.large("weights.bin", &[2; 200_000])?;
    let second = repo.commit("Grow\n\nWith a second tensor.")?;
    repo.git(["tag", "--annotate", "--message", "The second", "v2"])?;
    repo.remove("docs/notes.txt")?;
    let third = repo.commit("Forget the notes")?;
    repo.file("config.json", "{\"version\": 3}\n")?;
    let proposal = aside(&mut repo, "Propose", &third, "refs/pr/1")?;
    repo.file("config.json", "{\"version\": \"dev\"}\n")?;
    let dev = aside(&mut repo, "Try", &third, "refs/heads/dev")?;
    repo.file("part.txt", "converted\n")?;
    aside(&mut repo, "Convert", &third, "refs/convert/parquet")?;
    Ok(json!({"first": first, "second": second, "third": third, "proposal": proposal, "dev": dev}))
}

/// Commits to another reference, and puts `main` back to where it was.
fn aside(repo: &mut BareGit, message: &str, main: &str, reference: &str) -> Result<String> {
    let commit = repo.commit(message)?;
    repo.git(["update-ref", reference, &commit])?;
    repo.git(["update-ref", "refs/heads/main", main])?;
    Ok(commit)
}
