//! A card that is made of another description, or mended by it.

use serde_yaml::{Mapping, Value};

use crate::{Card, Loss, Metadata};

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
    /// The metadata of the card is written in a form to which no lines can be added.
    #[error(
        "the metadata of the card is written in one piece, as `{{…}}`: no line can be added to it"
    )]
    OnePiece,
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
        Ok(format!(
            "---\n{}---\n\n{}",
            yaml(&self.metadata)?,
            self.body
        ))
    }

    /// A card with the fields added that it lacks. Every byte that was there stays; where the card says something else
    /// that is told, and the card wins.
    ///
    /// # Errors
    ///
    /// [`ImportError::BrokenCard`] and [`ImportError::OnePiece`].
    pub fn add_to(&self, text: &str) -> Result<(String, Vec<Loss>), ImportError> {
        let card = Card::read(text);
        if card.fault.is_some() {
            return Err(ImportError::BrokenCard);
        }
        let there = card.metadata.as_mapping();
        let (mut new, mut losses) = (Mapping::new(), Vec::new());
        for (key, value) in &self.metadata {
            match there.get(key) {
                None => {
                    new.insert(key.clone(), value.clone());
                }
                Some(known) if known == value => {}
                Some(_) => {
                    let name = key.as_str().unwrap_or_default();
                    losses.push(Loss::new(name, "the card says something else"));
                }
            }
        }
        if !self.body.is_empty() && !card.body.trim().is_empty() {
            losses.push(Loss::new("description", "the card has a text of its own"));
        }
        let body = if card.body.trim().is_empty() {
            self.body.as_str()
        } else {
            ""
        };
        let mut lines = if new.is_empty() {
            String::new()
        } else {
            yaml(&new)?
        };
        let mut body = body.to_owned();
        if text.contains("\r\n") {
            lines = lines.replace('\n', "\r\n");
            body = body.replace('\n', "\r\n");
        }
        let written = match card.block {
            None => format!("---\n{lines}---\n\n{text}{body}"),
            Some(block) => {
                // The block is a part of the text, so the distance between the two is a number of bytes of it.
                let begin = (block.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
                let end = begin + block.len();
                let (before, after) = (&text[..end], &text[end..]);
                let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
                let needs_end = !block.is_empty() && !before.ends_with('\n');
                // What follows the block is the end of its last line, and then the dashes.
                let after = if needs_end {
                    after.strip_prefix(line_end).unwrap_or(after)
                } else {
                    after
                };
                let joint = if needs_end { line_end } else { "" };
                format!("{before}{joint}{lines}{after}{body}")
            }
        };
        let mut expected = there.clone();
        expected.extend(new);
        // Nobody sees what a stranger's YAML does at its end before it is read again.
        let read = Card::read(&written);
        if read.fault.is_some() || read.metadata.as_mapping() != &expected {
            return Err(ImportError::OnePiece);
        }
        Ok((written, losses))
    }
}

/// Metadata as YAML that reads back as the same.
fn yaml(metadata: &Mapping) -> Result<String, ImportError> {
    let text = serde_yaml::to_string(&Value::Mapping(metadata.clone()))
        .map_err(|_| ImportError::Unwritable)?;
    let is_right =
        |text: &String| Metadata::read(text).is_ok_and(|read| read.as_mapping() == metadata);
    let quoted = quoted(&text);
    [quoted, text]
        .into_iter()
        .find(is_right)
        .ok_or(ImportError::Unwritable)
}

/// The same with quotes around words that Python's reader takes for truth values. Within a text of several lines that
/// would be wrong, and is found out when it is read back.
fn quoted(text: &str) -> String {
    const WORDS: [&str; 6] = ["no", "yes", "on", "off", "n", "y"];
    let line = |line: &str| {
        let marks = [": ", "- "].iter();
        let at = marks.filter_map(|mark| Some(line.rfind(mark)? + 2)).max();
        match at.and_then(|at| line.split_at_checked(at)) {
            Some((before, word)) if WORDS.contains(&word.to_lowercase().as_str()) => {
                format!("{before}'{word}'\n")
            }
            _ => format!("{line}\n"),
        }
    };
    text.lines().map(line).collect()
}
