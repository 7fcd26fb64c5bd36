//! The map of the crates, and the check that the code agrees with it.

mod cost;
mod edges;

use anyhow::{Result, bail};

use crate::metadata::Metadata;

/// Which crate lies on which layer. Edges go strictly downward.
pub(crate) const MAP: &[(u8, &str)] = &[
    (0, "hubkit-types"),
    (1, "hubkit-api"),
    (1, "hubkit-lfs"),
    (1, "hubkit-card"),
    (1, "hubkit-safetensors"),
    (1, "hubkit-scan"),
    (1, "hubkit-plan"),
    (1, "hubkit-lock"),
    (2, "hubkit-transport"),
    (2, "hubkit-auth"),
    (2, "hubkit-store"),
    (2, "hubkit-inspect"),
    (3, "hubkit-client"),
    (3, "hubkit-cache"),
    (3, "hubkit-git"),
    (4, "hubkit-transport-reqwest"),
    (4, "hubkit-store-fs"),
    (4, "hubkit-store-object"),
    (4, "hubkit-mirror"),
    (4, "hubkit-inference"),
    (4, "hubkit-candle"),
    (4, "hubkit-xet"),
    (5, "hubkit"),
    (5, "hubkit-cli"),
];

/// The one edge inside a layer: the command is a program over the facade, and nobody can depend on a program.
const SIDEWAYS: &[(&str, &str)] = &[("hubkit-cli", "hubkit")];

/// The last layer whose crates reach no runtime, no socket and no HTTP client.
const LAST_PURE: u8 = 2;

/// What no crate up to [`LAST_PURE`] may reach, under any feature, on any platform.
const IO: &[&str] = &[
    "async-io",
    "async-std",
    "curl",
    "git2",
    "h2",
    "hyper",
    "hyper-util",
    "isahc",
    "libgit2-sys",
    "mio",
    "native-tls",
    "object_store",
    "openssl",
    "quinn",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "tokio",
    "tokio-util",
    "tower",
    "ureq",
];

/// Who may name a foreign library. What is not listed here may be named by anyone.
struct Guard {
    library: &'static str,
    /// The crates that may name it.
    crates: &'static [&'static str],
    why: &'static str,
}

const GUARDS: &[Guard] = &[
    Guard {
        library: "reqwest",
        crates: &["hubkit-transport-reqwest"],
        why: "a foreign HTTP stack is one adapter crate",
    },
    Guard {
        library: "rustls",
        crates: &["hubkit-transport-reqwest"],
        why: "TLS belongs to the adapter that speaks it",
    },
    Guard {
        library: "tokio",
        crates: &[
            "hubkit-client",
            "hubkit-transport-reqwest",
            "hubkit-store-fs",
            "hubkit-store-object",
            "hubkit-git",
            "hubkit-inference",
            "hubkit-candle",
            "hubkit-xet",
            "hubkit",
            "hubkit-cli",
        ],
        why: "a runtime is named by engines, adapters and programs alone",
    },
    Guard {
        library: "hyper",
        crates: &["hubkit-transport-reqwest", "hubkit", "hubkit-cli"],
        why: "HTTP over sockets belongs to the adapter and to programs; the mirror is a function",
    },
    Guard {
        library: "hyper-util",
        crates: &["hubkit-transport-reqwest", "hubkit", "hubkit-cli"],
        why: "HTTP over sockets belongs to the adapter and to programs; the mirror is a function",
    },
    Guard {
        library: "git2",
        crates: &["hubkit-git"],
        why: "a foreign git stack is one adapter crate",
    },
    Guard {
        library: "object_store",
        crates: &["hubkit-store-object"],
        why: "a foreign storage stack is one adapter crate",
    },
    Guard {
        library: "clap",
        crates: &["hubkit-cli"],
        why: "a library has no command line",
    },
    Guard {
        library: "clap_complete",
        crates: &["hubkit-cli"],
        why: "a library has no command line",
    },
    Guard {
        library: "indicatif",
        crates: &["hubkit-cli"],
        why: "a library draws nothing",
    },
    Guard {
        library: "anyhow",
        crates: &["hubkit-cli"],
        why: "callers of a library branch on its errors",
    },
    Guard {
        library: "async-trait",
        crates: &[],
        why: "seams are native futures",
    },
];

/// Crates that may use only some features of a library.
const NARROW: &[(&str, &str, &[&str])] = &[("hubkit-client", "tokio", &["sync", "time"])];

/// What a consumer may have to compile: the table of the design, and where it stands.
struct Ceiling {
    wants: &'static str,
    package: &'static str,
    features: Features,
    /// The ceiling itself.
    limit: usize,
    /// The lowest number reached so far. It may only fall: lower it when the task says so.
    recorded: Option<usize>,
}

/// Which features a consumer is assumed to switch on.
#[derive(Clone, Copy)]
enum Features {
    All,
    Default,
}

const CEILINGS: &[Ceiling] = &[
    Ceiling {
        wants: "LFS pointers",
        package: "hubkit-lfs",
        features: Features::All,
        limit: 4,
        recorded: Some(2),
    },
    Ceiling {
        wants: "a token for an origin",
        package: "hubkit-auth",
        features: Features::All,
        limit: 4,
        recorded: Some(3),
    },
    Ceiling {
        wants: "protocol values, own blocking HTTP",
        package: "hubkit-api",
        features: Features::All,
        limit: 25,
        recorded: Some(10),
    },
    Ceiling {
        wants: "cards",
        package: "hubkit-card",
        features: Features::All,
        limit: 40,
        recorded: None,
    },
    Ceiling {
        wants: "safetensors headers",
        package: "hubkit-safetensors",
        features: Features::All,
        limit: 15,
        recorded: Some(9),
    },
    Ceiling {
        wants: "the whole client with reqwest",
        package: "hubkit",
        features: Features::Default,
        limit: 160,
        recorded: Some(129),
    },
];

/// Returns the layer of a crate, if it is on the map.
pub(crate) fn layer(name: &str) -> Option<u8> {
    MAP.iter()
        .find(|(_, each)| *each == name)
        .map(|(layer, _)| *layer)
}

pub(crate) fn command() -> Result<()> {
    let metadata = Metadata::read()?;
    let mut findings = edges::check(&metadata);
    findings.extend(cost::check_reach(&metadata)?);
    let (table, too_dear) = cost::table(&metadata)?;
    println!("{table}");
    findings.extend(too_dear);
    if findings.is_empty() {
        println!(
            "layers: {} crates, every edge goes down",
            metadata.crates().count()
        );
        return Ok(());
    }
    bail!(
        "the crates do not keep to the map:\n- {}",
        findings.join("\n- ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain;

    #[test]
    fn the_crates_keep_to_the_map() {
        if let Err(error) = command() {
            panic!("{}", explain(&error));
        }
    }

    #[test]
    fn every_name_in_the_rules_is_on_the_map() {
        let guards = GUARDS.iter().flat_map(|guard| guard.crates).copied();
        let narrow = NARROW.iter().map(|(name, ..)| *name);
        let sideways = SIDEWAYS.iter().flat_map(|(from, to)| [*from, *to]);
        let ceilings = CEILINGS.iter().map(|row| row.package);
        for name in guards.chain(narrow).chain(sideways).chain(ceilings) {
            assert!(layer(name).is_some(), "{name} is not on the map");
        }
    }
}
