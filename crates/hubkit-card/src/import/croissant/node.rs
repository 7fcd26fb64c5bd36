//! A node of JSON-LD, read by the short names that Croissant and schema.org give their terms.

use serde_json::{Map, Value as Json};

use super::{LONGEST, MOST_WORDS};

/// Where terms come from: with a context as the specification has it, spelled out, or not at all.
const PREFIXES: [&str; 8] = [
    "",
    "sc:",
    "schema:",
    "cr:",
    "dct:",
    "https://schema.org/",
    "http://schema.org/",
    "http://mlcommons.org/croissant/",
];

/// A value of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a>(pub(super) &'a Json);

impl<'a> Node<'a> {
    /// What a term has for a value.
    pub(super) fn get(self, term: &str) -> Option<Node<'a>> {
        let map: &'a Map<String, Json> = self.0.as_object()?;
        let found = map.get(term).or_else(|| {
            let mut longer = PREFIXES.iter().skip(1);
            longer.find_map(|prefix| map.get(&format!("{prefix}{term}")))
        });
        found.filter(|value| !value.is_null()).map(Node)
    }

    /// The short names of all that is said of it.
    pub(super) fn names(self) -> Vec<&'a str> {
        let map = self.0.as_object().into_iter().flatten();
        let said = map.filter(|(_, value)| !value.is_null());
        let short = said.map(|(name, _)| {
            let mut prefixes = PREFIXES.iter().filter(|prefix| !prefix.is_empty());
            let bare = prefixes.find_map(|prefix| name.strip_prefix(prefix));
            bare.unwrap_or(name)
        });
        short.collect()
    }

    /// The values of a term: those of a list, or the only one.
    pub(super) fn all(self, term: &str) -> Vec<Node<'a>> {
        match self.get(term).map(|node| node.0) {
            None => Vec::new(),
            Some(Json::Array(list)) => list.iter().map(Node).collect(),
            Some(one) => vec![Node(one)],
        }
    }

    /// The value as a text: a text itself, a number, one in some language, or the name of a thing.
    fn as_text(self) -> Option<String> {
        let text = match self.0 {
            Json::String(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            Json::Object(map) => {
                let inner = ["@value", "en"].iter().find_map(|key| map.get(*key));
                let named = inner.and_then(Json::as_str).map(str::to_owned);
                return named
                    .or_else(|| self.get("name").and_then(Node::as_name))
                    .or_else(|| Some(map.values().next()?.as_str()?.to_owned()));
            }
            _ => return None,
        };
        let kept: String = text.chars().take(LONGEST).collect();
        (!kept.trim().is_empty()).then_some(kept)
    }

    /// A name is a text, so that names of names end somewhere.
    fn as_name(self) -> Option<String> {
        self.0.as_str().map(str::to_owned)
    }

    pub(super) fn text(self, term: &str) -> Option<String> {
        self.all(term).first().copied()?.as_text()
    }

    pub(super) fn texts(self, term: &str) -> Vec<String> {
        let all = self.all(term).into_iter().take(MOST_WORDS);
        all.filter_map(Node::as_text).collect()
    }

    /// The id that a reference under a term names.
    pub(super) fn reference(self, term: &str) -> Option<&'a str> {
        match self.get(term)?.0 {
            Json::String(id) => Some(id),
            Json::Object(map) => map.get("@id")?.as_str(),
            _ => None,
        }
    }

    pub(super) fn id(self) -> Option<&'a str> {
        self.0.get("@id").or_else(|| self.0.get("name"))?.as_str()
    }

    /// Whether it is of a type, by its short name.
    pub(super) fn is_a(self, name: &str) -> bool {
        let types = match self.0.get("@type") {
            Some(Json::Array(list)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let short = |name: &str| name.rsplit([':', '/']).next().map(str::to_owned);
        types
            .iter()
            .filter_map(Json::as_str)
            .any(|known| short(known).as_deref() == Some(name))
    }

    /// What it is, for a person who expected something else.
    pub(super) fn described(self) -> String {
        match self.0 {
            Json::Object(map) => match map.get("@type").and_then(Json::as_str) {
                Some(name) => format!("a {}", hubkit_types::shown(name, 100)),
                None => "an object without `@type`".to_owned(),
            },
            Json::Array(_) => "a list".to_owned(),
            _ => "a single value".to_owned(),
        }
    }
}
