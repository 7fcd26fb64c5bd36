//! Which modules a quantisation leaves alone or means, by patterns of a stranger.
//!
//! No regular expression is run: the few forms that occur are understood, others match nothing. Lists of thousands of
//! names are usual where there are as many experts, so names are looked up and not tried one by one.

use std::collections::HashMap;

/// How many patterns with a `*` amid other text are tried on each name. Honest lists have a handful.
const MOST_GLOBS: usize = 32;

/// Patterns, each with a value of which the first that matches is told.
#[derive(Debug, Default)]
pub(super) struct Patterns<V> {
    exact: HashMap<String, V>,
    /// What a name must begin with.
    starts: Prefixes<V>,
    /// What a name must hold anywhere.
    parts: Prefixes<V>,
    globs: Vec<Glob<V>>,
    /// Whether there were more patterns than are tried.
    pub(super) has_more: bool,
}

impl<V: Copy + Default> Patterns<V> {
    /// What transformers does not convert: a pattern without `*` means every name that it is part of.
    pub(super) fn left_alone<'p>(patterns: impl Iterator<Item = (&'p str, V)>) -> Self {
        let mut found = Self::default();
        for (pattern, value) in patterns {
            if pattern.contains('*') {
                found.add_glob(pattern, value);
            } else {
                found.parts.texts.push((pattern.to_owned(), value));
            }
        }
        found.sorted()
    }

    /// Targets of compressed-tensors: a name, or `re:` and a regular expression of which literal text, `.*`, `\.` and the
    /// two anchors are understood. The name of a class (`Linear`) is that of no module.
    pub(super) fn targets<'p>(targets: impl Iterator<Item = (&'p str, V)>) -> Self {
        let mut found = Self::default();
        for (target, value) in targets {
            if let Some(expression) = target.strip_prefix("re:") {
                if let Some(glob) = glob_of(expression) {
                    found.add_glob(&glob, value);
                }
            } else {
                found.exact.entry(target.to_owned()).or_insert(value);
            }
        }
        found.sorted()
    }

    fn add_glob(&mut self, glob: &str, value: V) {
        let is_plain = |text: &str| !text.contains('*');
        let start = glob.strip_suffix('*');
        let part = start.and_then(|start| start.strip_prefix('*'));
        if is_plain(glob) {
            self.exact.entry(glob.to_owned()).or_insert(value);
        } else if let Some(start) = start.filter(|start| is_plain(start)) {
            self.starts.texts.push((start.to_owned(), value));
        } else if let Some(part) = part.filter(|part| is_plain(part)) {
            self.parts.texts.push((part.to_owned(), value));
        } else if self.globs.len() < MOST_GLOBS {
            self.globs.push(Glob::of(glob, value));
        } else {
            self.has_more = true;
        }
    }

    fn sorted(mut self) -> Self {
        self.starts.sort();
        self.parts.sort();
        self
    }

    /// The value of a pattern that means this name.
    pub(super) fn find(&self, name: &str) -> Option<V> {
        let anywhere = || {
            let starts = if self.parts.texts.is_empty() {
                0
            } else {
                name.len() + 1
            };
            let starts = (0..starts).filter(|start| name.is_char_boundary(*start));
            starts
                .into_iter()
                .find_map(|start| self.parts.find(&name[start..]))
        };
        let glob = || self.globs.iter().find_map(|glob| glob.find(name));
        let exact = self.exact.get(name).copied();
        exact
            .or_else(|| self.starts.find(name))
            .or_else(anywhere)
            .or_else(glob)
    }
}

/// Texts of which none begins with another, in order: the one before a name is the only one that it may begin with.
#[derive(Debug)]
struct Prefixes<V> {
    texts: Vec<(String, V)>,
    /// By a byte, whether a text begins with it: nearly all places of a name are none where one could.
    begins: Box<[bool; 256]>,
}

impl<V> Default for Prefixes<V> {
    fn default() -> Self {
        Self {
            texts: Vec::new(),
            begins: Box::new([false; 256]),
        }
    }
}

impl<V: Copy> Prefixes<V> {
    fn sort(&mut self) {
        self.texts.sort_by(|one, other| one.0.cmp(&other.0));
        // What begins with the one before it is met wherever that one is.
        self.texts
            .dedup_by(|next, kept| next.0.starts_with(&kept.0));
        for (text, _) in &self.texts {
            match text.as_bytes().first() {
                Some(first) => self.begins[usize::from(*first)] = true,
                None => self.begins.fill(true),
            }
        }
    }

    fn find(&self, name: &str) -> Option<V> {
        if let Some(first) = name.as_bytes().first()
            && !self.begins[usize::from(*first)]
        {
            return None;
        }
        let behind = self
            .texts
            .partition_point(|(text, _)| text.as_str() <= name);
        let (text, value) = self.texts.get(behind.checked_sub(1)?)?;
        name.starts_with(text.as_str()).then_some(*value)
    }
}

/// A pattern in which `*` stands for anything.
#[derive(Debug)]
struct Glob<V> {
    /// What stands before the first `*`, between them, and behind the last.
    parts: Vec<String>,
    /// How long a name must be at least. Most are too short for a hostile pattern.
    shortest: usize,
    value: V,
}

impl<V: Copy> Glob<V> {
    fn of(pattern: &str, value: V) -> Self {
        let mut parts: Vec<String> = pattern.split('*').map(str::to_owned).collect();
        let last = parts.len() - 1;
        let mut index = 0;
        // Nothing between two of them says no more than one.
        parts.retain(|part| {
            let is_between = (1..last).contains(&index);
            index += 1;
            !(is_between && part.is_empty())
        });
        Self {
            shortest: parts.iter().map(String::len).sum(),
            parts,
            value,
        }
    }

    fn find(&self, name: &str) -> Option<V> {
        let [first, between @ .., last] = &self.parts[..] else {
            return None;
        };
        if name.len() < self.shortest {
            return None;
        }
        let mut left = name.strip_prefix(first.as_str())?;
        for part in between {
            left = &left[left.find(part.as_str())? + part.len()..];
        }
        left.ends_with(last.as_str()).then_some(self.value)
    }
}

/// The pattern with `*` that a regular expression comes to, if it is of the few forms that do.
fn glob_of(expression: &str) -> Option<String> {
    // Python matches from the start, and only `$` asks for the end.
    let expression = expression.strip_prefix('^').unwrap_or(expression);
    let glob = match expression.strip_suffix('$') {
        Some(whole) => whole.replace(".*", "*"),
        None => format!("{}*", expression.replace(".*", "*")),
    };
    let glob = glob.replace("\\.", ".");
    let other = ['\\', '+', '?', '(', ')', '[', ']', '{', '}', '|', '^', '$'];
    (!glob.contains(other)).then_some(glob)
}

/// The module that a tensor belongs to, where its last part begins with `weight`.
pub(super) fn module_of_weight(tensor: &str) -> &str {
    tensor.rfind(".weight").map_or(tensor, |at| &tensor[..at])
}

/// The module that a tensor belongs to, and its own name in it.
pub(super) fn module_and_part(tensor: &str) -> (&str, &str) {
    tensor.rsplit_once('.').unwrap_or((tensor, tensor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, expected) in [
            ("lm_head", "lm_head", true),
            ("lm_head", "model.lm", false),
            ("a**b***c", "a-b-c", true),
            ("a**b***c", "a-c-b", false),
            ("*", "", true),
            ("*.weight", "a.weight", true),
            ("a.*.c*", "a.b.c", true),
            ("a*a", "a", false),
            ("*ab*b", "ab", false),
            ("model.layers.*.mlp*", "model.layers.3.mlp.up", true),
            ("model.layers.*.mlp", "model.layers.3.mlp.up", false),
        ] {
            let patterns = Patterns::left_alone([(pattern, ())].into_iter());
            let found = patterns.find(name).is_some();
            assert_eq!(found, expected, "{pattern} {name}");
            if pattern.contains('*') {
                let found = Glob::of(pattern, ()).find(name).is_some();
                assert_eq!(found, expected, "{pattern} {name}");
            }
        }
    }

    #[test]
    fn the_regular_expressions_that_occur_are_understood() {
        for (target, module, expected) in [
            ("lm_head", "lm_head", true),
            ("Linear", "model.layers.0.mlp", false),
            ("re:.*lm_head", "model.lm_head", true),
            ("re:.*mlp\\.gate$", "model.layers.0.mlp.gate", true),
            ("re:.*mlp\\.gate$", "model.layers.0.mlp.gate_proj", false),
            ("re:model\\.vision", "model.vision.layers.0", true),
            ("re:^vision.*", "model.vision", false),
            ("re:.*(gate|up)_proj", "mlp.gate_proj", false),
            ("re:.*a.*b.*", "a-b", true),
            ("re:.*a.*b.*", "b-a", false),
        ] {
            let patterns = Patterns::targets([(target, ())].into_iter());
            assert_eq!(
                patterns.find(module).is_some(),
                expected,
                "{target} {module}"
            );
        }
    }

    #[test]
    fn names_without_a_star_are_met_anywhere() {
        let names = [
            "lm_head",
            "lm_heads",
            "gate",
            "é",
            "model.layers.*.mlp",
            "vision*",
        ];
        let patterns = Patterns::left_alone(names.into_iter().map(|name| (name, ())));
        for (name, expected) in [
            ("model.lm_head.weight", true),
            ("model.gate_proj", true),
            ("gat.e", false),
            ("aéb", true),
            ("model.layers.7.mlp", true),
            ("model.layers.7.mlp.up", false),
            ("vision.x", true),
            ("a.vision.x", false),
            ("", false),
        ] {
            assert_eq!(patterns.find(name).is_some(), expected, "{name}");
        }
    }

    #[test]
    fn a_hostile_list_takes_no_longer() {
        let name = "a".repeat(20_000);
        for pattern in [
            format!("{}b", "*a".repeat(9_000)),
            format!("a{}b", "*".repeat(1_000_000)),
            "*a".repeat(1_000_000),
        ] {
            let glob = Glob::of(&pattern, ());
            assert!((0..10).all(|_| glob.find(&name).is_none()));
        }
        let many: Vec<String> = (0..100_000).map(|number| format!("*{number}*x*")).collect();
        let patterns = Patterns::left_alone(many.iter().map(|glob| (glob.as_str(), ())));
        assert!(patterns.has_more);
        assert!(patterns.find("0x").is_some());
    }

    proptest::proptest! {
        #[test]
        fn what_is_looked_up_is_what_would_be_found_one_by_one(
            parts in proptest::collection::vec("[ab.]{0,4}", 0..8), name in "[ab.]{0,10}",
        ) {
            let patterns = Patterns::left_alone(parts.iter().map(|part| (part.as_str(), ())));
            let expected = parts.iter().any(|part| name.contains(part.as_str()));
            proptest::prop_assert_eq!(patterns.find(&name).is_some(), expected);
        }
    }
}
