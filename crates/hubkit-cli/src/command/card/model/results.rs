//! What lies below `.eval_results/`.

use hubkit_card::{Asset, AssetFile, Metadata, Value, read_document};

use super::super::source::{CARD, Place, Source};
use crate::{
    failure::Failure,
    ui::{plain, trouble},
};

/// More files than these are not read.
const MOST: usize = 256;

/// Reads every YAML file directly below `.eval_results/`. One that is broken is told of and left out.
pub(super) async fn read(source: &Source, asset: &Asset) -> Result<Vec<Value>, Failure> {
    let mut results = Vec::new();
    for file in asset.files.iter().filter(|file| is_result(file)).take(MOST) {
        let text = text(source, file).await?;
        match read_document(&text) {
            Ok(value) => results.push(value),
            Err(error) => trouble(&format!(
                "{}: {error}; it is left out",
                plain(file.path.as_str())
            )),
        }
    }
    Ok(results)
}

fn is_result(file: &AssetFile) -> bool {
    let is_yaml = file.path.has_extension("yaml") || file.path.has_extension("yml");
    is_yaml && file.path.parent() == Some(".eval_results") && file.size <= Metadata::LONGEST as u64
}

async fn text(source: &Source, file: &AssetFile) -> Result<String, Failure> {
    let bytes = match &source.place {
        Place::Folder(folder) => CARD.read(&folder.join(file.path.as_str()))?,
        Place::Hub(found) => {
            let listed = found.files.iter().find(|listed| listed.path == file.path);
            let Some(listed) = listed else {
                return Ok(String::new());
            };
            let client = found.hub.client();
            client
                .read(&found.repo, found.commit, listed, Metadata::LONGEST)
                .await?
                .to_vec()
        }
        Place::Input | Place::File(_) => Vec::new(),
    };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
