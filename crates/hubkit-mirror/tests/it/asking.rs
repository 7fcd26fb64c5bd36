//! A small hub, and how it is asked.

use bytes::Bytes;
use http::{HeaderMap, Request};
use hubkit_mirror::Mirror;
use hubkit_store::{DynStore, MemoryStore, Storage};
use hubkit_transport::Body;
use hubkit_types::{CommitId, Repo, RepoKind, Revision};
use serde_json::Value;

/// The digest of `0123456789`, which is the content of `model.safetensors`.
pub(crate) const SHA256: &str = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882";

/// The model `lab/tiny` and the dataset `lab/words`, both on `main` and with a tag.
pub(crate) struct Hub {
    pub(crate) mirror: Mirror,
    pub(crate) model: CommitId,
    pub(crate) dataset: CommitId,
}

pub(crate) fn hub() -> Hub {
    let store = MemoryStore::new();
    let model = [
        (
            "README.md",
            "---\nlicense: mit\n---\n# Tiny\n",
            Storage::Git,
        ),
        ("config.json", "{\"model_type\":\"bert\"}", Storage::Git),
        ("empty.txt", "", Storage::Git),
        ("onnx/model.onnx", "onnx", Storage::Git),
        ("model.safetensors", "0123456789", Storage::Lfs),
    ];
    let dataset = [
        ("README.md", "# Words\n", Storage::Git),
        ("data/train.csv", "word\nhub\n", Storage::Git),
        ("data/train.parquet", "PAR1", Storage::Lfs),
    ];
    let model = insert(&store, RepoKind::Model, "lab/tiny", &model);
    let dataset = insert(&store, RepoKind::Dataset, "lab/words", &dataset);
    Hub {
        mirror: Mirror::new(DynStore::new(store)),
        model,
        dataset,
    }
}

fn insert(
    store: &MemoryStore,
    kind: RepoKind,
    id: &str,
    files: &[(&str, &'static str, Storage)],
) -> CommitId {
    let repo = Repo::new(kind, id.parse().expect("an id"));
    let mut commit = None;
    for revision in ["main", "refs/tags/v1"] {
        let files = files.iter().map(|(path, text, storage)| {
            let path = path.parse().expect("a path");
            (path, Bytes::from_static(text.as_bytes()), *storage)
        });
        let revision: Revision = revision.parse().expect("a revision");
        commit = Some(store.insert(repo.clone(), revision, files));
    }
    commit.expect("two revisions")
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }
}

/// Asks with any method, headers and body.
pub(crate) async fn ask(
    mirror: &Mirror,
    (method, target): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = Body::from(Bytes::copy_from_slice(body.as_bytes()));
    let request = request.body(body).expect("a request");
    let (parts, body) = mirror.answer(request).await.into_parts();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: body.collect(1 << 20).await.expect("a whole body"),
    }
}

pub(crate) async fn get(mirror: &Mirror, target: &str) -> Answer {
    ask(mirror, ("GET", target), &[], "").await
}
