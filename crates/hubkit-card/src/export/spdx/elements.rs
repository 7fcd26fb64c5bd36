//! The elements of an SPDX document and what they are to each other.

use serde_json::{Map, Value as Json, json};

use super::absent;
use crate::export::{address, model::Model};

/// The one node without a name of its own: who wrote all this, and when.
const CREATION: &str = "_:creation";

/// A document in the making.
pub(super) struct Document {
    /// What the names of all elements begin with.
    space: String,
    created: String,
    elements: Vec<Json>,
    relationships: usize,
}

impl Document {
    pub(super) fn new(model: &Model<'_>, created: String) -> Self {
        let space = match (model.page(), model.commit) {
            (Some(page), Some(commit)) => format!("{page}/tree/{commit}#"),
            (Some(page), None) => format!("{page}#"),
            // A folder has no address: its name, and what its card hashes to where that is known.
            (None, _) => {
                let mut files = model.files.iter();
                let card = files.find(|file| file.path.as_str() == "README.md");
                let digest = card.and_then(|card| card.sha256);
                let digest = digest.map_or_else(String::new, |digest| format!("-{digest}"));
                format!(
                    "https://spdx.org/spdxdocs/{}{digest}#",
                    address::encode(&model.name, b"")
                )
            }
        };
        Self {
            space,
            created,
            elements: Vec::new(),
            relationships: 0,
        }
    }

    /// The id of an element.
    pub(super) fn id(&self, name: &str) -> String {
        format!("{}{name}", self.space)
    }

    /// Adds an element, without the fields that say nothing; gives its id.
    pub(super) fn add(
        &mut self,
        class: &str,
        name: &str,
        fields: Vec<(&'static str, Json)>,
    ) -> String {
        let id = self.id(name);
        let mut element = Map::new();
        element.insert("type".to_owned(), class.into());
        element.insert("spdxId".to_owned(), id.as_str().into());
        element.insert("creationInfo".to_owned(), CREATION.into());
        for (field, value) in fields.into_iter().filter(|(_, value)| !absent(value)) {
            element.insert(field.to_owned(), value);
        }
        self.elements.push(Json::Object(element));
        id
    }

    /// Says what an element is to others, if there are any.
    pub(super) fn relate(&mut self, from: &str, relationship: &'static str, to: Vec<String>) {
        if to.is_empty() {
            return;
        }
        self.relationships += 1;
        let name = format!("relationship/{}", self.relationships);
        let fields = vec![
            ("from", from.into()),
            ("relationshipType", relationship.into()),
            ("to", to.into()),
        ];
        self.add("Relationship", &name, fields);
    }

    /// The whole document, about one element.
    pub(super) fn finish(mut self, root: &str, profiles: &[&str]) -> Json {
        let version = env!("CARGO_PKG_VERSION");
        let agent = self.add(
            "SoftwareAgent",
            "hubkit",
            vec![("name", format!("hubkit {version}").into())],
        );
        let of_elements: Vec<Json> = self
            .elements
            .iter()
            .filter_map(|element| element.get("spdxId").cloned())
            .collect();
        self.add(
            "SpdxDocument",
            "document",
            vec![
                ("profileConformance", json!(profiles)),
                ("rootElement", json!([root])),
                ("element", Json::Array(of_elements)),
            ],
        );
        let creation = json!({
            "type": "CreationInfo",
            "@id": CREATION,
            "specVersion": "3.0.1",
            "created": self.created,
            "createdBy": [agent],
        });
        let mut graph = vec![creation];
        graph.append(&mut self.elements);
        json!({
            "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
            "@graph": graph,
        })
    }
}
