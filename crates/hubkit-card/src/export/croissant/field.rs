//! Fields of a set of records.

use serde_json::{Value as Json, json};

use super::{data_type::DataType, format::DataFormat, ids::Ids};
use crate::Loss;

/// So many names of classes are told in the description of a field.
const MOST_NAMES: usize = 100;

/// Where the fields of a set of records come from.
pub(super) struct Origin<'a> {
    /// The reference to a file, or to a set of files.
    pub(super) source: Json,
    pub(super) format: DataFormat,
    /// The name below which a JSON file has its rows.
    pub(super) json_field: Option<&'a str>,
    /// What the records are called, for remarks.
    pub(super) records: &'a str,
}

/// The field of a column; nothing where Croissant, or the format, has no words for it.
pub(super) fn of_column(
    origin: &Origin<'_>,
    records_id: &str,
    column: &str,
    data_type: &DataType,
    ids: &mut Ids,
    losses: &mut Vec<Loss>,
) -> Option<Json> {
    let mut maker = Maker {
        origin,
        column,
        ids,
        obstacle: None,
    };
    let field = maker.field(records_id, column, data_type, &[]);
    if let Some(why) = maker.obstacle {
        losses.push(Loss::new(format!("{column} of {}", origin.records), why));
        return None;
    }
    Some(field)
}

struct Maker<'a> {
    origin: &'a Origin<'a>,
    column: &'a str,
    ids: &'a mut Ids,
    obstacle: Option<String>,
}

impl Maker<'_> {
    /// A field, whose value lies below a column by so many names.
    fn field(&mut self, parent: &str, name: &str, data_type: &DataType, path: &[String]) -> Json {
        let id = self.ids.take_below(parent, name);
        let mut field = json!({ "@type": "cr:Field", "@id": id, "name": name });
        let (mut inner, mut shape) = (data_type, Vec::new());
        while let DataType::List(of, length) = inner {
            shape.push(length.map_or_else(|| "-1".to_owned(), |length| length.to_string()));
            inner = of;
        }
        if !shape.is_empty() {
            field["isArray"] = true.into();
            field["arrayShape"] = shape.join(",").into();
        }
        if let DataType::Struct(fields) = inner {
            if self.origin.format == DataFormat::Json {
                self.obstacle =
                    Some("values with names in a list of JSON can't be addressed".to_owned());
            }
            let below = |name: &str| {
                path.iter()
                    .cloned()
                    .chain([json_key(name)])
                    .collect::<Vec<_>>()
            };
            let fields: Vec<Json> = fields
                .iter()
                .map(|(name, inner)| self.field(&id, name, inner, &below(name)))
                .collect();
            if fields.is_empty() {
                self.obstacle = Some("nothing is said of what is in it".to_owned());
            }
            field["subField"] = fields.into();
            return field;
        }
        field["dataType"] = self.croissant_type(inner).into();
        field["source"] = self.source(inner, path);
        if let DataType::Class(names) = inner
            && !names.is_empty()
        {
            field["description"] = classes(names).into();
        }
        field
    }

    fn croissant_type(&mut self, data_type: &DataType) -> &'static str {
        // Only there do files hold the bytes of pictures and sounds; elsewhere they hold names of files.
        let holds_bytes = self.origin.format == DataFormat::Parquet;
        match data_type {
            DataType::Scalar(name) => name,
            DataType::Class(_) => "sc:Integer",
            DataType::Image if holds_bytes => "sc:ImageObject",
            DataType::Audio(_) if holds_bytes => "sc:AudioObject",
            DataType::Video if holds_bytes => "sc:VideoObject",
            DataType::Unknown(name) => {
                let shown: String = name.chars().take(100).collect();
                self.obstacle = Some(format!("Croissant has no type for {shown}"));
                "sc:Text"
            }
            _ => "sc:Text",
        }
    }

    fn source(&self, data_type: &DataType, path: &[String]) -> Json {
        let mut source = self.origin.source.clone();
        source["extract"] = match self.origin.format {
            DataFormat::Json => {
                let field = self.origin.json_field.map(json_key);
                let field = field.map_or_else(String::new, |field| format!(".{field}"));
                json!({ "jsonPath": format!("${field}[*].{}", json_key(self.column)) })
            }
            _ => json!({ "column": self.column }),
        };
        let is_parquet = self.origin.format == DataFormat::Parquet;
        let mut path = path.to_vec();
        match data_type {
            DataType::Image if is_parquet => path.push("bytes".to_owned()),
            DataType::Audio(Some(rate)) if is_parquet => source["samplingRate"] = (*rate).into(),
            _ => {}
        }
        let mut steps = path.iter().map(|step| json!({ "jsonPath": step }));
        match path.len() {
            0 => {}
            1 => source["transform"] = steps.next().unwrap_or_default(),
            _ => source["transform"] = steps.collect(),
        }
        source
    }
}

/// A name as one step of a JSONPath: in brackets and quotes, unless it is a plain word.
fn json_key(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        // A word of the language itself, to some readers.
        && name != "where";
    if is_plain {
        return name.to_owned();
    }
    let mut key = String::from("['");
    for c in name.chars() {
        if matches!(c, '\'' | '\\') {
            key.push('\\');
        }
        key.push(c);
    }
    key.push_str("']");
    key
}

fn classes(names: &[String]) -> String {
    let told: Vec<String> = names
        .iter()
        .take(MOST_NAMES)
        .enumerate()
        .map(|(number, name)| format!("{number} = {}", name.chars().take(100).collect::<String>()))
        .collect();
    let rest = names.len().saturating_sub(MOST_NAMES);
    let rest = if rest > 0 {
        format!(", and {rest} more")
    } else {
        String::new()
    };
    format!("Classes: {}{rest}", told.join(", "))
}
