//! `hubkit card remove`.

use hubkit_card::{Change, Edit};

use super::editable::Editable;
use crate::{
    args::{CardRemove, Global},
    exit::Exit,
    failure::Failure,
    ui::Ui,
};

pub(super) fn run(global: &Global, arguments: &CardRemove) -> Result<Exit, Failure> {
    let paths = arguments.paths.iter().cloned();
    let edits: Vec<Edit> = paths.map(|path| Edit::new(path, Change::Remove)).collect();
    let card = Editable::open(&arguments.card)?;
    card.change(&Ui::new(global), &edits, arguments.dry_run)
}
