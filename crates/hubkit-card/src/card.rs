//! A card as a whole.

use crate::{
    Diagnostic, Dialect, FieldPath, Location, Metadata, MetadataError, Outline,
    split::{self, Parts},
    syntax::Document,
};

/// A card: what its metadata says, and the text below it.
#[derive(Clone, PartialEq, Debug)]
pub struct Card<'a> {
    /// The card as it was given.
    pub text: &'a str,
    /// The block of metadata as it is written, without the lines of dashes; `None` without one.
    pub block: Option<&'a str>,
    /// The metadata; empty where there is none, or where it can't be read.
    pub metadata: Metadata,
    /// Why the metadata can't be read. Its lines count within the block: [`Card::fault_location`] counts in the card.
    pub fault: Option<MetadataError>,
    /// The text below the metadata: Markdown, as its author wrote it.
    pub body: &'a str,
}

impl<'a> Card<'a> {
    /// Reads a card. One whose metadata is broken still has its text.
    pub fn read(text: &'a str) -> Self {
        Self::read_as(text, Dialect::Hub)
    }

    /// Reads a card whose metadata is of a dialect. To the Hub the blank lines before the end of the block are no part of
    /// it; to Python they are, which shows in a last text that keeps its line ends.
    pub fn read_as(text: &'a str, dialect: Dialect) -> Self {
        let parts: Parts<'a> = split::split_as(text, dialect);
        let read = parts.block.map_or_else(
            || Ok(Metadata::default()),
            |block| Metadata::read_as(block, dialect),
        );
        let (metadata, fault) = match read {
            Ok(metadata) => (metadata, None),
            Err(fault) => (Metadata::default(), Some(fault)),
        };
        Self {
            text,
            block: parts.block,
            metadata,
            fault,
            body: parts.body,
        }
    }

    /// Where the values at some paths begin in the text of the card, or else what is nearest above them; `None` for a
    /// card whose metadata is missing or broken. Reads the block once more, in proportion to its length.
    pub fn locate(&self, paths: &[&FieldPath]) -> Vec<Option<Location>> {
        let document = self.block.and_then(Document::read);
        let locate = |path: &&FieldPath| {
            let location = document.as_ref()?.locate(path)?;
            Some(self.in_card(location))
        };
        paths.iter().map(locate).collect()
    }

    /// Says where each of some diagnostics stands, of those that have no place yet.
    pub fn place(&self, diagnostics: &mut [Diagnostic]) {
        let missing = diagnostics
            .iter_mut()
            .filter(|said| said.location.is_none());
        let mut missing: Vec<_> = missing.collect();
        if missing.is_empty() {
            return;
        }
        let paths: Vec<&FieldPath> = missing.iter().map(|said| &said.path).collect();
        let locations = self.locate(&paths);
        for (said, location) in missing.iter_mut().zip(locations) {
            said.location = location;
        }
    }

    /// Where the metadata can't be read any further, where that is known.
    pub fn fault_location(&self) -> Option<Location> {
        let Some(MetadataError::Yaml { line, column, .. }) = &self.fault else {
            return None;
        };
        let count = |number: &u64| usize::try_from(*number).unwrap_or(usize::MAX).max(1);
        Some(self.in_card(Location {
            line: count(line),
            column: count(column),
        }))
    }

    /// What the text is made of. Lines count in the card.
    pub fn outline(&self) -> Outline {
        let begin = (self.body.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let above = self.text.get(..begin).unwrap_or_default();
        Outline::read_below(self.body, lines(above))
    }

    /// A place of the block as a place of the card.
    fn in_card(&self, location: Location) -> Location {
        // The block is a part of the text, so the distance between the two is a number of bytes of it.
        let begin = self.block.map_or(0, |block| {
            (block.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
        });
        let above = self.text.get(..begin).unwrap_or_default();
        Location {
            line: location.line.saturating_add(lines(above)),
            column: location.column,
        }
    }
}

/// How many line ends there are: LF, CRLF or CR, as YAML counts them.
fn lines(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_end = |at: &usize| match bytes[*at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    (0..bytes.len()).filter(is_end).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_in_the_card() {
        for (text, line) in [
            ("---\na: 1\nb:\n- x\n- y\n---\n", 5),
            ("\n\u{feff}---\r\na: 1\r\nb:\r\n- x\r\n- y\r\n---\r\n", 6),
        ] {
            let card = Card::read(text);
            let path = "b[1]".parse().expect("a path");
            let column = 3;
            assert_eq!(card.locate(&[&path]), [Some(Location { line, column })]);
        }
        let card = Card::read("---\na: 1\nb: [\n---\n");
        assert!(card.fault_location().expect("a place").line >= 3);
    }
}
