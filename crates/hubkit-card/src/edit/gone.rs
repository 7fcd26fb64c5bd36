//! Which items of a list go, where others are like them.

use std::collections::HashMap;

use serde_yaml::Value;

use super::{Change, Edit, model};
use crate::{FieldPath, Step};

/// By the path of a list, the places of the items that are named to go, as the list was.
#[derive(Default)]
pub(super) struct Gone {
    lists: HashMap<FieldPath, Vec<usize>>,
}

impl Gone {
    /// Of changes to a value, one after the other. Where a change to something else moves the list, what comes out is
    /// another list than is meant: whoever uses it looks.
    pub(super) fn of(root: &Value, edits: &[Edit]) -> Self {
        let mut left: HashMap<FieldPath, Vec<usize>> = HashMap::new();
        let mut lists: HashMap<FieldPath, Vec<usize>> = HashMap::new();
        for edit in edits {
            let (Change::Remove, Some((Step::Index(at), above))) =
                (&edit.change, edit.path.steps().split_last())
            else {
                continue;
            };
            let list = model::upper(&edit.path, above.len());
            let left = left.entry(list.clone()).or_insert_with(|| {
                let found = model::at(root, &list).and_then(Value::as_sequence);
                (0..found.map_or(0, Vec::len)).collect()
            });
            if *at < left.len() {
                lists.entry(list).or_default().push(left.remove(*at));
            }
        }
        Self { lists }
    }

    pub(super) fn at(&self, list: &FieldPath) -> Option<&[usize]> {
        self.lists.get(list).map(Vec::as_slice)
    }
}
