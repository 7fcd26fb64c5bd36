//! The card of a dataset.

use serde_yaml::{Mapping, Value};

use super::{
    TemplateSources, details,
    draft::{Draft, list},
    language, license, snippet,
    text::{self, code, grouped},
};
use crate::read_document;

/// More columns or splits than these are not listed.
const MOST: usize = 1_000;

pub(super) fn fill<'a>(sources: &'a TemplateSources<'a>) -> Draft<'a> {
    let mut draft = Draft::new(sources.documents);
    let name = sources.title();
    license::fill(&mut draft, sources);
    language::fill(&mut draft, sources);
    draft.set("pretty_name", name.as_str(), "the name");
    let splits = info(&mut draft);
    draft.miss("the tasks it is for: `task_categories` in the metadata");
    draft.write(&format!("# {}\n\n", text::words(&name)));
    draft.ask("say in a sentence or two what it holds, and what it is for");
    draft.section("Contents");
    if splits.is_empty() {
        draft.ask("which splits and columns it has");
    } else {
        let rows: Vec<_> = splits
            .iter()
            .map(|(split, count)| (code(split), grouped(*count)))
            .collect();
        draft.write(&text::table("Split", "Examples", &rows));
    }
    draft.section("How to use");
    snippet::write_code(
        &mut draft,
        sources,
        "from datasets import load_dataset\n\ndataset = load_dataset(repo, revision=revision)\n",
    );
    draft.section("Where it comes from");
    draft.ask("who collected it, how, from where, and whether people can be recognised in it");
    details::write_files(&mut draft, sources.files);
    draft
}

/// Sets what `dataset_info.json` says, and gives the splits with how many examples each has.
fn info(draft: &mut Draft<'_>) -> Vec<(String, u64)> {
    const PATH: &str = "dataset_info.json";
    const OLDER: &str = "dataset_infos.json";
    // Read as YAML, of which JSON is a part: that keeps the order of columns.
    let info = draft.documents.text(PATH).map(read_document);
    let info = match info {
        None => {
            if draft.documents.text(OLDER).is_some() {
                draft.lose(
                    OLDER,
                    "the form of older versions of `datasets` is not read",
                );
            }
            return Vec::new();
        }
        Some(Ok(info)) => info,
        Some(Err(error)) => {
            draft.lose(PATH, format!("it can't be read: {error}"));
            return Vec::new();
        }
    };
    let columns = info.get("features").map(columns);
    let mut splits = Vec::new();
    let listed = info.get("splits").and_then(Value::as_mapping);
    for (name, split) in listed.into_iter().flatten() {
        let count = split.get("num_examples").and_then(Value::as_u64);
        if let (Some(name), Some(count)) = (name.as_str(), count)
            && splits.len() < MOST
        {
            splits.push((name.to_owned(), count));
        }
    }
    match columns {
        Some(Some(columns)) => {
            let mut described = Mapping::new();
            described.insert("features".into(), Value::Sequence(columns));
            draft.set(
                "dataset_info",
                Value::Mapping(described),
                format!("{PATH}: features"),
            );
        }
        Some(None) => draft.lose(
            format!("{PATH}: features"),
            "a column has a type that is not known here",
        ),
        None => {}
    }
    if !splits.is_empty() {
        let total = splits
            .iter()
            .fold(0_u64, |total, (_, count)| total.saturating_add(*count));
        let size = list(&[size(total).to_owned()]);
        draft.set("size_categories", size, format!("{PATH}: splits"));
    }
    splits
}

/// The Hub's name for a number of examples.
fn size(count: u64) -> &'static str {
    const SIZES: [(u64, &str); 10] = [
        (1_000, "n<1K"),
        (10_000, "1K<n<10K"),
        (100_000, "10K<n<100K"),
        (1_000_000, "100K<n<1M"),
        (10_000_000, "1M<n<10M"),
        (100_000_000, "10M<n<100M"),
        (1_000_000_000, "100M<n<1B"),
        (10_000_000_000, "1B<n<10B"),
        (100_000_000_000, "10B<n<100B"),
        (1_000_000_000_000, "100B<n<1T"),
    ];
    let found = SIZES.iter().find(|(most, _)| count < *most);
    found.map_or("n>1T", |(_, name)| name)
}

/// Columns in the form of cards; nothing where one of them has a type that is not known.
fn columns(features: &Value) -> Option<Vec<Value>> {
    let features = features
        .as_mapping()
        .filter(|columns| columns.len() <= MOST)?;
    features
        .iter()
        .map(|(name, feature)| column(name.as_str()?, feature))
        .collect()
}

fn column(name: &str, feature: &Value) -> Option<Value> {
    let mut column = Mapping::new();
    column.insert("name".into(), name.into());
    let kind = feature.get("_type")?.as_str()?;
    let dtype: Value = match kind {
        "Value" => feature.get("dtype")?.as_str()?.into(),
        "Image" => "image".into(),
        "Audio" => "audio".into(),
        "Video" => "video".into(),
        "ClassLabel" => {
            let labels = feature
                .get("names")?
                .as_sequence()
                .filter(|names| names.len() <= MOST)?;
            let mut names = Mapping::new();
            for (number, label) in labels.iter().enumerate() {
                names.insert(number.to_string().into(), label.as_str()?.into());
            }
            let names = Mapping::from_iter([("names".into(), Value::Mapping(names))]);
            Mapping::from_iter([("class_label".into(), Value::Mapping(names))]).into()
        }
        _ => return None,
    };
    column.insert("dtype".into(), dtype);
    Some(Value::Mapping(column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists;

    #[test]
    fn sizes_are_those_of_the_list() {
        for count in [0, 999, 1_000, 5_000_000, u64::MAX] {
            assert!(lists::SIZE_CATEGORIES.contains(&size(count)), "{count}");
        }
        assert_eq!(size(1_000), "1K<n<10K");
    }
}
