//! How the command ends where a file is not what it should be.

use hubkit::{
    InspectedModel,
    inspect::{InspectError, Severity},
};

use crate::{exit::Exit, failure::Failure, ui::plain};

/// Nothing can be told of a file.
pub(super) fn told(name: &str, error: &InspectError) -> Failure {
    let name = plain(name);
    match error {
        InspectError::Pointer(pointer) => Failure::pointer(&name, pointer),
        InspectError::Unrecognised { .. } => {
            Failure::new(Exit::Usage, "unrecognised", format!("{name}: {error}"))
                .hint("look at what it is with `file`, or fetch it again if it should be a model")
        }
        error => malformed(format!("{name}: {error}")),
    }
}

pub(super) fn malformed(message: String) -> Failure {
    Failure::new(Exit::Integrity, "malformed", message).hint("it is damaged; do not load it")
}

/// What is wrong with a model that could be told of; `None` where nothing keeps it from being loaded.
pub(super) fn of(model: &InspectedModel) -> Option<Failure> {
    let unread = model.files.iter().find_map(|file| {
        let error = file.outcome.as_ref().err()?;
        Some(told(&file.name, error))
    });
    let pointer = || {
        let external = model.files.iter().flat_map(|file| &file.pointers);
        let external = external.map(|(name, pointer)| (name.as_str(), pointer));
        let others = model.pointers.iter();
        let others = others.map(|(path, pointer)| (path.as_str(), pointer));
        let (name, pointer) = external.chain(others).next()?;
        Some(Failure::pointer(&plain(name), pointer))
    };
    let fault = || {
        let findings = model.inspections().flat_map(|(file, inspection)| {
            let findings = inspection.findings.iter();
            findings.map(|finding| (file.name.as_str(), finding))
        });
        let together = model.findings.iter().map(|finding| ("the model", finding));
        let mut findings = findings.chain(together);
        let (name, finding) = findings.find(|(_, finding)| finding.severity == Severity::Fault)?;
        let failure = malformed(format!("{}: {}", plain(name), finding.message));
        Some(match finding.code {
            "external-missing" => failure.hint("fetch it, too: the model can't be loaded without"),
            _ => failure,
        })
    };
    unread.or_else(pointer).or_else(fault)
}
