//! A model in CycloneDX, as a card.

mod results;
mod unread;

use serde_json::{Map, Value as Json};
use serde_yaml::{Mapping, Value};

use super::{ImportError, Imported, card::readable};
use crate::{Loss, export::of_package_url, lists};

/// What of a component the repository tells, and no card.
const ELSEWHERE: [(&str, &str); 7] = [
    ("version", "the commits of the repository are its versions"),
    ("purl", "it is the name of the repository at a commit"),
    ("group", "the repository is named so"),
    ("publisher", "the account of the repository says who it is"),
    ("hashes", "the repository has the files and their digests"),
    (
        "components",
        "the repository has the files and their digests",
    ),
    ("externalReferences", "the repository has its own pages"),
];

/// What is read of a component, or says nothing of the model.
const READ: [&str; 10] = [
    "type",
    "bom-ref",
    "name",
    "description",
    "licenses",
    "tags",
    "pedigree",
    "modelCard",
    "properties",
    "authors",
];

/// What is read of the properties that begin with `hubkit:`, and the field of the card.
const FIELDS: [(&str, &str); 5] = [
    ("library_name", "library_name"),
    ("base_model_relation", "base_model_relation"),
    ("new_version", "new_version"),
    ("doi", "doi"),
    ("pretty_name", "pretty_name"),
];

/// Makes a card of the model in a [CycloneDX](https://cyclonedx.org) document: licences, task, languages, tags, base models, data
/// sets, results and emissions as metadata; the description, uses, limitations and risks as text. What else the document says
/// of the model is in [`Imported::losses`].
///
/// # Errors
///
/// [`ImportError::NoModel`].
pub fn import_cyclonedx(document: &Json) -> Result<Imported, ImportError> {
    let component = model(document).ok_or(ImportError::NoModel)?;
    let mut reading = Reading {
        document,
        component,
        metadata: Mapping::new(),
        losses: Vec::new(),
    };
    reading.licences();
    reading.properties();
    reading.put("tags", texts(component.get("tags")));
    reading.bases();
    reading.card();
    let body = reading.body();
    for (key, why) in ELSEWHERE {
        if component.contains_key(key) {
            reading.lose(key, why);
        }
    }
    for key in component.keys() {
        let is_known =
            READ.contains(&key.as_str()) || ELSEWHERE.iter().any(|(known, _)| known == key);
        if !is_known {
            reading.lose(key, "a card has no field for it");
        }
    }
    reading.losses.extend(unread::of(document, component));
    let files = items(document.get("components"))
        .filter(|part| part["type"] == "file")
        .count();
    if files > 0 {
        reading.lose(
            "components",
            &format!("the repository has the files: {files} are listed"),
        );
    }
    Ok(Imported {
        metadata: reading.metadata,
        body,
        losses: reading.losses,
    })
}

/// The model that the document is about, or else the first that is listed.
fn model(document: &Json) -> Option<&Map<String, Json>> {
    let main = document.pointer("/metadata/component").into_iter();
    let mut all = main.chain(items(document.get("components")));
    all.find(|part| part["type"] == "machine-learning-model")?
        .as_object()
}

struct Reading<'a> {
    document: &'a Json,
    component: &'a Map<String, Json>,
    metadata: Mapping,
    losses: Vec<Loss>,
}

impl Reading<'_> {
    fn lose(&mut self, what: &str, why: &str) {
        self.losses.push(Loss::new(what, why));
    }

    /// Sets a field to one text or a list of them; none leaves it out.
    fn put(&mut self, field: &str, mut values: Vec<String>) {
        let value = match values.len() {
            0 => return,
            1 if !matches!(field, "tags" | "datasets" | "metrics") => Value::from(values.remove(0)),
            _ => values
                .into_iter()
                .map(Value::from)
                .collect::<Vec<_>>()
                .into(),
        };
        self.metadata.insert(field.into(), value);
    }

    fn licences(&mut self) {
        let mut ids: Vec<String> = Vec::new();
        for choice in items(self.component.get("licenses")) {
            let licence = &choice["license"];
            let name = ["/license/id", "/license/name", "/expression"];
            let Some(name) = name.iter().find_map(|way| choice.pointer(way)?.as_str()) else {
                self.lose("a licence", "it has no name");
                continue;
            };
            let written = items(licence.get("properties"))
                .find(|property| property["name"] == "hubkit:license");
            let written = written.and_then(|property| property["value"].as_str());
            let listed = written
                .and_then(lists::license)
                .or_else(|| lists::license_of_spdx(name));
            let listed =
                listed.or_else(|| lists::licenses().iter().find(|listed| listed.name == name));
            if let Some(listed) = listed.filter(|listed| listed.id != "other") {
                ids.push(listed.id.to_owned());
            } else if ids.iter().any(|id| id == "other") {
                self.lose(name, "a card names one licence of its own");
            } else {
                ids.push("other".to_owned());
                self.put("license_name", vec![name.to_owned()]);
                let link = licence["url"].as_str().map(str::to_owned);
                self.put("license_link", link.into_iter().collect());
            }
        }
        self.put("license", ids);
    }

    fn properties(&mut self) {
        let (mut languages, mut metrics) = (Vec::new(), Vec::new());
        for property in items(self.component.get("properties")) {
            let (Some(name), Some(value)) = (property["name"].as_str(), property["value"].as_str())
            else {
                continue;
            };
            let own = name.strip_prefix("hubkit:").unwrap_or_default();
            let field = FIELDS.iter().find(|(known, _)| *known == own);
            match (own, field) {
                (_, Some((_, field))) => self.put(field, vec![value.to_owned()]),
                ("language", _) => languages.push(value.to_owned()),
                ("metric", _) => metrics.push(value.to_owned()),
                ("parameters" | "precision" | "quantization" | "context_length", _) => {
                    self.lose(name, "the files of the model tell it");
                }
                _ => self.lose(name, "a card has no field for it"),
            }
        }
        self.put("language", languages);
        self.put("metrics", metrics);
    }

    fn bases(&mut self) {
        let mut bases = Vec::new();
        let pedigree = self.component.get("pedigree").unwrap_or(&Json::Null);
        for ancestor in items(pedigree.get("ancestors")) {
            match ancestor["purl"].as_str().and_then(of_package_url) {
                Some(repo) => bases.push(repo.to_string()),
                None => self.lose(&named(ancestor), "it is no model on a hub"),
            }
        }
        self.put("base_model", bases);
        for key in ["descendants", "variants", "commits", "patches"] {
            if pedigree.get(key).is_some() {
                self.lose(key, "a card has no field for it");
            }
        }
    }

    fn card(&mut self) {
        let card = self.component.get("modelCard").unwrap_or(&Json::Null);
        let parameters = &card["modelParameters"];
        let task = parameters["task"].as_str();
        self.put(
            "pipeline_tag",
            task.map(str::to_owned).into_iter().collect(),
        );
        let mut datasets = Vec::new();
        for dataset in items(parameters.get("datasets")) {
            let found = match dataset["ref"].as_str() {
                Some(name) => self.referred(name),
                None => dataset["name"].as_str(),
            };
            match found {
                Some(name) => datasets.push(name.to_owned()),
                None => self.lose("a data set", "the document does not say what it is called"),
            }
        }
        self.put("datasets", datasets);
        for key in [
            "approach",
            "architectureFamily",
            "modelArchitecture",
            "inputs",
            "outputs",
        ] {
            if parameters.get(key).is_some() {
                self.lose(key, "the configuration of the model tells it");
            }
        }
        self.emissions(&card["considerations"]["environmentalConsiderations"]);
        let index = results::read(self.component, card, task, &mut self.losses);
        if let Some(index) = index {
            self.metadata.insert("model-index".into(), index);
        }
    }

    /// What a component of the document is called.
    fn referred(&self, name: &str) -> Option<&str> {
        let mut parts = items(self.document.get("components"));
        parts.find(|part| part["bom-ref"] == name)?["name"].as_str()
    }

    fn emissions(&mut self, environment: &Json) {
        let said = |name: &str| {
            let mut all = items(environment.get("properties"));
            let found = all.find(|property| property["name"] == format!("hubkit:{name}"));
            found.and_then(|property| property["value"].as_str())
        };
        let consumed = items(environment.get("energyConsumptions")).next();
        let number = |way: &str| consumed.and_then(|consumed| consumed.pointer(way)?.as_f64());
        let grams = said("co2_eq_emissions").map(|text| {
            let number = text
                .strip_suffix(" g")
                .and_then(|text| text.parse::<f64>().ok());
            number.map_or_else(|| Value::from(text), Value::from)
        });
        let tonnes = || number("/co2CostEquivalent/value").map(|tonnes| Value::from(tonnes * 1e6));
        let mut told = Mapping::new();
        let mut add = |field: &str, value: Option<Value>| {
            if let Some(value) = value {
                told.insert(field.into(), value);
            }
        };
        add("emissions", grams.or_else(tonnes));
        add(
            "energy_consumed",
            number("/activityEnergyCost/value").map(Value::from),
        );
        for field in [
            "source",
            "training_type",
            "geographical_location",
            "hardware_used",
        ] {
            add(
                field,
                said(&format!("co2_eq_emissions:{field}")).map(Value::from),
            );
        }
        if items(environment.get("energyConsumptions")).count() > 1 {
            self.lose("energyConsumptions", "a card tells one");
        }
        if !told.is_empty() {
            self.metadata.insert("co2_eq_emissions".into(), told.into());
        }
    }

    /// The text of the card.
    fn body(&self) -> String {
        let considerations =
            &self.component.get("modelCard").unwrap_or(&Json::Null)["considerations"];
        let name = self
            .component
            .get("name")
            .and_then(Json::as_str)
            .unwrap_or("Model");
        let mut parts = vec![format!("# {}", name.replace(['\n', '\r'], " "))];
        parts.extend(
            self.component
                .get("description")
                .and_then(Json::as_str)
                .map(str::to_owned),
        );
        for author in
            items(self.component.get("authors")).filter_map(|author| author["name"].as_str())
        {
            parts.push(format!("- **Developed by:** {author}"));
        }
        let risks: Vec<String> = items(considerations.get("ethicalConsiderations"))
            .map(named)
            .collect();
        for (heading, texts) in [
            ("Intended uses", texts(considerations.get("useCases"))),
            ("Users", texts(considerations.get("users"))),
            (
                "Limitations",
                texts(considerations.get("technicalLimitations")),
            ),
            (
                "Trade-offs",
                texts(considerations.get("performanceTradeoffs")),
            ),
            ("Ethical considerations", risks),
        ] {
            if !texts.is_empty() {
                parts.push(format!("## {heading}"));
                parts.extend(texts);
            }
        }
        readable(&(parts.join("\n\n") + "\n"))
    }
}

fn named(value: &Json) -> String {
    value["name"]
        .as_str()
        .unwrap_or("something without a name")
        .to_owned()
}

fn items(value: Option<&Json>) -> impl Iterator<Item = &Json> {
    value.and_then(Json::as_array).into_iter().flatten()
}

fn texts(value: Option<&Json>) -> Vec<String> {
    items(value)
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
