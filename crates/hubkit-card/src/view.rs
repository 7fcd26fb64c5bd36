//! Cards as typed values that never fail as a whole.

mod benchmark;
mod configs;
mod dataset;
mod emissions;
mod entries;
mod feature;
pub(crate) mod fields;
mod gating;
mod info;
mod kind;
mod model;
mod python;
mod results;
mod space;
mod token;
mod widget;

pub use benchmark::{Benchmark, BenchmarkTask, Component};
pub use configs::{DataConfig, DataFiles, EvalMapping, EvalSplits};
pub use dataset::DatasetCard;
pub use emissions::Emissions;
pub use entries::{EntrySource, EvalEntries, EvalEntry};
pub(crate) use entries::{is_finite, is_web};
pub use feature::{Column, Feature, ListKind};
pub use gating::{GatedField, GatedFieldKind, GatedOption, Gating};
pub use info::{DatasetInfo, SplitInfo};
pub use model::ModelCard;
pub use python::ToDictError;
pub use results::{EvalResult, Metric, ModelIndex, ResultDataset, ResultSource, ResultTask};
pub use space::{Preload, SpaceCard};
pub use token::VerifyToken;
pub use widget::{Inference, WidgetExample};
