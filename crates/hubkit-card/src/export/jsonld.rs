//! A model as JSON-LD: FAIR4ML over schema.org.

mod evaluations;

use serde_json::{Map, Value as Json, json};

use super::model::{Dataset, Model, ModelSources};
use crate::{AssetFile, BaseModelRelation};

/// Describes a model in JSON-LD, in the terms of [FAIR4ML 0.1.0](https://w3id.org/fair4ml/0.1.0) and
/// [schema.org](https://schema.org).
///
/// Whoever knows schema.org alone reads a `SoftwareApplication` with its name, licence, files and authors. The context is
/// part of the document, so nothing is fetched to read it. What the card leaves out is absent; `fineTunedFrom` stands for
/// models that were trained further, and `isBasedOn` for all base models. The same sources give the same document.
pub fn model_jsonld(sources: &ModelSources<'_>) -> Json {
    let model = Model::of(sources);
    let mut node = Node::of("fair4ml:MLModel");
    node.0.insert(
        "@type".to_owned(),
        json!(["fair4ml:MLModel", "SoftwareApplication"]),
    );
    node.0.insert("@context".to_owned(), context());
    node.set("@id", model.page());
    about(&mut node, &model);
    lineage(&mut node, &model);
    words(&mut node, &model);
    node.all("hasEvaluation", evaluations::nodes(&model));
    node.all(
        "distribution",
        model.files.iter().map(|file| download(&model, file)),
    );
    Json::Object(node.0)
}

/// What each name stands for. Those whose values are addresses are told apart, so that they become nodes of a graph.
fn context() -> Json {
    let mut context = Map::new();
    context.insert("@vocab".to_owned(), "https://schema.org/".into());
    context.insert("fair4ml".to_owned(), "https://w3id.org/fair4ml#".into());
    for name in ADDRESSES {
        context.insert((*name).to_owned(), json!({"@type": "@id"}));
    }
    for name in TERMS {
        context.insert(
            (*name).to_owned(),
            json!({"@id": format!("fair4ml:{name}")}),
        );
    }
    Json::Object(context)
}

const ADDRESSES: &[&str] = &[
    "codeRepository",
    "contentUrl",
    "discussionUrl",
    "license",
    "sameAs",
    "url",
];

/// The properties of FAIR4ML 0.1.0.
const TERMS: &[&str] = &[
    "codeSampleSnippet",
    "ethicalSocial",
    "evaluatedMLModel",
    "evaluatedOn",
    "evaluationDataset",
    "evaluationMetrics",
    "evaluationResults",
    "evaluationSoftware",
    "extrinsicEvaluation",
    "fineTunedFrom",
    "hasCO2eEmissions",
    "hasEvaluation",
    "intendedUse",
    "legal",
    "mlTask",
    "modelCategory",
    "modelRisksBiasLimitations",
    "sharedBy",
    "testedOn",
    "trainedOn",
    "usageInstructions",
    "validatedOn",
];

fn about(node: &mut Node, model: &Model<'_>) {
    let data = &model.data;
    node.set("name", Some(model.name.as_str()));
    node.set("alternateName", data.pretty_name.as_deref());
    node.set("url", model.page());
    node.set(
        "discussionUrl",
        model.page().map(|page| format!("{page}/discussions")),
    );
    node.set("description", model.prose.description.as_deref());
    node.set("version", model.commit.map(ToString::to_string));
    node.set("dateCreated", model.created);
    node.set("dateModified", model.modified);
    node.all("keywords", &data.tags);
    node.all("inLanguage", &data.languages);
    node.all("softwareRequirements", &model.described.library_name);
    let doi = data.doi.as_deref().map(super::address::doi);
    node.all("identifier", model.own_package_url().into_iter().chain(doi));
    let licences = model.licences.iter().map(|licence| {
        if let Some(spdx) = licence.spdx {
            return Json::from(format!("https://spdx.org/licenses/{spdx}"));
        }
        let mut work = Node::of("CreativeWork");
        work.set("name", Some(licence.name.as_str()));
        work.set("url", licence.url.as_deref());
        Json::Object(work.0)
    });
    node.all("license", licences);
    if model.is_gated {
        let access =
            "Users have to ask for access, or to agree to conditions, on the page of the model";
        node.set("conditionsOfAccess", Some(access));
    }
    if let Some(developers) = &model.prose.developed_by {
        node.set("author", Some(json!({"name": developers})));
    }
    let papers = model.papers().map(|number| {
        let page = format!("https://arxiv.org/abs/{number}");
        json!({"@type": "ScholarlyArticle", "@id": page, "identifier": format!("arXiv:{number}"), "url": page})
    });
    node.all("citation", papers);
}

fn lineage(node: &mut Node, model: &Model<'_>) {
    let base = |name: &hubkit_types::RepoId| {
        let page = model.page_of(name);
        json!({"@type": "fair4ml:MLModel", "@id": page, "name": name.as_str(), "url": page})
    };
    node.all("isBasedOn", model.bases.iter().map(base));
    // A merge was not trained, and fewer bits are no training either.
    let was_trained = matches!(
        model.relation,
        Some(BaseModelRelation::Finetune | BaseModelRelation::Adapter)
    );
    let trained = model.bases.iter().filter(|_| was_trained);
    node.all("fineTunedFrom", trained.map(base));
    let datasets = model.trained_on.iter();
    node.all(
        "trainedOn",
        datasets.map(|dataset| self::dataset(model, dataset)),
    );
    let measured = model.evaluated_on();
    node.all(
        "evaluatedOn",
        measured.iter().map(|dataset| self::dataset(model, dataset)),
    );
    // A split of the data that the model was trained on; of other data it is a benchmark's.
    let of_split = |names: &'static [&'static str]| {
        let is_split = move |dataset: &&Dataset| {
            let mut all = model.evaluations.iter();
            all.any(|evaluation| {
                let split = evaluation.split.as_deref().unwrap_or_default();
                evaluation.dataset.as_ref() == Some(dataset) && names.contains(&split)
            })
        };
        let datasets = model.trained_on.iter().filter(is_split);
        datasets.map(|dataset| self::dataset(model, dataset))
    };
    node.all("testedOn", of_split(&["test"]));
    node.all("validatedOn", of_split(&["validation", "valid", "dev"]));
    // Whether the namespace is a person's or an organisation's is not known here.
    let owner = model.repo.and_then(|repo| repo.namespace()).map(|name| {
        let page = format!("{}/{name}", model.hub);
        json!({"@id": page, "name": name, "url": page})
    });
    node.set("sharedBy", owner);
}

fn words(node: &mut Node, model: &Model<'_>) {
    let prose = &model.prose;
    node.set("mlTask", model.described.pipeline_tag.as_deref());
    node.all("modelCategory", model.categories());
    for (name, text) in [
        ("intendedUse", &prose.intended_use),
        ("usageInstructions", &prose.usage),
        ("codeSampleSnippet", &prose.code),
        ("ethicalSocial", &prose.ethics),
        ("legal", &prose.legal),
    ] {
        node.set(name, text.as_deref());
    }
    node.all(
        "modelRisksBiasLimitations",
        [&prose.limitations, &prose.out_of_scope]
            .into_iter()
            .flatten(),
    );
    node.set(
        "hasCO2eEmissions",
        model
            .emissions
            .as_ref()
            .map(|emissions| emissions.said.as_str()),
    );
}

/// A file that can be had.
fn download(model: &Model<'_>, file: &AssetFile) -> Json {
    let mut download = Node::of("DataDownload");
    download.set("name", Some(file.path.as_str()));
    download.set("contentUrl", Some(model.file(file)));
    download.set("contentSize", Some(format!("{} B", file.size)));
    download.set("encodingFormat", super::media_type(&file.path));
    download.set("sha256", file.sha256.map(|digest| digest.to_string()));
    Json::Object(download.0)
}

fn dataset(model: &Model<'_>, dataset: &Dataset) -> Json {
    let page = model.page_of_dataset(dataset);
    let mut node = Node::of("Dataset");
    node.set("@id", page.as_deref());
    node.set("name", Some(dataset.name.as_str()));
    node.set("url", page);
    Json::Object(node.0)
}

/// A node of the graph: names and what is known of them.
struct Node(Map<String, Json>);

impl Node {
    fn of(class: &str) -> Self {
        let mut map = Map::new();
        map.insert("@type".to_owned(), class.into());
        Self(map)
    }

    fn set<T: Into<Json>>(&mut self, name: &str, value: Option<T>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    /// Sets a list; one value stands alone, and none is absent.
    fn all<T>(&mut self, name: &str, values: impl IntoIterator<Item = T>)
    where
        T: IntoJson,
    {
        let mut values: Vec<Json> = values.into_iter().map(IntoJson::into_json).collect();
        let value = match values.len() {
            0 => return,
            1 => values.pop().unwrap_or_default(),
            _ => Json::Array(values),
        };
        self.0.insert(name.to_owned(), value);
    }
}

/// Texts and nodes.
trait IntoJson {
    fn into_json(self) -> Json;
}

impl IntoJson for Json {
    fn into_json(self) -> Json {
        self
    }
}

impl IntoJson for String {
    fn into_json(self) -> Json {
        self.into()
    }
}

impl IntoJson for &String {
    fn into_json(self) -> Json {
        self.as_str().into()
    }
}

impl IntoJson for &str {
    fn into_json(self) -> Json {
        self.into()
    }
}
