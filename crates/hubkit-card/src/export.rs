//! Cards in the forms that other programs read.

mod address;
mod croissant;
mod cyclonedx;
mod jsonld;
mod media;
mod model;
mod spdx;

pub(crate) use address::of_package_url;
pub use croissant::{Croissant, DatasetSources, SAMPLE_BYTES, Sample, croissant, sampled_files};
pub use cyclonedx::{CycloneDxVersion, cyclonedx};
pub use jsonld::model_jsonld;
pub use model::{ModelDocuments, ModelShape, ModelSources};
pub use spdx::{SpdxError, spdx};

use media::media_type;

#[cfg(test)]
mod tests;
