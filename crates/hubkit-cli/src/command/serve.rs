//! `hubkit serve`.

mod index;
mod roots;

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use hubkit::{Endpoint, store::RefStore as _, store_fs::Skipped};
use hubkit_mirror::{Mirror, Unlisted};
use serde_json::json;

use crate::{
    access_file::{AccessFile, follow},
    args::Serve,
    exit::Exit,
    failure::Failure,
    server::{Observer, Seen, Server},
    ui::{Ui, count, plain},
};

pub(crate) async fn run(arguments: &Serve, ui: &Ui) -> Result<Exit, Failure> {
    let rules = arguments.access.as_deref().map(AccessFile::open);
    let rules = rules.transpose()?;
    let root = &arguments.root;
    let (store, skipped) = roots::open(root)?;
    let repos = store
        .repos()
        .await
        .map_err(|error| roots::unreadable(root, &error))?;
    let unlisted = if arguments.assume_complete {
        Unlisted::Whole
    } else {
        Unlisted::FilesOnly
    };
    let observer = match &arguments.access_log {
        Some(path) => log_to(path)?,
        None => Arc::new(|_: &Seen| {}) as Observer,
    };
    let address = SocketAddr::new(arguments.host, arguments.port);
    let server = Server::bind(address).await.map_err(|error| {
        Failure::new(
            Exit::Network,
            "listen",
            format!("can't listen on {address}: {error}"),
        )
        .hint("another program may have the port; choose one with `--port`, 0 for any that is free")
    })?;
    let url = server.url()?;
    let mut mirror = Mirror::new(store).with_unlisted(unlisted);
    let found = mirror
        .refresh()
        .await
        .map_err(|error| roots::unreadable(root, &error))?;
    let root = root.display();
    ui.result(
        || {
            let repositories = count(repos.len(), "repository", "repositories");
            format!("serving {repositories} of {root} at {url}")
        },
        || {
            json!({
                "url": url, "root": root.to_string(), "repositories": repos.len(),
                "skipped": skipped.iter().map(|skipped| json!({
                    "path": skipped.location.to_string_lossy(), "reason": skipped.reason,
                })).collect::<Vec<_>>(),
                "unreadable": found.unreadable.iter().map(|(repo, error)| json!({
                    "repository": repo.to_string(), "reason": error.to_string(),
                })).collect::<Vec<_>>(),
            })
        },
    )?;
    warn_of_skipped(&skipped, ui);
    index::warn_of_unreadable(&found, ui);
    let public = public_url(arguments, &url);
    let shown = public
        .as_ref()
        .map_or_else(|| "ADDRESS".to_owned(), ToString::to_string);
    ui.remark(&format!(
        "point clients at it with HF_ENDPOINT={shown}; ctrl-c ends it"
    ));
    match public {
        Some(public) => mirror = mirror.with_endpoint(public),
        None => ui.remark("warning: name the address that clients use with `--public-url`; some can't read long listings without"),
    }
    if let Some((file, access)) = &rules {
        mirror = mirror.with_access(access.clone());
        if let Some(warning) = file.permissions_warning() {
            ui.remark(&format!("warning: {warning}"));
        }
    } else if !arguments.host.is_loopback() {
        ui.remark(
            "warning: everyone who can reach this address can read everything that is served",
        );
    }
    let mut beside = tokio::task::JoinSet::new();
    beside.spawn(index::keep(mirror.clone()));
    let rules = rules.map(|(file, _)| file);
    tokio::select! {
        ended = server.run(mirror.clone(), observer) => match ended {
            Ok(never) => match never {},
            Err(error) => Err(error.into()),
        },
        never = follow(rules.as_ref(), &mirror, ui) => match never {},
    }
}

/// The address that clients use: as the user names it, or the one listened on, unless that is every address.
fn public_url(arguments: &Serve, url: &str) -> Option<Endpoint> {
    let own = || {
        (!arguments.host.is_unspecified())
            .then(|| url.parse().ok())
            .flatten()
    };
    arguments.public_url.clone().or_else(own)
}

/// Whoever keeps the folder should know that clients get less than lies there.
fn warn_of_skipped(skipped: &[Skipped], ui: &Ui) {
    const MOST: usize = 10;
    for skipped in skipped.iter().take(MOST) {
        let location = plain(&skipped.location.to_string_lossy());
        ui.remark(&format!(
            "warning: {location} is not served: {}",
            skipped.reason
        ));
    }
    if skipped.len() > MOST {
        let rest = skipped.len() - MOST;
        ui.remark(&format!(
            "warning: and {rest} more are not served; `--format json` names all"
        ));
    }
}

/// One line of JSON for each request.
fn log_to(path: &Path) -> Result<Observer, Failure> {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|error| {
            Failure::new(
                Exit::Disk,
                "access_log",
                format!("{} can't be written: {error}", path.display()),
            )
        })?;
    let file: Mutex<File> = Mutex::new(file);
    Ok(Arc::new(move |seen: &Seen| {
        #[expect(clippy::disallowed_methods, reason = "a log tells the time")]
        let time = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
        let line = json!({
            "time": time, "method": seen.method, "path": seen.path, "status": seen.status, "range": seen.range,
            "length": seen.length, "user_agent": seen.user_agent,
        });
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that can't be written any more must not stop the service.
        let _ = writeln!(file, "{line}");
    }))
}
