//! `hubkit inspect`.

mod card;
mod compare;
mod failures;
mod place;
mod shapes;
mod summary;
mod tensors;
mod tree;
mod value;

use hubkit::{InspectedModel, ModelFacts, inspect::MemoryRequest};

use crate::{
    args::{Global, Inspect},
    exit::Exit,
    failure::Failure,
    ui::Ui,
};

use self::{card::CardFacts, place::Place};
pub(crate) use self::{place::failure as unlooked, shapes::port};

/// Everything that is known of a model.
struct Told {
    /// As the user named it.
    target: String,
    model: InspectedModel,
    card: CardFacts,
    facts: ModelFacts,
}

pub(crate) async fn run(global: &Global, arguments: &Inspect, ui: &Ui) -> Result<Exit, Failure> {
    if arguments.compare {
        return compare::run(global, arguments, ui).await;
    }
    let told = look(global, arguments).await?;
    let shown = told.show(arguments, ui);
    shown.and_then(|()| failures::of(&told.model).map_or(Ok(Exit::Done), Err))
}

async fn look(global: &Global, arguments: &Inspect) -> Result<Told, Failure> {
    let place = Place::read(&arguments.target, arguments)?;
    let files = arguments.files().map_err(Failure::usage)?;
    let model = place.inspect(global, files, arguments).await?;
    if let [file] = &model.files[..]
        && let Err(error) = &file.outcome
    {
        return Err(failures::told(&file.name, error));
    }
    let card = CardFacts::of(&model);
    let request = MemoryRequest {
        context: arguments.context,
        batch: arguments.batch,
        ..MemoryRequest::default()
    };
    let facts = model.facts(card.task.as_deref(), request);
    Ok(Told {
        target: arguments.target.clone(),
        model,
        card,
        facts,
    })
}

impl Told {
    fn show(&self, arguments: &Inspect, ui: &Ui) -> Result<(), Failure> {
        let text = || match arguments {
            Inspect { tensors: true, .. } => tensors::text(&self.model, &self.facts),
            Inspect { tree: true, .. } => tree::text(&self.model),
            _ => summary::text(self),
        };
        ui.result(text, || {
            let mut value = value::value(self);
            if arguments.tree {
                value["modules"] = tree::value(&self.model);
            }
            value
        })
    }
}
