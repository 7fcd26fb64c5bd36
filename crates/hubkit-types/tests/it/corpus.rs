//! Every labelled path. Pairs of paths are a question about two, and asked in `hubkit-plan`.

use std::{fs, path::Path};

use hubkit_types::RepoPath;
use serde_json::Value;

#[test]
fn every_labelled_path_is_what_its_label_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/pathname");
    let labels = fs::read_to_string(folder.join("labels.tsv")).expect("the labels");
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in labels.lines().skip(1).filter(|line| !line.contains("pair")) {
        let mut columns = line.split('\t');
        let mut column = || columns.next().expect("a column");
        let (name, expected, also) = (column(), column(), column());
        let json = fs::read(folder.join(name)).expect(name);
        let document: Value = serde_json::from_slice(&json).expect(name);
        let path = document["path"].as_str().expect("a text");
        let result = path.parse::<RepoPath>();
        let found = if result.is_ok() { "accept" } else { "reject" };
        if found != expected && !also.split(',').any(|also| also == found) {
            wrong.push(format!("{name}: {expected} expected, {result:?} found"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count >= 40, "the labels were read");
}
