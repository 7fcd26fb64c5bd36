//! What is not wrong to a hub, and missed by readers.

mod derived;
mod fields;
mod missing;
mod views;
mod words;

use hubkit_types::RepoKind;

use super::{Surroundings, draft::Drafts};
use crate::{Card, CardData};

pub(super) use words::is_plain;

pub(super) fn check(
    kind: RepoKind,
    card: &Card<'_>,
    around: &Surroundings<'_>,
    drafts: &mut Drafts,
) {
    if card.fault.is_some() {
        return;
    }
    let data = CardData::of(&card.metadata);
    missing::check(kind, card, &data, around, drafts);
    if kind == RepoKind::Model {
        derived::check(card, &data, around, drafts);
    }
    fields::check(&card.metadata, drafts);
    words::check(card, drafts);
    views::check(kind, &card.metadata, drafts);
}
