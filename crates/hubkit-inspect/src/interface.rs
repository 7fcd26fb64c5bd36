//! What goes into a model and what comes out.

mod processor;
mod tasks;
mod tokenizer;

use crate::{Config, Dimension, ElementType, Graph, Port, PortKind};

pub use processor::ProcessorConfig;
pub use tokenizer::TokenizerConfig;

use tasks::Task;

/// What is known of a model when its inputs and outputs are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct InterfaceSources<'a> {
    /// The graph, where a file holds one.
    pub graph: Option<&'a Graph>,
    /// The task that the model's card or the hub names, such as `text-generation`.
    pub task: Option<&'a str>,
    /// `config.json`.
    pub config: Option<&'a Config>,
    /// `preprocessor_config.json` or `processor_config.json`.
    pub processor: Option<&'a ProcessorConfig>,
    /// `tokenizer_config.json`.
    pub tokenizer: Option<&'a TokenizerConfig>,
}

/// What goes into a model and what comes out, as far as its files tell.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Interface {
    /// What goes in.
    pub inputs: Vec<Slot>,
    /// What comes out.
    pub outputs: Vec<Slot>,
    /// The task that was assumed, where it was needed.
    pub task: Option<String>,
    /// What all this was concluded from; empty where nothing could be.
    pub concluded_from: Vec<InterfaceSource>,
}

/// One input or output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Its name, type and shape.
    pub port: Port,
    /// What stands in it, for a person: how a text is cut into tokens, how an image is scaled.
    pub about: String,
}

/// What inputs and outputs are concluded from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum InterfaceSource {
    /// The graph in a file: what a runtime will ask for.
    Graph,
    /// The task that the card names.
    Task,
    /// The class that the model was saved from, or another field of its configuration.
    Config,
    /// The configuration of what prepares images or sounds.
    Processor,
    /// The configuration of the tokenizer.
    Tokenizer,
}

impl InterfaceSource {
    /// The name in machine-readable output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Task => "task",
            Self::Config => "config",
            Self::Processor => "processor",
            Self::Tokenizer => "tokenizer",
        }
    }
}

impl Interface {
    /// Takes them from the graph where there is one. Else concludes them from the task, or from the class of the model
    /// where no task is named, with the sizes that the processor and the tokenizer give.
    pub fn expected(sources: InterfaceSources<'_>) -> Self {
        if let Some(graph) = sources.graph.filter(|graph| !graph.inputs.is_empty()) {
            return Self::of_graph(graph);
        }
        let said = sources.task.and_then(Task::named);
        let task = said.or_else(|| Task::of_config(sources.config?));
        let Some(task) = task else {
            return Self::default();
        };
        let source = if said.is_some() {
            InterfaceSource::Task
        } else {
            InterfaceSource::Config
        };
        let mut made = Making {
            sources,
            from: vec![source],
        };
        let (inputs, outputs) = (made.inputs(task), made.outputs(task));
        made.from.sort_unstable();
        made.from.dedup();
        Self {
            inputs,
            outputs,
            task: Some(task.name().to_owned()),
            concluded_from: made.from,
        }
    }

    fn of_graph(graph: &Graph) -> Self {
        let slots = |ports: &[Port]| {
            ports
                .iter()
                .cloned()
                .map(|port| Slot {
                    port,
                    about: String::new(),
                })
                .collect()
        };
        Self {
            inputs: slots(&graph.inputs),
            outputs: slots(&graph.outputs),
            task: None,
            concluded_from: vec![InterfaceSource::Graph],
        }
    }
}

/// Slots in the making, with what was looked at for them.
struct Making<'a> {
    sources: InterfaceSources<'a>,
    from: Vec<InterfaceSource>,
}

/// The length of a dimension that is free but for its name.
fn named(name: &str) -> Dimension {
    Dimension::Named(name.to_owned())
}

fn slot(
    name: &str,
    element: &'static str,
    shape: Vec<Dimension>,
    about: impl Into<String>,
) -> Slot {
    let bytes = if element == "I64" { 8 } else { 4 };
    Slot {
        port: Port {
            name: name.to_owned(),
            kind: PortKind::Tensor,
            element: Some(ElementType::blocks(element, 1, bytes)),
            shape: Some(shape),
        },
        about: about.into(),
    }
}

/// What is no tensor yet, as the pipelines of such models take and give it.
fn content(name: &str, about: &str) -> Slot {
    Slot {
        port: Port {
            name: name.to_owned(),
            kind: PortKind::Unknown,
            element: None,
            shape: None,
        },
        about: about.to_owned(),
    }
}

#[cfg(test)]
mod tests;
