//! The fields of a card that a hub lists and searches by.

use hubkit_types::RepoId;

use crate::{
    FieldPath, Metadata,
    view::fields::{Fields, Notes},
};

/// How a model came from another one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BaseModelRelation {
    /// It was trained further.
    Finetune,
    /// It holds what is to be added to the other.
    Adapter,
    /// Several were merged into it.
    Merge,
    /// Its weights are the other's with fewer bits.
    Quantized,
}

impl BaseModelRelation {
    const ALL: [Self; 4] = [Self::Finetune, Self::Adapter, Self::Merge, Self::Quantized];

    /// The name that a hub uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Finetune => "finetune",
            Self::Adapter => "adapter",
            Self::Merge => "merge",
            Self::Quantized => "quantized",
        }
    }

    fn read(text: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|relation| relation.as_str() == text)
    }
}

/// The fields of a card that a hub lists and searches by, read one by one: an odd value leaves its own field empty and
/// no other.
///
/// Where a list is meant a single value counts as a list of one, and numbers and truth values count as the texts they
/// are written as. Texts are the author's own: escape them before showing them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct CardData {
    /// Codes of languages: ISO 639, `multilingual`, `code`, …
    pub languages: Vec<String>,
    /// Names of licences, as the Hub lists them.
    pub licenses: Vec<String>,
    /// What a licence that is not listed is called.
    pub license_name: Option<String>,
    /// Where such a licence can be read: a URL, or a file of the repository.
    pub license_link: Option<String>,
    /// The author's own tags.
    pub tags: Vec<String>,
    /// Data sets that a model was trained on, or a Space uses.
    pub datasets: Vec<String>,
    /// What a model was measured by.
    pub metrics: Vec<String>,
    /// The task a model is for.
    pub pipeline_tag: Option<String>,
    /// The library a model is for.
    pub library_name: Option<String>,
    /// The models that a model came from. What is no name of a repository is left out.
    pub base_models: Vec<RepoId>,
    /// How it came from them, where the author says so.
    pub base_model_relation: Option<BaseModelRelation>,
    /// The model that replaces this one.
    pub new_version: Option<RepoId>,
    /// The digital object identifier.
    pub doi: Option<String>,
    /// What a data set or a model is called for people.
    pub pretty_name: Option<String>,
    /// The tasks a data set is for.
    pub task_categories: Vec<String>,
    /// The same, more closely.
    pub task_ids: Vec<String>,
    /// How many rows a data set has: `10K<n<100K`, …
    pub size_categories: Vec<String>,
    /// How many languages a data set has: `monolingual`, …
    pub multilinguality: Vec<String>,
    /// Who annotated a data set: `crowdsourced`, …
    pub annotations_creators: Vec<String>,
    /// Who wrote the texts of a data set.
    pub language_creators: Vec<String>,
    /// The data sets that a data set came from.
    pub source_datasets: Vec<String>,
    /// What a Space is called.
    pub title: Option<String>,
    /// The sign of a Space.
    pub emoji: Option<String>,
    /// What a Space is built with: `gradio`, `docker`, `static`.
    pub sdk: Option<String>,
    /// Which version of that. Only a quoted one is known to be as it was written: `1.10` is a number.
    pub sdk_version: Option<String>,
    /// What a Space runs.
    pub app_file: Option<String>,
    /// What a Space is for, in a sentence.
    pub short_description: Option<String>,
    /// The models that a Space uses.
    pub models: Vec<String>,
}

impl CardData {
    /// Reads the fields. A [`ModelCard`](crate::ModelCard), [`DatasetCard`](crate::DatasetCard) or
    /// [`SpaceCard`](crate::SpaceCard) has them too, and says what could not be read.
    pub fn of(metadata: &Metadata) -> Self {
        let mut notes = Notes::default();
        let mapping = metadata.as_mapping();
        Self::read(&mut Fields::new(mapping, FieldPath::root(), &mut notes))
    }

    pub(crate) fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            languages: fields.texts("language"),
            licenses: fields.texts("license"),
            license_name: fields.text("license_name"),
            license_link: fields.text("license_link"),
            tags: fields.texts("tags"),
            datasets: fields.texts("datasets"),
            metrics: fields.texts("metrics"),
            pipeline_tag: fields.text("pipeline_tag"),
            library_name: fields.text("library_name"),
            base_models: fields.repositories("base_model"),
            base_model_relation: relation(fields),
            new_version: fields.repository("new_version"),
            doi: fields.text("doi"),
            pretty_name: fields.text("pretty_name"),
            task_categories: fields.texts("task_categories"),
            task_ids: fields.texts("task_ids"),
            size_categories: fields.texts("size_categories"),
            multilinguality: fields.texts("multilinguality"),
            annotations_creators: fields.texts("annotations_creators"),
            language_creators: fields.texts("language_creators"),
            source_datasets: fields.texts("source_datasets"),
            title: fields.text("title"),
            emoji: fields.text("emoji"),
            sdk: fields.text("sdk"),
            sdk_version: fields.text("sdk_version"),
            app_file: fields.text("app_file"),
            short_description: fields.text("short_description"),
            models: fields.texts("models"),
        }
    }
}

fn relation(fields: &mut Fields<'_, '_>) -> Option<BaseModelRelation> {
    const KEY: &str = "base_model_relation";
    let text = fields.text(KEY)?;
    let relation = BaseModelRelation::read(&text);
    if relation.is_none() {
        let path = fields.path.key(KEY);
        let expected = "`finetune`, `adapter`, `merge` or `quantized`";
        fields.notes.unknown_value(&path, expected, &text);
        fields.keep(KEY);
    }
    relation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(block: &str) -> CardData {
        CardData::of(&Metadata::read(block).expect("metadata"))
    }

    #[test]
    fn one_value_is_a_list_of_one() {
        let found = data("license: mit\nlanguage: [no, en]\ntags: 5\ndatasets: squad");
        assert_eq!(found.licenses, ["mit"]);
        assert_eq!(found.languages, ["no", "en"]);
        assert_eq!(found.tags, ["5"]);
        assert_eq!(found.datasets, ["squad"]);
    }

    #[test]
    fn an_odd_value_leaves_its_own_field_empty() {
        let found = data(
            "tags: {a: 1}\nlicense: [[x], mit, ~, '']\nlanguage: {en: x}\ntitle: [a]\nsdk: gradio\n\
             base_model: [../../etc, ./local/model/x, a/b]\nbase_model_relation: clone",
        );
        assert_eq!(
            found,
            CardData {
                licenses: vec!["mit".to_owned()],
                sdk: Some("gradio".to_owned()),
                base_models: vec!["a/b".parse().expect("an id")],
                ..CardData::default()
            }
        );
    }

    #[test]
    fn relations_are_read_by_the_names_they_are_written_as() {
        for relation in BaseModelRelation::ALL {
            let found = data(&format!("base_model_relation: {}", relation.as_str()));
            assert_eq!(found.base_model_relation, Some(relation));
        }
    }
}
