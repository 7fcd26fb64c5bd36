//! The words of cards, each kept once.

use std::collections::{BTreeMap, HashSet};

/// Words longer than this are no words.
const LONGEST: usize = 40;
/// How many words of one repository are kept.
const MOST: usize = 4_000;

/// Every word that was learned, with its number.
#[derive(Default)]
pub(super) struct Vocabulary(BTreeMap<Box<str>, u32>);

impl Vocabulary {
    /// The numbers of the words of a text, each once: of those that stand first, no more than are kept. Others are not
    /// learned.
    pub(super) fn learn(&mut self, text: &str) -> Box<[u32]> {
        let mut numbers: HashSet<u32> = HashSet::new();
        let mut folded = String::new();
        for word in words(text) {
            if numbers.len() == MOST {
                break;
            }
            folded.clear();
            fold(word, &mut folded);
            let number = if let Some(number) = self.0.get(folded.as_str()) {
                *number
            } else {
                let Ok(number) = u32::try_from(self.0.len()) else {
                    break;
                };
                self.0.insert(folded.as_str().into(), number);
                number
            };
            numbers.insert(number);
        }
        let mut numbers: Box<[u32]> = numbers.into_iter().collect();
        numbers.sort_unstable();
        numbers
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The numbers of words by word, for an index that outlives this.
    pub(super) fn snapshot(&self) -> Vec<(Box<str>, u32)> {
        self.0
            .iter()
            .map(|(word, number)| (word.clone(), *number))
            .collect()
    }
}

/// The words of a text: letters and digits of any script.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| (2..=LONGEST).contains(&word.len()))
}

fn fold(word: &str, out: &mut String) {
    if word.is_ascii() {
        out.extend(
            word.bytes()
                .map(|byte| char::from(byte.to_ascii_lowercase())),
        );
    } else {
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_words_of_a_text_are_learned_than_are_kept() {
        let mut vocabulary = Vocabulary::default();
        let first: Vec<String> = (0..MOST).map(|number| format!("First{number}")).collect();
        let later: Vec<String> = (0..MOST).map(|number| format!("later{number}")).collect();
        let text = format!("{} {}", first.join(" "), later.join(" "));
        let numbers = vocabulary.learn(&text);
        assert_eq!((numbers.len(), vocabulary.len()), (MOST, MOST));
        assert!(numbers.is_sorted());
        assert_eq!(vocabulary.learn(&format!("first0 FIRST0 {text}")), numbers);
        assert!(
            vocabulary
                .snapshot()
                .iter()
                .all(|(word, _)| word.starts_with("first"))
        );
    }
}
