//! What is asked of those who want to get at a gated repository.

use serde_yaml::Value;

use super::fields::{Fields, scalar};
use crate::FieldPath;

/// What is asked of those who want to get at a gated repository.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Gating {
    /// `gated`, which some cards have; a hub goes by its own settings.
    pub gated: Option<String>,
    /// `extra_gated_heading`.
    pub heading: Option<String>,
    /// `extra_gated_description`.
    pub description: Option<String>,
    /// `extra_gated_prompt`: what is agreed to, as Markdown.
    pub prompt: Option<String>,
    /// `extra_gated_button_content`.
    pub button: Option<String>,
    /// `extra_gated_eu_disallowed`: whether people in the European Union are kept out.
    pub eu_disallowed: Option<bool>,
    /// `extra_gated_fields`: what is to be filled in, in the order it is written.
    pub fields: Vec<GatedField>,
}

/// Something to be filled in.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct GatedField {
    /// What is asked.
    pub label: String,
    /// What can be answered.
    pub kind: GatedFieldKind,
}

/// What can be answered.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum GatedFieldKind {
    /// A line.
    Text,
    /// Yes or no.
    Checkbox,
    /// A day.
    DatePicker,
    /// A country.
    Country,
    /// Nothing: the country is told by the address that the request comes from.
    IpLocation,
    /// One of these.
    Select(Vec<GatedOption>),
    /// Something that is not known here, as it is written.
    Other(Value),
}

/// An answer to choose.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct GatedOption {
    /// What is shown.
    pub label: String,
    /// What is sent; the label, where nothing else is said.
    pub value: String,
}

impl Gating {
    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            gated: fields.text("gated"),
            heading: fields.text("extra_gated_heading"),
            description: fields.text("extra_gated_description"),
            prompt: fields.text("extra_gated_prompt"),
            button: fields.text("extra_gated_button_content"),
            eu_disallowed: fields.flag("extra_gated_eu_disallowed"),
            fields: read_fields(fields),
        }
    }

    /// Whether the card says nothing of all this.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn read_fields(fields: &mut Fields<'_, '_>) -> Vec<GatedField> {
    const KEY: &str = "extra_gated_fields";
    let Some(value) = fields.any(KEY) else {
        return Vec::new();
    };
    let Value::Mapping(mapping) = value else {
        fields.refuse(
            KEY,
            "a mapping from questions to what can be answered",
            value,
        );
        return Vec::new();
    };
    let path = fields.path.key(KEY);
    let mut found = Vec::new();
    for (label, value) in mapping {
        let Some(label) = scalar(label) else {
            continue;
        };
        let path = path.key(&label);
        let kind = read_kind(value, &path, fields).unwrap_or_else(|expected| {
            match expected {
                Some(name) => fields.notes.unknown_value(&path, KINDS, &name),
                None => fields.notes.wrong_type(&path, KINDS, value),
            }
            GatedFieldKind::Other(value.clone())
        });
        found.push(GatedField { label, kind });
    }
    found
}

const KINDS: &str =
    "`text`, `checkbox`, `date_picker`, `country`, `ip_location`, or `select` with its `options`";

/// What can be answered; in vain with the name that is not known, where there is one.
fn read_kind(
    value: &Value,
    path: &FieldPath,
    fields: &mut Fields<'_, '_>,
) -> Result<GatedFieldKind, Option<String>> {
    let (name, options) = match value {
        Value::String(name) => (Some(name.as_str()), None),
        Value::Mapping(mapping) => (
            mapping.get("type").and_then(Value::as_str),
            mapping.get("options"),
        ),
        _ => (None, None),
    };
    let name = name.ok_or(None)?;
    Ok(match name.trim() {
        "text" => GatedFieldKind::Text,
        "checkbox" => GatedFieldKind::Checkbox,
        "date_picker" => GatedFieldKind::DatePicker,
        "country" => GatedFieldKind::Country,
        "ip_location" => GatedFieldKind::IpLocation,
        "select" => GatedFieldKind::Select(read_options(options, &path.key("options"), fields)),
        other => return Err(Some(other.to_owned())),
    })
}

fn read_options(
    options: Option<&Value>,
    path: &FieldPath,
    fields: &mut Fields<'_, '_>,
) -> Vec<GatedOption> {
    let Some(Value::Sequence(items)) = options else {
        let found = options.unwrap_or(&Value::Null);
        fields.notes.wrong_type(path, "a list of answers", found);
        return Vec::new();
    };
    let mut found = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let field = |key: &str| item.get(key).and_then(scalar);
        let label = scalar(item)
            .or_else(|| field("label"))
            .or_else(|| field("value"));
        match label {
            Some(label) => found.push(GatedOption {
                value: field("value").unwrap_or_else(|| label.clone()),
                label,
            }),
            None => fields.notes.wrong_type(
                &path.index(at),
                "a text, or a mapping with `label` and `value`",
                item,
            ),
        }
    }
    found
}
