//! `hubkit cache verify`.

use hubkit::{
    Repo, RepoKind,
    cache::{Fault, Finding, Reading, Verification, Verified},
    store_fs,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::failed;
use crate::{
    args::{Global, Verify},
    exit::Exit,
    failure::Failure,
    target::{self, Target},
    ui::{Ui, count, plain, size},
};

pub(super) async fn run(global: &Global, arguments: &Verify, ui: &Ui) -> Result<Exit, Failure> {
    let hub = target::hub(global, 1)?;
    let root = hub.environment().cache.display().to_string();
    let target = arguments
        .repo
        .as_ref()
        .map(|repo| Target::new(repo, arguments.repo_type, None))
        .transpose()?;
    let what = Verification {
        repo: target.map(|target| target.repo),
        quick: arguments.quick,
        repair: arguments.repair,
    };
    let cache = hub.cache();
    let bar = bar(ui.quiet || ui.json || !hub.environment().progress_bars);
    let drawn = bar.clone();
    let told = move |read| match read {
        Reading::Planned(bytes) => drawn.set_length(bytes),
        Reading::Bytes(bytes) => drawn.inc(bytes),
    };
    let verified = super::on_thread(move || store_fs::verify(&cache, &what, &told)).await;
    bar.finish_and_clear();
    let verified = verified?.map_err(|error| failed(&root, &error))?;
    let is_empty = verified.findings.is_empty();
    ui.lines(is_empty, || text(&verified), || json(&root, &verified))?;
    ui.remark(&summary(&verified, arguments));
    Ok(if verified.is_sound() {
        Exit::Done
    } else {
        Exit::No
    })
}

fn bar(is_hidden: bool) -> ProgressBar {
    let target = if is_hidden {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    let style =
        "{bar:30} {decimal_bytes:>9} of {decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left";
    bar.with_style(ProgressStyle::with_template(style).expect("the template is well-formed"))
}

fn text(verified: &Verified) -> String {
    let line = |finding: &Finding| {
        let path = plain(&finding.path.to_string_lossy());
        format!("{path} {}; {}", finding.fault, advice(finding))
    };
    let lines: Vec<String> = verified.findings.iter().map(line).collect();
    lines.join("\n")
}

/// How the command calls a repository.
fn address(repo: &Repo) -> String {
    match repo.kind {
        RepoKind::Model => repo.to_string(),
        _ => format!("hf://{repo}"),
    }
}

/// What to do about it.
fn advice(finding: &Finding) -> String {
    let repo = address(&finding.repo);
    let is_name = matches!(finding.fault, Fault::UnknownCommit(_) | Fault::NoCommit);
    match &finding.fault {
        _ if finding.repaired && is_name => "removed".to_owned(),
        _ if finding.repaired => format!("removed: `hubkit download {repo}` fetches it"),
        Fault::Unlisted => "no client put it there: remove it if it is not yours".to_owned(),
        Fault::NoFolder => "remove it, and fetch what is missing then".to_owned(),
        Fault::Unreadable(_) => "see to its permissions, or to the disk".to_owned(),
        _ => format!("`hubkit cache verify {repo} --repair` removes it"),
    }
}

fn summary(verified: &Verified, arguments: &Verify) -> String {
    let Verified {
        repositories,
        files,
        blobs,
        bytes,
        unverifiable,
        findings,
    } = verified;
    let mut parts = vec![
        count(*repositories, "repository", "repositories"),
        count(*files, "file", "files"),
        count(*blobs, "blob", "blobs"),
    ];
    if !arguments.quick {
        parts.push(format!("{} read", size(*bytes)));
    }
    if *unverifiable > 0 {
        let files = count(*unverifiable, "file", "files");
        parts.push(format!("{files} without a digest to hold them against"));
    }
    let found = match findings.len() {
        0 if arguments.quick => "nothing wrong at a quick look".to_owned(),
        0 => "all as it should be".to_owned(),
        wrong => {
            let repaired = findings.iter().filter(|finding| finding.repaired).count();
            let wrong = count(wrong, "thing is wrong", "things are wrong");
            match repaired {
                0 => wrong,
                repaired => format!("{wrong}, {repaired} of them removed"),
            }
        }
    };
    format!("{}: {found}", parts.join(", "))
}

fn json(root: &str, verified: &Verified) -> Value {
    let findings = verified.findings.iter().map(|finding| {
        let (expected, found) = values(&finding.fault);
        json!({
            "repo": finding.repo.id.as_str(), "kind": finding.repo.kind.as_str(),
            "path": finding.path.to_string_lossy(), "code": finding.fault.code(),
            "message": finding.fault.to_string(), "expected": expected, "found": found,
            "advice": advice(finding), "repaired": finding.repaired,
        })
    });
    json!({
        "cache": root, "repositories": verified.repositories, "files": verified.files, "blobs": verified.blobs,
        "bytes": verified.bytes, "unverifiable": verified.unverifiable, "sound": verified.is_sound(),
        "findings": findings.collect::<Vec<Value>>(),
    })
}

/// What was expected, and what was found in its place.
fn values(fault: &Fault) -> (Value, Value) {
    match fault {
        Fault::Content { expected, found } => {
            (expected.to_string().into(), found.to_string().into())
        }
        Fault::Size { expected, found } => ((*expected).into(), (*found).into()),
        Fault::Empty => (Value::Null, 0.into()),
        Fault::Dangling { target } | Fault::LeadsOut { target } => {
            (Value::Null, target.to_string_lossy().into_owned().into())
        }
        Fault::UnknownCommit(commit) => (Value::Null, commit.to_string().into()),
        _ => (Value::Null, Value::Null),
    }
}
