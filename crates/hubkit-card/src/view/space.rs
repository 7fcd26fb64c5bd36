//! Cards of Spaces.

use hubkit_types::RepoId;
use serde_yaml::{Mapping, Value};

use super::{
    fields::{Fields, Notes, scalar},
    python::{self, ToDictError},
};
use crate::{Card, CardData, Diagnostic, FieldPath, Metadata};

/// The card of a Space: what is well-formed of it, and what is to be said of the rest.
///
/// No card is too odd for it. What is not known here is in [`extra`](Self::extra), as is what could not be read, and
/// each such value has a [`Diagnostic`] of a rule `wrong-type`, `missing-field`, `unknown-value` or `not-a-repository`.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct SpaceCard {
    /// All of the metadata, as it was read.
    pub metadata: Metadata,
    /// The fields that a hub lists and searches by: title, sign, what it is built with, models, data sets, …
    pub data: CardData,
    /// The colour that its picture begins with.
    pub color_from: Option<String>,
    /// The colour that its picture ends with.
    pub color_to: Option<String>,
    /// The version of Python that it runs.
    pub python_version: Option<String>,
    /// What makes its pages before they are served.
    pub app_build_command: Option<String>,
    /// The port that it listens on.
    pub app_port: Option<u64>,
    /// The path that it begins at.
    pub base_path: Option<String>,
    /// `fullWidth`: whether it is as wide as the window.
    pub full_width: Option<bool>,
    /// What stands above it: `mini` or `default`.
    pub header: Option<String>,
    /// The address of a picture.
    pub thumbnail: Option<String>,
    /// Whether it stands at the top of its owner's page.
    pub pinned: Option<bool>,
    /// `hf_oauth`: whether people sign in with their account at the hub.
    pub oauth: Option<bool>,
    /// `hf_oauth_scopes`: what is asked of them beside their name.
    pub oauth_scopes: Vec<String>,
    /// `hf_oauth_expiration_minutes`: how long that lasts, in minutes.
    pub oauth_expiration_minutes: Option<u64>,
    /// `hf_oauth_authorized_org`: the organisations whose members may.
    pub oauth_authorized_organizations: Vec<String>,
    /// Whether other pages may not show it within them.
    pub disable_embedding: Option<bool>,
    /// How long it may take to start: `1h`.
    pub startup_duration_timeout: Option<String>,
    /// What its answers say beside themselves: names and values.
    pub custom_headers: Vec<(String, String)>,
    /// What is fetched before it starts.
    pub preload_from_hub: Vec<Preload>,
    /// What it should run on.
    pub suggested_hardware: Option<String>,
    /// What it should store on; hubs pass over it.
    pub suggested_storage: Option<String>,
    /// The Space that it is a copy of.
    pub duplicated_from: Option<RepoId>,
    /// Fields that are not known here, and those that could not be read.
    pub extra: Mapping,
    /// What is to be said of values that could not be given, without places: [`Card::space`] adds these.
    pub diagnostics: Vec<Diagnostic>,
}

/// What is fetched before a Space starts.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Preload {
    /// The repository.
    pub repo: RepoId,
    /// Its files; empty for all.
    pub files: Vec<String>,
    /// The state of it.
    pub revision: Option<String>,
}

impl SpaceCard {
    /// Reads the fields, in proportion to their length.
    pub fn of(metadata: &Metadata) -> Self {
        let mut notes = Notes::default();
        let mut fields = Fields::new(metadata.as_mapping(), FieldPath::root(), &mut notes);
        let card = Self {
            metadata: metadata.clone(),
            data: CardData::read(&mut fields),
            color_from: fields.text("colorFrom"),
            color_to: fields.text("colorTo"),
            python_version: fields.text("python_version"),
            app_build_command: fields.text("app_build_command"),
            app_port: fields.count("app_port"),
            base_path: fields.text("base_path"),
            full_width: fields.flag("fullWidth"),
            header: fields.text("header"),
            thumbnail: fields.text("thumbnail"),
            pinned: fields.flag("pinned"),
            oauth: fields.flag("hf_oauth"),
            oauth_scopes: fields.texts("hf_oauth_scopes"),
            oauth_expiration_minutes: fields.count("hf_oauth_expiration_minutes"),
            oauth_authorized_organizations: fields.texts("hf_oauth_authorized_org"),
            disable_embedding: fields.flag("disable_embedding"),
            startup_duration_timeout: fields.text("startup_duration_timeout"),
            custom_headers: read_headers(&mut fields),
            preload_from_hub: Preload::read_all(&mut fields),
            suggested_hardware: fields.text("suggested_hardware"),
            suggested_storage: fields.text("suggested_storage"),
            duplicated_from: fields.repository("duplicated_from"),
            extra: fields.rest(),
            diagnostics: Vec::new(),
        };
        Self {
            diagnostics: notes.into_diagnostics(),
            ..card
        }
    }

    /// The metadata as `SpaceCardData.to_dict()` of huggingface_hub 2.4.0 gives it, which is what that writes back. To
    /// agree in every value the metadata is to be read in [`Dialect::Python`](crate::Dialect::Python).
    ///
    /// # Errors
    ///
    /// Where that client can't load the card.
    pub fn to_dict(&self) -> Result<Mapping, ToDictError> {
        python::space(self.metadata.as_mapping())
    }
}

impl Preload {
    /// Reads the list, each as `REPOSITORY [FILE,FILE… [REVISION]]`.
    fn read_all(fields: &mut Fields<'_, '_>) -> Vec<Self> {
        const KEY: &str = "preload_from_hub";
        let lines = fields.texts(KEY);
        let path = fields.path.key(KEY);
        let mut found = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or_default();
            let Ok(repo) = name.parse() else {
                fields.notes.no_repository(&path.index(at), name);
                continue;
            };
            let files = words.next().unwrap_or_default().split(',');
            found.push(Self {
                repo,
                files: files
                    .filter(|file| !file.is_empty())
                    .map(str::to_owned)
                    .collect(),
                revision: words.next().map(str::to_owned),
            });
        }
        if found.len() < lines.len() {
            fields.keep(KEY);
        }
        found
    }
}

fn read_headers(fields: &mut Fields<'_, '_>) -> Vec<(String, String)> {
    const KEY: &str = "custom_headers";
    let Some(value) = fields.any(KEY) else {
        return Vec::new();
    };
    let Value::Mapping(mapping) = value else {
        fields.refuse(KEY, "a mapping from names to values", value);
        return Vec::new();
    };
    let pairs = mapping
        .iter()
        .map(|(key, value)| Some((scalar(key)?, scalar(value)?)));
    let headers: Vec<_> = pairs.flatten().collect();
    if headers.len() < mapping.len() {
        fields.refuse(KEY, "a text for each name", value);
    }
    headers
}

impl Card<'_> {
    /// The card as that of a Space. Diagnostics have their places in the text.
    pub fn space(&self) -> SpaceCard {
        let mut card = SpaceCard::of(&self.metadata);
        self.place(&mut card.diagnostics);
        card
    }
}
