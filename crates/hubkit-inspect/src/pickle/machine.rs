//! The machine that a pickle is a program for. It makes a picture of the value and does nothing else.

use std::collections::HashMap;

use super::{
    imports,
    source::{Bytes, Source},
    value::{Id, Import, Object, Picture, Value},
};
use crate::view::{Step, Stop};

/// How far ahead of its turn a value may be kept in the memo.
const FARTHEST_AHEAD: u64 = 1 << 20;

/// Why the machine stops before the end of the pickle.
#[derive(Debug)]
pub(super) enum Halt {
    /// Bytes are missing.
    Stop(Stop),
    /// The pickle is broken, or more than is worked through.
    Broken(String),
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

pub(super) fn broken<T>(message: impl Into<String>) -> Result<T, Halt> {
    Err(Halt::Broken(message.into()))
}

/// The state of the machine.
#[derive(Debug)]
pub(super) struct Machine<'bytes> {
    pub(super) source: Source<'bytes>,
    pub(super) picture: Picture,
    stack: Vec<Id>,
    /// How high the stack was at each mark.
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
    known: HashMap<Import, u32>,
    frame_end: Option<u64>,
}

/// Works through the pickle that starts here. One that is broken gives what stands before.
pub(crate) fn run(bytes: Bytes<'_>, start: u64) -> Step<Picture> {
    let mut machine = Machine {
        source: Source::new(bytes, start),
        picture: Picture::default(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        known: HashMap::new(),
        frame_end: None,
    };
    let outcome = loop {
        match machine.step() {
            Ok(Some(root)) => break Ok(root),
            Ok(None) => {}
            Err(halt) => break Err(halt),
        }
    };
    match outcome {
        Ok(root) => machine.picture.root = Some(root),
        Err(Halt::Stop(stop)) => return Err(stop),
        Err(Halt::Broken(message)) => {
            let message = format!("at byte {}: {message}", machine.source.at());
            machine.picture.broken = Some(message);
        }
    }
    machine.picture.end = machine.source.at();
    Ok(machine.picture)
}

impl Machine<'_> {
    /// Works through one opcode; the value at the end of the pickle.
    fn step(&mut self) -> Result<Option<Id>, Halt> {
        let start = self.source.at();
        let opcode = self.byte()?;
        if opcode == b'.' {
            if self.frame_end.is_some_and(|end| end > self.source.at()) {
                self.odd_frame("a frame that goes on behind the end of the pickle");
            }
            self.picture.opcodes += 1;
            return self.pop().map(Some);
        }
        self.carry_out(opcode, start)?;
        self.picture.opcodes += 1;
        if let Some(end) = self.frame_end
            && self.source.at() >= end
            && opcode != super::opcode::FRAME
        {
            if self.source.at() > end {
                self.odd_frame("an opcode that crosses the end of its frame");
            }
            self.frame_end = None;
        }
        Ok(None)
    }

    /// Takes up a frame that starts here.
    pub(super) fn frame(&mut self, length: u64, start: u64) {
        if self.frame_end.is_some_and(|end| start < end) {
            self.odd_frame("a frame inside a frame");
        }
        let end = self.source.at().saturating_add(length);
        if end > self.source.end() {
            self.odd_frame("a frame that goes on behind the end of the file");
        }
        self.frame_end = Some(end);
    }

    fn odd_frame(&mut self, what: &str) {
        let message = format!(
            "expected opcodes within frames, found {what}: readers differ about what follows"
        );
        self.picture.findings.danger("frame", message);
    }

    pub(super) fn push(&mut self, value: Value) -> Result<(), Halt> {
        let Some(id) = self.picture.add(value) else {
            return too_much();
        };
        self.stack.push(id);
        Ok(())
    }

    pub(super) fn push_again(&mut self, id: Id) -> Result<(), Halt> {
        if self.picture.spend(size_of::<Id>()).is_none() {
            return too_much();
        }
        self.stack.push(id);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Result<Id, Halt> {
        self.top()?;
        self.stack
            .pop()
            .map_or_else(|| broken("expected a value on the stack, found none"), Ok)
    }

    pub(super) fn top(&self) -> Result<Id, Halt> {
        let floor = self.marks.last().copied().unwrap_or_default();
        match self.stack.last() {
            Some(id) if self.stack.len() > floor => Ok(*id),
            _ => broken("expected a value on the stack, found none"),
        }
    }

    /// Drops the value on top, or the mark that is there instead.
    pub(super) fn drop_top(&mut self) -> Result<(), Halt> {
        let floor = self.marks.last().copied().unwrap_or_default();
        if self.stack.len() == floor && !self.marks.is_empty() {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(|_| ())
    }

    pub(super) fn mark(&mut self) -> Result<(), Halt> {
        if self.picture.spend(size_of::<usize>()).is_none() {
            return too_much();
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    /// What is above the last mark, which goes.
    pub(super) fn above_mark(&mut self) -> Result<Vec<Id>, Halt> {
        match self.marks.pop() {
            Some(height) => Ok(self.stack.split_off(height.min(self.stack.len()))),
            None => broken("expected a mark on the stack, found none"),
        }
    }

    pub(super) fn memoize(&mut self, index: Option<u64>) -> Result<(), Halt> {
        let id = self.top()?;
        if self.picture.spend(32).is_none() {
            return too_much();
        }
        let next = self.memo.len() as u64;
        let index = index.unwrap_or(next);
        if index > next.saturating_add(FARTHEST_AHEAD) {
            let message = format!(
                "expected values to be kept in turn, found one kept as number {index} after {next}: some readers take memory for all between"
            );
            self.picture.findings.warning("memo", message);
        }
        self.memo.insert(index, id);
        Ok(())
    }

    pub(super) fn recall(&mut self, index: u64) -> Result<(), Halt> {
        match self.memo.get(&index).copied() {
            Some(id) => self.push_again(id),
            None => broken(format!(
                "expected the value {index} in the memo, found none"
            )),
        }
    }

    /// Imports, which is to say: notes what would be.
    pub(super) fn import(&mut self, module: &str, name: &str) -> Result<Id, Halt> {
        let import = Import {
            module: module.into(),
            name: name.into(),
        };
        let index = if let Some(index) = self.known.get(&import) {
            *index
        } else {
            let length = 2 * (module.len() + name.len() + 100);
            let index = u32::try_from(self.known.len()).ok();
            let (Some(index), Some(())) = (index, self.picture.spend(length)) else {
                return too_much();
            };
            self.picture.imports.push(import.clone());
            self.known.insert(import, index);
            index
        };
        self.picture
            .add(Value::Import(index))
            .map_or_else(too_much, Ok)
    }

    /// Imports what is named by two values of the stack.
    pub(super) fn import_from_stack(&mut self) -> Result<(), Halt> {
        let (name, module) = (self.pop()?, self.pop()?);
        let texts = (self.picture.text(module), self.picture.text(name));
        if let (Some(module), Some(name)) = texts {
            let (module, name) = (module.to_owned(), name.to_owned());
            let id = self.import(&module, &name)?;
            return self.push_again(id);
        }
        self.picture.findings.danger(
            "computed-import",
            "imports what is only known when it is loaded: it can run code",
        );
        self.push(Value::Opaque)
    }

    /// Calls, which is to say: notes what would be called with what.
    pub(super) fn call(&mut self, callable: Id, arguments: Id) -> Result<(), Halt> {
        if let Some(doubt) = imports::doubt(&self.picture, callable, arguments) {
            self.picture.findings.danger("computed-call", doubt);
        }
        self.push(Value::Object(Box::new(Object {
            callable,
            arguments,
            states: Vec::new(),
            items: Vec::new(),
            pairs: Vec::new(),
        })))
    }

    /// Adds to the list, the set or the object on top.
    pub(super) fn append(&mut self, more: &[Id]) -> Result<(), Halt> {
        let id = self.top()?;
        if self.picture.spend(2 * size_of_val(more)).is_none() {
            return too_much();
        }
        match self.picture.get_mut(id) {
            Some(Value::List(items) | Value::Set(items)) => items.extend(more),
            Some(Value::Object(object)) => object.items.extend(more),
            _ => return broken("expected a list on the stack, found something else"),
        }
        Ok(())
    }

    /// Sets in the dict or the object on top.
    pub(super) fn set(&mut self, more: &[Id]) -> Result<(), Halt> {
        let id = self.top()?;
        if more.len() % 2 == 1 {
            return broken("expected a value for each key, found one key more");
        }
        if self.picture.spend(2 * size_of_val(more)).is_none() {
            return too_much();
        }
        let pairs = more.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        match self.picture.get_mut(id) {
            Some(Value::Dict(dict)) => dict.extend(pairs),
            Some(Value::Object(object)) => object.pairs.extend(pairs),
            _ => return broken("expected a dict on the stack, found something else"),
        }
        Ok(())
    }

    /// Gives a state to what is on top.
    pub(super) fn build(&mut self, state: Id) -> Result<(), Halt> {
        let id = self.top()?;
        if self.picture.spend(2 * size_of::<Id>()).is_none() {
            return too_much();
        }
        if let Some(Value::Object(object)) = self.picture.get_mut(id) {
            object.states.push(state);
        } else {
            let message = "sets attributes of what it did not make: it can change what code does";
            self.picture.findings.danger("build", message);
        }
        Ok(())
    }
}

fn too_much<T>() -> Result<T, Halt> {
    broken("there is more in it than is worked through: not fully analysed")
}
