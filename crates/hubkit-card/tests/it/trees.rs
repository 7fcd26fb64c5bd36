//! What real hubs say of real repositories, and what follows from their files alone.
//!
//! The repositories belong to others: name a file of them with `HUBKIT_TREES`, a JSON object a line with `files`, and
//! `tags`, `config` and `pipeline_tag` as a hub told them.

use std::{env, fmt, fs};

use hubkit_card::{CardData, Evidence, Metadata, describe, lists, modality};
use hubkit_types::RepoKind;
use serde_json::Value;

/// The repositories, one JSON value each; `None` where none are named.
fn repositories() -> Option<Vec<Value>> {
    #[expect(clippy::disallowed_methods, reason = "a test asks where its data lies")]
    let Some(path) = env::var_os("HUBKIT_TREES") else {
        #[expect(clippy::print_stderr, reason = "a test that tests nothing says so")]
        {
            eprintln!("skipped: HUBKIT_TREES names no file of repositories");
        }
        return None;
    };
    let text = fs::read_to_string(path).expect("a file of repositories");
    let rows = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    Some(rows.collect())
}

fn texts<'a>(row: &'a Value, key: &str) -> Vec<&'a str> {
    let list = row[key].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}

/// Formats that are told by the names of files alone.
const FORMATS: [&str; 5] = ["safetensors", "pytorch", "onnx", "gguf", "tf"];

#[test]
fn what_follows_from_files_is_what_hubs_say() {
    let Some(rows) = repositories() else { return };
    let (mut tasks, mut same_tasks, mut formats, mut same_formats) = (0, 0, 0, 0);
    for row in &rows {
        let (files, tags) = (texts(row, "files"), texts(row, "tags"));
        let evidence = Evidence {
            files: &files,
            config: Some(&row["config"]),
            ..Evidence::default()
        };
        let found = describe(RepoKind::Model, &CardData::default(), &evidence);
        if let (Some(guess), Some(said)) = (found.pipeline_tag, row["pipeline_tag"].as_str()) {
            tasks += 1;
            same_tasks += usize::from(guess == said);
        }
        for format in FORMATS {
            let has = found.tags.iter().any(|tag| tag == format);
            formats += 1;
            same_formats += usize::from(has == tags.contains(&format));
        }
    }
    // A card may say otherwise than its files, and a hub may have read files that are gone.
    assert!(
        tasks > 100 && same_tasks * 100 >= tasks * 90,
        "{same_tasks} of {tasks}"
    );
    assert!(
        same_formats * 100 >= formats * 95,
        "{same_formats} of {formats}"
    );
}

/// How often something was said, and how often it was what a hub says.
#[derive(Default)]
struct Tally {
    asked: usize,
    said: usize,
    right: usize,
}

impl Tally {
    fn count(&mut self, found: Option<bool>) {
        self.asked += 1;
        self.said += usize::from(found.is_some());
        self.right += usize::from(found == Some(true));
    }

    /// In percent: of what was said, and of what was asked.
    #[track_caller]
    fn at_least(&self, precision: usize, coverage: usize) {
        assert!(self.right * 100 >= self.said * precision, "{self}");
        assert!(self.said * 100 >= self.asked * coverage, "{self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { asked, said, right } = self;
        write!(f, "asked for {asked}, said {said}, of these right {right}")
    }
}

#[test]
fn what_goes_in_and_comes_out_is_known_without_the_task() {
    let Some(rows) = repositories() else { return };
    // By files and configuration alone, and with the library that the card may name.
    for (has_library, floors) in [(false, [(97, 80), (98, 93)]), (true, [(97, 80), (98, 94)])] {
        let [mut tasks, mut media] = [Tally::default(), Tally::default()];
        for row in &rows {
            let known = |name: &str| lists::task(name).or_else(|| lists::renamed_task(name));
            let Some(said) = row["pipeline_tag"].as_str().and_then(known) else {
                continue;
            };
            let files = texts(row, "files");
            let evidence = Evidence {
                files: &files,
                config: Some(&row["config"]),
                ..Evidence::default()
            };
            let mut tags = texts(row, "tags").into_iter();
            let library = tags.find(|tag| lists::library(tag).is_some());
            let block = match library.filter(|_| has_library) {
                Some(library) => format!("library_name: {library}"),
                None => String::new(),
            };
            let card = Metadata::read(&block).expect("metadata");
            let found = modality(RepoKind::Model, &card, &evidence);
            tasks.count(found.task.map(|task| task == said));
            let is_known = !found.outputs.is_empty();
            let is_right = || found.inputs == said.inputs && found.outputs == said.outputs;
            media.count(is_known.then(is_right));
        }
        #[expect(clippy::print_stdout, reason = "figures for who reads along")]
        {
            println!("library told: {has_library}; tasks: {tasks}; media: {media}");
        }
        for (tally, (precision, coverage)) in [&tasks, &media].into_iter().zip(floors) {
            assert!(tally.asked > 100, "{tally}");
            tally.at_least(precision, coverage);
        }
    }
}
