//! What a field of a card is about.

/// What a change is about, in the order that changes are told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Aspect {
    /// What one may do with it.
    License,
    /// Who gets in, and what is asked at the door.
    Access,
    /// What it was made from, and what replaces it.
    Lineage,
    /// The data sets it was trained on, or uses.
    Datasets,
    /// What it is for.
    Task,
    /// The languages it knows.
    Language,
    /// What loads it.
    Library,
    /// What is in a data set: configurations, splits, columns, sizes.
    Data,
    /// How it did.
    Results,
    /// What a Space runs on.
    Runtime,
    /// The author's tags.
    Tags,
    /// Fields that are not known here.
    Other,
}

/// The fields of each; one that ends with `*` stands for all that begin so.
const FIELDS: &[(Aspect, &[&str])] = &[
    (Aspect::License, &["license", "license_*"]),
    (
        Aspect::Access,
        &["gated", "extra_gated_*", "disable_embedding", "hf_oauth*"],
    ),
    (
        Aspect::Lineage,
        &[
            "base_model",
            "base_model_relation",
            "new_version",
            "source_datasets",
            "duplicated_from",
        ],
    ),
    (
        Aspect::Datasets,
        &["datasets", "buckets", "models", "preload_from_hub"],
    ),
    (
        Aspect::Task,
        &[
            "pipeline_tag",
            "task_categories",
            "task_ids",
            "inference",
            "instance_prompt",
            "mask_token",
            "train-eval-index",
        ],
    ),
    (
        Aspect::Language,
        &[
            "language",
            "language_bcp47",
            "language_details",
            "multilinguality",
        ],
    ),
    (
        Aspect::Library,
        &["library_name", "library_version", "model_name"],
    ),
    (
        Aspect::Data,
        &[
            "configs",
            "dataset_info",
            "size_categories",
            "viewer",
            "annotations_creators",
            "language_creators",
        ],
    ),
    (
        Aspect::Results,
        &["model-index", "metrics", "co2_eq_emissions"],
    ),
    (
        Aspect::Runtime,
        &[
            "sdk",
            "sdk_version",
            "python_version",
            "app_file",
            "app_build_command",
            "app_port",
            "base_path",
            "custom_headers",
            "startup_duration_timeout",
            "suggested_hardware",
            "suggested_storage",
        ],
    ),
    (Aspect::Tags, &["tags"]),
];

/// How a card looks.
const LOOKS: &[&str] = &[
    "colorFrom",
    "colorTo",
    "emoji",
    "fullWidth",
    "header",
    "pinned",
    "pretty_name",
    "short_description",
    "thumbnail",
    "title",
    "widget",
];

impl Aspect {
    /// Its name in machine-readable output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::License => "license",
            Self::Access => "access",
            Self::Lineage => "lineage",
            Self::Datasets => "datasets",
            Self::Task => "task",
            Self::Language => "language",
            Self::Library => "library",
            Self::Data => "data",
            Self::Results => "results",
            Self::Runtime => "runtime",
            Self::Tags => "tags",
            Self::Other => "other",
        }
    }

    /// What a field is about; `None` where it is about how the card looks.
    pub(super) fn of(field: &str) -> Option<Self> {
        if LOOKS.contains(&field) {
            return None;
        }
        let is_it = |known: &&str| match known.strip_suffix('*') {
            Some(start) => field.starts_with(start),
            None => *known == field,
        };
        let found = FIELDS.iter().find(|(_, fields)| fields.iter().any(&is_it));
        Some(found.map_or(Self::Other, |(aspect, _)| *aspect))
    }
}
