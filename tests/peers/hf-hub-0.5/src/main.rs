//! Fetches with hf-hub 0.5 and prints where: `snapshot KIND REPO REVISION` prints a folder, `file REPO PATH` a file.
//! Endpoint and cache come from `HF_ENDPOINT` and `HF_HOME`.

use std::path::{Path, PathBuf};

use hf_hub::{
    Repo, RepoType,
    api::sync::{ApiBuilder, ApiRepo},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let api = ApiBuilder::from_env().with_progress(false).build()?;
    let found = match words[..] {
        ["snapshot", kind, repo, revision] => {
            let kind = match kind {
                "dataset" => RepoType::Dataset,
                "space" => RepoType::Space,
                _ => RepoType::Model,
            };
            let repo = Repo::with_revision(repo.to_owned(), kind, revision.to_owned());
            snapshot(&api.repo(repo))?
        }
        ["file", repo, path] => api.model(repo.to_owned()).get(path)?,
        _ => return Err("say what to fetch".into()),
    };
    println!("{}", found.display());
    Ok(())
}

/// This version has no call for all files; programs ask for one after the other.
fn snapshot(repo: &ApiRepo) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let mut folder = None;
    for file in repo.info()?.siblings {
        let path = repo.get(&file.rfilename)?;
        let depth = file.rfilename.split('/').count();
        folder = path.ancestors().nth(depth).map(Path::to_path_buf);
    }
    Ok(folder.ok_or("there is no file")?)
}
