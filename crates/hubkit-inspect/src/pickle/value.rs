//! A picture of the value that a pickle describes.

use std::{fmt, mem};

use crate::findings::Findings;

/// The most memory that a picture takes, in bytes as counted here: that of 100,000 tensors.
const MOST: usize = 96 << 20;

/// The name of a value within a picture.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Id(u32);

/// One value. Values within it are told by their names, so that none holds another, however deep they go.
#[derive(Debug)]
pub(crate) enum Value {
    None,
    Boolean(bool),
    Integer(i64),
    /// A whole number that takes more than 64 bits: its bytes as the pickle has them, where they are few.
    Large(Box<[u8]>),
    Float(f64),
    Text(Box<str>),
    /// Bytes, or a text too long to keep.
    Bytes,
    List(Vec<Id>),
    Tuple(Box<[Id]>),
    Dict(Vec<(Id, Id)>),
    Set(Vec<Id>),
    /// What is imported: its place among the imports.
    Import(u32),
    /// What a call returns, or an object made otherwise.
    Object(Box<Object>),
    /// What whoever loads the pickle puts in for this.
    Persistent(Id),
    /// What only the process that loads the pickle knows.
    Opaque,
}

/// What comes of calling something: it is not called.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) callable: Id,
    pub(crate) arguments: Id,
    /// What it is given as its state, in turn.
    pub(crate) states: Vec<Id>,
    /// What is appended to it.
    pub(crate) items: Vec<Id>,
    /// What is set in it.
    pub(crate) pairs: Vec<(Id, Id)>,
}

/// What is imported.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Import {
    pub(crate) module: Box<str>,
    pub(crate) name: Box<str>,
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.module, self.name)
    }
}

/// What is known of one pickle.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    values: Vec<Value>,
    /// What it describes, if it came to its end.
    pub(crate) root: Option<Id>,
    /// Where it ends in what it was read from.
    pub(crate) end: u64,
    pub(crate) protocol: u8,
    /// All that it imports, each once.
    pub(crate) imports: Vec<Import>,
    /// Why it was not read to its end.
    pub(crate) broken: Option<String>,
    /// What is remarkable about the way it is made.
    pub(crate) findings: Findings,
    pub(super) opcodes: u64,
    spent: usize,
}

impl Picture {
    pub(crate) fn get(&self, id: Id) -> &Value {
        const NONE: &Value = &Value::None;
        self.values.get(id.0 as usize).unwrap_or(NONE)
    }

    /// The names of all values.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Id> + use<> {
        (0..u32::try_from(self.values.len()).unwrap_or(u32::MAX)).map(Id)
    }

    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut Value> {
        self.values.get_mut(id.0 as usize)
    }

    /// Adds a value; `None` where the picture has become too large.
    pub(super) fn add(&mut self, value: Value) -> Option<Id> {
        let more = match &value {
            Value::Text(text) => text.len(),
            Value::Tuple(items) => mem::size_of_val(&**items),
            Value::List(items) | Value::Set(items) => mem::size_of_val(&**items),
            Value::Dict(pairs) => mem::size_of_val(&**pairs),
            Value::Object(_) => mem::size_of::<Object>(),
            _ => 0,
        };
        self.spend(more + mem::size_of::<Value>())?;
        let id = Id(u32::try_from(self.values.len()).ok()?);
        self.values.push(value);
        Some(id)
    }

    /// Counts memory that is taken elsewhere for the picture; `None` where that becomes too much.
    pub(super) fn spend(&mut self, bytes: usize) -> Option<()> {
        self.spent = self.spent.saturating_add(bytes);
        (self.spent <= MOST).then_some(())
    }

    pub(crate) fn text(&self, id: Id) -> Option<&str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn integer(&self, id: Id) -> Option<i64> {
        match self.get(id) {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// What is in a list or a tuple.
    pub(crate) fn items(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Value::Tuple(items) => Some(items),
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn import(&self, id: Id) -> Option<(&str, &str)> {
        match self.get(id) {
            Value::Import(index) => self
                .imports
                .get(*index as usize)
                .map(|import| (&*import.module, &*import.name)),
            _ => None,
        }
    }

    /// What is called, with what, where the value comes of calling an import.
    pub(crate) fn call(&self, id: Id) -> Option<(&str, &str, &[Id])> {
        let Value::Object(object) = self.get(id) else {
            return None;
        };
        let (module, name) = self.import(object.callable)?;
        Some((module, name, self.items(object.arguments)?))
    }
}
