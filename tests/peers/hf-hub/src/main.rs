//! Asks a hub with hf-hub and prints the answer, one line for each thing found: `DEED REPO [WHAT] [REVISION]`.
//! Endpoint, cache and token come from `HF_ENDPOINT`, `HF_HOME` and `HF_TOKEN`.

use futures::TryStreamExt as _;
use hf_hub::{HFClient, repository::RepoTreeEntry};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    for line in answer(&words).await? {
        println!("{line}");
    }
    Ok(())
}

async fn answer(words: &[&str]) -> Result<Vec<String>> {
    let client = HFClient::new()?;
    let model = |repo: &str| {
        let (namespace, name) = repo.split_once('/').unwrap_or(("", repo));
        client.model(namespace, name)
    };
    Ok(match *words {
        ["snapshot", repo] => snapshot(&client, "model", repo, "main").await?,
        ["snapshot", kind, repo, revision] => snapshot(&client, kind, repo, revision).await?,
        ["file", repo, path, revision] => {
            let repo = model(repo);
            let file = repo.download_file().filename(path).revision(revision);
            vec![file.send().await?.display().to_string()]
        }
        ["metadata", repo, path] => {
            let found = model(repo).get_file_metadata().filepath(path).send().await?;
            vec![found.commit_hash, found.etag, found.file_size.to_string()]
        }
        ["info", repo, revision] => {
            let info = model(repo).info().revision(revision).send().await?;
            vec![info.id, info.sha.unwrap_or_default(), info.pipeline_tag.unwrap_or_default()]
        }
        ["tree", repo, revision] => {
            let tree = model(repo);
            let tree = tree.list_tree().revision(revision).recursive(true).send()?;
            paths(tree.try_collect().await?)
        }
        ["paths", repo, ref wanted @ ..] => {
            let wanted = wanted.iter().map(ToString::to_string).collect();
            paths(model(repo).get_paths_info().paths(wanted).send().await?)
        }
        ["commits", repo, revision] => {
            let repo = model(repo);
            let commits: Vec<_> = repo.list_commits().revision(revision).send()?.try_collect().await?;
            commits.into_iter().map(|commit| format!("{} {}", commit.id, commit.title)).collect()
        }
        ["refs", repo] => {
            let refs = model(repo).list_refs().include_pull_requests(true).send().await?;
            let all = [refs.branches, refs.tags, refs.converts, refs.pull_requests];
            let all = all.into_iter().flatten();
            all.map(|found| format!("{} {}", found.git_ref, found.target_commit)).collect()
        }
        ["diff", repo, spec] => vec![model(repo).get_raw_diff().compare(spec).send().await?],
        ["models", author] => {
            let models: Vec<_> = client.list_models().author(author).send()?.try_collect().await?;
            models.into_iter().map(|model| model.id).collect()
        }
        ["exists", repo, path] => vec![model(repo).file_exists().filename(path).send().await?.to_string()],
        ["whoami"] => vec![client.whoami().send().await?.username],
        _ => return Err("say what to ask for".into()),
    })
}

async fn snapshot(client: &HFClient, kind: &str, repo: &str, revision: &str) -> Result<Vec<String>> {
    let (namespace, name) = repo.split_once('/').ok_or("name a repository as NAMESPACE/NAME")?;
    let folder = match kind {
        "dataset" => client.dataset(namespace, name).snapshot_download().revision(revision).send().await?,
        "space" => client.space(namespace, name).snapshot_download().revision(revision).send().await?,
        _ => client.model(namespace, name).snapshot_download().revision(revision).send().await?,
    };
    Ok(vec![folder.display().to_string()])
}

fn paths(entries: Vec<RepoTreeEntry>) -> Vec<String> {
    let lines = entries.into_iter().map(|entry| match entry {
        RepoTreeEntry::File { path, size, .. } => format!("{path} {size}"),
        RepoTreeEntry::Directory { path, .. } => format!("{path}/"),
    });
    lines.collect()
}
