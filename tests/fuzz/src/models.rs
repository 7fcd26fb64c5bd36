//! The small documents beside the weights of a model, and what they come to together.

use hubkit_inspect::{
    Architecture, Config, ElementType, Interface, InterfaceSources, Memory, MemoryRequest,
    Parameters, Place, ProcessorConfig, Tensor, TokenizerConfig,
};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[("model-documents", documents)];

/// The first line says of which tensors: `NAME:TYPE:2x3`, apart by spaces. The rest is each of the documents.
fn documents(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n');
    let (line, json) = data.split_at(at.unwrap_or(data.len()));
    let tensors: Vec<Tensor> = String::from_utf8_lossy(line)
        .split_whitespace()
        .map(tensor)
        .collect();
    let config = Config::parse(json).ok();
    let parameters = Parameters::count(&tensors, config.as_ref());
    let sum = parameters
        .logical
        .values()
        .fold(0, |sum: u64, count| sum.saturating_add(*count));
    assert_eq!(parameters.total, sum);
    let architecture = Architecture::of(config.as_ref(), &[]);
    let active = parameters.active(architecture.experts);
    assert!(active.is_none_or(|active| active <= parameters.total));
    let memory = Memory::estimate(
        &tensors,
        &parameters,
        &architecture,
        MemoryRequest::default(),
    );
    assert_eq!(memory.weights.is_some(), !tensors.is_empty());
    let (processor, tokenizer) = (
        ProcessorConfig::parse(json).ok(),
        TokenizerConfig::parse(json).ok(),
    );
    for task in [
        None,
        Some("image-classification"),
        Some("automatic-speech-recognition"),
        Some("text-generation"),
    ] {
        let sources = InterfaceSources {
            graph: None,
            task,
            config: config.as_ref(),
            processor: processor.as_ref(),
            tokenizer: tokenizer.as_ref(),
        };
        let interface = Interface::expected(sources);
        assert!(task.is_none() || !interface.inputs.is_empty());
    }
}

fn tensor(text: &str) -> Tensor {
    let mut parts = text.split(':');
    let name = parts.next().unwrap_or_default().to_owned();
    let element = match parts.next().unwrap_or_default() {
        "U8" => ElementType::blocks("U8", 1, 1),
        "I32" => ElementType::blocks("I32", 1, 4),
        "U32" => ElementType::blocks("U32", 1, 4),
        "BF16" => ElementType::blocks("BF16", 1, 2),
        "Q4_K" => ElementType::blocks("Q4_K", 256, 144),
        other => ElementType::unsized_type(other.to_owned()),
    };
    let lengths = parts.next().unwrap_or_default().split('x');
    let shape: Vec<u64> = lengths.filter_map(|length| length.parse().ok()).collect();
    Tensor {
        name,
        bytes: shape.first().and_then(|length| element.bytes_of(*length)),
        element,
        shape,
        place: Place::Within,
    }
}
