//! Safetensors files.

use hubkit_safetensors::{Header, HeaderError, Probe};

use crate::{
    Format, InspectError, Inspection, MetadataValue, Place, Tensor,
    view::{Step, View},
};

pub(crate) fn inspect(view: &View) -> Step<Inspection> {
    let mut probe = Probe::new(Some(view.size()));
    while let Some(range) = probe.need() {
        probe.feed(view.bytes(range.start(), range.len())?);
    }
    let header = probe.finish().map_err(told)?;
    Ok(described(&header))
}

fn told(fault: HeaderError) -> InspectError {
    match fault {
        HeaderError::Foreign(format) => InspectError::Unrecognised {
            found: Some(format.to_string()),
        },
        HeaderError::Truncated { expected, found } => InspectError::Truncated { expected, found },
        fault => InspectError::malformed(Format::Safetensors, fault.to_string()),
    }
}

fn described(header: &Header) -> Inspection {
    let tensors = header.tensors().iter().map(|tensor| Tensor {
        name: tensor.name().to_owned(),
        element: tensor.dtype().into(),
        shape: tensor.shape().to_vec(),
        bytes: Some(tensor.data().len()),
        place: Place::Here(header.file_range(tensor)),
    });
    let metadata = header.metadata().iter();
    Inspection {
        tensors: tensors.collect(),
        metadata: metadata
            .map(|(key, value)| (key.clone(), MetadataValue::Text(value.clone())))
            .collect(),
        ..Inspection::new(Format::Safetensors)
    }
}
