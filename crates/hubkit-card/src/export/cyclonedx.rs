//! A model as a CycloneDX ML-BOM.

mod card;
mod component;
mod measures;

use serde_json::{Map, Value as Json, json};

use super::model::{Dataset, Model, ModelSources};
use crate::{AssetFile, BaseModelRelation};

/// A version of the [CycloneDX](https://cyclonedx.org/specification/overview/) specification.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum CycloneDxVersion {
    /// 1.6, of April 2024.
    V1_6,
    /// 1.7, of October 2025.
    V1_7,
}

impl CycloneDxVersion {
    /// Every version that is written.
    pub const ALL: [Self; 2] = [Self::V1_6, Self::V1_7];

    /// `1.6` or `1.7`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_6 => "1.6",
            Self::V1_7 => "1.7",
        }
    }
}

/// Writes a bill of materials of a model in CycloneDX: the model with its model card, its files with their digests, the
/// data sets it was trained and measured on, and the models it came from.
///
/// The document has no serial number and no time but that of the commit: the same sources give the same document. What
/// has no place in CycloneDX stands in `properties` whose names begin with `hubkit:`.
pub fn cyclonedx(sources: &ModelSources<'_>, version: CycloneDxVersion) -> Json {
    let model = Model::of(sources);
    let mut metadata = Map::new();
    if let Some(time) = model.modified {
        metadata.insert("timestamp".to_owned(), time.into());
    }
    let tool = json!({
        "type": "application",
        "name": "hubkit",
        "version": env!("CARGO_PKG_VERSION"),
        "externalReferences": [{"type": "vcs", "url": env!("CARGO_PKG_REPOSITORY")}],
    });
    metadata.insert("tools".to_owned(), json!({"components": [tool]}));
    metadata.insert("component".to_owned(), component::model(&model));
    let mut components: Vec<Json> = model
        .files
        .iter()
        .map(|file| component::file(&model, file))
        .collect();
    components.extend(
        datasets(&model)
            .iter()
            .map(|dataset| component::dataset(&model, dataset)),
    );
    let mut bom = json!({
        "$schema": format!("http://cyclonedx.org/schema/bom-{}.schema.json", version.as_str()),
        "bomFormat": "CycloneDX",
        "specVersion": version.as_str(),
        "version": 1,
        "metadata": metadata,
        "components": components,
    });
    // An adapter does nothing without the model it was made for.
    if model.relation == Some(BaseModelRelation::Adapter) {
        let bases: Vec<String> = model
            .bases
            .iter()
            .map(|base| model.package_url(base, None))
            .collect();
        bom["dependencies"] = json!([{"ref": model_ref(&model), "dependsOn": bases}]);
    }
    bom
}

/// The data sets that the model was trained or measured on, each once.
fn datasets<'m>(model: &'m Model<'_>) -> Vec<&'m Dataset> {
    let mut all: Vec<&Dataset> = model.trained_on.iter().collect();
    all.extend(model.evaluated_on());
    super::model::dedup(&mut all);
    all
}

fn model_ref(model: &Model<'_>) -> String {
    model
        .own_package_url()
        .unwrap_or_else(|| "model".to_owned())
}

fn file_ref(model: &Model<'_>, file: &AssetFile) -> String {
    format!("{}#{}", model_ref(model), super::address::path(&file.path))
}

fn dataset_ref(dataset: &Dataset) -> String {
    format!("dataset:{}", dataset.name)
}

/// Names and texts, as CycloneDX keeps what it has no field for.
fn property(name: &str, value: impl Into<String>) -> Json {
    json!({"name": format!("hubkit:{name}"), "value": value.into()})
}
