//! What a data set holds.

use serde_yaml::Value;

use super::{Ground, Modality, Reason};
use crate::{
    CardData, Evidence, Metadata,
    lists::{self, Medium},
};

/// How a `modality:` of tags is called here.
const TAGS: &[(&str, Medium)] = &[
    ("3d", Medium::ThreeD),
    ("audio", Medium::Audio),
    ("geospatial", Medium::Tabular),
    ("image", Medium::Image),
    ("tabular", Medium::Tabular),
    ("text", Medium::Text),
    ("timeseries", Medium::TimeSeries),
    ("video", Medium::Video),
];

/// Endings of files that hold one piece of something each.
const ENDINGS: &[(Medium, &[&str])] = &[
    (
        Medium::Image,
        &["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"],
    ),
    (Medium::Audio, &["wav", "mp3", "flac", "ogg", "opus", "m4a"]),
    (Medium::Video, &["mp4", "webm", "avi", "mkv", "mov"]),
    (Medium::Text, &["txt"]),
    (Medium::ThreeD, &["glb", "gltf", "obj", "ply", "stl", "pcd"]),
];

pub(super) fn modality(metadata: &Metadata, data: &CardData, evidence: &Evidence<'_>) -> Modality {
    let mut found = Modality::default();
    for tag in &data.tags {
        let name = tag.strip_prefix("modality:");
        let medium = name.and_then(|name| TAGS.iter().find(|(known, _)| *known == name));
        if let Some((_, medium)) = medium {
            found.add(&[], &[*medium], Reason::new(Ground::Tag, tag));
        }
    }
    let info = metadata.get("dataset_info");
    if let Some(info) = info {
        columns(&mut found, info);
    }
    if let Some((medium, ending)) = files(evidence.files) {
        found.add(&[], &[medium], Reason::new(Ground::Files, ending));
    }
    if found.outputs.is_empty() {
        // What models for these tasks take must be in it.
        for name in &data.task_categories {
            if let Some(task) = lists::task(name) {
                found.add(&[], task.inputs, Reason::new(Ground::Task, name));
            }
        }
    }
    found
}

/// What the columns of all configurations hold.
fn columns(found: &mut Modality, info: &Value) {
    let mut columns = Columns::default();
    match info {
        Value::Sequence(configurations) => {
            for configuration in configurations {
                columns.read(configuration.get("features"));
            }
        }
        one => columns.read(one.get("features")),
    }
    let Columns { media, has_numbers } = columns;
    for (medium, column) in media {
        found.add(&[], &[medium], Reason::new(Ground::Features, &column));
    }
    // Beside texts and images, numbers are about them.
    if has_numbers && found.outputs.is_empty() {
        let reason = Reason::new(Ground::Features, "numbers alone");
        found.add(&[], &[Medium::Tabular], reason);
    }
}

/// Media, each with the column that it was first found in.
#[derive(Default)]
struct Columns {
    media: Vec<(Medium, String)>,
    has_numbers: bool,
}

impl Columns {
    fn read(&mut self, features: Option<&Value>) {
        for feature in features.and_then(Value::as_sequence).into_iter().flatten() {
            let name = feature
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            self.feature(name, feature);
        }
    }

    /// A column, or a part of one; it nests no deeper than the metadata may.
    fn feature(&mut self, column: &str, feature: &Value) {
        match feature {
            Value::String(kind) => self.kind(column, kind),
            Value::Mapping(parts) => {
                for (key, part) in parts {
                    match key.as_str() {
                        Some("dtype" | "list" | "sequence" | "struct") => {
                            self.feature(column, part);
                        }
                        Some(
                            kind @ ("image" | "audio" | "video" | "translation" | "class_label"),
                        ) => {
                            self.kind(column, kind);
                        }
                        _ => {}
                    }
                }
            }
            Value::Sequence(parts) => {
                for part in parts {
                    self.feature(column, part);
                }
            }
            _ => {}
        }
    }

    fn kind(&mut self, column: &str, kind: &str) {
        let medium = match kind {
            "image" => Medium::Image,
            "audio" => Medium::Audio,
            "video" => Medium::Video,
            "string" | "large_string" | "translation" => Medium::Text,
            "class_label" => Medium::Labels,
            _ => {
                let starts = [
                    "int", "uint", "float", "bool", "decimal", "date", "time", "duration",
                ];
                self.has_numbers |= starts.iter().any(|start| kind.starts_with(start));
                return;
            }
        };
        if !self.media.iter().any(|(known, _)| *known == medium) {
            self.media.push((medium, column.to_owned()));
        }
    }
}

/// What most of the files hold, and their ending.
fn files<'a>(files: &[&'a str]) -> Option<(Medium, &'a str)> {
    let is_data = |file: &&&str| !file.starts_with('.') && !file.ends_with(".md");
    let data: Vec<_> = files.iter().filter(is_data).collect();
    let ending = |file: &'a str| file.rsplit_once('.').map(|(_, ending)| ending);
    for (medium, endings) in ENDINGS {
        let holds = |file: &&'a str| {
            let ending = ending(file)?;
            endings
                .iter()
                .any(|known| known.eq_ignore_ascii_case(ending))
                .then_some(ending)
        };
        let mut those = data.iter().filter_map(|file| holds(file));
        if let Some(first) = those.next()
            && (those.count() + 1) * 2 > data.len()
        {
            return Some((*medium, first));
        }
    }
    None
}
