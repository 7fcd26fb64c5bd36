#![doc = include_str!("../README.md")]

mod asset;
mod card;
mod contract;
mod data;
mod describe;
mod diagnostic;
mod dialect;
mod diff;
mod edit;
mod export;
mod import;
mod lint;
pub mod lists;
mod loss;
mod markdown;
mod merge;
mod metadata;
mod modality;
mod moment;
mod outline;
mod path;
mod percent;
mod render;
mod results;
mod split;
mod syntax;
mod template;
mod terminal;
mod view;

pub use asset::{Asset, AssetFile};
pub use card::Card;
pub use contract::{Contract, Fact, Measured, Worth};
pub use data::{BaseModelRelation, CardData};
pub use describe::{Description, Evidence, describe};
pub use diagnostic::{Diagnostic, Location, Severity};
pub use dialect::Dialect;
pub use diff::{Aspect, Difference, diff, diff_with_entries};
pub use edit::{Change, Edit, EditError, edit, edit_document, read_document};
pub use export::{
    Croissant, CycloneDxVersion, DatasetSources, ModelDocuments, ModelShape, ModelSources,
    SAMPLE_BYTES, Sample, SpdxError, croissant, cyclonedx, model_jsonld, sampled_files, spdx,
};
pub use import::{ImportError, Imported, import_croissant, import_cyclonedx};
pub use lint::{
    Finding, Level, LintSettings, Mended, RULES, Rule, Surroundings, Validation, lint,
    lint_benchmark, lint_results, mend, not_utf8, validate,
};
pub use loss::Loss;
pub use merge::{Conflict, Differing, Merge, MergeRules, MergedLists, merge};
pub use metadata::{Metadata, MetadataError, value_to_json};
pub use modality::{Ground, Modality, Reason, modality};
pub use outline::{Call, CodeBlock, Link, LinkKind, Outline, Section, Table};
pub use path::{FieldPath, ParseFieldPathError, Step};
pub use render::{
    ID_PREFIX, Reference, RemoteImages, Rendered, Resolver, Target, render, render_with,
};
pub use results::{AddResultError, Existing, add_entry, add_result};
pub use serde_yaml::{Mapping, Value};
pub use split::{Parts, split};
pub use template::{
    DOCUMENT_BYTES, Origin, Said, Template, TemplateSources, kind_of_files, template,
    template_documents,
};
pub use terminal::{Extent, Layout, Lines, Stress, columns, lay_out};
pub use view::{
    Benchmark, BenchmarkTask, Column, Component, DataConfig, DataFiles, DatasetCard, DatasetInfo,
    Emissions, EntrySource, EvalEntries, EvalEntry, EvalMapping, EvalResult, EvalSplits, Feature,
    GatedField, GatedFieldKind, GatedOption, Gating, Inference, ListKind, Metric, ModelCard,
    ModelIndex, Preload, ResultDataset, ResultSource, ResultTask, SpaceCard, SplitInfo,
    ToDictError, VerifyToken, WidgetExample,
};
