//! The table of `docs/guides/faults.md`.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result, ensure};

const BEGIN: &str = "<!-- written by the suite faults-python -->\n";
const END: &str = "<!-- up to here -->\n";

/// How two clients fared.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) hubkit: String,
    pub(crate) python: String,
}

impl Row {
    fn line(&self) -> String {
        format!("| {} | {} | {} |", self.about, self.hubkit, self.python)
    }
}

/// Whether the page is to be written anew.
fn is_written() -> bool {
    std::env::var_os("HUBKIT_FAULTS").is_some_and(|value| value == "write")
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/faults.md")
}

fn read() -> Result<String> {
    let path = path();
    fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))
}

/// Fails unless the page has this row, or is to be written.
pub(crate) fn check(row: &Row) -> Result<()> {
    let (line, page) = (row.line(), read()?);
    let has = page.lines().any(|each| each == line);
    ensure!(
        has || is_written(),
        "docs/guides/faults.md does not say:\n{line}"
    );
    Ok(())
}

/// Writes the table where that was asked for and every row is there.
pub(crate) fn finish(rows: &[Row], is_whole: bool, code: ExitCode) -> ExitCode {
    if !is_written() || !is_whole {
        return code;
    }
    match write(rows) {
        Ok(()) => code,
        Err(error) => panic!("the page is not written: {error:#}"),
    }
}

fn write(rows: &[Row]) -> Result<()> {
    let page = read()?;
    let (before, rest) = page.split_once(BEGIN).context("no place for the table")?;
    let (_, behind) = rest.split_once(END).context("no end of the table")?;
    let head = "| what the hub does | hubkit | huggingface_hub 2.4.0 |\n|---|---|---|";
    let lines: Vec<String> = rows.iter().map(Row::line).collect();
    let table = lines.join("\n");
    fs::write(
        path(),
        format!("{before}{BEGIN}\n{head}\n{table}\n\n{END}{behind}"),
    )?;
    Ok(())
}
