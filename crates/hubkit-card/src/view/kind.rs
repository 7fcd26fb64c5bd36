//! What kind of repository a card belongs to, when nobody says.

use hubkit_types::RepoKind;

use crate::Metadata;

/// Names that only cards of Spaces have.
const SPACE: &[&str] = &[
    "sdk",
    "sdk_version",
    "app_file",
    "app_port",
    "app_build_command",
    "colorFrom",
    "colorTo",
    "emoji",
    "pinned",
    "python_version",
    "hf_oauth",
    "preload_from_hub",
    "suggested_hardware",
    "short_description",
    "models",
];
/// Names that only cards of data sets have.
const DATASET: &[&str] = &[
    "dataset_info",
    "configs",
    "config_names",
    "task_categories",
    "task_ids",
    "size_categories",
    "pretty_name",
    "annotations_creators",
    "language_creators",
    "multilinguality",
    "source_datasets",
    "paperswithcode_id",
    "train-eval-index",
    "viewer",
];
/// Names that only cards of models have.
const MODEL: &[&str] = &[
    "pipeline_tag",
    "library_name",
    "base_model",
    "base_model_relation",
    "model-index",
    "model_name",
    "new_version",
    "datasets",
    "metrics",
    "widget",
    "inference",
    "co2_eq_emissions",
    "mask_token",
    "instance_prompt",
];

impl Metadata {
    /// What kind of repository the card looks like one of, by the names of its fields: the kind that most of those name
    /// which only one kind has. `None` where none does, or two are as likely; hubs take such a card as a model's.
    pub fn likely_kind(&self) -> Option<RepoKind> {
        let count = |names: &[&str]| names.iter().filter(|name| self.get(name).is_some()).count();
        let mut kinds = [
            (count(SPACE), RepoKind::Space),
            (count(DATASET), RepoKind::Dataset),
            (count(MODEL), RepoKind::Model),
        ];
        kinds.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let [(most, kind), (next, _), _] = kinds;
        (most > next).then_some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_told_by_the_names_of_fields() {
        for (block, kind) in [
            (
                "sdk: static\ntitle: x\nmodels: [a/b]\ndatasets: [c/d]",
                Some(RepoKind::Space),
            ),
            (
                "task_categories: [other]\nlanguage: en",
                Some(RepoKind::Dataset),
            ),
            (
                "pipeline_tag: fill-mask\ndatasets: [x]",
                Some(RepoKind::Model),
            ),
            ("license: mit", None),
            ("viewer: true\nwidget: []", None),
            ("", None),
        ] {
            let metadata = Metadata::read(block).expect("metadata");
            assert_eq!(metadata.likely_kind(), kind, "{block}");
        }
    }
}
