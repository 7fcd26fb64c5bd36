//! Tensors by the modules that their names tell, layers that are alike folded into one.

use std::collections::BTreeMap;

use crate::Tensor;

/// A module: what tensors have in common whose names begin alike, up to a dot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Module {
    /// The part of the name that this module adds; empty for the whole. A stranger's text.
    pub name: String,
    /// Where alike modules are folded into this one: the first and the last of their numbers, and how many they are. They
    /// need not be all numbers between.
    pub folded: Option<Folded>,
    /// The tensors right in it.
    pub tensors: Vec<Leaf>,
    /// The modules in it, numbers in order.
    pub modules: Vec<Module>,
    /// The elements of all tensors below, those of all folded modules together; the greatest number where they are more.
    pub elements: u64,
    /// Their bytes as stored, likewise; those of which the size is not told count for nothing.
    pub bytes: u64,
}

/// Modules that are alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Folded {
    /// The first number.
    pub first: u64,
    /// The last number.
    pub last: u64,
    /// How many there are.
    pub count: u64,
}

/// A tensor in its module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    /// The last part of its name. A stranger's text.
    pub name: String,
    /// The type of its elements.
    pub element: String,
    /// The length of each dimension.
    pub shape: Vec<u64>,
    /// Its elements; the greatest number where they are more than 64 bits can count.
    pub elements: u64,
    /// Its bytes as stored, where that is told.
    pub bytes: Option<u64>,
}

/// Names are taken apart into so many parts; what remains is the last one.
const DEEPEST: usize = 24;

impl Module {
    /// Sorts tensors into modules by the dots in their names. Neighbours that have numbers for names and are alike in all
    /// that is below them become one.
    pub fn of<'t>(tensors: impl IntoIterator<Item = &'t Tensor>) -> Self {
        let mut root = Growing::default();
        for tensor in tensors {
            let mut module = &mut root;
            let mut parts = tensor.name.splitn(DEEPEST, '.').peekable();
            let mut last = "";
            while let Some(part) = parts.next() {
                last = part;
                if parts.peek().is_some() {
                    module = module.modules.entry(Key::of(part)).or_default();
                }
            }
            let elements = tensor.elements().unwrap_or(u64::MAX);
            module.tensors.push(Leaf {
                name: last.to_owned(),
                element: tensor.element.name().to_owned(),
                shape: tensor.shape.clone(),
                elements,
                bytes: tensor.bytes,
            });
        }
        root.grown(String::new())
    }

    fn is_like(&self, other: &Self) -> bool {
        self.tensors == other.tensors && self.modules == other.modules
    }

    /// Takes in the next one, if both are numbers and it is alike.
    fn fold(&mut self, other: &Self) -> bool {
        let (Some(mine), Some(others)) = (self.folded, other.folded) else {
            return false;
        };
        if !self.is_like(other) {
            return false;
        }
        self.folded = Some(Folded {
            first: mine.first,
            last: others.last,
            count: mine.count + others.count,
        });
        self.elements = self.elements.saturating_add(other.elements);
        self.bytes = self.bytes.saturating_add(other.bytes);
        true
    }
}

/// A module that tensors are still put into.
#[derive(Default)]
struct Growing {
    tensors: Vec<Leaf>,
    modules: BTreeMap<Key, Growing>,
}

/// Numbers in their order, before all other names.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(u64, String),
    Name(String),
}

impl Key {
    fn of(part: &str) -> Self {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match part.parse() {
            Ok(number) if is_number => Self::Number(number, part.to_owned()),
            _ => Self::Name(part.to_owned()),
        }
    }
}

impl Growing {
    fn grown(mut self, name: String) -> Module {
        self.tensors.sort_by(|one, other| one.name.cmp(&other.name));
        let mut modules: Vec<Module> = Vec::new();
        for (key, module) in self.modules {
            let (name, number) = match key {
                Key::Number(number, name) => (name, Some(number)),
                Key::Name(name) => (name, None),
            };
            let mut module = module.grown(name);
            module.folded = number.map(|number| Folded {
                first: number,
                last: number,
                count: 1,
            });
            let is_folded = modules.last_mut().is_some_and(|last| last.fold(&module));
            if !is_folded {
                modules.push(module);
            }
        }
        let sum = |of_leaf: fn(&Leaf) -> u64, of_module: fn(&Module) -> u64| {
            let leaves = self.tensors.iter().map(of_leaf);
            leaves
                .chain(modules.iter().map(of_module))
                .fold(0, u64::saturating_add)
        };
        Module {
            elements: sum(|leaf| leaf.elements, |module| module.elements),
            bytes: sum(|leaf| leaf.bytes.unwrap_or(0), |module| module.bytes),
            name,
            folded: None,
            tensors: self.tensors,
            modules,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ElementType, Place};

    fn tensor(name: &str, shape: &[u64]) -> Tensor {
        Tensor {
            name: name.to_owned(),
            element: ElementType::blocks("F32", 1, 4),
            shape: shape.to_vec(),
            bytes: shape
                .iter()
                .try_fold(4_u64, |bytes, length| bytes.checked_mul(*length)),
            place: Place::Within,
        }
    }

    #[test]
    fn layers_that_are_alike_are_one() {
        let mut tensors = vec![tensor("embed.weight", &[10, 2])];
        for layer in 0..12 {
            let width = if layer < 2 { 5 } else { 3 };
            tensors.push(tensor(&format!("layers.{layer}.up.weight"), &[width, 2]));
        }
        let module = Module::of(&tensors);
        assert_eq!((module.elements, module.bytes), (20 + 20 + 60, 400));
        let layers = &module.modules[1];
        let folded: Vec<_> = layers
            .modules
            .iter()
            .filter_map(|module| module.folded)
            .collect();
        let expected = [(0, 1, 2), (2, 11, 10)];
        let expected = expected.map(|(first, last, count)| Folded { first, last, count });
        assert_eq!(folded, expected);
        assert_eq!(layers.modules[1].elements, 60, "those of all ten");
        assert_eq!(layers.modules[1].modules[0].tensors[0].shape, [3, 2]);
    }

    #[test]
    fn names_that_are_no_names_make_no_deep_tree() {
        let name = ".".repeat(100_000);
        let tensors = [
            tensor(&name, &[1]),
            tensor("", &[]),
            tensor("1.x", &[u64::MAX, 2]),
        ];
        let module = Module::of(&tensors);
        assert_eq!(module.elements, u64::MAX);
        let (mut depth, mut at) = (
            0,
            module.modules.iter().find(|module| module.name.is_empty()),
        );
        while let Some(module) = at {
            (depth, at) = (depth + 1, module.modules.first());
        }
        assert_eq!(depth, DEEPEST - 1);
    }

    #[test]
    fn a_tree_can_be_folded_twice() {
        let names = (0..8).flat_map(|layer| {
            (0..4).map(move |expert| format!("layers.{layer}.experts.{expert}.w.weight"))
        });
        let tensors: Vec<Tensor> = names.map(|name| tensor(&name, &[2])).collect();
        let module = Module::of(&tensors);
        let layers = &module.modules[0].modules;
        assert_eq!((layers.len(), layers[0].elements), (1, 64));
        let experts = &layers[0].modules[0].modules;
        assert_eq!(
            (experts.len(), experts[0].folded.map(|folded| folded.count)),
            (1, Some(4))
        );
    }
}
