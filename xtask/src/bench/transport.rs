//! What the transport alone can do, with nothing behind it that writes or hashes.

mod link;
mod report;
mod runs;

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail};

use self::{
    link::{Hub, Link},
    report::Row,
    runs::{Fetch, Fetcher, Run, Version},
};
use super::{
    download::options::read_rounds,
    nginx::{Certificate, Nginx},
    rig::{self, Place, Rig},
    tools::{self, Tool},
};
use crate::{process::root, testing};

const TOOLS: &[Tool] = &[
    Tool {
        program: "nginx",
        package: "nginx-light",
    },
    Tool {
        program: "curl",
        package: "curl",
    },
];

const USAGE: &str = "cargo xtask bench transport --rig FOLDER [--work FOLDER] [--rounds N]";

/// The authority and the certificate that the transport's own tests use.
const CERTIFICATES: &str = "crates/hubkit-transport-reqwest/tests/it/certificates";

const LARGE: &str = "bench/w1-single";
const LARGE_FILE: &str = "files/model.safetensors";
const SMALL: &str = "bench/w2-small";

const MIB: u64 = 1 << 20;
const LARGE_SIZE: u64 = 2048 * MIB;

pub(super) fn command(words: &[&str]) -> Result<()> {
    let (place, rounds) = read(words)?;
    let missing = tools::provide(TOOLS)?;
    if !missing.is_empty() {
        let packages: Vec<_> = missing.iter().map(|tool| tool.package).collect();
        bail!(
            "install {} first, or run this as a user who may",
            packages.join(" and ")
        );
    }
    let rig = Rig::open(&place)?;
    let scratch = rig.scratch();
    fs::create_dir_all(&scratch)?;
    let rows = measure(&rig, &scratch, rounds);
    rig.clean()?;
    println!(
        "\nMedians of {rounds} rounds in turn; {}.\n\n{}",
        rig::machine()?,
        report::table(&rows?)
    );
    Ok(())
}

fn read(words: &[&str]) -> Result<(Place, usize)> {
    let mut place = Place::read(|name| std::env::var(name).ok());
    let mut rounds = 5;
    let (pairs, rest) = words.as_chunks::<2>();
    for [option, value] in pairs {
        if *option == "--rounds" {
            rounds = read_rounds(value)?;
        } else if !place.take(option, value) {
            bail!("there is no option {option}\nusage: {USAGE}");
        }
    }
    match rest {
        [] => Ok((place, rounds)),
        [word, ..] => bail!("{word} needs a value\nusage: {USAGE}"),
    }
}

fn measure(rig: &Rig, scratch: &Path, rounds: usize) -> Result<Vec<Row>> {
    let certificates = root().join(CERTIFICATES);
    let program = testing::build_release_example("hubkit-transport-reqwest", "rate")?;
    let fetcher = Fetcher {
        time: rig.program("floor"),
        program: program.context("the transport has no example `rate`")?,
        authority: certificates.join("authority.pem"),
        scratch,
    };
    let files = rig.repo(LARGE);
    let models = files.ancestors().nth(2).context("a folder of models")?;
    let nginx = Nginx::start_https(
        models,
        &scratch.join("nginx"),
        &Certificate {
            chain: certificates.join("server.pem"),
            key: certificates.join("server-key.pem"),
        },
    )?;
    let near = format!("https://127.0.0.1:{}", nginx.port());
    let link = Link::start(&rig.program("hubsim"), nginx.port())?;
    let far = format!("https://127.0.0.1:{}", link.port());
    let hub = Hub::start(&rig.program("hubsim"), rig)?;
    let list = list_of(&rig.repo(SMALL), &format!("{far}/{SMALL}"))?;

    let ranges = |url: &str, in_flight| Fetch::Ranges {
        url: format!("{url}/{LARGE}/{LARGE_FILE}"),
        size: LARGE_SIZE / 4,
        part: 16 * MIB,
        in_flight,
    };
    let small = |in_flight| Fetch::Files {
        list: list.clone(),
        in_flight,
    };
    let plain = Fetch::Whole {
        url: hub.address_of(LARGE, "model.safetensors")?,
        size: LARGE_SIZE,
    };
    let (one, two, curl) = (Version::One, Version::Two, Version::Curl);
    let slow = "30 ms, 50 MB/s a connection";
    let cases = [
        ("2 GiB, http, loopback".to_owned(), plain, vec![one, curl]),
        (
            "512 MiB in 4 ranges at once, https, loopback".to_owned(),
            ranges(&near, 4),
            vec![one, two],
        ),
        (
            format!("512 MiB in 16 ranges at once, https, {slow}"),
            ranges(&far, 16),
            vec![one, two],
        ),
        (
            format!("2,000 small files, 64 at once, https, {slow}"),
            small(64),
            vec![one, two],
        ),
        (
            format!("2,000 small files, 128 at once, https, {slow}"),
            small(128),
            vec![one, two],
        ),
        (
            format!("2,000 small files, 256 at once, https, {slow}"),
            small(256),
            vec![one, two],
        ),
    ];
    let mut rows = Vec::new();
    for (name, fetch, versions) in &cases {
        let mut of_case: Vec<_> = versions
            .iter()
            .map(|version| Row::new(name, *version))
            .collect();
        // So that the files are in memory.
        fetcher.run(fetch, Version::One)?;
        for round in 1..=rounds {
            for row in &mut of_case {
                let run = patiently(|| {
                    nginx.forget_connections()?;
                    fetcher.run(fetch, row.version)
                })?;
                println!(
                    "{name}, {}, round {round}: {:.2} s",
                    row.version.title(),
                    run.seconds
                );
                row.runs.push(run);
                row.connections.push(nginx.connections()?);
            }
        }
        rows.append(&mut of_case);
    }
    Ok(rows)
}

/// On a busy machine a connection may take longer than a client waits; one such must not cost all that was measured.
fn patiently(mut run: impl FnMut() -> Result<Run>) -> Result<Run> {
    run().or_else(|error| {
        println!("once more, because: {error}");
        run()
    })
}

/// The addresses of all files of a repository, as text.
fn list_of(repo: &Path, url: &str) -> Result<String> {
    let mut list = String::new();
    for folder in fs::read_dir(repo.join("files"))? {
        let folder = folder?;
        for file in fs::read_dir(folder.path())? {
            let (folder, file) = (folder.file_name(), file?.file_name());
            let (folder, file) = (folder.to_string_lossy(), file.to_string_lossy());
            list.extend([url, "/files/", &folder, "/", &file, "\n"]);
        }
    }
    Ok(list)
}
