//! A fuzzer at every door by which a stranger's bytes come in: `tests/fuzz`, through libFuzzer.
//!
//! Each target runs for a minute, or for `HUBKIT_FUZZ_SECONDS`; `cargo test --test fuzz -- reply-tree` runs one alone. What
//! the runs learn is kept in the cache for tools, and what makes a target fail lies in `fuzz-findings` beside it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::OnceLock,
};

use anyhow::{Context as _, Result, bail, ensure};
use hubkit_tests::{Skip, files_below, run, suite_cache, trial};

/// What makes a build one that libFuzzer can steer: counters at every edge, and what is compared. Stable flags all.
const INSTRUMENTED: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "--cfg=fuzzing",
];

/// The most memory that a target may take, in MiB. An input has no more than 64 KiB.
const MEMORY: &str = "512";

fn main() -> ExitCode {
    let names = match targets() {
        Ok(names) => names,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials = vec![trial(
        "the_kept_seeds_are_those_that_are_made",
        fuzzer,
        |_| seeds(),
    )];
    trials.extend(names.into_iter().map(|name| {
        let title = format!("{name}_takes_whatever_comes");
        trial(&title, fuzzer, move |fuzzer| fuzz(fuzzer, &name))
    }));
    run(trials)
}

fn manifest() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz"))
}

/// Every target has a folder of seeds.
fn targets() -> Result<Vec<String>> {
    let corpus = manifest().join("corpus");
    let entries =
        fs::read_dir(&corpus).with_context(|| format!("no seeds at {}", corpus.display()))?;
    let names = entries.map(|entry| {
        let name = entry?.file_name().into_string();
        name.ok().context("a target has a plain name")
    });
    let mut names = names.collect::<Result<Vec<_>>>()?;
    names.sort_unstable();
    Ok(names)
}

/// The fuzzer, built outside of the checkout.
fn fuzzer() -> &'static Result<PathBuf, Skip> {
    static FUZZER: OnceLock<Result<PathBuf, Skip>> = OnceLock::new();
    FUZZER.get_or_init(|| Ok(build()?))
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn build() -> Result<PathBuf> {
    let host = host()?;
    let target = suite_cache()?.join("fuzz");
    // With a target named, the flags are for it alone and not for build scripts, which have no fuzzer to link.
    let output = cargo()
        .args(["build", "--locked", "--release", "--bin=hubkit-fuzz"])
        .arg(format!("--target={host}"))
        .arg("--manifest-path")
        .arg(manifest().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .env("RUSTFLAGS", INSTRUMENTED.join(" "))
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .context("can't start cargo")?;
    ensure!(
        output.status.success(),
        "the fuzzer does not build; it takes a C++ compiler:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let name = format!("hubkit-fuzz{}", std::env::consts::EXE_SUFFIX);
    Ok(target.join(host).join("release").join(name))
}

fn host() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output()?;
    let said = String::from_utf8(output.stdout)?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}

fn fuzz(fuzzer: &Path, name: &str) -> Result<()> {
    let seconds: u32 = match std::env::var("HUBKIT_FUZZ_SECONDS") {
        Ok(text) => text.parse().context("HUBKIT_FUZZ_SECONDS is no number")?,
        Err(_) => 60,
    };
    let cache = suite_cache()?;
    let learned = cache.join("fuzz-corpus").join(name);
    let findings = cache.join("fuzz-findings");
    fs::create_dir_all(&learned)?;
    fs::create_dir_all(&findings)?;
    let output = Command::new(fuzzer)
        .env("HUBKIT_FUZZ_TARGET", name)
        .arg(format!("-max_total_time={seconds}"))
        .arg("-max_len=65536")
        .arg("-timeout=10")
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-artifact_prefix={}/{name}-", findings.display()))
        .arg(&learned)
        .arg(manifest().join("corpus").join(name))
        .output()
        .context("can't start the fuzzer")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        ensure!(
            said.contains(" runs in "),
            "the fuzzer says nothing of its runs:\n{said}"
        );
        return Ok(());
    }
    let end: Vec<&str> = said.lines().rev().take(40).collect();
    let end: Vec<&str> = end.into_iter().rev().collect();
    bail!(
        "{name} failed; put the input into tests/fuzz/corpus/{name}, with words that say what is special:\n{}",
        end.join("\n")
    )
}

/// The seeds in the repository are those that `tests/fuzz/src/bin/seeds.rs` makes, and what was found.
fn seeds() -> Result<()> {
    let made = tempfile::tempdir()?;
    let output = cargo()
        .args([
            "run",
            "--locked",
            "--quiet",
            "--bin=seeds",
            "--manifest-path",
        ])
        .arg(manifest().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(suite_cache()?.join("fuzz"))
        .arg("--")
        .arg(made.path())
        .output()
        .context("can't start cargo")?;
    ensure!(
        output.status.success(),
        "no seeds are made:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let kept = files_below(&manifest().join("corpus"))?;
    for (path, bytes) in files_below(made.path())? {
        ensure!(
            kept.get(&path) == Some(&bytes),
            "{path} is not the seed that is made: run `cargo run --bin seeds` in tests/fuzz"
        );
    }
    Ok(())
}
