//! Every labelled file.

use std::{
    fs::{self, File},
    path::Path,
};

use hubkit_safetensors::{
    ForeignFormat, HeaderError, ReadHeaderError, ShardIndex, read_header, survey_header,
};

#[test]
fn every_labelled_file_is_what_its_label_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/safetensors");
    let labels = fs::read_to_string(folder.join("labels.tsv")).expect("the labels");
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in labels.lines().skip(1) {
        let mut columns = line.split('\t');
        let mut column = || columns.next().expect("a column");
        let (name, expected, also) = (column(), column(), column());
        let path = folder.join(name);
        let result = if name.ends_with(".index.json") {
            judge_index(&fs::read(&path).expect(name))
        } else {
            read_header(&mut File::open(&path).expect(name))
                .map(|_| ())
                .map_err(|error| match error {
                    ReadHeaderError::Header(error) => error.to_string(),
                    error => panic!("{name}: {error}"),
                })
        };
        let found = if result.is_ok() { "valid" } else { "malformed" };
        if !name.ends_with(".index.json") {
            let survey = survey_header(&mut File::open(&path).expect(name)).expect(name);
            let first = survey.findings().first().map(ToString::to_string);
            let error = result.as_ref().err().cloned();
            assert_eq!(first, error, "{name}: the first finding is the error");
        }
        if found != expected && !also.split(',').any(|also| also == found) {
            wrong.push(format!("{name}: {expected} expected, {result:?} found"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 60, "the labels were read");
}

/// An index can only be judged against a listing; these stand in a repository without a shard.
fn judge_index(bytes: &[u8]) -> Result<(), String> {
    let index = ShardIndex::parse(bytes).map_err(|error| error.to_string())?;
    match index.missing(&[]).as_slice() {
        [] => Ok(()),
        missing => Err(format!("missing: {missing:?}")),
    }
}

#[test]
fn files_of_other_kinds_are_called_what_they_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/safetensors");
    for (name, expected) in [
        ("x_is_gguf", ForeignFormat::Gguf),
        ("x_is_html", ForeignFormat::Html),
        ("x_is_lfs_pointer", ForeignFormat::LfsPointer),
        ("x_is_pickle", ForeignFormat::Pickle),
        ("x_is_zip", ForeignFormat::Zip),
        ("x_zeros", ForeignFormat::Zeros),
    ] {
        let path = folder.join(format!("{name}.safetensors"));
        let error = read_header(&mut File::open(path).expect(name)).expect_err(name);
        let ReadHeaderError::Header(HeaderError::Foreign(found)) = error else {
            panic!("{name}: {error:?}");
        };
        assert_eq!(found, expected, "{name}");
    }
}
