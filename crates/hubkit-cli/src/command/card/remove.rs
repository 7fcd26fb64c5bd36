//! `hubkit card remove`.

use hubkit_card::{Change, Edit};

use super::editable::Editable;
use crate::{
    args::{CardRemove, Global},
    exit::Exit,
    failure::Failure,
    ui::Ui,
};

pub(super) async fn run(global: &Global, arguments: &CardRemove) -> Result<Exit, Failure> {
    let paths = arguments.paths.iter().cloned();
    let edits: Vec<Edit> = paths.map(|path| Edit::new(path, Change::Remove)).collect();
    let card = Editable::open(global, &arguments.card).await?;
    card.change(&Ui::new(global), &edits, arguments.dry_run)
}
