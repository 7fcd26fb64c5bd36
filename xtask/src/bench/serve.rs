//! `hubkit serve` beside nginx over the same files.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

use super::{
    Effort, median,
    nginx::Nginx,
    tools::{self, Tool},
    usage::processor_time,
    wrk,
};
use crate::{
    metadata::Metadata,
    process::{ask, run},
    testing,
};

const TOOLS: &[Tool] = &[
    Tool {
        program: "nginx",
        package: "nginx-light",
    },
    Tool {
        program: "wrk",
        package: "wrk",
    },
];

const REPO: &str = "bench/files";
const SMALL: (&str, u64) = ("small.bin", 1 << 10);
const LARGE: (&str, u64) = ("large.bin", 1 << 30);
/// What lies beside the two in an ordinary repository.
const BESIDE: u64 = 14;

/// What is compared.
struct Case {
    name: &'static str,
    from: From,
    file: &'static str,
    connections: usize,
    counts: Counts,
}

/// Which kind of store serves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Folder,
    Cache,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    Requests,
    Bytes,
}

const CASES: &[Case] = &[
    Case {
        name: "folder, 1 KB",
        from: From::Folder,
        file: SMALL.0,
        connections: 32,
        counts: Counts::Requests,
    },
    Case {
        name: "cache, 1 KB",
        from: From::Cache,
        file: SMALL.0,
        connections: 32,
        counts: Counts::Requests,
    },
    Case {
        name: "folder, 1 GiB",
        from: From::Folder,
        file: LARGE.0,
        connections: 4,
        counts: Counts::Bytes,
    },
    Case {
        name: "cache, 1 GiB",
        from: From::Cache,
        file: LARGE.0,
        connections: 4,
        counts: Counts::Bytes,
    },
];

pub(super) fn command(effort: &Effort) -> Result<()> {
    let missing = tools::provide(TOOLS)?;
    if !missing.is_empty() {
        let packages: Vec<_> = missing.iter().map(|tool| tool.package).collect();
        println!(
            "skipped: install {} first, or run this as a user who may",
            packages.join(" and ")
        );
        return Ok(());
    }
    let program = match testing::given_program() {
        Some(program) => program,
        None => testing::build_release_command()?.context("this workspace has no hubkit")?,
    };
    let place = Metadata::read()?.target_directory.join("bench/serve");
    let folder = make_folder(&place)?;
    let nginx = Nginx::start(&folder.join("models"), &place.join("nginx"))?;
    let on_folder = Hub::start(&program, &folder)?;
    let cache = make_cache(&program, &on_folder.url, &place)?;
    let on_cache = Hub::start(&program, &cache)?;
    let mut rows = Vec::new();
    for case in CASES.iter().filter(|case| case.name.contains(&effort.only)) {
        let hub = match case.from {
            From::Folder => &on_folder,
            From::Cache => &on_cache,
        };
        rows.push(compare(case, hub, &nginx, effort)?);
    }
    println!("\n{}", table(&rows, effort));
    Ok(())
}

/// What one server did in all rounds of a case.
#[derive(Default)]
struct Figures {
    rates: Vec<f64>,
    /// Processor time for each request, or for each GiB.
    costs: Vec<f64>,
}

struct Row {
    name: &'static str,
    counts: Counts,
    ours: Figures,
    nginx: Figures,
}

/// Measures both in turn, so that whatever else the machine does meets both.
fn compare(case: &Case, hub: &Hub, nginx: &Nginx, effort: &Effort) -> Result<Row> {
    let Case { name, file, .. } = case;
    let ours = format!("{}/{REPO}/resolve/main/{file}", hub.url);
    let theirs = format!("{}/{REPO}/{file}", nginx.url());
    let mut row = Row {
        name,
        counts: case.counts,
        ours: Figures::default(),
        nginx: Figures::default(),
    };
    // The first answers read the disk and hash what they read.
    for url in [&ours, &theirs] {
        wrk::load(url, case.connections, Duration::from_secs(1))?;
    }
    for round in 1..=effort.rounds {
        let mut measured = [0.0; 2];
        let servers = [
            (&ours, hub.process.id(), &mut row.ours),
            (&theirs, nginx.process(), &mut row.nginx),
        ];
        for (index, (url, process, figures)) in servers.into_iter().enumerate() {
            let before = processor_time(process);
            let load = wrk::load(url, case.connections, effort.time)?;
            let rate = match case.counts {
                Counts::Requests => load.requests_per_second,
                Counts::Bytes => load.bytes_per_second / f64::from(1 << 30),
            };
            measured[index] = rate;
            figures.rates.push(rate);
            if let (Some(before), Some(after)) = (before, processor_time(process)) {
                let used = after.saturating_sub(before).as_secs_f64();
                figures
                    .costs
                    .push(used / (rate * effort.time.as_secs_f64()));
            }
        }
        println!(
            "{name}, round {round}: {:.2} of nginx's",
            measured[0] / measured[1]
        );
    }
    Ok(row)
}

fn table(rows: &[Row], effort: &Effort) -> String {
    let mut lines = vec![
        format!(
            "Medians of {} rounds of {} seconds each, in turn; cost is the server's processor time.\n",
            effort.rounds,
            effort.time.as_secs()
        ),
        "| what | hubkit | nginx | ratio | hubkit's cost | nginx's cost |".to_owned(),
        "|---|--:|--:|--:|--:|--:|".to_owned(),
    ];
    for row in rows {
        let pairs = row.ours.rates.iter().zip(&row.nginx.rates);
        let ratio = median(pairs.map(|(ours, nginx)| ours / nginx).collect());
        let rate = |figures: &Figures| {
            let rate = median(figures.rates.clone());
            match row.counts {
                Counts::Requests => format!("{rate:.0}/s"),
                Counts::Bytes => format!("{rate:.2} GiB/s"),
            }
        };
        let cost = |figures: &Figures| {
            let cost = median(figures.costs.clone());
            match row.counts {
                Counts::Requests => format!("{:.1} µs each", cost * 1e6),
                Counts::Bytes => format!("{:.0} ms/GiB", cost * 1e3),
            }
        };
        lines.push(format!(
            "| {} | {} | {} | {ratio:.2} | {} | {} |",
            row.name,
            rate(&row.ours),
            rate(&row.nginx),
            cost(&row.ours),
            cost(&row.nginx)
        ));
    }
    lines.join("\n")
}

/// A folder with one repository; kept between runs, as writing it takes longer than measuring.
fn make_folder(place: &Path) -> Result<PathBuf> {
    let folder = place.join("folder");
    let repo = folder.join("models").join(REPO);
    fs::create_dir_all(&repo)?;
    let beside = (0..BESIDE).map(|number| (format!("beside-{number}.json"), 3000 + number));
    let files = [SMALL, LARGE].map(|(name, size)| (name.to_owned(), size));
    for (name, size) in files.into_iter().chain(beside) {
        let path = repo.join(name);
        if path.metadata().is_ok_and(|metadata| metadata.len() == size) {
            continue;
        }
        let mut file = BufWriter::new(File::create(&path)?);
        let numbers = (0..size / 8).map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for number in numbers {
            file.write_all(&number.to_le_bytes())?;
        }
        file.write_all(&vec![0; usize::try_from(size % 8)?])?;
        file.flush()?;
    }
    Ok(folder)
}

/// A cache with the same repository, filled as a user would.
fn make_cache(program: &Path, hub: &str, place: &Path) -> Result<PathBuf> {
    let cache = place.join("cache");
    let mut download = Command::new(program);
    download
        .args(["download", REPO, "--quiet", "--endpoint", hub])
        .arg("--cache-dir")
        .arg(&cache);
    ask(&mut download)?;
    Ok(cache)
}

/// A running `hubkit serve`, ended when dropped.
struct Hub {
    process: Child,
    url: String,
}

impl Hub {
    fn start(program: &Path, root: &Path) -> Result<Self> {
        let process = Command::new(program)
            .args(["serve", "--port=0", "--quiet"])
            .arg(root)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("can't start {}", program.display()))?;
        let mut hub = Self {
            process,
            url: String::new(),
        };
        let stdout = hub.process.stdout.take();
        let mut line = String::new();
        BufReader::new(stdout.context("standard output was asked for as a pipe")?)
            .read_line(&mut line)?;
        match line
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
        {
            Some(url) => url.clone_into(&mut hub.url),
            None => bail!("hubkit serve named no address, but said: {line}"),
        }
        Ok(hub)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let asked = run(Command::new("kill").arg(self.process.id().to_string()));
        if asked.is_ok() {
            let _ = self.process.wait();
        }
    }
}
