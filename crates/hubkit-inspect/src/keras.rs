//! Models of Keras 3: zip archives of two JSON files and the weights.
//!
//! Source: `keras/src/saving/saving_lib.py` and `serialization_lib.py` of Keras 3.

use hubkit_types::shown;
use serde_json::Value;

use crate::{
    Format, Inspection, MetadataValue,
    findings::Findings,
    view::{Step, View},
    zip::{Archive, Content},
};

const CONFIG: &str = "config.json";
const METADATA: &str = "metadata.json";
const WEIGHTS: &str = "model.weights.h5";

/// The longest configuration that is read.
const MOST_CONFIG: u64 = 8 << 20;

/// So many layers are listed.
const MOST_LISTED: usize = 200;

/// Classes that run what their configuration says.
const RUNS_CODE: &[&str] = &["Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper"];

/// Whether this archive is a model of Keras.
pub(crate) fn recognised(archive: &Archive) -> bool {
    archive.find(CONFIG).is_some()
        && (archive.find(METADATA).is_some() || archive.find(WEIGHTS).is_some())
}

/// Inspects a model.
pub(crate) fn inspect(view: &View, archive: &Archive, findings: &mut Findings) -> Step<Inspection> {
    let mut inspection = Inspection::new(Format::Keras);
    for name in [METADATA, CONFIG] {
        let Some(entry) = archive.find(name) else {
            continue;
        };
        let content = archive.read_whole(view, entry, MOST_CONFIG)?;
        let Some(value) = json(name, &content, findings) else {
            continue;
        };
        if name == METADATA {
            for key in ["keras_version", "date_saved"] {
                text(&value, key, &format!("keras.{key}"), &mut inspection);
            }
        } else {
            text(&value, "class_name", "keras.class_name", &mut inspection);
            text(&value["config"], "name", "keras.name", &mut inspection);
            layers(&value["config"], &mut inspection);
            judge(&value, findings);
        }
    }
    if archive.find(WEIGHTS).is_some() {
        findings.note(
            "not-analysed",
            "the weights are an HDF5 file within the archive: not analysed",
        );
    }
    Ok(inspection)
}

fn json(name: &str, content: &Content<'_>, findings: &mut Findings) -> Option<Value> {
    let bytes = match content {
        Ok(bytes) => bytes,
        Err(message) => {
            findings.fault("not-analysed", format!("{message}: not analysed"));
            return None;
        }
    };
    serde_json::from_slice(bytes)
        .inspect_err(|fault| findings.fault("json", format!("`{name}` is no sound JSON: {fault}")))
        .ok()
}

fn text(value: &Value, key: &str, told: &str, inspection: &mut Inspection) {
    if let Some(text) = value[key].as_str() {
        let text = MetadataValue::Text(text.chars().take(400).collect());
        inspection.metadata.insert(told.to_owned(), text);
    }
}

fn layers(config: &Value, inspection: &mut Inspection) {
    let Some(layers) = config["layers"].as_array() else {
        return;
    };
    let classes = layers
        .iter()
        .filter_map(|layer| layer["class_name"].as_str());
    let first = classes
        .take(MOST_LISTED)
        .map(|name| MetadataValue::Text(name.chars().take(200).collect()));
    let list = MetadataValue::List {
        element: "text",
        length: layers.len() as u64,
        first: first.collect(),
    };
    inspection.metadata.insert("keras.layers".to_owned(), list);
}

/// Looks at every object that names a class: Keras makes what it names.
fn judge(config: &Value, findings: &mut Findings) {
    let mut rest = vec![config];
    while let Some(value) = rest.pop() {
        match value {
            Value::Array(items) => rest.extend(items.iter().rev()),
            Value::Object(fields) => {
                if let Some(class) = fields.get("class_name").and_then(Value::as_str) {
                    named(
                        class,
                        fields.get("module"),
                        fields.get("registered_name"),
                        findings,
                    );
                }
                rest.extend(fields.values().rev());
            }
            _ => {}
        }
    }
}

fn named(class: &str, module: Option<&Value>, registered: Option<&Value>, findings: &mut Findings) {
    let name = shown(class, 100);
    if RUNS_CODE.contains(&class) {
        let message = format!(
            "has a `{name}`, which runs code of the file or of another when the model is loaded or used"
        );
        findings.danger("keras-code", message);
        return;
    }
    match module {
        Some(Value::String(module)) if module != "keras" && !module.starts_with("keras.") => {
            let message = format!(
                "takes `{name}` from `{}`, expected from Keras: it can run code when it is loaded",
                shown(module, 100)
            );
            findings.danger("import", message);
        }
        Some(Value::Null) if registered.is_some_and(Value::is_string) => {
            findings.warning(
                "custom-class",
                format!("needs the class `{name}`, which is not of Keras"),
            );
        }
        _ => {}
    }
}
