//! Which files hold a model's weights, by their names alone, whatever program reads them.

use std::collections::{BTreeMap, BTreeSet};

use hubkit_types::RepoPath;

use crate::WeightsFormat;

/// The files that hold a model's weights.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ModelFiles {
    /// The files, by path. Where there is an index, its shards are not here: only the index names them.
    pub weights: Vec<RepoPath>,
    /// The indexes that name shards.
    pub indexes: Vec<RepoPath>,
    /// Files that hold the same or another model's weights and were not chosen: other precisions, other formats.
    pub others: Vec<RepoPath>,
}

impl ModelFiles {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty() && self.indexes.is_empty()
    }
}

/// Chooses, among the paths of a repository or a folder, the files that hold the model's weights.
///
/// The order is that in which programs look: `model.safetensors`, the shards of `model.safetensors.index.json`, the
/// components of a pipeline (`model_index.json`), other safetensors files, GGUF, ONNX, PyTorch's pickles, then Keras,
/// HDF5 and NumPy. Of several GGUF files or ONNX files, which are one model in several precisions, one is chosen: a
/// `Q4_K_M`, or `model.onnx`, or else the first by name; with all files of its series where it is split.
pub fn model_files<'a>(paths: impl IntoIterator<Item = &'a RepoPath>) -> ModelFiles {
    let paths: BTreeSet<&RepoPath> = paths.into_iter().collect();
    let mut found = choose(&paths);
    found.weights.sort();
    found.indexes.sort();
    let chosen: BTreeSet<&RepoPath> = found.weights.iter().collect();
    let is_other = |path: &&&RepoPath| {
        WeightsFormat::of(path).is_some() && !chosen.contains(**path) && !is_state(path)
    };
    found.others = paths
        .iter()
        .filter(is_other)
        .map(|path| (*path).clone())
        .collect();
    found
}

type Paths<'a> = BTreeSet<&'a RepoPath>;

fn choose(paths: &Paths<'_>) -> ModelFiles {
    const STEPS: [fn(&Paths<'_>) -> ModelFiles; 7] = [
        |paths| standard(paths, "model"),
        components,
        |paths| {
            weights(at_top(paths, &["safetensors"], |name| {
                !name.starts_with("consolidated")
            }))
        },
        |paths| weights(at_top(paths, &["safetensors"], |_| true)),
        |paths| weights(one_of_many(paths, "gguf", |name| name.contains("q4_k_m"))),
        |paths| weights(one_of_many(paths, "onnx", |name| name == "model.onnx")),
        pickles,
    ];
    let found = STEPS.iter().map(|step| step(paths));
    let mut found = found.filter(|found| !found.is_empty());
    found.next().unwrap_or_else(|| {
        let rest = ["keras", "h5", "hdf5", "npz", "npy"];
        weights(at_top(paths, &rest, |_| true))
    })
}

fn weights(weights: Vec<RepoPath>) -> ModelFiles {
    ModelFiles {
        weights,
        ..ModelFiles::default()
    }
}

/// `{stem}.safetensors`, or else the index of its shards, below every folder of the given ones; the top without any.
fn standard(paths: &Paths<'_>, stem: &str) -> ModelFiles {
    one_or_index(paths, "", stem, "safetensors")
}

fn one_or_index(paths: &Paths<'_>, folder: &str, stem: &str, extension: &str) -> ModelFiles {
    let named = |name: String| paths.iter().find(|path| path.as_str() == name);
    let single = named(format!("{folder}{stem}.{extension}"));
    let index = named(format!("{folder}{stem}.{extension}.index.json"));
    match (single, index) {
        (Some(single), _) => weights(vec![(*single).clone()]),
        (None, Some(index)) => ModelFiles {
            indexes: vec![(*index).clone()],
            ..ModelFiles::default()
        },
        (None, None) => ModelFiles::default(),
    }
}

/// The weights of a pipeline's components, each in a folder of its own.
fn components(paths: &Paths<'_>) -> ModelFiles {
    let mut found = ModelFiles::default();
    if !paths.iter().any(|path| path.as_str() == "model_index.json") {
        return found;
    }
    let folders: BTreeSet<&str> = paths.iter().filter_map(|path| path.parent()).collect();
    for folder in folders.into_iter().filter(|folder| !folder.contains('/')) {
        for stem in ["diffusion_pytorch_model", "model"] {
            let component = one_or_index(paths, &format!("{folder}/"), stem, "safetensors");
            found.weights.extend(component.weights);
            found.indexes.extend(component.indexes);
        }
    }
    found
}

/// What PyTorch writes: the usual name, its index, or every file of such an extension.
fn pickles(paths: &Paths<'_>) -> ModelFiles {
    let usual = one_or_index(paths, "", "pytorch_model", "bin");
    if !usual.is_empty() {
        return usual;
    }
    let extensions = ["bin", "pt", "pth", "ckpt", "pkl"];
    weights(at_top(paths, &extensions, |_| true))
}

fn at_top(paths: &Paths<'_>, extensions: &[&str], wanted: fn(&str) -> bool) -> Vec<RepoPath> {
    let is_wanted = |path: &&&RepoPath| {
        let ends = extensions
            .iter()
            .any(|extension| path.has_extension(extension));
        path.parent().is_none() && ends && wanted(path.file_name()) && !is_state(path)
    };
    paths
        .iter()
        .filter(is_wanted)
        .map(|path| (*path).clone())
        .collect()
}

/// One of several files of this extension at the top, or else in a folder, with all files of its series.
fn one_of_many(paths: &Paths<'_>, extension: &str, best: fn(&str) -> bool) -> Vec<RepoPath> {
    let all = paths.iter().filter(|path| path.has_extension(extension));
    // The fewest folders first.
    let mut all: Vec<&RepoPath> = all.copied().collect();
    all.sort_by_key(|path| path.parts().count());
    let is_best = |path: &&&RepoPath| best(&path.file_name().to_ascii_lowercase());
    let Some(chosen) = all.iter().find(is_best).or(all.first()) else {
        return Vec::new();
    };
    match series(chosen) {
        Some((series_of, _)) => {
            let is_part =
                |path: &&&RepoPath| series(path).is_some_and(|(name, _)| name == series_of);
            all.iter()
                .filter(is_part)
                .map(|path| (*path).clone())
                .collect()
        }
        None => vec![(*chosen).clone()],
    }
}

/// Of a file that is one of a series (`name-00002-of-00005.gguf`): what names the series, and which it is.
fn series(path: &RepoPath) -> Option<((&str, &str), u32)> {
    let (stem, _) = path.as_str().rsplit_once('.')?;
    let (rest, total) = stem.rsplit_once("-of-")?;
    let (name, number) = rest.rsplit_once('-')?;
    let is_number = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(total) && is_number(number)).then(|| Some(((name, total), number.parse().ok()?)))?
}

/// Files that a series is short of, by the names of those that are there.
pub fn missing_of_series<'a>(paths: impl IntoIterator<Item = &'a RepoPath>) -> Vec<String> {
    let mut found: BTreeMap<(&str, &str, &str), BTreeSet<u32>> = BTreeMap::new();
    for path in paths {
        if let (Some(((name, total), number)), Some((_, extension))) =
            (series(path), path.as_str().rsplit_once('.'))
        {
            found
                .entry((name, total, extension))
                .or_default()
                .insert(number);
        }
    }
    let missing = found
        .into_iter()
        .flat_map(|((name, total, extension), numbers)| {
            let all = 1..=total.parse::<u32>().unwrap_or(0).min(MOST_PARTS);
            all.filter(move |number| !numbers.contains(number))
                .map(move |number| format!("{name}-{number:05}-of-{total}.{extension}"))
        });
    missing.collect()
}

/// A series is believed to have at most so many parts.
const MOST_PARTS: u32 = 10_000;

fn is_state(path: &RepoPath) -> bool {
    crate::layout::is_training_state(path.file_name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], weights: &[&str], indexes: &[&str]) {
        let paths: Vec<RepoPath> = names
            .iter()
            .map(|name| name.parse().expect("a path"))
            .collect();
        let found = model_files(&paths);
        let texts = |paths: &[RepoPath]| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts(&found.weights), weights, "{names:?}");
        assert_eq!(texts(&found.indexes), indexes, "{names:?}");
    }

    #[test]
    fn safetensors_come_first_and_one_file_before_many() {
        let single = "model.safetensors";
        let index = "model.safetensors.index.json";
        check(
            &["config.json", "pytorch_model.bin", single, index],
            &[single],
            &[],
        );
        check(
            &[index, "model-00001-of-00002.safetensors", "x.gguf"],
            &[],
            &[index],
        );
        check(
            &["b.safetensors", "a.safetensors", "c/d.safetensors"],
            &["a.safetensors", "b.safetensors"],
            &[],
        );
        check(
            &["consolidated.safetensors", "adapter_model.safetensors"],
            &["adapter_model.safetensors"],
            &[],
        );
        check(
            &["consolidated.safetensors"],
            &["consolidated.safetensors"],
            &[],
        );
    }

    #[test]
    fn a_pipeline_has_the_weights_of_its_components() {
        check(
            &[
                "model_index.json",
                "unet/diffusion_pytorch_model.safetensors",
                "unet/diffusion_pytorch_model.fp16.safetensors",
                "text_encoder/model.safetensors.index.json",
                "vae/deep/model.safetensors",
                "all-in-one.safetensors",
            ],
            &["unet/diffusion_pytorch_model.safetensors"],
            &["text_encoder/model.safetensors.index.json"],
        );
    }

    #[test]
    fn of_one_model_in_many_precisions_one_is_chosen_with_all_its_parts() {
        check(
            &["m-Q8_0.gguf", "m-Q4_K_M.gguf", "m-Q2_K.gguf"],
            &["m-Q4_K_M.gguf"],
            &[],
        );
        check(
            &[
                "q8/m-00002-of-00002.gguf",
                "q8/m-00001-of-00002.gguf",
                "z/m.gguf",
            ],
            &["q8/m-00001-of-00002.gguf", "q8/m-00002-of-00002.gguf"],
            &[],
        );
        check(
            &["onnx/model_int8.onnx", "onnx/model.onnx"],
            &["onnx/model.onnx"],
            &[],
        );
    }

    #[test]
    fn pickles_come_behind_and_states_of_training_are_no_weights() {
        check(
            &["pytorch_model.bin", "training_args.bin"],
            &["pytorch_model.bin"],
            &[],
        );
        check(
            &[
                "pytorch_model.bin.index.json",
                "pytorch_model-00001-of-00002.bin",
            ],
            &[],
            &["pytorch_model.bin.index.json"],
        );
        check(
            &["optimizer.pt", "last.pt", "best.pt"],
            &["best.pt", "last.pt"],
            &[],
        );
        check(&["tf_model.h5", "README.md"], &["tf_model.h5"], &[]);
        check(&["README.md"], &[], &[]);
    }

    #[test]
    fn what_was_not_chosen_is_told() {
        let paths = [
            "model.safetensors",
            "onnx/model.onnx",
            "training_args.bin",
            "a.txt",
        ];
        let paths = paths.map(|path| path.parse().expect("a path"));
        let others = model_files(&paths).others;
        assert_eq!(others, ["onnx/model.onnx".parse().expect("a path")]);
    }

    #[test]
    fn a_series_tells_what_it_lacks() {
        let paths = [
            "q/m-00003-of-00003.gguf",
            "q/m-00001-of-00003.gguf",
            "one.gguf",
        ];
        let paths = paths.map(|path| path.parse().expect("a path"));
        assert_eq!(missing_of_series(&paths), ["q/m-00002-of-00003.gguf"]);
    }
}
