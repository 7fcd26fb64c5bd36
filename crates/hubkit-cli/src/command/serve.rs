//! `hubkit serve`.

mod index;
mod lifetime;
mod roots;

use std::{net::SocketAddr, time::Duration};

use hubkit::Endpoint;
use hubkit_mirror::{Mirror, Unlisted};
use serde_json::json;

use roots::Served;

use crate::{
    access_file::{AccessFile, follow},
    args::Serve,
    exit::Exit,
    failure::Failure,
    server::{Limits, Server},
    signals::HangUp,
    ui::{Ui, count, plain},
};

pub(crate) async fn run(arguments: &Serve, ui: &Ui) -> Result<Exit, Failure> {
    let rules = arguments.access.as_deref().map(AccessFile::open);
    let rules = rules.transpose()?;
    let holding = roots::open(&arguments.roots).await?;
    let unlisted = if arguments.assume_complete {
        Unlisted::Whole
    } else {
        Unlisted::FilesOnly
    };
    let log = arguments.access_log.as_deref();
    let log = log.map(lifetime::open_log).transpose()?;
    let address = SocketAddr::new(arguments.host, arguments.port);
    let server = Server::bind(address).await.map_err(|error| {
        Failure::new(
            Exit::Network,
            "listen",
            format!("can't listen on {address}: {error}"),
        )
        .hint("another program may have the port; choose one with `--port`, 0 for any that is free")
    })?;
    let limits = Limits {
        connections: arguments.max_connections as usize,
        farewell: Duration::from_secs(arguments.shutdown_timeout.into()),
        ..Limits::default()
    };
    let server = server.with_limits(limits);
    let url = server.url()?;
    let mut mirror = Mirror::new(holding.store.clone()).with_unlisted(unlisted);
    let found = mirror
        .refresh()
        .await
        .map_err(|error| roots::unreadable(&shown_roots(arguments), &error))?;
    ui.result(
        || {
            let repositories = count(holding.repositories, "repository", "repositories");
            let roots = shown_roots(arguments);
            format!("serving {repositories} of {roots} at {url}")
        },
        || {
            json!({
                "url": url, "roots": arguments.roots, "repositories": holding.repositories,
                "skipped": holding.skipped.iter().map(|skipped| json!({
                    "path": skipped.location.to_string_lossy(), "reason": skipped.reason,
                })).collect::<Vec<_>>(),
                "unreadable": found.unreadable.iter().map(|(repo, error)| json!({
                    "repository": repo.to_string(), "reason": error.to_string(),
                })).collect::<Vec<_>>(),
                "shadowed": holding.shadowed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        },
    )?;
    warn_of_skipped(&holding, ui);
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
    // Files that are read or opened anew are what the signal is about then.
    let hang_up = if rules.is_some() || log.is_some() {
        HangUp::IsSomethingElse
    } else {
        HangUp::Ends
    };
    tokio::select! {
        exit = lifetime::serve(server, mirror.clone(), log, hang_up, ui) => Ok(exit),
        never = follow(rules.as_ref(), &mirror, ui) => match never {},
    }
}

fn shown_roots(arguments: &Serve) -> String {
    let roots: Vec<_> = arguments
        .roots
        .iter()
        .map(|root| root.to_string_lossy())
        .collect();
    roots.join(", ")
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

/// Whoever keeps the folders should know that clients get less than lies there.
fn warn_of_skipped(holding: &Served, ui: &Ui) {
    const MOST: usize = 10;
    let skipped = holding.skipped.iter().map(|skipped| {
        let location = plain(&skipped.location.to_string_lossy());
        format!("{location} is not served: {}", skipped.reason)
    });
    let shadowed = holding.shadowed.iter().map(|repo| {
        let kind = repo.kind;
        format!(
            "several roots have the {kind} {}: the first one's is served",
            repo.id
        )
    });
    let warnings: Vec<String> = skipped.chain(shadowed).collect();
    for warning in warnings.iter().take(MOST) {
        ui.remark(&format!("warning: {warning}"));
    }
    if warnings.len() > MOST {
        let rest = warnings.len() - MOST;
        ui.remark(&format!(
            "warning: and {rest} more are not served; `--format json` names all"
        ));
    }
}
