//! The first pass over a model: all that has to be read is fetched, and weights are passed over.
//!
//! It notes how far it came, so that a model of many thousand fields is not gone through again for each request.

use super::{
    LONGEST_TEXT, malformed,
    wire::{self, Span, Value},
};
use crate::view::{Step, View};

/// Fields up to this length are fetched whatever they are: a request of its own costs more than their bytes.
const SMALL: u64 = 16 << 10;

/// What a message is, as far as it matters for what in it is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
    Function,
}

/// What becomes of a long field.
enum Fate {
    Open(Kind),
    Fetch,
    Pass,
}

impl Kind {
    fn fate(self, field: u32) -> Fate {
        match (self, field) {
            (Self::Model, 7) | (Self::Attribute, 6 | 11) => Fate::Open(Self::Graph),
            (Self::Model, 25) => Fate::Open(Self::Function),
            (Self::Graph, 1) | (Self::Function, 7) => Fate::Open(Self::Node),
            (Self::Graph | Self::Attribute, 5) | (Self::SparseTensor, 1) => {
                Fate::Open(Self::Tensor)
            }
            (Self::Graph, 15) => Fate::Open(Self::SparseTensor),
            (Self::Node, 5) => Fate::Open(Self::Attribute),
            // Values, and what is written for people.
            (Self::Attribute, _)
            | (Self::Node, 1..=3 | 6)
            | (Self::Tensor, 4..=7 | 9..=12)
            | (Self::SparseTensor, 2)
            | (Self::Graph, 10 | 13)
            | (Self::Function, 4..=6 | 8)
            | (Self::Model, 6 | 20) => Fate::Pass,
            _ => Fate::Fetch,
        }
    }
}

/// How far the first pass came.
#[derive(Debug)]
pub(super) struct Walk {
    position: u64,
    /// The messages that are open, and where each ends.
    open: Vec<(Kind, u64)>,
}

impl Walk {
    pub(super) fn new(size: u64) -> Self {
        Self {
            position: 0,
            open: vec![(Kind::Model, size)],
        }
    }

    /// Goes on until something is missing, or to the end.
    pub(super) fn go_on(&mut self, view: &View) -> Step<()> {
        while let Some((kind, end)) = self.open.last().copied() {
            if self.position >= end {
                self.open.pop();
                continue;
            }
            let field = wire::field(view, self.position, end)?;
            if let Value::Bytes(span) = field.value {
                match kind.fate(field.number) {
                    _ if span.len() <= SMALL => {
                        wire::demand(view, span)?;
                    }
                    Fate::Open(kind) => {
                        self.enter(kind, span)?;
                        continue;
                    }
                    Fate::Fetch if span.len() > LONGEST_TEXT => {
                        return Err(malformed(format!(
                            "expected at most {LONGEST_TEXT} bytes in field {}, found {}",
                            field.number,
                            span.len()
                        )));
                    }
                    Fate::Fetch => {
                        wire::demand(view, span)?;
                    }
                    Fate::Pass => {}
                }
            }
            self.position = field.next;
        }
        Ok(())
    }

    fn enter(&mut self, kind: Kind, span: Span) -> Step<()> {
        if self.open.len() > wire::DEEPEST as usize {
            return Err(malformed(format!(
                "expected at most {} messages in each other, found more",
                wire::DEEPEST
            )));
        }
        self.open.push((kind, span.end));
        self.position = span.start;
        Ok(())
    }
}
