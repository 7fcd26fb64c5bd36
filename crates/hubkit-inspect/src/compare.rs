//! Which tensors of two models differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::Tensor;

/// How the tensors of two models differ, by what their files say of them; of their bytes nothing is said here.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Comparison<'t> {
    /// Tensors of the first model that the second lacks, by name.
    pub removed: Vec<&'t Tensor>,
    /// Tensors of the second that the first lacks, by name.
    pub added: Vec<&'t Tensor>,
    /// Tensors of both, of another shape or type, by name.
    pub changed: Vec<(&'t Tensor, &'t Tensor)>,
    /// Tensors of both, of one shape and type, by name.
    pub alike: Vec<(&'t Tensor, &'t Tensor)>,
}

impl<'t> Comparison<'t> {
    /// Compares by name. Of several tensors with one name in one model, the last counts.
    pub fn of(
        first: impl IntoIterator<Item = &'t Tensor>,
        second: impl IntoIterator<Item = &'t Tensor>,
    ) -> Self {
        let by_name = |tensor: &'t Tensor| (tensor.name.as_str(), tensor);
        let first: BTreeMap<&str, &Tensor> = first.into_iter().map(by_name).collect();
        let mut second: BTreeMap<&str, &Tensor> = second.into_iter().map(by_name).collect();
        let mut comparison = Self::default();
        for (name, one) in first {
            match second.remove(name) {
                None => comparison.removed.push(one),
                Some(other) if one.shape == other.shape && one.element == other.element => {
                    comparison.alike.push((one, other));
                }
                Some(other) => comparison.changed.push((one, other)),
            }
        }
        comparison.added = second.into_values().collect();
        comparison
    }

    /// Whether each tensor of one model is in the other, of the same shape and type.
    pub fn is_alike(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty() && self.changed.is_empty()
    }
}

/// Names that differ in nothing but their numbers, and the same is said of each: `layers.*.up.weight` for 0 to 31.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct NameGroup<T> {
    /// The name, with a star for each part that is a number; the name itself where there is but one. A stranger's text.
    pub name: String,
    /// The first numbers of all names: those of layers, as a rule; empty for a single name.
    pub numbers: BTreeSet<u64>,
    /// How many names there are.
    pub count: usize,
    /// What is said of each.
    pub said: T,
}

/// Groups names layer by layer, in the order of the first name of each group.
pub fn group_names<'n, T: Clone + Ord>(
    names: impl IntoIterator<Item = (&'n str, T)>,
) -> Vec<NameGroup<T>> {
    // By pattern and what is said: the place in the list, and the first whole name.
    let mut places: BTreeMap<(String, T), usize> = BTreeMap::new();
    let mut groups: Vec<(NameGroup<T>, &str)> = Vec::new();
    for (name, said) in names {
        let (pattern, number) = pattern(name);
        let place = *places
            .entry((pattern.clone(), said.clone()))
            .or_insert_with(|| {
                let group = NameGroup {
                    name: pattern,
                    numbers: BTreeSet::new(),
                    count: 0,
                    said,
                };
                groups.push((group, name));
                groups.len() - 1
            });
        groups[place].0.numbers.extend(number);
        groups[place].0.count += 1;
    }
    let ended = groups.into_iter().map(|(mut group, first)| {
        if group.count == 1 {
            first.clone_into(&mut group.name);
            group.numbers.clear();
        }
        group
    });
    ended.collect()
}

/// The name with a star for each part that is a number, and the first of them.
fn pattern(name: &str) -> (String, Option<u64>) {
    let mut first = None;
    let parts = name.split('.').map(|part| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match part.parse() {
            Ok(number) if is_number => {
                first.get_or_insert(number);
                "*"
            }
            _ => part,
        }
    });
    let pattern = parts.collect::<Vec<_>>().join(".");
    (pattern, first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ElementType, Place};

    fn tensor(name: &str, dtype: &'static str, shape: &[u64]) -> Tensor {
        Tensor {
            name: name.to_owned(),
            element: ElementType::blocks(dtype, 1, 2),
            shape: shape.to_vec(),
            bytes: None,
            place: Place::Within,
        }
    }

    #[test]
    fn what_differs_is_sorted_by_how() {
        let first = [
            tensor("a", "F16", &[2]),
            tensor("b", "F16", &[2]),
            tensor("c", "F16", &[2]),
            tensor("d", "F16", &[2]),
        ];
        let second = [
            tensor("b", "BF16", &[2]),
            tensor("c", "F16", &[3]),
            tensor("d", "F16", &[2]),
            tensor("e", "F16", &[2]),
        ];
        let found = Comparison::of(&first, &second);
        let names = |tensors: &[&Tensor]| {
            tensors
                .iter()
                .map(|tensor| tensor.name.clone())
                .collect::<Vec<_>>()
        };
        let pairs = |pairs: &[(&Tensor, &Tensor)]| {
            pairs
                .iter()
                .map(|(one, _)| one.name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (names(&found.removed), names(&found.added)),
            (vec!["a".to_owned()], vec!["e".to_owned()])
        );
        assert_eq!(
            (pairs(&found.changed), pairs(&found.alike)),
            (vec!["b".to_owned(), "c".to_owned()], vec!["d".to_owned()])
        );
        assert!(!found.is_alike() && Comparison::of(&first, &first).is_alike());
    }

    #[test]
    fn layers_are_told_together_where_the_same_is_said_of_them() {
        let names = [
            "embed.weight",
            "layers.0.up.3.weight",
            "layers.1.up.3.weight",
            "layers.10.up.4.weight",
            "layers.2.up.3.weight",
        ];
        let groups = group_names(names.into_iter().zip([1, 1, 1, 1, 2]));
        let told: Vec<_> = groups
            .iter()
            .map(|group| (group.name.as_str(), group.count, group.said))
            .collect();
        let expected = [
            ("embed.weight", 1, 1),
            ("layers.*.up.*.weight", 3, 1),
            ("layers.2.up.3.weight", 1, 2),
        ];
        assert_eq!(told, expected);
        assert_eq!(groups[1].numbers, BTreeSet::from([0, 1, 10]));
        let odd = group_names([("99999999999999999999.x", 1), ("", 1), ("..", 1)]);
        assert_eq!(odd.len(), 3);
    }
}
