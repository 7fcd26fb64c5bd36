//! What the weights and the configuration of a model say of it.

use hubkit::{InspectedModel, Revision, Scope, inspect::MemoryRequest, inspect_path, inspect_repo};
use hubkit_card::ModelShape;
use serde_json::Value as Json;

use super::super::source::{Place, Source};

/// What was found.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) shape: ModelShape,
    pub(super) config: Option<Json>,
}

/// Looks at a model as `hubkit inspect` does. A repository without weights, or with weights that nothing can be told of,
/// leaves the shape empty: a card is a card without them.
pub(super) async fn look(source: &Source, task: Option<&str>) -> Looked {
    let inspected = match &source.place {
        Place::Folder(folder) => inspect_path(folder, &Scope::Model),
        Place::Hub(found) => {
            let revision = Revision::from(found.commit);
            inspect_repo(found.hub.client(), &found.repo, &revision, &Scope::Model).await
        }
        Place::Input | Place::File(_) => return Looked::default(),
    };
    inspected.map_or_else(|_| Looked::default(), |model| of(&model, task))
}

fn of(model: &InspectedModel, task: Option<&str>) -> Looked {
    let config = model.documents.get("config.json");
    let facts = model.facts(task, MemoryRequest::default());
    let mut shape = ModelShape::default();
    shape.family = facts.architecture.model_type;
    shape.architectures = facts.architecture.names;
    shape.context = facts.architecture.context;
    let parameters = facts.parameters;
    shape.parameters = (parameters.total > 0).then_some(parameters.total);
    let mut precisions: Vec<_> = parameters.precision.into_iter().collect();
    precisions.sort_by(|(_, left), (_, right)| right.cmp(left));
    shape.precisions = precisions
        .into_iter()
        .map(|(precision, _)| precision)
        .collect();
    shape.quantization = parameters.scheme;
    Looked {
        shape,
        config: config.and_then(|json| serde_json::from_slice(json).ok()),
    }
}
