//! Weights in files beside the model. A name that leads elsewhere would have a reader open any file of the machine
//! (CVE-2022-25882, CVE-2024-27318), and so it is a fault.

use std::collections::BTreeSet;

use hubkit_types::shown;

use super::Model;
use crate::{Place, Severity};

/// Lists the files, and looks at their names.
pub(super) fn check(model: &mut Model) {
    let tensors = model.tensors.iter().chain(&model.nested);
    let files = tensors.filter_map(|tensor| match &tensor.place {
        Place::Beside { file, .. } => Some(file.as_str()),
        _ => None,
    });
    let files: BTreeSet<&str> = files.collect();
    for file in &files {
        if let Some(fault) = escapes(file) {
            model.findings.add(Severity::Fault, "external-path", || {
                format!("the file of weights '{}' {fault}", shown(file, 120))
            });
        }
    }
    model.graph.external_files = files.into_iter().map(str::to_owned).collect();
}

/// Why a name may lead out of the folder of the model, on any system.
fn escapes(file: &str) -> Option<&'static str> {
    let mut parts = file.split(['/', '\\']);
    let drive = file.as_bytes().get(1) == Some(&b':');
    if file.is_empty() {
        Some("has no name")
    } else if file.contains("://") || file.starts_with("file:") {
        Some("is an address, expected a name beside the model")
    } else if file.starts_with(['/', '\\', '~']) || drive {
        Some("is an absolute path, expected a name beside the model")
    } else if parts.any(|part| part.trim_end() == "..") {
        Some("leads out of the folder of the model")
    } else if file.contains('\\') || file.contains(char::is_control) {
        Some("has characters in it that paths do not have everywhere")
    } else {
        None
    }
}
