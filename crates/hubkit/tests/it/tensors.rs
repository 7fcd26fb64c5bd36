//! Tensors of a model on a hub in this process: what comes, and what it costs.

use bytes::Bytes;
use hubkit::{
    Client, Connectivity, RemoteTensors, Repo, RepoKind, RepoPath, Revision, Silent, TensorError,
    safetensors::{SelectError, TensorQuery},
    store::{DynStore, MemoryStore, Storage},
    transport::{RequestLog, Requests, Script},
};
use hubkit_mirror::Mirror;

/// A file with one tensor of bytes, each the number of its place.
fn weights(name: &str, rows: usize) -> Vec<u8> {
    let length = rows * 100;
    let header = format!(
        r#"{{"{name}":{{"dtype":"U8","shape":[{rows},100],"data_offsets":[0,{length}]}}}}"#
    );
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header.as_bytes());
    file.extend((0..length).map(|place| place.to_le_bytes()[0]));
    file
}

const INDEX: &str = r#"{"weight_map":{"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors","d":"3.safetensors"}}"#;

fn sharded() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("model.safetensors.index.json", INDEX.as_bytes().to_vec()),
        ("1.safetensors", weights("a", 5000)),
        ("2.safetensors", weights("b", 5000)),
    ]
}

fn repo() -> Repo {
    Repo::new(RepoKind::Model, "me/tiny".parse().expect("an id"))
}

fn hub(files: &[(&str, Vec<u8>)]) -> (Client, RequestLog) {
    let store = MemoryStore::new();
    let files = files.iter().map(|(path, bytes)| {
        let path: RepoPath = path.parse().expect("a path");
        (path, Bytes::from(bytes.clone()), Storage::Lfs)
    });
    store.insert(repo(), Revision::main(), files.collect::<Vec<_>>());
    let transport = Requests::new(Mirror::new(DynStore::new(store)));
    let log = transport.log();
    let endpoint = "http://localhost".parse().expect("an endpoint");
    (Client::builder(endpoint, transport).build(), log)
}

async fn open(client: &Client, file: Option<&str>) -> Result<RemoteTensors, TensorError> {
    let main = Revision::main();
    let commit = client.resolve(&repo(), &main, &Silent).await?;
    let file = file.map(|file| file.parse().expect("a path"));
    RemoteTensors::open(client, &repo(), commit, file.as_ref()).await
}

async fn read(weights: &RemoteTensors, tensor: &str) -> Result<Vec<u8>, TensorError> {
    let tensor = weights.find(&TensorQuery::new(tensor)).await?;
    weights.read(&tensor).await
}

#[tokio::test]
async fn a_part_costs_the_index_one_header_and_itself() {
    let (client, requests) = hub(&sharded());
    let weights = open(&client, None).await.expect("weights");
    let before = requests.count();
    let part = read(&weights, "b[1:3, :2]").await.expect("a part");
    assert_eq!(part, [100, 101, 200, 201]);
    // Two rows that are near are one request, with what lies between.
    assert_eq!(requests.count() - before, 2);
    assert_eq!(weights.bytes_read(), INDEX.len() as u64 + 100_000 + 102);
    // The header is known now.
    let far = read(&weights, "b[::1, 0]").await.expect("a column");
    assert_eq!((far.len(), far[1]), (5000, 100));
    assert_eq!(requests.count() - before, 3);
    let other = read(&weights, "a[-1, -1]").await.expect("an element");
    assert_eq!(other, [(499_999_usize).to_le_bytes()[0]]);
    assert_eq!(requests.count() - before, 5);
}

#[tokio::test]
async fn what_is_in_the_store_takes_no_request() {
    let (client, _) = hub(&sharded());
    let request = hubkit::SnapshotRequest::new(repo());
    let snapshot = client.snapshot(&request, &Silent).await;
    snapshot.expect("a snapshot");
    let endpoint = "http://localhost".parse().expect("an endpoint");
    let offline = Client::builder(endpoint, Script::new())
        .store(client.store().clone())
        .connectivity(Connectivity::Offline)
        .build();
    let weights = open(&offline, None).await.expect("weights");
    let tensor = weights.find(&TensorQuery::new("b[7]")).await;
    let tensor = tensor.expect("it is there");
    assert!(tensor.is_stored() && tensor.file().path.as_str() == "2.safetensors");
    let row = weights.read(&tensor).await.expect("a row");
    assert_eq!((row.len(), row[0]), (100, 700_usize.to_le_bytes()[0]));
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let (client, _) = hub(&sharded());
    let weights = open(&client, None).await.expect("weights");
    let place = |error: Result<Vec<u8>, TensorError>| match error {
        Err(TensorError::Select {
            path,
            error: SelectError::NotFound { name },
        }) => format!("{path} {name}"),
        Err(TensorError::NoFile { path }) => format!("no {path}"),
        other => panic!("{other:?}"),
    };
    let none = place(read(&weights, "none").await);
    assert_eq!(none, "model.safetensors.index.json none");
    // The index tells of it, and the file does not hold it.
    assert_eq!(place(read(&weights, "c").await), "2.safetensors c");
    assert_eq!(place(read(&weights, "d").await), "no 3.safetensors");
    let named = open(&client, Some("x.safetensors")).await;
    assert!(
        matches!(named, Err(TensorError::NoFile { .. })),
        "{named:?}"
    );
    let (client, _) = hub(&sharded()[1..]);
    let several = open(&client, None).await;
    assert!(
        matches!(several, Err(TensorError::SeveralFiles { .. })),
        "{several:?}"
    );
    let one = open(&client, Some("1.safetensors"))
        .await
        .expect("one of them");
    assert_eq!(read(&one, "a[0, 3]").await.expect("an element"), [3]);
    let (client, _) = hub(&[("README.md", Vec::new())]);
    assert!(matches!(
        open(&client, None).await,
        Err(TensorError::NoWeights)
    ));
}
