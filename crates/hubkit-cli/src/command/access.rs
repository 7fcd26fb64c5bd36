//! `hubkit access`: asking for access to a gated repository, and deciding about it.

use hubkit::{
    Client, ErrorKind, Repo,
    api::{AccessDecision, AccessRequest, RequestStatus, Whose},
};
use serde_json::{Value, json};

use crate::{
    args::{AccessCommand, Global, Requester},
    exit::Exit,
    failure::Failure,
    target::{self, Target},
    ui::{Ui, data, plain, table},
};

pub(crate) async fn run(
    global: &Global,
    command: &AccessCommand,
    ui: &Ui,
) -> Result<Exit, Failure> {
    let repo = Target::new(&command.which().repo, command.which().repo_type, None)?.repo;
    let hub = target::hub(global, 1)?;
    let client = hub.client();
    match command {
        AccessCommand::Ask { fields, .. } => {
            let status = client.ask_access(&repo, fields.clone()).await?;
            tell(ui, &repo, status.as_str())
        }
        AccessCommand::Cancel { .. } => {
            client.cancel_access_request(&repo).await?;
            tell(ui, &repo, "cancelled")
        }
        AccessCommand::Status { .. } => status(client, &repo, ui).await,
        AccessCommand::Requests { status, .. } => requests(client, &repo, *status, ui).await,
        AccessCommand::Accept { who, .. } => {
            decide(client, &repo, who, RequestStatus::Accepted, None, ui).await
        }
        AccessCommand::Reject { who, reason, .. } => {
            let reason = reason.clone();
            decide(client, &repo, who, RequestStatus::Rejected, reason, ui).await
        }
        AccessCommand::Reopen { who, .. } => {
            decide(client, &repo, who, RequestStatus::Pending, None, ui).await
        }
        AccessCommand::Grant { user, .. } => {
            client.grant_access(&repo, user).await?;
            tell(ui, &repo, "accepted")
        }
        AccessCommand::Report { .. } => report(client, &repo, ui).await,
    }
}

/// What became of it, in one word.
fn tell(ui: &Ui, repo: &Repo, status: &str) -> Result<Exit, Failure> {
    ui.result(
        || format!("{repo}: {status}"),
        || json!({ "repo": repo.id.as_str(), "kind": repo.kind.as_str(), "status": status }),
    )?;
    Ok(Exit::Done)
}

/// Whether the files may be read: the answer "no" is an answer.
async fn status(client: &Client, repo: &Repo, ui: &Ui) -> Result<Exit, Failure> {
    match client.auth_check(repo).await {
        Ok(()) => tell(ui, repo, "granted"),
        Err(error) if error.kind() == ErrorKind::Gated => {
            tell(ui, repo, "gated")?;
            Ok(Exit::No)
        }
        Err(error) => Err(error.into()),
    }
}

async fn requests(
    client: &Client,
    repo: &Repo,
    status: RequestStatus,
    ui: &Ui,
) -> Result<Exit, Failure> {
    let mut pages = client.access_requests(repo, status);
    let mut requests = Vec::new();
    while let Some(request) = pages.next().await? {
        requests.push(request);
    }
    ui.result(|| text(&requests), || requests.iter().map(value).collect())?;
    Ok(Exit::Done)
}

fn text(requests: &[AccessRequest]) -> String {
    let heads = ["USER", "NAME", "EMAIL", "TIME", "REQUEST", "ANSWERS"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(requests.iter().map(|request| {
        let user = request.user.as_ref();
        let or_dash =
            |text: Option<&String>| text.map_or_else(|| "-".to_owned(), |text| plain(text));
        let answers = request.fields.iter();
        let answers: Vec<String> = answers
            .map(|(name, text)| format!("{}: {}", plain(name), plain(text)))
            .collect();
        vec![
            or_dash(user.map(|user| &user.name)),
            or_dash(user.and_then(|user| user.fullname.as_ref())),
            or_dash(user.and_then(|user| user.email.as_ref())),
            plain(&request.timestamp),
            plain(&request.id),
            answers.join("; "),
        ]
    }));
    table(&rows)
}

fn value(request: &AccessRequest) -> Value {
    let user = request.user.as_ref();
    json!({
        "request": request.id, "user": user.map(|user| &user.name),
        "full_name": user.and_then(|user| user.fullname.as_ref()),
        "email": user.and_then(|user| user.email.as_ref()), "status": request.status.as_str(),
        "time": request.timestamp, "answers": request.fields,
    })
}

async fn decide(
    client: &Client,
    repo: &Repo,
    who: &Requester,
    status: RequestStatus,
    rejection_reason: Option<String>,
    ui: &Ui,
) -> Result<Exit, Failure> {
    let whose = match (&who.user, &who.request) {
        (Some(user), _) => Whose::User(user.clone()),
        (None, Some(id)) => Whose::Request(id.clone()),
        (None, None) => {
            return Err(Failure::usage(
                "name the account, or its request with `--request`",
            ));
        }
    };
    let decision = AccessDecision {
        whose,
        status,
        rejection_reason,
    };
    client.decide_access(repo, decision).await?;
    tell(ui, repo, status.as_str())
}

/// The table as the hub made it. As JSON it is one text.
async fn report(client: &Client, repo: &Repo, ui: &Ui) -> Result<Exit, Failure> {
    let report = client.access_report(repo).await?;
    let report = String::from_utf8_lossy(&report);
    if ui.json {
        data(&json!({ "csv": report }).to_string())?;
    } else {
        data(report.trim_end())?;
    }
    Ok(Exit::Done)
}
