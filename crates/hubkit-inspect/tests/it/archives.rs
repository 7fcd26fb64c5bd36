//! Archives and pickles.

mod bounds;
mod corpus;
mod damage;
mod economy;

use std::{fs, path::PathBuf};

use hubkit_inspect::{Inspection, ReadInspectionError, Verdict, inspect_reader};

/// The labelled files of a folder of fixtures: name, what is expected, what else will do.
fn labelled(folder: &str) -> Vec<(String, Vec<String>)> {
    let labels = fs::read_to_string(fixtures(folder).join("labels.tsv")).expect("labels");
    let lines = labels.lines().skip(1).map(|line| {
        let mut fields = line.split('\t').map(str::to_owned);
        let mut field = || fields.next().unwrap_or_default();
        let (name, expected, also) = (field(), field(), field());
        let also = also
            .split(',')
            .filter(|word| !word.is_empty())
            .map(str::to_owned);
        (name, std::iter::once(expected).chain(also).collect())
    });
    lines.collect()
}

fn fixtures(folder: &str) -> PathBuf {
    let all = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures");
    PathBuf::from(all).join(folder)
}

fn fixture(folder: &str, name: &str) -> Vec<u8> {
    fs::read(fixtures(folder).join(name)).expect("a fixture")
}

fn inspect(file: &[u8]) -> Result<Inspection, ReadInspectionError> {
    inspect_reader(&mut std::io::Cursor::new(file))
}

/// The verdict as the labels have it; nothing that can be told counts as malformed.
fn verdict(file: &[u8]) -> &'static str {
    match inspect(file).map(|inspection| inspection.verdict()) {
        Ok(Verdict::Sound) => "safe",
        Ok(Verdict::Suspicious) => "suspicious",
        Ok(Verdict::Dangerous) => "dangerous",
        Ok(Verdict::Malformed) | Err(_) => "malformed",
    }
}
