//! What real hubs say of real repositories, and what follows from their files alone.
//!
//! The repositories belong to others: name a file of them with `HUBKIT_TREES`, a JSON object a line with `files`, and
//! `tags`, `config` and `pipeline_tag` as a hub told them.

use std::{env, fs};

use hubkit_card::{CardData, Evidence, describe};
use hubkit_types::RepoKind;
use serde_json::Value;

/// Formats that are told by the names of files alone.
const FORMATS: [&str; 5] = ["safetensors", "pytorch", "onnx", "gguf", "tf"];

#[test]
fn what_follows_from_files_is_what_hubs_say() {
    #[expect(clippy::disallowed_methods, reason = "a test asks where its data lies")]
    let Some(path) = env::var_os("HUBKIT_TREES") else {
        #[expect(clippy::print_stderr, reason = "a test that tests nothing says so")]
        {
            eprintln!("skipped: HUBKIT_TREES names no file of repositories");
        }
        return;
    };
    let text = fs::read_to_string(path).expect("a file of repositories");
    let (mut tasks, mut same_tasks, mut formats, mut same_formats) = (0, 0, 0, 0);
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).expect("JSON");
        let texts = |key: &str| -> Vec<&str> {
            let list = row[key].as_array().map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(Value::as_str).collect()
        };
        let (files, tags) = (texts("files"), texts("tags"));
        let evidence = Evidence {
            body: "",
            files: &files,
            config: Some(&row["config"]),
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
