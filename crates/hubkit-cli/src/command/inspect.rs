//! `hubkit inspect`.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek as _},
    path::Path,
};

use hubkit::{
    Client, CommitId, Connectivity, Repo, Silent, TreeFile,
    lfs::recognise,
    safetensors::{Header, Probe, ReadHeaderError, read_header},
    store::{BlobKey, BlobStore as _},
};
use serde_json::{Value, json};

use crate::{
    args::{Global, Inspect},
    exit::Exit,
    failure::Failure,
    target::{self, Target},
    ui::{Ui, plain, size, table},
};

/// A weights file and what its header says.
struct Weights {
    name: String,
    header: Header,
}

pub(crate) async fn run(global: &Global, arguments: &Inspect, ui: &Ui) -> Result<Exit, Failure> {
    let path = Path::new(&arguments.target);
    let weights = if path.is_file() {
        vec![local(path)?]
    } else if names_a_file(&arguments.target) {
        return Err(Failure::new(
            Exit::NotFound,
            "file_not_found",
            format!("there is no file {}", path.display()),
        ));
    } else {
        let target = Target::new(
            &arguments.target,
            arguments.repo_type,
            arguments.revision.as_ref(),
        )?;
        remote(&target, target::hub(global, 1)?.client()).await?
    };
    ui.result(|| text(&weights), || value(&arguments.target, &weights))?;
    Ok(Exit::Done)
}

/// Whether the user can only have meant a file of this machine.
fn names_a_file(target: &str) -> bool {
    let path = Path::new(target);
    path.is_absolute()
        || target.starts_with('.')
        || (!target.starts_with("hf://")
            && (target.matches('/').count() > 1 || target.ends_with(".safetensors")))
}

fn local(path: &Path) -> Result<Weights, Failure> {
    let name = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        Failure::new(
            Exit::Disk,
            "unreadable",
            format!("{name} can't be read: {error}"),
        )
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut start = Vec::new();
    Read::by_ref(&mut file)
        .take(1024)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    if let Some(pointer) = recognise(&start).pointer() {
        let message = format!(
            "{name} is a Git LFS pointer to {} (sha256 {}), not the file",
            size(pointer.size()),
            pointer.oid()
        );
        return Err(Failure::new(Exit::Integrity, "lfs_pointer", message).hint(
            "fetch the file itself: `git lfs pull` in the clone, or `hubkit download REPO`",
        ));
    }
    file.rewind().map_err(unreadable)?;
    match read_header(&mut file) {
        Ok(header) => Ok(Weights { name, header }),
        Err(ReadHeaderError::Io(error)) => Err(unreadable(error)),
        Err(ReadHeaderError::Header(error)) => Err(malformed(&name, &error)),
        Err(error) => Err(malformed(&name, &error)),
    }
}

fn malformed(name: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Integrity,
        "malformed",
        format!("{name} is not a sound safetensors file: {error}"),
    )
    .hint("it is damaged or of another format; do not load it")
}

async fn remote(target: &Target, client: &Client) -> Result<Vec<Weights>, Failure> {
    let repo = &target.repo;
    let commit = client.resolve(repo, &target.revision(), &Silent).await?;
    let tree = client.tree(repo, commit).await?;
    let files: Vec<TreeFile> = match &target.path {
        Some(path) => tree.into_iter().filter(|file| file.path == *path).collect(),
        None => weights_of(&tree),
    };
    if files.is_empty() {
        let wanted = target
            .path
            .as_ref()
            .map_or("safetensors file".to_owned(), |path| {
                format!("file `{path}`")
            });
        let message = format!("{repo} at {commit} has no {wanted}");
        return Err(Failure::new(Exit::NotFound, "file_not_found", message)
            .hint("`hubkit ls REPO` lists the files"));
    }
    let mut weights = Vec::with_capacity(files.len());
    for file in files {
        let key = BlobKey::new(repo.clone(), file.blob());
        weights.push(match client.store().local_path(&key) {
            Some(path) => Weights {
                name: file.path.to_string(),
                ..local(&path)?
            },
            None if client.connectivity() == Connectivity::Offline => {
                let message = format!(
                    "`{}` of {repo} is not in the cache, and the client is offline",
                    file.path
                );
                return Err(Failure::new(Exit::NotFound, "offline", message));
            }
            None => Weights {
                name: file.path.to_string(),
                header: ask_for_header(client, repo, commit, &file).await?,
            },
        });
    }
    Ok(weights)
}

/// The weights at the top of a repository: one file, or the shards that belong together. Variants come last in the
/// alphabet and are not mixed in.
fn weights_of(tree: &[TreeFile]) -> Vec<TreeFile> {
    let at_top =
        |file: &&TreeFile| file.path.parent().is_none() && file.path.has_extension("safetensors");
    let files: Vec<&TreeFile> = tree.iter().filter(at_top).collect();
    if let Some(single) = files
        .iter()
        .find(|file| file.path.as_str() == "model.safetensors")
    {
        return vec![(*single).clone()];
    }
    let shards: Vec<TreeFile> = files
        .iter()
        .filter(|file| file.path.as_str().starts_with("model-"))
        .map(|file| (*file).clone())
        .collect();
    if shards.is_empty() {
        files.into_iter().cloned().collect()
    } else {
        shards
    }
}

/// Reads a header by asking for as little of the file as it takes.
async fn ask_for_header(
    client: &Client,
    repo: &Repo,
    commit: CommitId,
    file: &TreeFile,
) -> Result<Header, Failure> {
    let mut probe = Probe::new(Some(file.size));
    while let Some(range) = probe.need() {
        probe.feed(&client.read_range(repo, commit, &file.path, range).await?);
    }
    probe
        .finish()
        .map_err(|error| malformed(file.path.as_str(), &error))
}

fn parameters(weights: &[Weights]) -> (u64, BTreeMap<&'static str, u64>) {
    let mut by_dtype = BTreeMap::new();
    for (dtype, count) in weights
        .iter()
        .flat_map(|weights| weights.header.parameters_by_dtype())
    {
        *by_dtype.entry(dtype.as_str()).or_default() += count;
    }
    (by_dtype.values().sum(), by_dtype)
}

fn text(weights: &[Weights]) -> String {
    let mut rows = vec![
        ["TENSOR", "DTYPE", "SHAPE", "SIZE"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for tensor in weights.iter().flat_map(|weights| weights.header.tensors()) {
        let shape: Vec<String> = tensor.shape().iter().map(ToString::to_string).collect();
        let bytes = size(tensor.data().len());
        rows.push(vec![
            plain(tensor.name()),
            tensor.dtype().as_str().to_owned(),
            format!("[{}]", shape.join(", ")),
            bytes,
        ]);
    }
    let (total, by_dtype) = parameters(weights);
    let dtypes: Vec<String> = by_dtype
        .iter()
        .map(|(dtype, count)| format!("{count} {dtype}"))
        .collect();
    let bytes: u64 = weights
        .iter()
        .map(|weights| weights.header.data_len())
        .sum();
    let metadata: Vec<String> = weights
        .iter()
        .flat_map(|weights| weights.header.metadata())
        .map(|(key, value)| format!("\nmetadata: {} = {}", plain(key), plain(value)))
        .collect();
    format!(
        "{}\n\n{} tensors in {} file(s), {} of data\nparameters: {total} ({}){}",
        table(&rows),
        rows.len() - 1,
        weights.len(),
        size(bytes),
        dtypes.join(", "),
        metadata.concat()
    )
}

fn value(target: &str, weights: &[Weights]) -> Value {
    let (total, by_dtype) = parameters(weights);
    let tensors = weights.iter().flat_map(|weights| {
        weights.header.tensors().iter().map(|tensor| {
            let range = weights.header.file_range(tensor);
            json!({
                "name": tensor.name(), "dtype": tensor.dtype().as_str(), "shape": tensor.shape(), "file": weights.name,
                "start": range.start(), "end": range.end(),
            })
        })
    });
    json!({
        "target": target,
        "files": weights.iter().map(|weights| json!({
            "path": weights.name, "header_bytes": weights.header.header_len(), "data_bytes": weights.header.data_len(),
            "metadata": weights.header.metadata(),
        })).collect::<Vec<_>>(),
        "tensors": tensors.collect::<Vec<_>>(),
        "parameters": { "total": total, "by_dtype": by_dtype },
    })
}
