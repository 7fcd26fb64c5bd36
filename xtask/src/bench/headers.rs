//! How long it takes to know what is in a file of ten thousand tensors, beside Python's reader of the same.

use std::{
    env,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use super::{Effort, median};
use crate::process::{ask, cargo, root, run};

/// How many tensors the file has.
const TENSORS: u64 = 10_000;

/// How much faster a header is to be read.
const AT_LEAST: f64 = 10.0;

/// Opens the file and names every tensor: what a program does before anything else. Prints the seconds of that alone.
const PYTHON: &str = "
import sys, time
from safetensors import safe_open
start = time.perf_counter()
with safe_open(sys.argv[1], 'np') as file:
    count = len(file.keys())
print(time.perf_counter() - start, count)
";

pub(super) fn command(effort: &Effort) -> Result<()> {
    let folder = target_folder().join("bench").join("headers");
    fs::create_dir_all(&folder)?;
    let file = folder.join("ten-thousand.safetensors");
    write_file(&file)?;
    let python = python(&folder)?;
    let ours = reader()?;
    let (mut our_times, mut their_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=effort.rounds {
        let theirs = seconds(Command::new(&python).arg("-c").arg(PYTHON).arg(&file))?;
        let ours = seconds(Command::new(&ours).arg(&file))?;
        // The first round brings everything into memory.
        if round > 0 {
            our_times.push(ours);
            their_times.push(theirs);
            ratios.push(theirs / ours);
        }
    }
    let (ours, theirs, ratio) = (median(our_times), median(their_times), median(ratios));
    println!("| {TENSORS} tensors | hubkit | Python's safe_open | ratio |");
    println!("|---|--:|--:|--:|");
    println!(
        "| opened and listed, in the process | {:.2} ms | {:.2} ms | {ratio:.1} |",
        ours * 1e3,
        theirs * 1e3
    );
    ensure!(
        ratio >= AT_LEAST,
        "expected a ratio of at least {AT_LEAST}, found {ratio:.1}"
    );
    Ok(())
}

/// A model of many experts, of which nothing but the header takes room on the disk.
fn write_file(path: &Path) -> Result<()> {
    let mut json = String::from("{\"__metadata__\":{\"format\":\"pt\"}");
    let mut end = 0;
    for tensor in 0..TENSORS {
        let (layer, expert) = (tensor / 192, tensor / 3 % 64);
        let part = ["down_proj", "gate_proj", "up_proj"][usize::try_from(tensor % 3)?];
        let (rows, columns) = (1024 + expert, 64);
        let start = end;
        end += rows * columns * 2;
        write!(
            json,
            ",\"model.layers.{layer}.mlp.experts.{expert}.{part}.weight\":{{\"dtype\":\"BF16\",\"shape\":[{rows},{columns}],\"data_offsets\":[{start},{end}]}}"
        )?;
    }
    json.push('}');
    json.extend(std::iter::repeat_n(
        ' ',
        json.len().next_multiple_of(8) - json.len(),
    ));
    let length = json.len() as u64;
    let mut file = fs::File::create(path)?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(json.as_bytes())?;
    file.set_len(8 + length + end)?;
    Ok(())
}

fn target_folder() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| root().join("target"))
}

/// An interpreter with the reader, set up once.
fn python(folder: &Path) -> Result<PathBuf> {
    let folder = folder.join("venv");
    let python = folder.join("bin").join("python");
    let imports = ["-c", "import safetensors, numpy"];
    if ask(Command::new(&python).args(imports)).is_ok() {
        return Ok(python);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder))?;
    let mut install = Command::new(&python);
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "safetensors==0.8.0",
        "numpy",
    ]);
    run(&mut install).context("Python's safetensors can't be installed")?;
    Ok(python)
}

/// The program that opens a file as a user of the crate does, as it is shipped.
fn reader() -> Result<PathBuf> {
    let words = [
        "build",
        "--release",
        "--quiet",
        "--package=hubkit-safetensors",
        "--example=header_time",
    ];
    run(&mut cargo(words))?;
    let name = format!("header_time{}", env::consts::EXE_SUFFIX);
    Ok(target_folder().join("release").join("examples").join(name))
}

/// What a program prints: seconds, and how many tensors it saw.
fn seconds(command: &mut Command) -> Result<f64> {
    let said = ask(command)?;
    let (seconds, count) = said.trim().split_once(' ').context("seconds and a count")?;
    ensure!(count == TENSORS.to_string(), "{count} tensors were seen");
    Ok(seconds.parse()?)
}
