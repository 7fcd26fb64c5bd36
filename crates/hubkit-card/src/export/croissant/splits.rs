//! Splits that the names of files tell, in the manner of the library `datasets`.

use std::collections::BTreeMap;

/// What is read for, and the words that tell so.
const SPLITS: [(&str, &[&str]); 3] = [
    ("train", &["train", "training"]),
    ("validation", &["validation", "valid", "dev", "val"]),
    ("test", &["test", "testing", "eval", "evaluation"]),
];

/// The splits of files, each with the places of its files. The first rule that tells a split decides for all: shards as
/// `data/NAME-00000-of-00001.…`, names of folders, names of files; else all is to train on. A file that none of the rule's
/// words names belongs to no split.
pub(super) fn infer<'a>(files: &[(usize, &'a str)]) -> Vec<(&'a str, Vec<usize>)> {
    if files.is_empty() {
        return Vec::new();
    }
    let shards = sharded(files);
    if !shards.is_empty() {
        return shards;
    }
    for tells in [by_folder, by_name] {
        let mut found = Vec::new();
        for (split, words) in SPLITS {
            let told = |path: &str| words.iter().any(|word| tells(path, word));
            let places: Vec<usize> = files
                .iter()
                .filter(|(_, path)| told(path))
                .map(|(place, _)| *place)
                .collect();
            if !places.is_empty() {
                found.push((split, places));
            }
        }
        if !found.is_empty() {
            return found;
        }
    }
    vec![("train", files.iter().map(|(place, _)| *place).collect())]
}

fn sharded<'a>(files: &[(usize, &'a str)]) -> Vec<(&'a str, Vec<usize>)> {
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, path) in files {
        if let Some(split) = path.strip_prefix("data/").and_then(shard_of) {
            found.entry(split).or_default().push(*place);
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    let rank = |name: &str| SPLITS.iter().position(|(split, _)| *split == name);
    found.sort_by_key(|(name, _)| rank(name).unwrap_or(SPLITS.len()));
    found
}

/// The name before `-00000-of-00001`, where an ending follows.
fn shard_of(name: &str) -> Option<&str> {
    let at = name.match_indices("-of-").map(|(at, _)| at).find(|at| {
        let five = |text: Option<&str>| {
            text.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let after = at + 4;
        five(at.checked_sub(5).and_then(|begin| name.get(begin..*at)))
            && five(name.get(after..after + 5))
            && name[after + 5..].contains('.')
    })?;
    let split = name.get(..at - 5)?.strip_suffix('-')?;
    let is_name = !split.is_empty()
        && split
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
    is_name.then_some(split)
}

fn by_folder(path: &str, word: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| {
        occurs(folder, word, |before, after| {
            before.is_none_or(is_between) && after.is_none_or(is_between)
        })
    })
}

fn by_name(path: &str, word: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    occurs(name, word, |before, after| {
        before.is_none_or(is_between) && after.is_some_and(is_between)
    })
}

/// Whether a word occurs where the characters beside it are right.
fn occurs(name: &str, word: &str, is_right: impl Fn(Option<u8>, Option<u8>) -> bool) -> bool {
    let bytes = name.as_bytes();
    name.match_indices(word).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
        is_right(before, bytes.get(at + word.len()).copied())
    })
}

/// What stands between the words of a name.
fn is_between(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_' | b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paths: &[&str], expected: &[(&str, &[usize])]) {
        let files: Vec<_> = paths.iter().copied().enumerate().collect();
        let found = infer(&files);
        let found: Vec<_> = found
            .iter()
            .map(|(name, places)| (*name, places.as_slice()))
            .collect();
        assert_eq!(found, expected, "{paths:?}");
    }

    #[test]
    fn names_tell_splits() {
        check(&[], &[]);
        check(&["a.csv", "b.csv"], &[("train", &[0, 1])]);
        check(
            &[
                "my_test_file.csv",
                "train.csv",
                "validate.csv",
                "x-val1.csv",
            ],
            &[("train", &[1]), ("validation", &[3]), ("test", &[0])],
        );
        check(
            &[
                "a/dev/1.csv",
                "a/training-x/2.csv",
                "train.csv",
                "b/eval/3.csv",
            ],
            &[("train", &[1]), ("validation", &[0]), ("test", &[3])],
        );
        check(
            &[
                "data/a.b_c-00000-of-00002.parquet",
                "data/train-00000-of-00001.parquet",
                "data/train-00000-of-00001-deadbeef.parquet",
                "test.csv",
            ],
            &[("train", &[1, 2]), ("a.b_c", &[0])],
        );
        // None of these is a word of its own.
        check(
            &["contest.csv", "trainer.csv", "latest/a.csv"],
            &[("train", &[0, 1, 2])],
        );
        check(&["data/ü-00000-of-00001.x"], &[("train", &[0])]);
    }
}
