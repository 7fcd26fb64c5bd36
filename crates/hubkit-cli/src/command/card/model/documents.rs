//! The small files beside a card that tell what the model is.

use std::{collections::BTreeMap, fs, path::Path};

use hubkit_card::ModelDocuments;
use serde_json::Value as Json;

use super::super::{
    beside::{is_short, left_out},
    input::Input,
    source::{Found, Place},
};
use crate::failure::Failure;

/// The longest one that is read, in bytes. The names of 20,000 classes are a megabyte.
const LONGEST: usize = 10 << 20;

const DOCUMENT: Input = Input {
    longest: LONGEST,
    expected: "a configuration of ",
    code: "malformed_configuration",
    check: "check that this is the configuration of a model",
    name: "name a folder that can be read",
    piped: "name a folder whose configurations are files",
};

/// Where they lie: at the top of a model.
const NAMES: [&str; 5] = [
    "config.json",
    "model_index.json",
    "adapter_config.json",
    "preprocessor_config.json",
    "processor_config.json",
];

/// The documents that are there and that are JSON.
#[derive(Default)]
pub(in crate::command::card) struct Documents(BTreeMap<&'static str, Json>);

impl Documents {
    /// Reads them. One that is no JSON, or too long, is told of and left out.
    pub(in crate::command::card) async fn read(place: &Place) -> Result<Self, Failure> {
        let mut documents = Self::default();
        for name in NAMES {
            let bytes = match place {
                Place::Folder(folder) => here(folder, name)?,
                Place::Hub(found) => there(found, name).await?,
                Place::Input | Place::File(_) => None,
            };
            let Some(bytes) = bytes else { continue };
            match serde_json::from_slice(&bytes) {
                Ok(json) => drop(documents.0.insert(name, json)),
                Err(error) => {
                    left_out(name, &format!("it is no JSON ({error})"));
                }
            }
        }
        Ok(documents)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name)
    }

    pub(in crate::command::card) fn told(&self) -> ModelDocuments<'_> {
        ModelDocuments {
            config: self.get("config.json"),
            model_index: self.get("model_index.json"),
            adapter: self.get("adapter_config.json"),
            processor: self
                .get("preprocessor_config.json")
                .or_else(|| self.get("processor_config.json")),
        }
    }
}

fn here(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, Failure> {
    let path = folder.join(name);
    let about = fs::metadata(&path).ok();
    let is_read =
        about.is_some_and(|about| about.is_file() && is_short(name, about.len(), LONGEST));
    is_read.then(|| DOCUMENT.read(&path)).transpose()
}

async fn there(found: &Found, name: &str) -> Result<Option<Vec<u8>>, Failure> {
    let file = found.file(name);
    match file.filter(|file| is_short(name, file.size, LONGEST)) {
        Some(file) => Ok(Some(found.bytes(file, LONGEST).await?)),
        None => Ok(None),
    }
}
