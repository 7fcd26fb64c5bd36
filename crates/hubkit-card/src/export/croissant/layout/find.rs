//! Files by patterns.

use crate::{
    AssetFile,
    export::croissant::{
        format::DataFormat,
        glob::{self, Glob},
    },
};

/// So many comparisons of a pattern with a path are made for one card: each takes a microsecond or so.
const MOST_COMPARISONS: usize = 500_000;

/// Files that no pattern means unless it names them: those of `datasets`, and the description itself.
const IGNORED: [&str; 7] = [
    "README.md",
    "config.json",
    "croissant.json",
    "dataset_info.json",
    "dataset_infos.json",
    "dummy_data.zip",
    "dataset_dict.json",
];

/// The files of an asset, sorted by path, to be found by patterns.
pub(super) struct Finder<'a> {
    files: &'a [AssetFile],
    comparisons: usize,
}

impl<'a> Finder<'a> {
    pub(super) fn new(files: &'a [AssetFile]) -> Self {
        Self {
            files,
            comparisons: MOST_COMPARISONS,
        }
    }

    pub(super) fn format(&self, place: usize) -> Option<DataFormat> {
        DataFormat::of(self.path(place))
    }

    /// The files that a pattern of a card means, relative to a folder; or why none are found.
    pub(super) fn find(
        &mut self,
        folder: Option<&str>,
        pattern: &str,
    ) -> Result<Vec<usize>, String> {
        if pattern.contains("://") || pattern.starts_with('/') || pattern.contains("::") {
            return Err("it is not a file of the repository".to_owned());
        }
        let pattern = pattern.trim_start_matches("./");
        let pattern = folder.map_or_else(
            || pattern.to_owned(),
            |folder| format!("{folder}/{pattern}"),
        );
        if glob::is_plain(&pattern) {
            let found = self
                .files
                .binary_search_by(|file| file.path.as_str().cmp(&pattern));
            return found
                .map(|place| vec![place])
                .map_err(|_| "no file has this name".to_owned());
        }
        let range = self.below(glob::fixed_part(&pattern));
        if range.len() > self.comparisons {
            return Err("there are too many patterns for so many files".to_owned());
        }
        self.comparisons -= range.len();
        let glob = Glob::new(&pattern);
        let last = pattern.rsplit('/').next().unwrap_or_default();
        let found: Vec<usize> = range
            .filter(|place| {
                let path = self.path(*place);
                (last == name(path) || !IGNORED.contains(&name(path))) && glob.matches(path)
            })
            .collect();
        if found.is_empty() {
            return Err("no file matches".to_owned());
        }
        Ok(found)
    }

    /// The data files of a folder that are neither hidden nor about the data set.
    pub(super) fn candidates(&self, folder: Option<&str>) -> Vec<(usize, &'a str)> {
        let folder = folder.map_or_else(String::new, |folder| format!("{folder}/"));
        let files = self.files;
        let is_visible = |path: &str| {
            let hidden = path.split('/').any(|part| part.starts_with('.'));
            let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
            let special = folders.split('/').any(|part| part.starts_with("__"));
            !hidden && !special
        };
        self.below(&folder)
            .filter_map(|place| {
                let path = &files[place].path.as_str()[folder.len()..];
                let is_data = DataFormat::of(path).is_some() && !IGNORED.contains(&name(path));
                (is_data && is_visible(path)).then_some((place, path))
            })
            .collect()
    }

    fn path(&self, place: usize) -> &'a str {
        self.files[place].path.as_str()
    }

    /// The places of the files below a folder, given with its slash. They follow one another, as paths are sorted.
    fn below(&self, folder: &str) -> std::ops::Range<usize> {
        let begin = self
            .files
            .partition_point(|file| file.path.as_str() < folder);
        let length =
            self.files[begin..].partition_point(|file| file.path.as_str().starts_with(folder));
        begin..begin + length
    }
}

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
