//! Merge keys, and the other key that stands for something of its own.

use super::{At, CORE, Construction, Entries, fault, too_much};
use crate::{
    metadata::{
        DEEPEST, MOST_REPEATED,
        python::scalar::{self, Meaning},
    },
    syntax::{Content, Fault, Node, ScalarStyle},
};

impl<'n, 'a> Construction<'n, 'a> {
    /// The entries of a mapping: those that are merged into it, and then its own.
    pub(super) fn entries(&mut self, node: &'n Node<'a>, at: At) -> Result<Entries<'n, 'a>, Fault> {
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

    fn is_merge(&self, key: &'n Node<'a>) -> bool {
        self.means(key, Meaning::Merge)
    }

    pub(super) fn is_default(&self, key: &'n Node<'a>) -> bool {
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
}
