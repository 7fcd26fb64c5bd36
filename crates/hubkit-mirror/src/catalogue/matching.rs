//! Which repositories a list is asked for, in which order, and where its next page begins.

mod cursor;

use std::{cmp::Ordering, collections::BTreeSet, sync::Arc, time::UNIX_EPOCH};

use hubkit_api::{Direction, Gated, ListRepos, RepoOrder};
use hubkit_types::Repo;

use super::{Entry, Index, index::Place};
use cursor::Position;

/// A page of what was found.
pub(crate) struct Found {
    pub(crate) entries: Vec<Arc<Entry>>,
    /// How many there are on all pages.
    pub(crate) total: usize,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<String>,
}

/// What a hub knows of a repository besides its content.
pub(crate) trait Rules {
    /// Whether it is shown at all.
    fn shows(&self, repo: &Repo) -> bool;
    /// Its gate.
    fn gated(&self, repo: &Repo) -> Gated;
}

/// Finds what is asked for. Every word of a search must be in the id or, behind all those, in the text of the card.
///
/// The next page begins behind the last of this one, whatever comes or goes meanwhile. A cursor that was not made here
/// counts as none.
pub(crate) fn find(
    index: &Index,
    call: &ListRepos,
    cursor: Option<&str>,
    limit: usize,
    rules: &impl Rules,
) -> Found {
    let mut found: Vec<(Position<'_>, Place)> = Vec::new();
    let search = Search::new(index, &call.search);
    let mut take = |place: Place| {
        let entry = index.at(place);
        if entry.repo.kind == call.kind
            && let Some(rank) = search.rank(entry, place)
            && is_wanted(entry, call, rules)
        {
            found.push((Position::of(entry, rank, call.sort), place));
        }
    };
    match tagged(index, call) {
        Some(places) => places.into_iter().for_each(&mut take),
        None => index.of_kind(call.kind).for_each(&mut take),
    }
    let direction = call.direction.unwrap_or(Direction::Descending);
    let order = |left: &Position<'_>, right: &Position<'_>| left.compare(right, direction);
    found.sort_unstable_by(|left, right| order(&left.0, &right.0));
    let total = found.len();
    let start = cursor.and_then(Position::read).map_or(0, |cursor| {
        found.partition_point(|(position, _)| order(position, &cursor) != Ordering::Greater)
    });
    let page = &found[start..found.len().min(start.saturating_add(limit))];
    let has_more = start + page.len() < total;
    let next = page.last().filter(|_| has_more);
    Found {
        entries: page
            .iter()
            .map(|(_, place)| Arc::clone(index.at(*place)))
            .collect(),
        total,
        next: next.map(|(position, _)| position.to_string()),
    }
}

/// Those with all tags that are asked for, or nothing if none are. One text may name several, with commas.
fn tagged(index: &Index, call: &ListRepos) -> Option<Vec<Place>> {
    let tags = wanted_tags(&call.filter);
    let mut lists: Vec<&[Place]> = tags.iter().map(|tag| index.with_term(tag)).collect();
    lists.sort_unstable_by_key(|list| list.len());
    let (shortest, others) = lists.split_first()?;
    let in_all = |place: &&Place| others.iter().all(|list| list.binary_search(place).is_ok());
    Some(shortest.iter().filter(in_all).copied().collect())
}

/// Each tag once: a request has room for thousands, and each costs a look through the list of those that have it.
fn wanted_tags(texts: &[String]) -> BTreeSet<String> {
    let tags = texts.iter().flat_map(|text| text.split(','));
    let tags = tags.map(|tag| tag.trim().to_ascii_lowercase());
    tags.filter(|tag| !tag.is_empty()).collect()
}

/// The words of a search, and who has them in the text.
struct Search {
    words: BTreeSet<String>,
    /// For each place whether its text has all of them; empty without words.
    in_text: Vec<bool>,
}

impl Search {
    fn new(index: &Index, texts: &[String]) -> Self {
        let words = texts.iter().flat_map(|text| text.split_whitespace());
        let words: BTreeSet<String> = words.map(str::to_lowercase).collect();
        let mut in_text = vec![!words.is_empty(); if words.is_empty() { 0 } else { index.len() }];
        if words
            .iter()
            .any(|word| !word.contains(char::is_alphanumeric))
        {
            in_text.fill(false);
        }
        for part in parts(&words) {
            // Most long searches are over after a few words.
            if !in_text.contains(&true) {
                break;
            }
            let mut has = vec![false; index.len()];
            for place in index.with_word(part) {
                has[place as usize] = true;
            }
            for (all, has) in in_text.iter_mut().zip(has) {
                *all &= has;
            }
        }
        Self { words, in_text }
    }

    /// Where an entry stands among what is found; `None` when it is not.
    fn rank(&self, entry: &Entry, place: Place) -> Option<u8> {
        if self
            .words
            .iter()
            .all(|word| entry.folded.contains(word.as_str()))
        {
            return Some(0);
        }
        self.in_text[place as usize].then_some(1)
    }
}

/// What is looked for in the text, each part once and the longest first, which the fewest have: whoever has a word that
/// begins with `model` has one that begins with `mo`.
fn parts(words: &BTreeSet<String>) -> Vec<&str> {
    let parts = words.iter();
    let parts = parts.flat_map(|word| word.split(|c: char| !c.is_alphanumeric()));
    let parts: BTreeSet<&str> = parts.filter(|part| part.len() > 1).collect();
    let mut needed: Vec<&str> = Vec::with_capacity(parts.len());
    for part in parts {
        // Sorted as they are, the beginning of a part stands right before it.
        if needed.last().is_some_and(|last| part.starts_with(last)) {
            needed.pop();
        }
        needed.push(part);
    }
    needed.sort_unstable_by_key(|part| std::cmp::Reverse(part.len()));
    needed
}

/// Whether an entry is what the other filters ask for. Nothing is known here of programs, providers and numbers of
/// parameters, so nothing is found by them.
fn is_wanted(entry: &Entry, call: &ListRepos, rules: &impl Rules) -> bool {
    let asks_for_unknown = !call.apps.is_empty()
        || !call.inference_providers.is_empty()
        || call.inference.is_some()
        || call.num_parameters.is_some();
    let owner = entry.repo.id.namespace();
    let is_by = |author: &String| owner.is_some_and(|owner| owner.eq_ignore_ascii_case(author));
    let data = &entry.data;
    !asks_for_unknown
        && call.author.as_ref().is_none_or(is_by)
        && (call.pipeline_tag.is_none() || call.pipeline_tag == entry.description.pipeline_tag)
        && uses(&call.models, &data.models)
        && uses(&call.datasets, &data.datasets)
        && !(call.linked && data.models.is_empty() && data.datasets.is_empty())
        && rules.shows(&entry.repo)
        && call
            .gated
            .is_none_or(|gated| gated == (rules.gated(&entry.repo) != Gated::No))
}

/// Whether any of the repositories that are asked for is used, if any are.
fn uses(wanted: &[String], used: &[String]) -> bool {
    let is_used = |name: &String| used.iter().any(|used| used.eq_ignore_ascii_case(name));
    wanted.is_empty() || wanted.iter().any(is_used)
}

/// By what an entry is sorted, before its name. What is not known comes last or first, as the smallest there is.
fn value(entry: &Entry, sort: Option<RepoOrder>) -> i64 {
    match sort {
        Some(RepoOrder::LastModified) => entry.modified.map_or(i64::MIN, |modified| {
            let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        }),
        // Nobody counts here, and a store does not tell when a repository was made.
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn what_is_asked_for_again_and_again_is_looked_for_once() {
        let many = "on+on-on ".repeat(5_000);
        let search = Search::new(&Index::default(), &texts(&[&many, "ON"]));
        let words: Vec<&str> = search.words.iter().map(String::as_str).collect();
        assert_eq!(words, ["on", "on+on-on"]);
        assert_eq!(parts(&search.words), ["on"]);
        let tags = wanted_tags(&texts(&["mit,MIT, mit", "", "a,,mit"]));
        assert_eq!(tags.into_iter().collect::<Vec<_>>(), ["a", "mit"]);
    }

    #[test]
    fn the_beginning_of_a_part_asks_for_nothing_more() {
        let words = ["mo", "model", "mod", "tiny-mo", "bert"].map(str::to_owned);
        assert_eq!(parts(&words.into()), ["model", "bert", "tiny"]);
    }
}
