//! From the tree to values: tags, aliases, merge keys and keys.

use std::collections::HashMap;

use serde_yaml::{Mapping, Value};

use super::{
    binary, number,
    scalar::{self, Meaning},
    source,
};
use crate::{
    metadata::{DEEPEST, MOST_REPEATED, MOST_VALUES},
    syntax::{Content, Fault, Node, ScalarStyle},
};

const CORE: &str = "tag:yaml.org,2002:";
/// How many bytes the texts of those may have.
const LONGEST_REPEATED: usize = 2 << 20;

/// The value of a tree that was read from a source.
pub(super) fn value(root: &Node<'_>, source: &str) -> Result<Value, Fault> {
    let mut anchors = HashMap::new();
    collect(root, &mut anchors);
    let mut construction = Construction {
        source,
        anchors,
        values: 0,
        repeated: 0,
        repeated_bytes: 0,
    };
    construction.value(root, &At::default())
}

fn collect<'n, 'a>(node: &'n Node<'a>, anchors: &mut HashMap<usize, &'n Node<'a>>) {
    if node.anchor != 0 {
        anchors.insert(node.anchor, node);
    }
    match &node.content {
        Content::Sequence { items, .. } => {
            for item in items {
                collect(item, anchors);
            }
        }
        Content::Mapping { entries, .. } => {
            for (key, value) in entries {
                collect(key, anchors);
                collect(value, anchors);
            }
        }
        Content::Scalar { .. } | Content::Alias(_) => {}
    }
}

struct Construction<'n, 'a> {
    source: &'n str,
    anchors: HashMap<usize, &'n Node<'a>>,
    values: usize,
    repeated: usize,
    repeated_bytes: usize,
}

/// Where in the construction a value is made.
#[derive(Clone, Copy, Default)]
struct At {
    depth: usize,
    /// Whether it was written elsewhere.
    is_repeated: bool,
}

impl At {
    fn below(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }

    fn repeated(self) -> Self {
        Self {
            is_repeated: true,
            ..self.below()
        }
    }
}

type Entries<'n, 'a> = Vec<(&'n Node<'a>, &'n Node<'a>, At)>;

impl<'n, 'a> Construction<'n, 'a> {
    fn value(&mut self, node: &'n Node<'a>, at: &At) -> Result<Value, Fault> {
        self.count(node, *at)?;
        match (tag_of(node), &node.content) {
            (_, Content::Alias(anchor)) => {
                let target = self.target(*anchor, node)?;
                self.value(target, &at.repeated())
            }
            ("" | "seq", Content::Sequence { items, .. }) => {
                let items = items.iter().map(|item| self.value(item, &at.below()));
                Ok(Value::Sequence(items.collect::<Result<_, _>>()?))
            }
            ("omap" | "pairs", Content::Sequence { items, .. }) => {
                let items = items.iter().map(|item| self.pair(item, *at));
                Ok(Value::Sequence(items.collect::<Result<_, _>>()?))
            }
            ("" | "map", Content::Mapping { .. }) => Ok(self.mapping(node, *at)?.into()),
            ("set", Content::Mapping { .. }) => {
                let mapping = self.mapping(node, *at)?;
                Ok(mapping.into_iter().map(|(key, _)| key).collect())
            }
            (
                tag @ ("str" | "null" | "bool" | "int" | "float" | "timestamp"),
                Content::Mapping { .. },
            ) => {
                let text = self.default_text(node, at.depth)?;
                tagged(tag, &text, node)
            }
            ("", Content::Scalar { text, style }) => {
                let text = source::text(self.source, node, text);
                let is_resolved = *style == ScalarStyle::Plain && node.tag.is_none()
                    || node.tag.as_deref() == Some("!");
                let meaning = is_resolved.then(|| scalar::meaning(&text));
                let tag = match meaning {
                    None | Some(Meaning::Text) => "str",
                    Some(Meaning::Null) => "null",
                    Some(Meaning::Bool) => "bool",
                    Some(Meaning::Int) => "int",
                    Some(Meaning::Float) => "float",
                    Some(Meaning::Timestamp) => "timestamp",
                    Some(Meaning::Merge) => "merge",
                    Some(Meaning::Default) => "value",
                };
                tagged(tag, &text, node)
            }
            (tag, Content::Scalar { text, .. }) => {
                let text = source::text(self.source, node, text);
                tagged(tag, &text, node)
            }
            _ => Err(unknown_tag(node)),
        }
    }

    fn mapping(&mut self, node: &'n Node<'a>, at: At) -> Result<Mapping, Fault> {
        let mut mapping = Mapping::new();
        let mut numbers: HashMap<String, Value> = HashMap::new();
        for (key_node, value_node, at) in self.entries(node, at)? {
            let mut key = if self.is_default(key_node) {
                "=".into()
            } else {
                self.value(key_node, &at.below())?
            };
            if matches!(key, Value::Sequence(_) | Value::Mapping(_)) {
                return Err(fault(
                    key_node,
                    "expected a single value for a key, found several",
                ));
            }
            // To Python 1, 1.0 and true are one key, and the first that is written stays.
            if let Some(number) = number_of(&key) {
                key = numbers.entry(number).or_insert(key).clone();
            }
            let value = self.value(value_node, &at.below())?;
            mapping.insert(key, value);
        }
        Ok(mapping)
    }

    /// The entries of a mapping: those that are merged into it, and then its own.
    fn entries(&mut self, node: &'n Node<'a>, at: At) -> Result<Entries<'n, 'a>, Fault> {
        let Content::Mapping { entries, .. } = &node.content else {
            return Ok(Vec::new());
        };
        if at.depth > DEEPEST {
            return Err(too_much(node));
        }
        let (mut merged, mut own) = (Vec::new(), Vec::new());
        for (key, value) in entries {
            if !self.is_merge(key) {
                own.push((key, value, at));
                continue;
            }
            let target = self.follow(value)?;
            let targets: Vec<&'n Node<'a>> = match &target.content {
                // The first that has a key counts, so it is the last to be written.
                Content::Sequence { items, .. } => items
                    .iter()
                    .rev()
                    .map(|item| self.follow(item))
                    .collect::<Result<_, _>>()?,
                _ => vec![target],
            };
            for target in targets {
                if !matches!(target.content, Content::Mapping { .. }) {
                    let reason =
                        "expected a mapping or a list of mappings to merge, found another value";
                    return Err(fault(target, reason));
                }
                self.count(target, at.repeated())?;
                merged.extend(self.entries(target, at.repeated())?);
                if merged.len() > MOST_REPEATED {
                    return Err(too_much(node));
                }
            }
        }
        merged.extend(own);
        Ok(merged)
    }

    /// A mapping of one entry as a pair.
    fn pair(&mut self, node: &'n Node<'a>, at: At) -> Result<Value, Fault> {
        let target = self.follow(node)?;
        let at = if std::ptr::eq(target, node) {
            at.below()
        } else {
            at.repeated()
        };
        self.count(target, at)?;
        let Content::Mapping { entries, .. } = &target.content else {
            return Err(fault(
                node,
                "expected a mapping of one entry, found another value",
            ));
        };
        let [(key, value)] = entries.as_slice() else {
            return Err(fault(
                node,
                "expected a mapping of one entry, found several",
            ));
        };
        let pair = vec![
            self.value(key, &at.below())?,
            self.value(value, &at.below())?,
        ];
        Ok(Value::Sequence(pair))
    }

    /// The text of the key `=` of a mapping that is tagged as a text.
    fn default_text(&self, node: &'n Node<'a>, depth: usize) -> Result<String, Fault> {
        let node = self.follow(node)?;
        match &node.content {
            Content::Scalar { text, .. } => Ok(source::text(self.source, node, text).into_owned()),
            Content::Mapping { entries, .. } if depth < DEEPEST => {
                let found = entries.iter().find(|(key, _)| self.is_default(key));
                let (_, value) = found.ok_or_else(|| unknown_tag(node))?;
                self.default_text(value, depth + 1)
            }
            _ => Err(unknown_tag(node)),
        }
    }

    fn is_merge(&self, key: &'n Node<'a>) -> bool {
        self.means(key, Meaning::Merge)
    }

    fn is_default(&self, key: &'n Node<'a>) -> bool {
        self.means(key, Meaning::Default)
    }

    /// Whether a key, written here or elsewhere, stands for something of its own.
    fn means(&self, key: &'n Node<'a>, meaning: Meaning) -> bool {
        let Ok(key) = self.follow(key) else {
            return false;
        };
        let name = match meaning {
            Meaning::Merge => "merge",
            _ => "value",
        };
        match (&key.content, key.tag.as_deref()) {
            (Content::Scalar { text, style }, None) => {
                *style == ScalarStyle::Plain && scalar::meaning(text) == meaning
            }
            (Content::Scalar { text, .. }, Some("!")) => scalar::meaning(text) == meaning,
            (Content::Scalar { .. }, Some(tag)) => tag.strip_prefix(CORE) == Some(name),
            _ => false,
        }
    }

    fn follow(&self, node: &'n Node<'a>) -> Result<&'n Node<'a>, Fault> {
        match node.content {
            Content::Alias(anchor) => self.target(anchor, node),
            _ => Ok(node),
        }
    }

    fn target(&self, anchor: usize, node: &Node<'_>) -> Result<&'n Node<'a>, Fault> {
        let target = self.anchors.get(&anchor).copied();
        target.ok_or_else(|| fault(node, "found an alias of nothing"))
    }

    fn count(&mut self, node: &Node<'_>, at: At) -> Result<(), Fault> {
        self.values += 1;
        if at.is_repeated {
            self.repeated += 1;
            self.repeated_bytes += node.as_text().map_or(0, str::len);
        }
        let is_bounded = at.depth <= DEEPEST
            && self.values <= MOST_VALUES
            && self.repeated <= MOST_REPEATED
            && self.repeated_bytes <= LONGEST_REPEATED;
        is_bounded.then_some(()).ok_or_else(|| too_much(node))
    }
}

/// The value of a text with a tag of YAML.
fn tagged(tag: &str, text: &str, node: &Node<'_>) -> Result<Value, Fault> {
    let (value, expected) = match tag {
        "str" => return Ok(text.into()),
        "null" => return Ok(Value::Null),
        "bool" => (scalar::bool(text), "a truth value"),
        "int" => (number::int(text), "a whole number"),
        "float" => (number::float(text), "a number"),
        "timestamp" => (scalar::timestamp(text), "a day that there is"),
        "binary" => {
            let bytes = binary::decode(text).map_err(|reason| fault(node, reason))?;
            let kept = |_| text.split_whitespace().collect::<String>().into();
            return Ok(String::from_utf8(bytes).map_or_else(kept, Value::String));
        }
        _ => return Err(unknown_tag(node)),
    };
    let shown: String = text.chars().take(40).collect();
    value.ok_or_else(|| fault(node, format!("expected {expected}, found {shown:?}")))
}

/// What a key that counts as a number is equal to.
fn number_of(key: &Value) -> Option<String> {
    const EXACT: f64 = 1e18;
    match key {
        Value::Bool(flag) => Some(u8::from(*flag).to_string()),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => {
                Some(format!("{float:.0}"))
            }
            _ => Some(number.to_string()),
        },
        _ => None,
    }
}

/// The name of a tag of YAML; empty for a value that has none.
fn tag_of<'t>(node: &'t Node<'_>) -> &'t str {
    match node.tag.as_deref() {
        None | Some("!") => "",
        Some(tag) => tag
            .strip_prefix(CORE)
            .filter(|tag| !tag.is_empty())
            .unwrap_or(tag),
    }
}

fn unknown_tag(node: &Node<'_>) -> Fault {
    let tag = node.tag.as_deref().or(node.as_text()).unwrap_or_default();
    let shown: String = tag.chars().take(80).collect();
    fault(
        node,
        format!("found the type {shown:?}, which is not made of such a value"),
    )
}

fn too_much(node: &Node<'_>) -> Fault {
    fault(
        node,
        "found more values, or deeper ones, than are read once aliases are followed",
    )
}

fn fault(node: &Node<'_>, reason: impl Into<String>) -> Fault {
    Fault {
        location: node.start,
        reason: reason.into(),
    }
}
