//! The five steps.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use hubkit::{
    ErrorKind, Event, Hub, LocalSnapshot, Repo, RepoKind, RepoPath, Revision, Silent,
    SnapshotRequest, Source,
    plan::{self, Plan, Runtime},
    safetensors::{Header, TensorInfo, read_header},
};

use super::Stage;
use crate::{
    demo_hub::{DATASET, GATED, MODEL, TOKEN, repo},
    exit::Exit,
    failure::Failure,
    ui::{size, table},
};

/// What the demo came to.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) requests: usize,
    pub(super) verified: usize,
    pub(super) bytes: u64,
    pub(super) tensors: usize,
}

pub(super) async fn walk(stage: &Stage<'_>) -> Result<Totals, Failure> {
    let hub = stage.hub(None)?;
    let model = repo(RepoKind::Model, MODEL);
    discover(stage, &hub, &model).await?;
    authenticate(stage, &hub).await?;
    let plan = negotiate(stage, &hub, &model).await?;
    let mut totals = Totals::default();
    let snapshot = acquire(stage, &hub, &model, &plan, &mut totals).await?;
    instantiate(stage, &snapshot, &plan, &mut totals)?;
    totals.requests = stage.requests();
    Ok(totals)
}

async fn discover(stage: &Stage<'_>, hub: &Hub, model: &Repo) -> Result<(), Failure> {
    stage.say("1  discover: what is there?")?;
    let mut rows = Vec::new();
    for repo in [
        model.clone(),
        repo(RepoKind::Dataset, DATASET),
        repo(RepoKind::Model, GATED),
    ] {
        let info = hub.client().info(&repo, Some(&Revision::main())).await?;
        let commit = info
            .sha
            .map_or_else(String::new, |sha| sha.to_string()[..12].to_owned());
        let gate = if info.gated == hubkit::api::Gated::No {
            "open"
        } else {
            "gated"
        };
        rows.push(vec![
            "   found    ".to_owned(),
            repo.to_string(),
            format!("commit {commit}"),
            gate.to_owned(),
        ]);
    }
    stage.show_asked()?;
    stage.say(&table(&rows))
}

async fn authenticate(stage: &Stage<'_>, hub: &Hub) -> Result<(), Failure> {
    stage.say("\n2  authenticate: which token, for which origin?")?;
    let gated = repo(RepoKind::Model, GATED);
    let path: RepoPath = "config.json".parse().expect("a path");
    match hub
        .client()
        .file(&gated, &Revision::main(), &path, &Silent)
        .await
    {
        Err(error) if error.kind() == ErrorKind::Gated => {
            stage.say(&format!("   refused   without a token: {error}"))?;
        }
        Err(error) => return Err(error.into()),
        Ok(_) => {
            return Err(Failure::new(
                Exit::Bug,
                "demo",
                "the gated repository let a stranger in",
            ));
        }
    }
    let known = stage.hub(Some(TOKEN))?;
    let identity = known.client().who_am_i().await?;
    known
        .client()
        .file(&gated, &Revision::main(), &path, &Silent)
        .await?;
    stage.show_asked()?;
    let origin = known.environment().endpoint.origin();
    stage.say(&format!(
        "   accepted  as {}, with a token that is sent to {origin} only",
        identity.name
    ))
}

async fn negotiate(stage: &Stage<'_>, hub: &Hub, model: &Repo) -> Result<Plan, Failure> {
    stage.say("\n3  negotiate: which files does a safetensors runtime need?")?;
    let client = hub.client();
    let commit = client.resolve(model, &Revision::main(), &Silent).await?;
    let tree = client.tree(model, commit).await?;
    let mut documents = BTreeMap::new();
    loop {
        let needed = plan::needs(Runtime::TransformersSafetensors, &tree, &documents);
        if needed.is_empty() {
            break;
        }
        for path in needed {
            let file = tree
                .iter()
                .find(|file| file.path == path)
                .expect("only files of the tree are needed");
            documents.insert(
                path,
                client.read(model, commit, file, 1 << 20).await?.to_vec(),
            );
        }
    }
    let plan = plan::plan(Runtime::TransformersSafetensors, &tree, &documents)
        .map_err(|error| Failure::new(Exit::No, "no_plan", error.to_string()))?;
    stage.show_asked()?;
    let chosen = plan.chosen.iter().map(|choice| {
        vec![
            "   chose    ".to_owned(),
            choice.file.path.to_string(),
            size(choice.file.size),
            choice.reason.clone(),
        ]
    });
    let left_out = plan.left_out.iter().map(|left| {
        vec![
            "   left out ".to_owned(),
            left.file.path.to_string(),
            size(left.file.size),
            left.reason.clone(),
        ]
    });
    stage.say(&table(&chosen.chain(left_out).collect::<Vec<_>>()))?;
    Ok(plan)
}

async fn acquire(
    stage: &Stage<'_>,
    hub: &Hub,
    model: &Repo,
    plan: &Plan,
    totals: &mut Totals,
) -> Result<LocalSnapshot, Failure> {
    stage.say("\n4  acquire: fetch, verify, keep")?;
    let verified = Mutex::new(Vec::new());
    let bytes = AtomicU64::new(0);
    let progress = |event: &Event<'_>| match event {
        Event::Received { bytes: arrived, .. } => {
            bytes.fetch_add(*arrived, Ordering::Relaxed);
        }
        Event::Verified { path, blob, .. } => {
            let algorithm = if matches!(blob, hubkit::BlobId::Sha256(_)) {
                "sha256"
            } else {
                "git sha1"
            };
            let row = vec![
                "   verified ".to_owned(),
                path.to_string(),
                format!("{algorithm} {}", &blob.to_string()[..16]),
            ];
            verified
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(row);
        }
        _ => {}
    };
    let files: Vec<RepoPath> = plan
        .chosen
        .iter()
        .map(|choice| choice.file.path.clone())
        .collect();
    let request = SnapshotRequest::new(model.clone()).with_files(files);
    let snapshot = hub.client().snapshot(&request, &progress).await?;
    stage.show_asked()?;
    let mut verified = verified
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    verified.sort();
    totals.verified = verified.len();
    totals.bytes = bytes.into_inner();
    stage.say(&table(&verified))?;
    let before = stage.requests();
    let again = hub
        .client()
        .snapshot(&request.with_revision(snapshot.commit.into()), &Silent)
        .await?;
    let reused = again
        .files
        .iter()
        .filter(|file| file.source == Source::Reused)
        .count();
    let requests = stage.requests() - before;
    stage.say(&format!(
        "   again     the same commit once more: {reused} files from the cache, {requests} requests"
    ))?;
    Ok(snapshot)
}

fn instantiate(
    stage: &Stage<'_>,
    snapshot: &LocalSnapshot,
    plan: &Plan,
    totals: &mut Totals,
) -> Result<(), Failure> {
    stage.say("\n5  instantiate: hand the files to a runtime")?;
    let weights = plan
        .chosen
        .iter()
        .filter(|choice| choice.role == plan::Role::Weights);
    for choice in weights {
        let local = snapshot
            .files
            .iter()
            .find(|file| file.path == choice.file.path);
        let path = local
            .and_then(|file| file.local_path.as_ref())
            .expect("a cache keeps files by path");
        let mut file = File::open(path)?;
        let header = read_header(&mut file).map_err(|error| {
            Failure::new(
                Exit::Integrity,
                "malformed",
                format!("{}: {error}", path.display()),
            )
        })?;
        totals.tensors += header.tensors().len();
        stage.say(&format!("   opened    {}", path.display()))?;
        stage.say(&format!(
            "   holds     {} tensors, {} parameters",
            header.tensors().len(),
            header.parameters()
        ))?;
        let rows = header.tensors().take(3).map(|tensor| {
            let numbers = first_numbers(&mut file, &header, tensor)?;
            let shape = format!("{} {:?}", tensor.dtype().as_str(), tensor.shape());
            Ok(vec![
                "   read     ".to_owned(),
                tensor.name().to_owned(),
                shape,
                numbers,
            ])
        });
        stage.say(&table(&rows.collect::<Result<Vec<_>, Failure>>()?))?;
    }
    stage.show_asked()
}

/// The first three numbers of a tensor of 32-bit floats, as text.
fn first_numbers(
    file: &mut File,
    header: &Header,
    tensor: TensorInfo<'_>,
) -> Result<String, Failure> {
    let mut bytes = [0; 12];
    file.seek(SeekFrom::Start(header.file_range(tensor).start()))?;
    file.read_exact(&mut bytes)?;
    let numbers = bytes.chunks_exact(4).map(|number| {
        let number = f32::from_le_bytes(number.try_into().expect("four bytes"));
        format!("{number:+.4}")
    });
    Ok(format!("{} …", numbers.collect::<Vec<_>>().join(" ")))
}
