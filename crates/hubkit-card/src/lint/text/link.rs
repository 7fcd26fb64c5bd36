//! Links and images that lead nowhere.

use std::{collections::HashSet, fmt::Write as _, ops::Range};

use crate::{
    lint::{
        Surroundings,
        draft::{Draft, Drafts, Place, quoted},
        rule::BROKEN_LINK,
    },
    percent,
    render::{Reference, Target, link},
};

/// The card itself, among the files around it.
const CARD: &str = "README.md";

/// Where the links of a text lead, and what there is to lead to.
#[derive(Debug, Default)]
pub(super) struct Links {
    links: Vec<(String, Range<usize>)>,
    /// The letters of headings and of the author's own anchors.
    anchors: HashSet<String>,
}

impl Links {
    /// So many are looked at.
    const MOST: usize = 20_000;

    pub(super) fn add(&mut self, target: &str, place: Range<usize>) {
        let is_elsewhere = target.contains("://") || target.starts_with("mailto:");
        if !is_elsewhere && !target.is_empty() && self.links.len() < Self::MOST {
            self.links.push((target.to_owned(), place));
        }
    }

    pub(super) fn add_heading(&mut self, words: &str) {
        self.anchors.insert(letters(words));
    }

    pub(super) fn add_anchor(&mut self, name: &str) {
        self.anchors.insert(letters(name));
    }

    pub(super) fn finish(self, around: &Surroundings<'_>, drafts: &mut Drafts) {
        for (target, place) in &self.links {
            if drafts.is_full() {
                return;
            }
            match link::read(target) {
                Some(Target::Heading(name)) if !self.has_anchor(name) => {
                    drafts.push(no_heading(name, place.clone()));
                }
                Some(Target::Near(Reference::File { path, fragment })) => {
                    let Some(files) = around.files else { continue };
                    if !has_file(files, path.as_str()) {
                        drafts.push(missing(files, path.as_str(), place.clone()));
                    } else if path.as_str() == CARD
                        && let Some(name) = fragment
                        && !self.has_anchor(name)
                    {
                        drafts.push(no_heading(name, place.clone()));
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether there is a heading that a link may mean. Renderers differ in what they do with signs and with names that come
    /// twice, so that letters alone count.
    fn has_anchor(&self, name: &str) -> bool {
        let decoded = percent::decode_lossy(name);
        let wanted = letters(&decoded);
        if wanted.is_empty() || wanted == "top" || self.anchors.contains(&wanted) {
            return true;
        }
        let bare = wanted.trim_end_matches(|c: char| c.is_ascii_digit());
        self.anchors.contains(bare)
            || ["usercontent", "card"]
                .iter()
                .filter_map(|prefix| wanted.strip_prefix(prefix))
                .any(|rest| self.anchors.contains(rest))
    }
}

fn no_heading(name: &str, place: Range<usize>) -> Draft {
    let message = format!("there is no heading {}", quoted(&format!("#{name}")));
    Draft::new(&BROKEN_LINK, Place::Bytes(place), message)
}

fn missing(files: &[&str], path: &str, place: Range<usize>) -> Draft {
    let same = files.iter().find(|file| file.eq_ignore_ascii_case(path));
    let mut message = format!("there is no file {}", quoted(path));
    if let Some(same) = same {
        let _ = write!(message, ": did you mean {}?", quoted(same));
    }
    Draft::new(&BROKEN_LINK, Place::Bytes(place), message).suggest(same.copied())
}

/// Whether a sorted list has a file of this name, or files below it.
fn has_file(files: &[&str], path: &str) -> bool {
    let at = files.partition_point(|file| *file < path);
    let is_file = files.get(at).is_some_and(|file| *file == path);
    let folder = format!("{path}/");
    let at = files.partition_point(|file| *file < folder.as_str());
    is_file || files.get(at).is_some_and(|file| file.starts_with(&folder))
}

/// The letters and digits alone, in lower case.
fn letters(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).take(200).collect()
}
