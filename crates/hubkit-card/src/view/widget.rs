//! What can be tried on a model's page.

use serde_yaml::{Mapping, Value};

use super::fields::Fields;

/// An example to try a model with.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct WidgetExample {
    /// What goes in, where it is a text.
    pub text: Option<String>,
    /// What goes in, where it is an image or a sound: its address.
    pub src: Option<String>,
    /// What the example is called.
    pub example_title: Option<String>,
    /// Which others it belongs to.
    pub group: Option<String>,
    /// What comes out, in any form.
    pub output: Option<Value>,
    /// What else goes in, by names that its task knows: `source_sentence`, `structuredData`, `messages`, …
    pub inputs: Mapping,
}

/// `inference`: whether and how a model can be tried.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Inference {
    /// Whether it can.
    Enabled(bool),
    /// It can, in this way; what is set for it is often under `parameters`.
    Settings(Mapping),
    /// What else the author says.
    Other(String),
}

impl WidgetExample {
    /// Reads the examples. A text in the list counts as an example with that text.
    pub(super) fn read_all(fields: &mut Fields<'_, '_>) -> Vec<Self> {
        const KEY: &str = "widget";
        let Some(Value::Sequence(items)) = fields.any(KEY) else {
            return fields.objects(KEY, Self::read);
        };
        let path = fields.path.key(KEY);
        let mut examples = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let path = path.index(at);
            if let Some(mapping) = item.as_mapping() {
                examples.push(Self::read(&mut Fields::new(mapping, path, fields.notes)));
                continue;
            }
            fields.notes.wrong_type(&path, "a mapping", item);
            let text = item.as_str().map(str::to_owned);
            examples.extend(text.map(|text| Self {
                text: Some(text),
                ..Self::default()
            }));
        }
        examples
    }

    fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            text: fields.text("text"),
            src: fields.text("src"),
            example_title: fields.text("example_title"),
            group: fields.text("group"),
            output: fields.any("output").cloned(),
            inputs: fields.rest(),
        }
    }
}

impl Inference {
    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Option<Self> {
        const KEY: &str = "inference";
        match fields.any(KEY)? {
            Value::Bool(flag) => Some(Self::Enabled(*flag)),
            Value::Mapping(mapping) => Some(Self::Settings(mapping.clone())),
            _ => fields.text(KEY).map(Self::Other),
        }
    }
}
