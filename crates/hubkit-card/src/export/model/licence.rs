//! Licences as other lists know them.

use super::{super::address, Model};
use crate::lists;

/// A licence that a card declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in super::super) struct Licence {
    /// What it is called: by the card where the card names one of its own, else by the Hub, else as it is written.
    pub(in super::super) name: String,
    /// What the card writes.
    pub(in super::super) id: String,
    /// Its name in the SPDX License List.
    pub(in super::super) spdx: Option<&'static str>,
    /// Where it can be read.
    pub(in super::super) url: Option<String>,
}

/// The licences of a card. `unknown` is none.
pub(super) fn all(model: &Model<'_>) -> Vec<Licence> {
    let mut licences: Vec<Licence> = Vec::new();
    for id in &model.data.licenses {
        if id == "unknown" || licences.iter().any(|known| known.id == *id) {
            continue;
        }
        let listed = lists::license(id);
        let own = (id == "other").then(|| (model.data.license_name.clone(), link(model)));
        let (name, url) = own.unwrap_or_default();
        let listed_url = || listed?.text.or(listed?.info).map(str::to_owned);
        licences.push(Licence {
            name: name
                .or_else(|| listed.map(|listed| listed.name.to_owned()))
                .unwrap_or_else(|| id.clone()),
            spdx: listed.and_then(|listed| listed.spdx),
            url: url.or_else(listed_url),
            id: id.clone(),
        });
    }
    licences
}

/// Where a licence of the author's own can be read: an address, or a file of the repository.
fn link(model: &Model<'_>) -> Option<String> {
    let link = model.data.license_link.as_deref()?;
    address::web(link).or_else(|| model.page_of_file(link.trim_start_matches("./")))
}
