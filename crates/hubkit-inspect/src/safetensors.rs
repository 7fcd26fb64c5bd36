//! Safetensors files.

use hubkit_safetensors::{HeaderError, Survey, TensorFault};

use crate::{
    Finding, Format, InspectError, Inspection, MetadataValue, Place, Severity, Tensor,
    view::{Step, View},
};

pub(crate) fn inspect(view: &View) -> Step<Inspection> {
    let size = Some(view.size());
    let mut start = view.part_at(0);
    while let Some(missing) = Survey::needs(start, size) {
        start = view.bytes(0, missing.end())?;
    }
    let survey = Survey::of_start(start, size);
    match survey.findings().first() {
        Some(fault) if survey.tensors().len() == 0 => Err(told(fault, start).into()),
        _ => Ok(described(&survey)),
    }
}

fn told(fault: &HeaderError, start: &[u8]) -> InspectError {
    match *fault {
        // Without a mark of its own, a length that no file has and no brace behind it are a sign of something else.
        HeaderError::TooLong { .. } if start.get(8) != Some(&b'{') => InspectError::Unrecognised {
            found: is_text(start).then(|| "a text".to_owned()),
        },
        HeaderError::Foreign(format) => InspectError::Unrecognised {
            found: Some(format.to_string()),
        },
        HeaderError::Truncated { expected, found } => InspectError::Truncated { expected, found },
        ref fault => InspectError::malformed(Format::Safetensors, fault.to_string()),
    }
}

/// Whether a file begins as text does.
fn is_text(start: &[u8]) -> bool {
    let start = &start[..start.len().min(1000)];
    let text = match str::from_utf8(start) {
        Ok(text) => text,
        // A letter that was cut in two is no reason to doubt the others.
        Err(error) if error.error_len().is_none() => {
            str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.contains(|c: char| c.is_control() && !c.is_ascii_whitespace())
}

fn described(survey: &Survey) -> Inspection {
    let tensors = survey.tensors().map(|tensor| Tensor {
        name: tensor.name().to_owned(),
        element: tensor.dtype().into(),
        shape: tensor.shape().to_vec(),
        bytes: Some(tensor.data().len()),
        place: Place::Here(survey.file_range(tensor)),
    });
    let metadata = survey.metadata().iter();
    let findings = survey.findings().iter();
    let mut findings: Vec<Finding> = findings
        .map(|fault| Finding::new(Severity::Fault, code(fault), fault.to_string()))
        .collect();
    if survey.omitted() > 0 {
        let message = format!("there are {} more findings", survey.omitted());
        findings.push(Finding::new(Severity::Note, "omitted", message));
    }
    Inspection {
        tensors: tensors.collect(),
        metadata: metadata
            .map(|(key, value)| (key.clone(), MetadataValue::Text(value.clone())))
            .collect(),
        findings,
        ..Inspection::new(Format::Safetensors)
    }
}

fn code(fault: &HeaderError) -> &'static str {
    match fault {
        HeaderError::Truncated { .. } => "truncated",
        HeaderError::Metadata(_) => "metadata",
        HeaderError::Duplicate { .. } => "duplicate",
        HeaderError::DataLength { .. } => "data_length",
        HeaderError::Tensor { fault, .. } => match fault {
            TensorFault::UnknownDtype(_) => "unknown_dtype",
            TensorFault::Hole { .. } => "hole",
            TensorFault::Overlap { .. } => "overlap",
            TensorFault::Size { .. } | TensorFault::Misaligned(_) => "size",
            TensorFault::Overflow => "overflow",
            _ => "malformed",
        },
        _ => "malformed",
    }
}
