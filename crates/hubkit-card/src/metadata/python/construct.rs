//! From the tree to values: tags, aliases, merge keys and keys.

mod merge;
mod tags;

use std::collections::HashMap;

use serde_yaml::{Mapping, Value};

use self::tags::{number_of, tag_of, tagged, unknown_tag};
use super::{
    scalar::{self, Meaning},
    source,
};
use crate::{
    metadata::{DEEPEST, MOST_REPEATED, MOST_VALUES, names::SlowNames},
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
        let mut slow = SlowNames::default();
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
            slow.count(&key).map_err(|reason| fault(key_node, reason))?;
            let value = self.value(value_node, &at.below())?;
            mapping.insert(key, value);
        }
        Ok(mapping)
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
