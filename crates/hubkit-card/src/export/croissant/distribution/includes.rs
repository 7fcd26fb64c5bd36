//! The patterns that a set of files is.

use std::collections::BTreeMap;

use crate::AssetFile;

/// Fewer files than this are named one by one.
const FEW: usize = 100;
/// More patterns than this are not written.
const MOST: usize = 10_000;

/// The patterns that match these files, given by their places, and no others of the asset: names, or all of an ending in
/// a folder. `None` where too many are needed.
pub(super) fn of(files: &[AssetFile], places: &[usize]) -> Option<Vec<String>> {
    let names = |places: &[usize]| -> Vec<String> {
        places
            .iter()
            .map(|place| escape(files[*place].path.as_str()))
            .collect()
    };
    if places.len() <= FEW {
        return Some(names(places));
    }
    let mut groups: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for place in places {
        groups
            .entry(group(files[*place].path.as_str()))
            .or_default()
            .push(*place);
    }
    let mut all: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for file in files {
        *all.entry(group(file.path.as_str())).or_default() += 1;
    }
    let mut patterns = Vec::new();
    for (key @ (folder, ending), places) in groups {
        if all.get(&key) == Some(&places.len()) && !ending.is_empty() {
            patterns.push(format!("{}*.{}", escape(folder), escape(ending)));
        } else {
            patterns.extend(names(&places));
        }
        if patterns.len() > MOST {
            return None;
        }
    }
    Some(patterns)
}

/// The folder of a path with its slash, and the ending of its name.
fn group(path: &str) -> (&str, &str) {
    let (folder, name) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    (folder, ending)
}

/// A text as a pattern that matches it and nothing else.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '?' | '[' => escaped.extend(['[', c, ']']),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::croissant::glob::Glob;

    #[test]
    fn patterns_match_the_files_and_no_others() {
        let mut paths: Vec<String> = (0..300).map(|n| format!("a/train/{n:03}.jpg")).collect();
        paths.extend((0..200).map(|n| format!("a/test/{n:03}.jpg")));
        paths.extend(["a/test/x.txt", "b[1].jpg", "b1.jpg"].map(str::to_owned));
        paths.sort();
        let files: Vec<AssetFile> = paths
            .iter()
            .map(|path| AssetFile {
                path: path.parse().expect("a path"),
                size: 1,
                sha256: None,
                oid: None,
            })
            .collect();
        let is_train = |path: &str| path.starts_with("a/train") || path.starts_with("b[");
        let places: Vec<usize> = (0..files.len()).filter(|p| is_train(&paths[*p])).collect();
        let patterns = of(&files, &places).expect("patterns");
        assert_eq!(
            patterns,
            ["b[[]1].jpg", "a/train/*.jpg"]
                .map(str::to_owned)
                .as_slice()
                .to_vec()
        );
        let is_matched = |path: &str| {
            patterns
                .iter()
                .any(|pattern| Glob::new(pattern).matches(path))
        };
        for path in &paths {
            assert_eq!(is_matched(path), is_train(path), "{path}");
        }
    }
}
