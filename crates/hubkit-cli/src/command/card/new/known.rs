//! What is known of a repository that has no card yet.

use std::{collections::BTreeMap, path::Path};

use futures_util::{FutureExt as _, StreamExt as _, stream};
use hubkit::{
    CommitId, InspectedModel, InspectionError, RepoId, RepoKind, Revision, Scope, TreeFile,
    inspect::MetadataValue, inspect_path, inspect_repo,
};
use hubkit_card::{DOCUMENT_BYTES, Loss, ModelShape, template_documents};

use crate::{
    args::{CardNew, Global, WhichCard},
    command::{
        card::{
            asset::names,
            input::Input,
            model::shape,
            source::{Found, folder_of, is_here},
        },
        inspect::unlooked,
    },
    exit::Exit,
    failure::Failure,
    ui::plain,
};

/// How a file of a repository is read.
const DOCUMENT: Input = Input {
    longest: DOCUMENT_BYTES,
    expected: "a file of ",
    code: "malformed_document",
    check: "name a config.json, or the folder that it lies in",
    name: "name a folder, a config.json, or a repository as NAMESPACE/NAME",
    piped: "name a file",
};

/// So many files are fetched at a time.
const AT_ONCE: usize = 8;

/// What is known of a repository that has no card yet.
#[derive(Default)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) repo: Option<RepoId>,
    pub(super) commit: Option<CommitId>,
    pub(super) kind: Option<RepoKind>,
    files: Vec<String>,
    pub(super) documents: Vec<(String, Vec<u8>)>,
    pub(super) shape: ModelShape,
    pub(super) weights: Vec<String>,
    pub(super) header: BTreeMap<String, Vec<String>>,
    pub(super) losses: Vec<Loss>,
}

impl Known {
    /// Looks at what the command line names.
    pub(super) async fn look(global: &Global, arguments: &CardNew) -> Result<Self, Failure> {
        let place = arguments.place.as_ref().or(arguments.from.as_ref());
        let word = place.map_or(".", String::as_str);
        let path = Path::new(word);
        if !word.starts_with("hf://") && (path.exists() || is_here(path, "json")) {
            return if path.is_dir() {
                Self::of_folder(path)
            } else {
                Self::of_file(path)
            };
        }
        let which = WhichCard {
            card: word.to_owned(),
            repo_type: arguments.repo_type,
            revision: arguments.revision.clone(),
        };
        Self::of_repo(&Found::read(global, &which).await?).await
    }

    pub(super) fn files(&self) -> Vec<&str> {
        self.files.iter().map(String::as_str).collect()
    }

    /// The documents that are worth reading.
    fn wanted(&self) -> Vec<String> {
        let paths = template_documents(&self.files());
        paths.into_iter().map(str::to_owned).collect()
    }

    fn of_folder(folder: &Path) -> Result<Self, Failure> {
        let mut known = Self {
            name: folder_name(folder),
            files: names(folder)?.iter().map(ToString::to_string).collect(),
            ..Self::default()
        };
        for path in known.wanted() {
            let file = folder.join(&path);
            if file.metadata().is_ok_and(|found| is_long(found.len())) {
                known.losses.push(too_long(path));
                continue;
            }
            known.documents.push((path, DOCUMENT.read(&file)?));
        }
        known.inspected(inspect_path(folder, &Scope::Model));
        Ok(known)
    }

    /// A file alone: a document by its name, or weights. Another one in JSON is taken for a `config.json`.
    fn of_file(path: &Path) -> Result<Self, Failure> {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut known = Self {
            name: folder_name(folder_of(path)),
            ..Self::default()
        };
        let is_json = path.extension().is_some_and(|ending| ending == "json");
        let is_document = !template_documents(&[name.as_str()]).is_empty();
        if is_document || is_json {
            let bytes = DOCUMENT.read(path)?;
            let name = if is_document {
                name
            } else {
                "config.json".to_owned()
            };
            if is_json {
                is_object(path, &bytes)?;
            }
            known.files.push(name.clone());
            known.documents.push((name, bytes));
            known.of_config();
            return Ok(known);
        }
        known.name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        known.files.push(name);
        let inspected = inspect_path(path, &Scope::Model);
        known.take(&inspected.map_err(|error| {
            unlooked(
                error,
                "`hubkit card new` also takes a folder or a config.json",
            )
        })?);
        Ok(known)
    }

    async fn of_repo(found: &Found) -> Result<Self, Failure> {
        let client = found.hub.client();
        let mut known = Self {
            name: found.repo.id.name().to_owned(),
            repo: Some(found.repo.id.clone()),
            commit: Some(found.commit),
            kind: Some(found.repo.kind),
            files: found
                .files
                .iter()
                .map(|file| file.path.to_string())
                .collect(),
            ..Self::default()
        };
        let wanted = known.wanted();
        let is_wanted = |file: &&TreeFile| wanted.iter().any(|path| path == file.path.as_str());
        let wanted: Vec<_> = found.files.iter().filter(is_wanted).collect();
        let (long, small): (Vec<_>, Vec<_>) =
            wanted.into_iter().partition(|file| is_long(file.size));
        let losses = long.iter().map(|file| too_long(file.path.to_string()));
        known.losses.extend(losses);
        let reads = small.into_iter().map(|file| {
            async move {
                let bytes = found.bytes(file, DOCUMENT_BYTES).await?;
                Ok::<_, Failure>((file.path.to_string(), bytes))
            }
            .boxed()
        });
        let mut reads = stream::iter(reads).buffer_unordered(AT_ONCE);
        while let Some(document) = reads.next().await {
            known.documents.push(document?);
        }
        known.documents.sort();
        if found.repo.kind == RepoKind::Model {
            let revision = Revision::from(found.commit);
            let inspected = inspect_repo(client, &found.repo, &revision, &Scope::Model).await;
            known.inspected(inspected);
        }
        Ok(known)
    }

    /// Takes what the weights say; where they say nothing, what the configuration does.
    fn inspected(&mut self, inspected: Result<InspectedModel, InspectionError>) {
        match inspected {
            Ok(model) => self.take(&model),
            Err(error) => {
                if !matches!(error, InspectionError::NoWeights { .. }) {
                    let (what, why) = ("the weights".to_owned(), error.to_string());
                    self.losses.push(Loss { what, why });
                }
                self.of_config();
            }
        }
    }

    fn take(&mut self, model: &InspectedModel) {
        self.shape = shape::of(model, None);
        for file in &model.files {
            match &file.outcome {
                Ok(_) => self.weights.push(file.name.clone()),
                Err(error) => {
                    let (what, why) = (file.name.clone(), error.to_string());
                    self.losses.push(Loss { what, why });
                }
            }
        }
        let first = model.inspections().next();
        for (name, value) in first
            .iter()
            .flat_map(|(_, inspection)| &inspection.metadata)
        {
            let texts = texts(value);
            if name.starts_with("general.") && !texts.is_empty() {
                self.header.insert(name.clone(), texts);
            }
        }
    }

    fn of_config(&mut self) {
        let mut documents = self.documents.iter();
        if let Some((_, config)) = documents.find(|(path, _)| path == "config.json") {
            self.shape = shape::of_json(config);
        }
    }
}

/// Whether a document is longer than is read, as logs of long trainings are.
fn is_long(bytes: u64) -> bool {
    bytes > DOCUMENT_BYTES as u64
}

fn too_long(what: String) -> Loss {
    let why = format!("it is longer than {DOCUMENT_BYTES} bytes");
    Loss { what, why }
}

fn folder_name(folder: &Path) -> String {
    let folder = folder.canonicalize().ok();
    let name = folder.as_deref().and_then(Path::file_name);
    name.map_or_else(
        || "model".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// A file that was named must be what it was named for.
fn is_object(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = plain(&path.display().to_string());
    let malformed = |message: String| Failure::new(Exit::Integrity, "malformed_document", message);
    let hint = "name the config.json of a model, or its folder";
    match serde_json::from_slice::<serde_json::Value>(bytes) {
        Ok(value) if value.is_object() || value.is_array() => Ok(()),
        Ok(_) => {
            Err(malformed(format!("{name}: expected an object, found a single value")).hint(hint))
        }
        Err(error) => Err(malformed(format!("{name}: expected JSON"))
            .caused_by(&error)
            .hint(hint)),
    }
}

fn texts(value: &MetadataValue) -> Vec<String> {
    match value {
        MetadataValue::Text(text) => vec![text.clone()],
        MetadataValue::List { first, .. } => {
            let texts = first.iter().filter_map(MetadataValue::as_text);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
