//! `hubkit inspect`.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek as _},
    path::{Path, PathBuf},
};

use hubkit::{
    Client, CommitId, Connectivity, Repo, RepoPath, Silent, TreeFile,
    lfs::recognise,
    safetensors::{Header, Probe, ReadHeaderError, ShardIndex, read_header},
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
    let name = path.display().to_string();
    let weights = if path.is_file() {
        let header = local(path, &name)?;
        vec![Weights { name, header }]
    } else if names_a_file(&arguments.target) {
        let what = if path.exists() {
            "is no file"
        } else {
            "does not exist"
        };
        return Err(
            Failure::new(Exit::NotFound, "file_not_found", format!("{name} {what}"))
                .hint("name a safetensors file, or a repository as NAMESPACE/NAME"),
        );
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

/// Reads the header of a file of this machine, called by `name` where something is wrong with it.
fn local(path: &Path, name: &str) -> Result<Header, Failure> {
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
        Ok(header) => Ok(header),
        Err(ReadHeaderError::Io(error)) => Err(unreadable(error)),
        Err(ReadHeaderError::Header(error)) => Err(malformed(name, &error)),
        Err(error) => Err(malformed(name, &error)),
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
    let source = Source {
        client,
        repo,
        commit,
    };
    let (files, index) = match &target.path {
        Some(path) => (
            tree.into_iter().filter(|file| file.path == *path).collect(),
            None,
        ),
        None => source.weights_of(tree).await?,
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
        weights.push(source.header_of(file).await?);
    }
    match index {
        Some(index) => check_shards(&index, &weights).map(|()| weights),
        None => Ok(weights),
    }
}

/// A commit of a repository on a hub.
struct Source<'a> {
    client: &'a Client,
    repo: &'a Repo,
    commit: CommitId,
}

/// An index of shards takes about a hundred bytes a tensor, and there are models with half a million.
const LONGEST_INDEX: usize = 250 << 20;

impl Source<'_> {
    /// The weights at the top of a repository: one file, or the shards that an index names, or, where there is neither,
    /// every file of the format. Variants are left out of the first two.
    async fn weights_of(
        &self,
        tree: Vec<TreeFile>,
    ) -> Result<(Vec<TreeFile>, Option<ShardIndex>), Failure> {
        let named = |name: &str| tree.iter().find(|file| file.path.as_str() == name);
        if let Some(single) = named("model.safetensors") {
            return Ok((vec![single.clone()], None));
        }
        let Some(file) = named("model.safetensors.index.json") else {
            let at_top = |file: &TreeFile| {
                file.path.parent().is_none() && file.path.has_extension("safetensors")
            };
            return Ok((tree.into_iter().filter(at_top).collect(), None));
        };
        let document = self
            .client
            .read(self.repo, self.commit, file, LONGEST_INDEX)
            .await?;
        let index =
            ShardIndex::parse(&document).map_err(|error| malformed(file.path.as_str(), &error))?;
        let paths: Vec<RepoPath> = tree.iter().map(|file| file.path.clone()).collect();
        if let Some(missing) = index.missing(&paths).first() {
            let message = format!(
                "{} at {} has no `{missing}`, which its index of shards names: not all of the model is there",
                self.repo, self.commit
            );
            return Err(Failure::new(Exit::Usage, "incomplete", message)
                .hint("name one shard to look at it alone, as in hf://NAMESPACE/NAME/model-00001-of-00002.safetensors"));
        }
        let is_shard = |file: &TreeFile| index.shards().contains(&file.path);
        Ok((tree.into_iter().filter(is_shard).collect(), Some(index)))
    }

    async fn header_of(&self, file: TreeFile) -> Result<Weights, Failure> {
        let name = file.path.to_string();
        let key = BlobKey::new(self.repo.clone(), file.blob());
        // A blob that was cut off is no blob; the hub has the whole one.
        let is_whole =
            |path: &PathBuf| std::fs::metadata(path).is_ok_and(|found| found.len() == file.size);
        if let Some(path) = self.client.store().local_path(&key).filter(is_whole) {
            return Ok(Weights {
                header: local(&path, &name)?,
                name,
            });
        }
        if self.client.connectivity() == Connectivity::Offline {
            let message = format!(
                "`{name}` of {} is not in the cache, and the client is offline",
                self.repo
            );
            return Err(Failure::new(Exit::NotFound, "offline", message)
                .hint("run the same command without `--offline` and HF_HUB_OFFLINE"));
        }
        let mut probe = Probe::new(Some(file.size));
        while let Some(range) = probe.need() {
            probe.feed(
                &self
                    .client
                    .read_range(self.repo, self.commit, &file, range)
                    .await?,
            );
        }
        let header = probe.finish().map_err(|error| malformed(&name, &error))?;
        Ok(Weights { name, header })
    }
}

/// An index and its shards must tell the same of every tensor.
fn check_shards(index: &ShardIndex, weights: &[Weights]) -> Result<(), Failure> {
    for (tensor, shard) in index.tensors() {
        let found = weights
            .iter()
            .find(|weights| weights.name == shard.as_str());
        if found.is_none_or(|weights| weights.header.tensor(tensor).is_none()) {
            return Err(malformed(
                shard.as_str(),
                &format!("its index names the tensor `{}` in it", plain(tensor)),
            ));
        }
    }
    Ok(())
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
        weights.header.tensors().map(|tensor| {
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
