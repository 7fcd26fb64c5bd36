//! What a model's card says: by the hub's word, or read here.

use hubkit::{InspectedModel, RepoInfo};
use hubkit_card::{Card, CardData};

/// What a card says of a model. Texts are a stranger's.
#[derive(Default)]
pub(super) struct CardFacts {
    pub(super) licenses: Vec<String>,
    pub(super) task: Option<String>,
    pub(super) library: Option<String>,
    pub(super) base_models: Vec<String>,
}

impl CardFacts {
    pub(super) fn of(model: &InspectedModel) -> Self {
        let text = model.documents.get("README.md");
        let text = text.map(String::from_utf8_lossy);
        match (&model.info, text) {
            (_, Some(text)) => {
                let card = Self::of_text(&text);
                let told = model.info.as_ref().map(Self::of_info).unwrap_or_default();
                Self {
                    task: card.task.or(told.task),
                    library: card.library.or(told.library),
                    ..card
                }
            }
            (Some(info), None) => Self::of_info(info),
            (None, None) => Self::default(),
        }
    }

    fn of_text(text: &str) -> Self {
        let data = CardData::of(&Card::read(text).metadata);
        // A licence that has a name of its own is `other` in the list.
        let named = data.license_name.filter(|_| data.licenses == ["other"]);
        Self {
            licenses: named.map_or(data.licenses, |name| vec![name]),
            task: data.pipeline_tag,
            library: data.library_name,
            base_models: data.base_models.iter().map(ToString::to_string).collect(),
        }
    }

    fn of_info(info: &RepoInfo) -> Self {
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        let named = info
            .card_data
            .as_ref()
            .and_then(|card| card.get("license_name")?.as_str());
        let licenses = info.licenses();
        Self {
            licenses: match named.filter(|_| licenses == ["other"]) {
                Some(name) => vec![name.to_owned()],
                None => owned(licenses),
            },
            task: info.pipeline_tag.clone(),
            library: info.library_name.clone(),
            base_models: owned(info.base_models()),
        }
    }
}
