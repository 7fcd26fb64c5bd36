//! The packages @huggingface/hub and @huggingface/gguf, as they are published, against our server.
//!
//! A trial is an exported function of one of the scripts beside this file, run in a process of its own; or a model, of
//! which we and the packages count the parameters.

mod gguf;
mod packings;
mod parameters;

use std::{process::ExitCode, sync::OnceLock};

use anyhow::Result;
use hubkit_tests::{
    Home, Node, Served, Server, Shared, Skip, defined, library, run_together, trial,
    with_a_long_shelf,
};

/// The name of a topic, and its source.
macro_rules! topic {
    ($name:literal) => {
        ($name, include_str!(concat!($name, ".mjs")))
    };
}

const TOPICS: [(&str, &str); 3] = [topic!("files"), topic!("repositories"), topic!("weights")];

fn main() -> ExitCode {
    let (hub, mut trials) = (Shared::default(), Vec::new());
    for (topic, source) in TOPICS {
        for check in defined(source, "export async function ") {
            let name = format!("{topic}::{check}");
            let hub = hub.clone();
            trials.push(trial(&name, node, move |node| {
                ask(node, hub.get(serve)?, topic, check)
            }));
        }
    }
    let counts = Shared::default();
    for packing in packings::PACKINGS {
        let (name, counts) = (format!("parameters::{}", packing.name), counts.clone());
        trials.push(trial(&name, node, move |node| {
            parameters::check(counts.get(|| parameters::counted(node))?, packing)
        }));
    }
    trials.push(trial("parameters::of_gguf_files", node, move |node| {
        parameters::check_gguf(counts.get(|| parameters::counted(node))?)
    }));
    run_together(trials)
}

fn node() -> &'static Result<Node, Skip> {
    static NODE: OnceLock<Result<Node, Skip>> = OnceLock::new();
    NODE.get_or_init(|| Node::with_packages_of("interop-js"))
}

/// What all trials ask, and the same as plain files.
struct Hub {
    served: Served,
    server: Server,
}

fn serve() -> Result<Hub> {
    let served = with_a_long_shelf(library()?)?;
    let server = Server::start(served.path())?;
    Ok(Hub { served, server })
}

fn ask(node: &Node, hub: &Hub, topic: &str, check: &str) -> Result<()> {
    let home = Home::new()?;
    let script = node.script(&home, "ask.mjs", [topic, check]);
    script
        .at(hub.server.endpoint())
        .env("PLAIN", hub.served.path())
        .env("ACCESS_LOG", hub.server.log())
        .run()?
        .success()?;
    Ok(())
}
