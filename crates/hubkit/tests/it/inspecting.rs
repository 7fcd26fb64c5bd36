//! Models looked at over a hub in this process, and on the disk: what is told, and what it costs.

use std::{fs, path::Path};

use bytes::Bytes;
use hubkit::{
    Client, Connectivity, InspectedModel, InspectionError, Repo, RepoKind, RepoPath, Revision,
    Scope,
    inspect::{Finding, InspectError, Verdict},
    inspect_path, inspect_repo,
    store::{DynStore, MemoryStore, Storage},
    transport::{RequestLog, Requests},
};
use hubkit_mirror::Mirror;

/// A file of safetensors with these tensors of bytes.
fn weights(tensors: &[(&str, usize)]) -> Vec<u8> {
    let mut end = 0;
    let entries = tensors.iter().map(|(name, length)| {
        let start = end;
        end += length;
        format!(r#""{name}":{{"dtype":"U8","shape":[{length}],"data_offsets":[{start},{end}]}}"#)
    });
    let header = format!("{{{}}}", entries.collect::<Vec<_>>().join(","));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header.as_bytes());
    file.resize(file.len() + end, 7);
    file
}

const INDEX: &str = r#"{"metadata":{"total_size":300000},"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}"#;

fn sharded() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("config.json", br#"{"model_type":"llama"}"#.to_vec()),
        ("README.md", b"---\nlicense: mit\n---\n".to_vec()),
        ("model.safetensors.index.json", INDEX.as_bytes().to_vec()),
        ("model-1.safetensors", weights(&[("a", 100_000)])),
        ("model-2.safetensors", weights(&[("b", 200_000)])),
        ("pytorch_model.bin", b"\x80\x02".to_vec()),
    ]
}

fn repo() -> Repo {
    Repo::new(RepoKind::Model, "me/tiny".parse().expect("an id"))
}

/// A hub with these files, weights in LFS, and a client that asks it with an empty store.
fn hub(files: &[(&str, Vec<u8>)]) -> (Client, RequestLog) {
    let store = MemoryStore::new();
    let files = files.iter().map(|(path, bytes)| {
        let path: RepoPath = path.parse().expect("a path");
        let storage = if path.has_extension("safetensors") {
            Storage::Lfs
        } else {
            Storage::Git
        };
        (path, Bytes::from(bytes.clone()), storage)
    });
    store.insert(repo(), Revision::main(), files.collect::<Vec<_>>());
    let transport = Requests::new(Mirror::new(DynStore::new(store)));
    let log = transport.log();
    let endpoint = "http://localhost".parse().expect("an endpoint");
    (Client::builder(endpoint, transport).build(), log)
}

async fn look(client: &Client, scope: &Scope) -> Result<InspectedModel, InspectionError> {
    inspect_repo(client, &repo(), &Revision::main(), scope).await
}

fn names(model: &InspectedModel) -> Vec<&str> {
    model.files.iter().map(|file| file.name.as_str()).collect()
}

#[tokio::test]
async fn a_model_in_shards_is_told_as_one() {
    let (client, requests) = hub(&sharded());
    let model = look(&client, &Scope::Model).await.expect("a model");
    assert_eq!(
        names(&model),
        ["model-1.safetensors", "model-2.safetensors"]
    );
    assert_eq!(model.tensors().count(), 2);
    assert!(model.findings.is_empty(), "{:?}", model.findings);
    assert!(model.documents.get("config.json").is_some());
    let info = model.info.as_ref().expect("the hub was asked");
    assert_eq!(info.licenses(), ["mit"]);
    assert!(
        model.documents.get("README.md").is_none(),
        "the hub told what it says"
    );
    assert_eq!(model.others, ["pytorch_model.bin".parse().expect("a path")]);
    assert!(
        model.reading.of > 300_000 && model.reading.bytes < 201_000,
        "{:?}",
        model.reading
    );
    // Information with all files, the index, two shards, the configuration.
    assert_eq!((requests.count(), model.reading.requests), (5, 5));
}

#[tokio::test]
async fn weights_alone_take_a_request_for_each_file() {
    let single = [("model.safetensors", weights(&[("a", 500_000)]))];
    let (client, requests) = hub(&single);
    let model = look(&client, &Scope::Weights).await.expect("a model");
    assert_eq!((requests.count(), model.reading.bytes), (1, 100_000));
    assert!(model.commit.is_some() && model.info.is_none());
    let (client, requests) = hub(&sharded());
    let model = look(&client, &Scope::Weights).await.expect("a model");
    assert_eq!(names(&model).len(), 2);
    // That there is no single file, the index, two shards.
    assert_eq!(requests.count(), 4);
    let (client, requests) = hub(&sharded());
    let wanted = ["model-2.safetensors".parse().expect("a path")];
    let model = look(&client, &Scope::Files(wanted.to_vec()))
        .await
        .expect("a file");
    assert_eq!(
        (names(&model), requests.count()),
        (vec!["model-2.safetensors"], 1)
    );
}

#[tokio::test]
async fn what_is_in_the_store_is_not_asked_for() {
    let (client, _) = hub(&sharded());
    let request = hubkit::SnapshotRequest::new(repo());
    client
        .snapshot(&request, &hubkit::Silent)
        .await
        .expect("a snapshot");
    let store = client.store().clone();
    let endpoint = "http://localhost".parse().expect("an endpoint");
    let nobody = hubkit::transport::Script::new();
    let offline = Client::builder(endpoint, nobody)
        .store(store)
        .connectivity(Connectivity::Offline)
        .build();
    let model = look(&offline, &Scope::Model).await.expect("a model");
    assert_eq!(
        names(&model),
        ["model-1.safetensors", "model-2.safetensors"]
    );
    assert!(
        model.documents.get("README.md").is_some(),
        "nobody else tells what it says"
    );
    assert_eq!((model.reading.requests, model.info.is_none()), (0, true));
}

#[tokio::test]
async fn what_the_files_tell_differently_is_found() {
    let mut files = sharded();
    files[4].1 = weights(&[("c", 5), ("a", 1)]);
    let (client, _) = hub(&files);
    let model = look(&client, &Scope::Model).await.expect("a model");
    let codes: Vec<&str> = model.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(
        codes,
        ["index", "index", "index", "index_extra"],
        "{:?}",
        model.findings
    );
    files.remove(4);
    let (client, _) = hub(&files);
    let error = look(&client, &Scope::Model)
        .await
        .expect_err("a shard is missing");
    assert!(
        matches!(&error, InspectionError::Incomplete { missing } if missing == "model-2.safetensors")
    );
    let (client, _) = hub(&[("README.md", Vec::new())]);
    let error = look(&client, &Scope::Model).await.expect_err("no weights");
    assert!(matches!(error, InspectionError::NoWeights { files: 1, .. }));
}

#[tokio::test]
async fn a_file_of_which_nothing_can_be_told_says_so_beside_the_others() {
    let mut files = sharded();
    files[3].1 = b"<!doctype html>".to_vec();
    let (client, _) = hub(&files);
    let model = look(&client, &Scope::Model).await.expect("a model");
    assert!(matches!(
        model.files[0].outcome,
        Err(InspectError::Unrecognised { .. })
    ));
    assert_eq!(model.inspections().count(), 1);
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_found_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let pickle = b"\x80\x02}q\x00.".to_vec();
    write(folder.path(), &[("model.safetensors", pickle)]);
    for path in [
        folder.path().to_owned(),
        folder.path().join("model.safetensors"),
    ] {
        let model = inspect_path(&path, &Scope::Model).expect("a file");
        let (_, inspection) = model.inspections().next().expect("told");
        assert_eq!(inspection.verdict(), Verdict::Malformed);
        let told = "expected a safetensors file by its name, found a pickle file";
        let is_told = |finding: &Finding| finding.message == told;
        assert!(inspection.findings.iter().any(is_told));
    }
}

fn write(folder: &Path, files: &[(&str, Vec<u8>)]) {
    for (path, bytes) in files {
        fs::write(folder.join(path), bytes).expect("written");
    }
}

#[test]
fn a_folder_is_a_model_too() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &sharded());
    let model = inspect_path(folder.path(), &Scope::Model).expect("a model");
    assert_eq!(
        names(&model),
        ["model-1.safetensors", "model-2.safetensors"]
    );
    assert!(model.documents.get("README.md").is_some());
    assert_eq!((model.paths.len(), model.reading.requests), (6, 0));
    let one = inspect_path(&folder.path().join("model-1.safetensors"), &Scope::Model);
    let one = one.expect("a file");
    let (file, inspection) = one.inspections().next().expect("told");
    assert_eq!(
        (file.name.as_str(), inspection.verdict()),
        ("model-1.safetensors", Verdict::Sound)
    );
    let wanted = Scope::Files(vec!["nothing.gguf".parse().expect("a path")]);
    let error = inspect_path(folder.path(), &wanted).expect_err("no such file");
    assert!(matches!(error, InspectionError::NoSuchFile { .. }));
}

#[cfg(unix)]
#[test]
fn a_link_into_a_cache_tells_what_the_file_hashes_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let (blobs, snapshot) = (folder.path().join("blobs"), folder.path().join("snapshot"));
    for folder in [&blobs, &snapshot] {
        fs::create_dir(folder).expect("a folder");
    }
    let digest = "ab".repeat(32);
    fs::write(blobs.join(&digest), weights(&[("a", 3)])).expect("written");
    let link = snapshot.join("model.safetensors");
    std::os::unix::fs::symlink(format!("../blobs/{digest}"), &link).expect("a link");
    // A folder that leads back to itself is not followed.
    std::os::unix::fs::symlink(&snapshot, snapshot.join("again")).expect("a link");
    let model = inspect_path(&snapshot, &Scope::Model).expect("a model");
    let blob = model.files[0].blob.expect("its name");
    assert_eq!(blob.to_string(), digest);
}

/// An ONNX model with one tensor of eight bytes that lie at 16 in a file beside it.
fn onnx(location: &str) -> Vec<u8> {
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let length = u8::try_from(bytes.len()).expect("a short field");
        assert!(length < 0x80, "longer than one byte tells");
        [&[number << 3 | 2, length], bytes].concat()
    }
    let pair = |key: &str, value: &str| {
        let pair = [field(1, key.as_bytes()), field(2, value.as_bytes())];
        field(13, &pair.concat())
    };
    let tensor = [
        vec![0x08, 2, 0x10, 1],
        field(8, b"w"),
        pair("location", location),
        pair("offset", "16"),
        pair("length", "8"),
        vec![14 << 3, 1],
    ];
    let graph = [field(2, b"main"), field(5, &tensor.concat())].concat();
    let sets = field(8, &[field(1, b""), vec![0x10, 17]].concat());
    [vec![0x08, 8], field(7, &graph), sets].concat()
}

fn pointer() -> Vec<u8> {
    let digest = "ab".repeat(32);
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 24\n").into()
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn files_that_hold_the_weights_of_another_are_looked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.onnx");
    write(folder.path(), &[("model.onnx", onnx("model.data"))]);
    let look = || {
        let mut model = inspect_path(&path, &Scope::Model).expect("a file");
        let file = model.files.remove(0);
        let inspection = file.outcome.as_ref().expect("told");
        let codes: Vec<&str> = codes(&inspection.findings);
        let size = file.external[0].size;
        (codes.join(" "), size, file.pointers.len())
    };
    assert_eq!(look(), ("external-missing".to_owned(), None, 0));
    write(folder.path(), &[("model.data", vec![0; 23])]);
    assert_eq!(look(), ("external-length".to_owned(), Some(23), 0));
    write(folder.path(), &[("model.data", vec![0; 24])]);
    assert_eq!(look(), (String::new(), Some(24), 0));
    write(folder.path(), &[("model.data", pointer())]);
    assert_eq!(look(), ("lfs-pointer".to_owned(), None, 1));
    fs::remove_file(folder.path().join("model.data")).expect("removed");
    fs::create_dir(folder.path().join("model.data")).expect("a folder");
    assert_eq!(look(), ("external-file".to_owned(), None, 0));
}

#[cfg(unix)]
#[test]
fn links_to_weights_lead_to_the_folder_or_to_the_blobs_of_the_cache() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let (blobs, snapshot) = (
        folder.path().join("blobs"),
        folder.path().join("snapshots").join("ab".repeat(20)),
    );
    for folder in [&blobs, &snapshot] {
        fs::create_dir_all(folder).expect("a folder");
    }
    write(&blobs, &[("one", onnx("model.data")), ("two", vec![0; 24])]);
    symlink("../../blobs/one", snapshot.join("model.onnx")).expect("a link");
    symlink("../../blobs/two", snapshot.join("model.data")).expect("a link");
    let look = || {
        let model = inspect_path(&snapshot, &Scope::Model).expect("a model");
        let (_, inspection) = model.inspections().next().expect("told");
        codes(&inspection.findings).join(" ")
    };
    assert_eq!(look(), "");
    write(folder.path(), &[("elsewhere", vec![0; 24])]);
    fs::remove_file(snapshot.join("model.data")).expect("removed");
    symlink("../../elsewhere", snapshot.join("model.data")).expect("a link");
    assert_eq!(look(), "external-link");
}

#[tokio::test]
async fn files_beside_a_file_of_a_hub_are_held_against_the_listing() {
    for (data, expected) in [
        (None, "external-missing"),
        (Some(23), "external-length"),
        (Some(24), ""),
    ] {
        let mut files = vec![("model.onnx", onnx("model.data"))];
        files.extend(data.map(|length| ("model.data", vec![0; length])));
        let (client, _) = hub(&files);
        let model = look(&client, &Scope::Model).await.expect("a model");
        let (file, inspection) = model.inspections().next().expect("told");
        assert_eq!(codes(&inspection.findings).join(" "), expected);
        let size = data.map(|length| length as u64);
        assert_eq!(file.external[0].size, size);
    }
}

#[test]
fn the_size_that_an_index_tells_is_held_against_its_tensors() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &sharded());
    let wrong = INDEX.replace("300000", "300001").into_bytes();
    write(folder.path(), &[("model.safetensors.index.json", wrong)]);
    let model = inspect_path(folder.path(), &Scope::Model).expect("a model");
    assert_eq!(codes(&model.findings), ["index_size"]);
    let message = &model.findings[0].message;
    assert!(message.contains("300001") && message.contains("300000"));
    assert_eq!(model.verdict(), Verdict::Suspicious);
}

#[test]
fn pointers_beside_the_weights_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &sharded());
    for document in ["config.json", "tokenizer.json"] {
        write(folder.path(), &[(document, pointer())]);
    }
    let look = || inspect_path(folder.path(), &Scope::Model);
    let model = look().expect("a model");
    assert_eq!(codes(&model.findings), ["lfs-pointer", "lfs-pointer"]);
    assert!(model.findings[0].message.starts_with("config.json is "));
    assert_eq!(model.verdict(), Verdict::Suspicious);
    assert!(model.documents.get("config.json").is_none());
    assert!(model.pointers.is_empty());
    write(folder.path(), &[("pytorch_model.bin", pointer())]);
    let model = look().expect("a model");
    assert_eq!(model.verdict(), Verdict::Malformed);
    assert_eq!(model.pointers[0].0.as_str(), "pytorch_model.bin");
    write(
        folder.path(),
        &[("model.safetensors.index.json", pointer())],
    );
    let error = look().expect_err("no index");
    assert!(matches!(error, InspectionError::Pointer { .. }), "{error}");
}

#[tokio::test]
async fn a_document_of_a_hub_that_is_a_pointer_is_told() {
    let mut files = sharded();
    files[0].1 = pointer();
    let (client, _) = hub(&files);
    let model = look(&client, &Scope::Model).await.expect("a model");
    assert_eq!(codes(&model.findings), ["lfs-pointer"]);
    assert!(model.documents.get("config.json").is_none());
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_opened() {
    let device = Path::new("/dev/null");
    let error = inspect_path(device, &Scope::Model).expect_err("a device");
    assert!(matches!(error, InspectionError::NotAFile { .. }), "{error}");
    assert!(error.to_string().contains("expected a regular file"));
}
