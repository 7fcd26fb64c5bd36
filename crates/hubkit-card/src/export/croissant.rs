//! A data set in Croissant 1.1.

mod context;
mod data_type;
mod dataset;
mod distribution;
mod features;
mod field;
mod format;
mod glob;
mod ids;
mod layout;
mod license;
mod prose;
mod records;
mod sample;
mod splits;

use std::collections::BTreeMap;

use hubkit_types::RepoPath;
use serde_json::Value as Json;

use crate::{Asset, AssetFile, Card, Loss};

use layout::Layout;
pub use sample::{SAMPLE_BYTES, Sample};

/// What a data set is described from.
#[derive(Clone, Copy, Debug)]
pub struct DatasetSources<'a> {
    /// The card.
    pub card: &'a Card<'a>,
    /// The repository or folder with its files, sorted by path.
    pub asset: &'a Asset,
    /// What to call the data set where neither a repository nor its card names it: the folder's name.
    pub name: &'a str,
    /// How files begin: those that [`sampled_files`] names.
    pub samples: &'a BTreeMap<RepoPath, Sample>,
}

/// A description of a data set.
#[derive(Clone, PartialEq, Debug)]
pub struct Croissant {
    /// The document: JSON-LD.
    pub document: Json,
    /// What it does not say although the format asks for it or the repository has it.
    pub losses: Vec<Loss>,
}

/// The files of a data set whose first bytes tell its columns: a few dozen at most. Of each the first [`SAMPLE_BYTES`]
/// are worth a look.
pub fn sampled_files<'a>(card: &Card<'_>, asset: &'a Asset) -> Vec<&'a AssetFile> {
    Layout::read(card, &asset.files, &mut Vec::new()).sampled(&asset.files)
}

/// Describes a data set in [Croissant 1.1](https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html).
///
/// Files are listed with the digests that the asset has of them, at their addresses at its commit; without a hub by
/// their paths, which count from the folder that the document is to lie in. Each split of each configuration is a set of
/// records. Their columns are those of `dataset_info`, and those that samples show where it is silent.
///
/// Takes time in proportion to the card, the files and the length of the document, of which the last is bounded: see
/// [`Croissant::losses`].
pub fn croissant(sources: &DatasetSources<'_>) -> Croissant {
    let mut losses = Vec::new();
    let layout = Layout::read(sources.card, &sources.asset.files, &mut losses);
    let document = dataset::document(sources, &layout, &mut losses);
    Croissant { document, losses }
}

#[cfg(test)]
mod tests;
