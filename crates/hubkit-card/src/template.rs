//! The first card of a repository, filled from what its files say.

mod base;
mod dataset;
mod details;
mod documents;
mod draft;
mod kind;
mod language;
mod license;
mod model;
mod snippet;
mod space;
mod text;
mod training;

use std::collections::BTreeMap;

use hubkit_types::{CommitId, RepoId, RepoKind};
use serde_yaml::Mapping;

pub use documents::{DOCUMENT_BYTES, template_documents};
pub use draft::Origin;
pub use kind::kind_of_files;

use crate::{Change, Edit, EditError, FieldPath, Loss, ModelShape, edit};

/// What is known of a repository that has no card yet. Nothing is read here: `template_documents` says which small
/// files are worth it.
#[derive(Clone, Copy, Debug)]
pub struct TemplateSources<'a> {
    /// What the repository holds.
    pub kind: RepoKind,
    /// What it is called on its hub, where it is or will be on one.
    pub repo: Option<&'a RepoId>,
    /// The commit that was looked at, which examples then load.
    pub commit: Option<&'a CommitId>,
    /// What to call it where no repository does: the folder's name.
    pub name: &'a str,
    /// The paths of all files.
    pub files: &'a [&'a str],
    /// Small files, by path, with what they hold.
    pub documents: &'a [(&'a str, &'a [u8])],
    /// What the weights and the configuration say.
    pub shape: &'a ModelShape,
    /// The files whose headers were read for that.
    pub weights: &'a [&'a str],
    /// What the first of them says about itself in texts, as GGUF files do (`general.license`); lists have several.
    pub header: &'a BTreeMap<String, Vec<String>>,
    /// What the author says, which counts before what files say.
    pub said: &'a Said,
}

/// What the author of a repository says of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Said {
    /// The licences, as the Hub lists them.
    pub licenses: Vec<String>,
    /// Codes of languages.
    pub languages: Vec<String>,
    /// The models that this one came from.
    pub base_models: Vec<RepoId>,
}

/// A card to begin with.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Template {
    /// The metadata, in the order that cards usually have it.
    pub metadata: Mapping,
    /// The text below it, in Markdown. What only the author knows is asked for in comments that readers do not see.
    pub body: String,
    /// Which fact came from where: those of the metadata, then those of the text.
    pub origins: Vec<Origin>,
    /// What the author must still say.
    pub gaps: Vec<String>,
    /// What was found and not taken, and why.
    pub losses: Vec<Loss>,
}

/// Fills a card for a repository from what is known of it.
///
/// What files do not say is not said: there is no licence unless the author or a file names one, no language by the looks
/// of a name, and a path on the author's machine is no base model. Texts of files are written so that they can be
/// nothing but words, whatever is in them. Takes time and memory in proportion to what it is given.
pub fn template(sources: &TemplateSources<'_>) -> Template {
    let draft = match sources.kind {
        RepoKind::Dataset => dataset::fill(sources),
        RepoKind::Space => space::fill(sources),
        _ => model::fill(sources),
    };
    draft.finish()
}

impl TemplateSources<'_> {
    /// What the card is headed with, on one line.
    fn title(&self) -> String {
        let name = self.repo.map_or(self.name, RepoId::name);
        let (title, _) = text::plain(name);
        if title.is_empty() {
            "Untitled".to_owned()
        } else {
            title
        }
    }
}

impl Template {
    /// The card.
    ///
    /// # Errors
    ///
    /// That of [`edit`], which no template that was filled here is known to cause.
    pub fn to_card(&self) -> Result<String, EditError> {
        let fields = self.metadata.iter().filter_map(|(name, value)| {
            let path = FieldPath::root().key(name.as_str()?);
            Some(Edit::new(path, Change::Set(value.clone())))
        });
        edit(&self.body, &fields.collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests;
