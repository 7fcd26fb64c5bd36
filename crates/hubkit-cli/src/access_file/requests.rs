//! Requests for access, kept in a file beside the rules.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use hubkit::{Repo, RepoKind, api::RequestStatus, cache::durable};
use hubkit_mirror::{AccessRequests, KeptRequest, NotKept};
use serde_json::{Value, json};

use crate::{exit::Exit, failure::Failure};

/// The version of the file's form.
const VERSION: u64 = 1;

/// Opens what is kept beside the rules: `access.toml` has its requests in `access.requests.json`.
///
/// Where nothing can be written there the mirror runs, and takes no requests.
pub(super) fn open(rules: &Path) -> Result<AccessRequests, Failure> {
    let path = rules.with_extension("requests.json");
    let lock = match durable::try_lock(&path.with_extension("lock")) {
        Ok(lock) => Some(Arc::new(lock)),
        Err(fs::TryLockError::WouldBlock) => {
            let message = format!(
                "another `hubkit serve` keeps the requests in {}",
                path.display()
            );
            let hint = "end it, or give this one a file of rules of its own";
            return Err(Failure::new(Exit::Disk, "access_requests", message).hint(hint));
        }
        Err(fs::TryLockError::Error(_)) => None,
    };
    let requests = read(&path)?;
    Ok(AccessRequests::new(requests, move |requests| {
        // The lock lives as long as this does.
        lock.as_ref().ok_or(NotKept)?;
        let write = || write(&path, requests);
        // Other requests go on meanwhile.
        let kept = tokio::task::block_in_place(write);
        kept.map_err(|error| {
            crate::ui::trouble(&format!("{} can't be written: {error}", path.display()));
            NotKept
        })
    }))
}

fn read(path: &Path) -> Result<Vec<KeptRequest>, Failure> {
    let fault = |exit, what: &dyn std::fmt::Display| {
        let message = format!(
            "the requests for access in {} can't be read: {what}",
            path.display()
        );
        Failure::new(exit, "access_requests", message).hint(
            "restore the file; without it all that people asked for and were granted is forgotten",
        )
    };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fault(Exit::Disk, &error)),
    };
    let value: Value =
        serde_json::from_slice(&bytes).map_err(|error| fault(Exit::Integrity, &error))?;
    if value["version"] != VERSION {
        return Err(fault(
            Exit::Integrity,
            &format_args!("its version is not {VERSION}"),
        ));
    }
    let requests = value["requests"]
        .as_array()
        .map(|list| list.iter().map(request));
    let requests = requests.and_then(Iterator::collect);
    requests.ok_or_else(|| fault(Exit::Integrity, &"a request in it is malformed"))
}

fn request(value: &Value) -> Option<KeptRequest> {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let fields = value["fields"].as_object()?.iter();
    let fields = fields.map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    let kind: RepoKind = text("kind")?.parse().ok()?;
    let status: RequestStatus = text("status")?.parse().ok()?;
    Some(KeptRequest {
        repo: Repo::new(kind, text("repo")?.parse().ok()?),
        user: text("user")?,
        id: text("id")?,
        status,
        timestamp: text("timestamp")?,
        fields: fields.collect::<Option<_>>()?,
        rejection_reason: text("rejection_reason"),
    })
}

fn written(request: &KeptRequest) -> Value {
    json!({
        "kind": request.repo.kind.as_str(), "repo": request.repo.id.as_str(), "user": request.user,
        "id": request.id, "status": request.status.as_str(), "timestamp": request.timestamp,
        "fields": request.fields, "rejection_reason": request.rejection_reason,
    })
}

/// Writes all of it beside its place first: after a crash at any moment there is the old file or the new one, whole.
fn write(path: &PathBuf, requests: &[KeptRequest]) -> std::io::Result<()> {
    let requests: Vec<Value> = requests.iter().map(written).collect();
    let text = format!(
        "{:#}\n",
        json!({ "version": VERSION, "requests": requests })
    );
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    // Made for its owner alone: people's answers stand in it.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    durable::sync_folder(folder).map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(user: &str, status: RequestStatus) -> KeptRequest {
        KeptRequest {
            repo: Repo::new(RepoKind::Dataset, "me/data".parse().expect("an id")),
            user: user.to_owned(),
            id: "0".repeat(24),
            status,
            timestamp: "2026-11-26T10:00:00.000Z".to_owned(),
            fields: [("Why?".to_owned(), "be\"cause\n".to_owned())].into(),
            rejection_reason: (status == RequestStatus::Rejected).then(|| "no".to_owned()),
        }
    }

    #[test]
    fn what_was_kept_comes_back_and_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder for tests");
        let path = folder.path().join("access.requests.json");
        assert_eq!(read(&path).expect("nothing"), []);
        let all = RequestStatus::ALL.map(|status| kept(status.as_str(), status));
        write(&path, &all).expect("room");
        assert_eq!(read(&path).expect("the requests"), all);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1);
    }

    #[test]
    fn a_damaged_file_is_no_empty_one() {
        let folder = tempfile::tempdir().expect("a folder for tests");
        let path = folder.path().join("access.requests.json");
        for content in [
            "",
            "{",
            "{}",
            r#"{"version":2,"requests":[]}"#,
            r#"{"version":1,"requests":[{}]}"#,
        ] {
            fs::write(&path, content).expect("room");
            let failure = read(&path).expect_err("damage");
            assert_eq!(failure.exit(), Exit::Integrity, "{content}");
        }
    }

    #[test]
    fn two_servers_do_not_keep_the_same_file() {
        let folder = tempfile::tempdir().expect("a folder for tests");
        let rules = folder.path().join("access.toml");
        let first = open(&rules).expect("a keeper");
        let failure = open(&rules).expect_err("a second");
        assert!(
            failure.text().contains("another `hubkit serve`"),
            "{}",
            failure.text()
        );
        drop(first);
        open(&rules).expect("a keeper");
    }
}
