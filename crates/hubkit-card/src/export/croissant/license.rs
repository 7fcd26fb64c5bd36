//! Under which terms a data set may be used.

use serde_json::{Value as Json, json};

use super::distribution::file_address;
use crate::{Asset, CardData, export::address, lists};

/// The licences of a card: addresses where the SPDX License List or the Hub's list has them, else works with a name.
pub(super) fn licenses(data: &CardData, asset: &Asset) -> Vec<Json> {
    let own = own(data, asset);
    let mut found: Vec<Json> = Vec::new();
    for name in &data.licenses {
        let known = lists::license(&name.to_lowercase());
        let listed = known.and_then(|license| match license.spdx {
            Some(spdx) => Some(format!("https://spdx.org/licenses/{spdx}")),
            None => license.text.or(license.info).map(str::to_owned),
        });
        let license = match (listed, &own) {
            (Some(address), _) => address.into(),
            (None, Some(own)) => own.clone(),
            // It says that nobody knows.
            (None, None) if name == "unknown" => continue,
            (None, None) => {
                let name = known.map_or(name.as_str(), |license| license.name);
                json!({ "@type": "sc:CreativeWork", "name": name })
            }
        };
        found.push(license);
    }
    if found.is_empty() {
        found.extend(own);
    }
    found
}

/// The author's own: `license_name` and `license_link`.
fn own(data: &CardData, asset: &Asset) -> Option<Json> {
    let link = data.license_link.as_deref().and_then(|link| {
        address::web(link).or_else(|| {
            let path = link.trim_start_matches("./");
            let is_there = asset.files.iter().any(|file| file.path.as_str() == path);
            is_there.then(|| file_address(asset, path))
        })
    });
    match (&data.license_name, link) {
        (Some(name), Some(link)) => {
            Some(json!({ "@type": "sc:CreativeWork", "name": name, "url": link }))
        }
        (Some(name), None) => Some(json!({ "@type": "sc:CreativeWork", "name": name })),
        (None, link) => link.map(Json::from),
    }
}
