//! A graph of computation, as a file describes it.

use std::collections::BTreeMap;

use crate::ElementType;

/// What a file that holds a graph says of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Graph {
    /// Its name. A stranger's text.
    pub name: String,
    /// What goes in. Weights that are merely listed among the inputs are not here.
    pub inputs: Vec<Port>,
    /// What comes out.
    pub outputs: Vec<Port>,
    /// The operators it is made of.
    pub operators: Operators,
    /// Files beside it that hold its weights, by the names that it gives them.
    pub external_files: Vec<String>,
}

/// The operators of a graph.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Operators {
    /// Which version of which set of operators: domain to version. The standard domain is `ai.onnx`.
    pub sets: BTreeMap<String, u64>,
    /// How often each is used, where that was read: `domain.Name`, or the name alone in the standard domain.
    pub uses: BTreeMap<String, u64>,
}

/// One input or output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Port {
    /// Its name. A stranger's text.
    pub name: String,
    /// What it carries.
    pub kind: PortKind,
    /// The type of the elements, for tensors.
    pub element: Option<ElementType>,
    /// The length of each dimension; `None` where not even their number is said.
    pub shape: Option<Vec<Dimension>>,
}

/// What a port carries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum PortKind {
    /// A tensor.
    Tensor,
    /// A sparse tensor.
    SparseTensor,
    /// A sequence of values.
    Sequence,
    /// A map of values.
    Map,
    /// A value that may be missing.
    Optional,
    /// Nothing is said.
    Unknown,
}

/// The length of a dimension.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Dimension {
    /// Always this.
    Fixed(u64),
    /// Free, but the same wherever the name stands. A stranger's text.
    Named(String),
    /// Free.
    Free,
}
