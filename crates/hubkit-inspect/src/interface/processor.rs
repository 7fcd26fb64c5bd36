//! `preprocessor_config.json`: how images and sounds are prepared.

use serde_json::{Map, Value};

use crate::{
    ConfigError,
    model::{Document, whole_number},
};

/// The configuration of what prepares images or sounds: `preprocessor_config.json`, or `processor_config.json`, which holds
/// one for each kind of content.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ProcessorConfig(Document);

impl ProcessorConfig {
    /// Reads a document of at most 10 MB.
    ///
    /// # Errors
    ///
    /// When it is too long, no JSON, or no object. Fields of wrong types are as if missing.
    pub fn parse(bytes: &[u8]) -> Result<Self, ConfigError> {
        Document::parse(bytes).map(Self)
    }

    /// The height and width that images are brought to, in pixels; `None` where they are scaled otherwise, or not said.
    pub fn image_size(&self) -> Option<(u64, u64)> {
        let crops = self.value("do_center_crop").and_then(Value::as_bool) == Some(true);
        let cropped = self.value("crop_size").filter(|_| crops).and_then(sides);
        cropped.or_else(|| self.value("size").and_then(sides))
    }

    /// The length that the shorter side of an image is scaled to, in pixels, where both together are not said.
    pub fn shortest_edge(&self) -> Option<u64> {
        self.value("size")?
            .get("shortest_edge")
            .and_then(whole_number)
    }

    /// The number of colours of an image.
    pub fn channels(&self) -> Option<u64> {
        let means = || Some(self.value("image_mean")?.as_array()?.len() as u64);
        self.number("num_channels")
            .or_else(means)
            .filter(|channels| *channels > 0)
    }

    /// How many times a second a sound is measured.
    pub fn sampling_rate(&self) -> Option<u64> {
        self.number("sampling_rate")
    }

    /// How many numbers stand for a moment of a sound: 1 where it is the sound itself.
    pub fn feature_size(&self) -> Option<u64> {
        self.number("feature_size")
            .or_else(|| self.number("num_mel_bins"))
    }

    /// For how many moments a sound is always made to last: shorter ones are padded, longer ones cut.
    pub fn frames(&self) -> Option<u64> {
        self.number("nb_max_frames")
            .or_else(|| self.number("max_length"))
    }

    /// How many seconds of a sound are taken at once.
    pub fn chunk_seconds(&self) -> Option<u64> {
        self.number("chunk_length")
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.value(key).and_then(whole_number)
    }

    /// A field, of the whole or of one of its parts.
    fn value(&self, key: &str) -> Option<&Value> {
        let whole = self.0.map();
        let parts = ["image_processor", "feature_extractor", "audio_processor"];
        let parts = parts
            .iter()
            .filter_map(|part| whole.get(*part)?.as_object());
        let mut maps = std::iter::once(whole).chain(parts);
        maps.find_map(|map: &Map<String, Value>| map.get(key).filter(|value| !value.is_null()))
    }
}

/// Height and width: a number for both, or an object of the two.
fn sides(size: &Value) -> Option<(u64, u64)> {
    let both = whole_number(size).map(|length| (length, length));
    let length = |side| size.get(side).and_then(whole_number);
    both.or_else(|| Some((length("height")?, length("width")?)))
}
