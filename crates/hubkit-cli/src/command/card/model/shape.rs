//! What the weights and the configuration of a model say of it.

use hubkit::{
    InspectedModel, InspectionError, Revision, Scope,
    inspect::{Architecture, Config, Interface, InterfaceSource, MemoryRequest, Slot},
    inspect_path, inspect_repo,
};
use hubkit_card::ModelShape;

use super::{
    super::source::{Place, Source},
    documents::Documents,
};
use crate::{
    command::inspect::{port, unlooked},
    failure::Failure,
    ui::{plain, trouble},
};

/// Looks at a model as `hubkit inspect` does. A card is a card without weights too: where there are none, or none that
/// anything can be told of, the configuration tells what it can.
pub(super) async fn look(
    source: &Source,
    documents: &Documents,
    task: Option<&str>,
) -> Result<ModelShape, Failure> {
    let inspected = match &source.place {
        Place::Folder(folder) => inspect_path(folder, &Scope::Model),
        Place::Hub(found) => {
            let revision = Revision::from(found.commit);
            inspect_repo(found.hub.client(), &found.repo, &revision, &Scope::Model).await
        }
        Place::Input | Place::File(_) => return Ok(ModelShape::default()),
    };
    match inspected {
        Ok(model) => {
            for file in &model.files {
                if let Err(error) = &file.outcome {
                    left_out(&format!("{}: {error}", file.name));
                }
            }
            let mut shape = of(&model, task);
            // An inspection passes over a configuration of more than a megabyte.
            if shape.family.is_none() && shape.architectures.is_empty() {
                let told = of_config(documents);
                shape.family = told.family;
                shape.architectures = told.architectures;
                shape.context = shape.context.or(told.context);
            }
            Ok(shape)
        }
        Err(InspectionError::NoWeights { .. }) => Ok(of_config(documents)),
        Err(
            error @ (InspectionError::Index { .. }
            | InspectionError::Incomplete { .. }
            | InspectionError::Pointer { .. }),
        ) => {
            left_out(&error.to_string());
            Ok(of_config(documents))
        }
        Err(error) => Err(unlooked(
            error,
            "`hubkit ls` lists the files of a repository",
        )),
    }
}

fn left_out(what: &str) {
    trouble(&format!(
        "{}; what the weights say is left out",
        plain(what)
    ));
}

/// What can be told without weights.
fn of_config(documents: &Documents) -> ModelShape {
    let config = documents.get("config.json").map(ToString::to_string);
    of_json(config.unwrap_or_default().as_bytes())
}

/// What a `config.json` tells: nothing where it is none.
pub(in crate::command::card) fn of_json(config: &[u8]) -> ModelShape {
    let config = Config::parse(config).ok();
    shape(Architecture::of(config.as_ref(), &[]))
}

/// What can be told of a model that was looked at.
pub(in crate::command::card) fn of(model: &InspectedModel, task: Option<&str>) -> ModelShape {
    let facts = model.facts(task, MemoryRequest::default());
    let mut shape = shape(facts.architecture);
    let parameters = facts.parameters;
    shape.parameters = (parameters.total > 0).then_some(parameters.total);
    let mut precisions: Vec<_> = parameters.precision.into_iter().collect();
    precisions.sort_by(|(_, left), (_, right)| right.cmp(left));
    shape.precisions = precisions
        .into_iter()
        .map(|(precision, _)| precision)
        .collect();
    shape.quantization = parameters.scheme;
    (shape.inputs, shape.outputs) = ports(&facts.interface);
    shape
}

fn shape(architecture: Architecture) -> ModelShape {
    let mut shape = ModelShape::default();
    shape.family = architecture.model_type;
    shape.architectures = architecture.names;
    shape.context = architecture.context;
    shape
}

/// What a graph asks for and gives, by name and type. Without a graph what goes in is known by its kind alone, and the card
/// tells that.
fn ports(interface: &Interface) -> (Vec<String>, Vec<String>) {
    if !interface.concluded_from.contains(&InterfaceSource::Graph) {
        return Default::default();
    }
    let shown = |slots: &[Slot]| slots.iter().map(|slot| port(&slot.port)).collect();
    (shown(&interface.inputs), shown(&interface.outputs))
}
