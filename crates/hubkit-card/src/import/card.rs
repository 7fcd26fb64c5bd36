//! A card that is made of another description, or mended by it.

use serde_yaml::{Mapping, Value};

use crate::{Card, Change, Edit, EditError, FieldPath, Loss, edit::edit};

/// What another description says, in the words of a card.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Imported {
    /// The metadata, in the order that cards usually have it.
    pub metadata: Mapping,
    /// The text below it: a title, a description, how to cite; Markdown.
    pub body: String,
    /// What a card has no words for, or what was not understood.
    pub losses: Vec<Loss>,
}

/// Why a description can't become a card.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The document lists no machine-learning model.
    #[error("expected a component of the type `machine-learning-model`, found none")]
    NoModel,
    /// It describes something else, or in another form.
    #[error("expected a data set in Croissant, found {found}")]
    NoDataset {
        /// What it is instead.
        found: String,
    },
    /// The card that it is to go into can't be read.
    #[error("the card can't be read, so nothing can be added to it")]
    BrokenCard,
    /// The card can't be changed so.
    #[error("nothing can be added to the metadata of the card")]
    Unchanged(#[source] EditError),
    /// The metadata can't be written.
    #[error("the metadata can't be written as YAML")]
    Unwritable,
}

impl Imported {
    /// A card that says all of it and nothing else.
    ///
    /// # Errors
    ///
    /// [`ImportError::Unwritable`], which no document that was imported here is known to cause.
    pub fn to_card(&self) -> Result<String, ImportError> {
        let sets = self.metadata.iter().map(set);
        let edits: Option<Vec<Edit>> = sets.collect();
        let edits = edits.ok_or(ImportError::Unwritable)?;
        let card = edit("", &edits).map_err(|_| ImportError::Unwritable)?;
        let blank = if card.is_empty() { "" } else { "\n" };
        Ok(format!("{card}{blank}{}", self.body))
    }

    /// A card with the fields added that it lacks. Every byte that was there stays; where the card says something else
    /// that is told, and the card wins.
    ///
    /// # Errors
    ///
    /// [`ImportError::BrokenCard`] and [`ImportError::Unchanged`].
    pub fn add_to(&self, text: &str) -> Result<(String, Vec<Loss>), ImportError> {
        let card = Card::read(text);
        if card.fault.is_some() {
            return Err(ImportError::BrokenCard);
        }
        let there = card.metadata.as_mapping();
        let (mut edits, mut losses) = (Vec::new(), Vec::new());
        for (key, value) in &self.metadata {
            match there.get(key) {
                None => edits.push(set((key, value)).ok_or(ImportError::Unwritable)?),
                Some(known) if known == value => {}
                Some(_) => {
                    let name = key.as_str().unwrap_or_default();
                    losses.push(Loss::new(name, "the card says something else"));
                }
            }
        }
        let mut written = edit(text, &edits).map_err(ImportError::Unchanged)?;
        if !card.body.trim().is_empty() {
            if !self.body.is_empty() {
                losses.push(Loss::new("description", "the card has a text of its own"));
            }
        } else if !self.body.trim().is_empty() {
            let blank = if written.is_empty() || card.body.contains('\n') {
                ""
            } else {
                "\n"
            };
            let body = format!("{blank}{}", self.body);
            written.push_str(&if text.contains("\r\n") {
                body.replace('\n', "\r\n")
            } else {
                body
            });
        }
        Ok((written, losses))
    }
}

/// A stranger's text without what moves the cursor of a terminal. Markdown has no use for it.
pub(super) fn readable(text: &str) -> String {
    let is_read = |c: &char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    text.chars().filter(is_read).collect()
}

/// The change that adds a field; none of a name that is no text.
fn set((name, value): (&Value, &Value)) -> Option<Edit> {
    let change = Change::Set(value.clone());
    Some(Edit::new(FieldPath::of(name.as_str()?), change))
}
