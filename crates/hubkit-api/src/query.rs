//! Queries: read in the spelling of any client, written in one.

use std::{collections::HashSet, str::FromStr};

use crate::target;

/// The query of a request, decoded. What is asked for twice where it counts once is taken from its first mention, and
/// an empty value is read as if it were not there.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// `None` for a broken escape, for what is not UTF-8, and for NUL.
    pub(crate) fn read(text: &str) -> Option<Self> {
        target::decode_form(text).map(Self)
    }

    /// All values of a key. Some clients mark with `[]` what may be repeated.
    pub(crate) fn texts<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a str> {
        let pairs = self.0.iter().filter(move |(found, value)| {
            !value.is_empty() && found.strip_suffix("[]").unwrap_or(found) == key
        });
        pairs.map(|(_, value)| value.as_str())
    }

    /// All values of a key whose values have no commas, each once: some clients join them with commas.
    pub(crate) fn list(&self, key: &str) -> Vec<String> {
        let parts = self.texts(key).flat_map(|text| text.split(','));
        let mut known = HashSet::new();
        parts
            .filter(|part| !part.is_empty() && known.insert(*part))
            .map(str::to_owned)
            .collect()
    }

    /// The value of a key.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.texts(key).next().map(str::to_owned)
    }

    /// Whether a flag is set.
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.texts(key).next().is_some_and(target::is_true)
    }

    /// A value that is parsed; what does not parse says nothing.
    pub(crate) fn parsed<T: FromStr>(&self, key: &str) -> Option<T> {
        self.texts(key).next()?.parse().ok()
    }
}

/// A query with its question mark; nothing at all while it is empty.
#[derive(Default)]
pub(crate) struct QueryText(String);

impl QueryText {
    /// Adds the values of a key, each as a pair of its own. An empty value asks for nothing and is not written.
    pub(crate) fn put<'a>(&mut self, key: &str, values: impl IntoIterator<Item = &'a str>) {
        for value in values.into_iter().filter(|value| !value.is_empty()) {
            self.0.push(if self.0.is_empty() { '?' } else { '&' });
            self.0.push_str(key);
            self.0.push('=');
            self.0.push_str(&target::encode(value));
        }
    }

    /// Adds a flag where it is set.
    pub(crate) fn put_flag(&mut self, key: &str, is_set: bool) {
        self.put(key, is_set.then_some("true"));
    }

    /// Adds a number where there is one.
    pub(crate) fn put_number(&mut self, key: &str, number: Option<usize>) {
        self.put(key, number.map(|number| number.to_string()).as_deref());
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_in_every_spelling() {
        let query = Query::read("a=1&a[]=2&a=&b=TRUE&c=0&d=7&e=x").expect("a query");
        assert_eq!(query.texts("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(query.text("a").as_deref(), Some("1"));
        assert!(query.flag("b") && query.flag("a"));
        assert!(!query.flag("c") && !query.flag("none"));
        assert_eq!(query.parsed::<u8>("d"), Some(7));
        assert_eq!(query.parsed::<u8>("e"), None);
        assert!(Query::read("a=%ff").is_none());
        let again = Query::read(&format!("e=b&e[]={}a", "b,a,,".repeat(9_000))).expect("a query");
        assert_eq!(again.list("e"), ["b", "a"]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut text = QueryText::default();
        assert_eq!(text.as_str(), "");
        text.put("a", ["x y&", "", "\u{fc}=%"]);
        text.put_flag("b", true);
        text.put_flag("c", false);
        text.put_number("d", Some(7));
        assert_eq!(text.as_str(), "?a=x%20y%26&a=%C3%BC%3D%25&b=true&d=7");
        let query = Query::read(&text.as_str()[1..]).expect("a query");
        assert_eq!(query.texts("a").collect::<Vec<_>>(), ["x y&", "\u{fc}=%"]);
    }
}
