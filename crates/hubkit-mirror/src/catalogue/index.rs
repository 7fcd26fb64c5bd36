//! From names, tags and words to the repositories that have them.

use std::{collections::HashMap, sync::Arc};

use hubkit_types::{Repo, RepoKind};

use super::{Entry, words::Vocabulary};

/// The number of a repository among the entries.
pub(super) type Place = u32;

/// The entries at one moment, and where they are found.
#[derive(Default)]
pub(crate) struct Index {
    /// Sorted by kind and id.
    entries: Vec<Arc<Entry>>,
    /// By kind and by name in lower case.
    spellings: HashMap<(RepoKind, String), Place>,
    terms: HashMap<String, Vec<Place>>,
    /// Every word, sorted, with its number.
    words: Vec<(Box<str>, u32)>,
    /// Where in `holders` those of each word begin, by its number.
    starts: Vec<u32>,
    holders: Vec<Place>,
}

impl Index {
    pub(super) fn new(mut entries: Vec<Arc<Entry>>, vocabulary: &Vocabulary) -> Self {
        entries.sort_unstable_by(|left, right| key(&left.repo).cmp(&key(&right.repo)));
        let mut spellings = HashMap::with_capacity(entries.len());
        let mut terms: HashMap<String, Vec<Place>> = HashMap::new();
        let mut starts = vec![0_u32; vocabulary.len() + 1];
        for (place, entry) in (0..).zip(&entries) {
            spellings
                .entry((entry.repo.kind, entry.folded.clone()))
                .or_insert(place);
            for term in &entry.terms {
                match terms.get_mut(term) {
                    Some(places) => places.push(place),
                    None => {
                        terms.insert(term.clone(), vec![place]);
                    }
                }
            }
            for word in &entry.words {
                starts[*word as usize + 1] += 1;
            }
        }
        for word in 1..starts.len() {
            starts[word] += starts[word - 1];
        }
        let mut next = starts.clone();
        let mut holders = vec![0; starts.last().map_or(0, |end| *end as usize)];
        for (place, entry) in (0..).zip(&entries) {
            for word in &entry.words {
                let at = &mut next[*word as usize];
                holders[*at as usize] = place;
                *at += 1;
            }
        }
        Self {
            entries,
            spellings,
            terms,
            words: vocabulary.snapshot(),
            starts,
            holders,
        }
    }

    pub(crate) fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entry of a repository in this very spelling.
    pub(crate) fn get(&self, repo: &Repo) -> Option<&Arc<Entry>> {
        let found = self
            .entries
            .binary_search_by(|entry| key(&entry.repo).cmp(&key(repo)));
        found.ok().map(|place| &self.entries[place])
    }

    /// The repository that is meant, if it is spelled with other capitals here.
    pub(crate) fn spelling(&self, repo: &Repo) -> Option<&Repo> {
        if self.get(repo).is_some() {
            return None;
        }
        let name = (repo.kind, repo.id.as_str().to_ascii_lowercase());
        let place = self.spellings.get(&name)?;
        Some(&self.entries[*place as usize].repo)
    }

    /// The places of all repositories of a kind.
    pub(super) fn of_kind(&self, kind: RepoKind) -> std::ops::Range<Place> {
        let bound = |is_before: fn(RepoKind, RepoKind) -> bool| {
            let place = self
                .entries
                .partition_point(|entry| is_before(entry.repo.kind, kind));
            Place::try_from(place).unwrap_or(Place::MAX)
        };
        bound(|left, right| left < right)..bound(|left, right| left <= right)
    }

    pub(super) fn at(&self, place: Place) -> &Arc<Entry> {
        &self.entries[place as usize]
    }

    /// Those with a tag, sorted.
    pub(super) fn with_term(&self, term: &str) -> &[Place] {
        self.terms.get(term).map_or(&[], Vec::as_slice)
    }

    /// Those whose text has a word that begins so; may be told twice, in no order.
    pub(super) fn with_word(&self, beginning: &str) -> impl Iterator<Item = Place> {
        let first = self.words.partition_point(|(word, _)| &**word < beginning);
        let words = self.words[first..].iter();
        let words = words.take_while(move |(word, _)| word.starts_with(beginning));
        words.flat_map(|(_, number)| {
            let number = *number as usize;
            // A word that was learned after this index was made is held by nothing in it.
            let bounds = self.starts.get(number).zip(self.starts.get(number + 1));
            let range = bounds.map_or(0..0, |(start, end)| *start as usize..*end as usize);
            self.holders[range].iter().copied()
        })
    }
}

fn key(repo: &Repo) -> (RepoKind, &str) {
    (repo.kind, repo.id.as_str())
}
