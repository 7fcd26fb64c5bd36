//! Licences by their addresses.

use serde_yaml::Value;

use super::{list, node::Node};
use crate::{Loss, lists};

/// What a card says of licences.
#[derive(Default)]
pub(super) struct Licenses {
    pub(super) ids: Option<Value>,
    pub(super) name: Option<String>,
    pub(super) link: Option<String>,
}

pub(super) fn read(dataset: Node<'_>, losses: &mut Vec<Loss>) -> Licenses {
    let mut found = Licenses::default();
    let mut ids: Vec<String> = Vec::new();
    for license in dataset.all("license") {
        let url = license
            .text("url")
            .or_else(|| license.0.as_str().map(str::to_owned));
        let name = license.text("name");
        let id = url.as_deref().or(name.as_deref()).and_then(known);
        if let Some(id) = id {
            ids.push(id.to_owned());
            continue;
        }
        if found.name.is_some() || found.link.is_some() {
            let what = name.or(url).unwrap_or_default();
            losses.push(Loss::new(what, "a card names one licence of its own"));
            continue;
        }
        ids.push("other".to_owned());
        let (is_address, url) = (url.as_deref().is_some_and(|url| url.contains("://")), url);
        found.name = name.or_else(|| url.clone().filter(|_| !is_address));
        found.link = url.filter(|_| is_address);
    }
    ids.dedup();
    found.ids = match ids.as_slice() {
        [one] => Some(one.as_str().into()),
        _ => list(ids),
    };
    found
}

/// The licence of a name or an address, by the Hub's name.
fn known(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.trim_start_matches("www.").trim_end_matches('/');
    if let Some(name) = rest.strip_prefix("spdx.org/licenses/") {
        let name = name.trim_end_matches(".html").trim_end_matches(".json");
        return lists::license_of_spdx(name).map(|license| license.id);
    }
    if let Some(name) = rest.strip_prefix("choosealicense.com/licenses/") {
        return lists::license(name).map(|license| license.id);
    }
    if let Some(name) = rest.strip_prefix("creativecommons.org/licenses/") {
        let mut parts = name.split('/');
        let id = format!("cc-{}-{}", parts.next()?, parts.next()?);
        return lists::license(&id).map(|license| license.id);
    }
    if rest.starts_with("creativecommons.org/publicdomain/zero/1.0") {
        return Some("cc0-1.0");
    }
    let listed = lists::licenses().iter().find(|license| {
        let addresses = [license.text, license.info];
        addresses
            .into_iter()
            .flatten()
            .any(|address| address == text)
    });
    let named = lists::license(&text.to_lowercase()).or_else(|| lists::license_of_spdx(text));
    listed.or(named).map(|license| license.id)
}
