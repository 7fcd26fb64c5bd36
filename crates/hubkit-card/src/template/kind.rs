//! What kind of repository files belong to.

use hubkit_types::RepoKind;

/// The kind of repository that files with these paths make up, where that is plain: weights or configurations make a
/// model, a program or a page a Space, files of data a dataset.
pub fn kind_of_files(files: &[&str]) -> Option<RepoKind> {
    const WEIGHTS: [&str; 10] = [
        "safetensors",
        "gguf",
        "bin",
        "onnx",
        "pt",
        "pth",
        "h5",
        "keras",
        "msgpack",
        "tflite",
    ];
    const CONFIGURATIONS: [&str; 7] = [
        "config.json",
        "adapter_config.json",
        "model_index.json",
        "modules.json",
        "open_clip_config.json",
        "mergekit_config.yml",
        "config_sentence_transformers.json",
    ];
    const DATA: [&str; 8] = [
        "parquet",
        "arrow",
        "csv",
        "tsv",
        "jsonl",
        "ndjson",
        "webdataset",
        "tar",
    ];
    let ends = |endings: &[&str]| {
        files.iter().any(|file| {
            let ending = file.rsplit_once('.').map(|(_, ending)| ending);
            ending.is_some_and(|ending| endings.contains(&ending))
        })
    };
    let has = |names: &[&str]| files.iter().any(|file| names.contains(file));
    if has(&CONFIGURATIONS) || (ends(&WEIGHTS) && !has(&["app.py"])) {
        Some(RepoKind::Model)
    } else if has(&["app.py", "Dockerfile", "index.html"]) {
        Some(RepoKind::Space)
    } else if ends(&DATA) || has(&["dataset_info.json", "dataset_infos.json"]) {
        Some(RepoKind::Dataset)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_by_what_only_it_has() {
        for (files, kind) in [
            (
                &["config.json", "model.safetensors"][..],
                Some(RepoKind::Model),
            ),
            (&["a.Q4_K_M.gguf"], Some(RepoKind::Model)),
            (&["app.py", "requirements.txt"], Some(RepoKind::Space)),
            (&["app.py", "model.pt"], Some(RepoKind::Space)),
            (&["data/train.parquet"], Some(RepoKind::Dataset)),
            (&["notes.txt"], None),
        ] {
            assert_eq!(kind_of_files(files), kind, "{files:?}");
        }
    }
}
