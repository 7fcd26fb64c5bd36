//! The packages @huggingface/hub and @huggingface/gguf, as they are published, against our server.
//!
//! A trial is an exported function of one of the scripts beside this file, run in a process of its own.

use std::{process::ExitCode, sync::OnceLock};

use anyhow::{Result, anyhow};
use hubkit_tests::{
    Home, Node, Served, Server, Skip, defined, library, run, trial, with_a_long_shelf,
};

/// The name of a topic, and its source.
macro_rules! topic {
    ($name:literal) => {
        ($name, include_str!(concat!($name, ".mjs")))
    };
}

const TOPICS: [(&str, &str); 3] = [topic!("files"), topic!("repositories"), topic!("weights")];

fn main() -> ExitCode {
    let mut trials = Vec::new();
    for (topic, source) in TOPICS {
        for check in defined(source, "export async function ") {
            let name = format!("{topic}::{check}");
            trials.push(trial(&name, node, move |node| ask(node, topic, check)));
        }
    }
    run(trials)
}

fn node() -> &'static Result<Node, Skip> {
    static NODE: OnceLock<Result<Node, Skip>> = OnceLock::new();
    NODE.get_or_init(|| Node::with_packages_of("interop-js"))
}

/// The hub that all trials ask.
fn hub() -> Result<&'static (Served, Server)> {
    static HUB: OnceLock<Result<(Served, Server), String>> = OnceLock::new();
    let hub = HUB.get_or_init(|| {
        let start = || {
            let served = with_a_long_shelf(library()?)?;
            let server = Server::start(served.path())?;
            Ok((served, server))
        };
        start().map_err(|error: anyhow::Error| format!("{error:#}"))
    });
    hub.as_ref()
        .map_err(|error| anyhow!("nothing is served: {error}"))
}

fn ask(node: &Node, topic: &str, check: &str) -> Result<()> {
    let ((served, server), home) = (hub()?, Home::new()?);
    let script = node.script(&home, "ask.mjs", [topic, check]);
    script
        .at(server.endpoint())
        .env("PLAIN", served.path())
        .env("ACCESS_LOG", server.log())
        .run()?
        .success()?;
    Ok(())
}
