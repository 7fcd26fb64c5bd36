//! `config.json`: what a model says of itself.

use hubkit_types::Senses;
use serde_json::{Map, Value};

use super::{ConfigError, Document};

/// The configuration of a model, as transformers, MLX and their kin write it.
///
/// Every field may be missing, of a wrong type or a stranger's text. What concerns the language model is looked for in
/// its own section first (`text_config` and its other names), then in the whole.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Config(Document);

/// Where models of several parts keep what concerns their language model.
const LANGUAGE_SECTIONS: [&str; 8] = [
    "thinker_config",
    "text_config",
    "llm_config",
    "language_config",
    "language_model_config",
    "lm_config",
    "decoder",
    "text_model",
];

/// How far sections are followed into sections: `thinker_config.text_config`.
const DEEPEST_SECTION: usize = 3;

impl Config {
    /// Reads a document of at most 10 MB.
    ///
    /// # Errors
    ///
    /// When it is too long, no JSON, or no object. Fields of wrong types are no error: they are as if missing.
    pub fn parse(bytes: &[u8]) -> Result<Self, ConfigError> {
        Document::parse(bytes).map(Self)
    }

    /// The classes that the model was saved from, such as `LlamaForCausalLM`.
    pub fn architectures(&self) -> Vec<&str> {
        let own = self.root().get("architectures");
        let list = own.or_else(|| self.language().get("architectures"));
        texts(list).collect()
    }

    /// What the model perceives beside texts, as the parts that it names show.
    pub fn senses(&self) -> Senses {
        let thinker = self.root().get("thinker_config").and_then(Value::as_object);
        let has = |parts: &[&str]| {
            let mut sections = [Some(self.root()), thinker].into_iter().flatten();
            let is_there = |section: &Map<String, Value>, part: &str| {
                section.get(part).is_some_and(|part| !part.is_null())
            };
            sections.any(|section| parts.iter().any(|part| is_there(section, part)))
        };
        Senses {
            images: has(&Senses::IMAGE_PARTS),
            sounds: has(&Senses::SOUND_PARTS),
        }
    }

    /// The family of the model, such as `llama`: that of the whole, not that of its language model.
    pub fn model_type(&self) -> Option<&str> {
        self.root().get("model_type")?.as_str()
    }

    /// The family of the language model within, where it differs from that of the whole.
    pub fn language_model_type(&self) -> Option<&str> {
        let own = self.language().get("model_type")?.as_str()?;
        (Some(own) != self.model_type()).then_some(own)
    }

    /// The type that the weights were trained or saved in, such as `bfloat16`: `dtype`, or `torch_dtype` before
    /// version 5 of transformers.
    pub fn dtype(&self) -> Option<&str> {
        let told = dtype_of(self.language()).or_else(|| dtype_of(self.root()))?;
        Some(told.strip_prefix("torch.").unwrap_or(told))
    }

    /// Whether the embedding of the input is that of the output too, where that is said.
    pub fn ties_embeddings(&self) -> Option<bool> {
        let told = |map: &Map<String, Value>| map.get("tie_word_embeddings")?.as_bool();
        told(self.root()).or_else(|| told(self.language()))
    }

    /// How positions are scaled, such as `yarn`, where they are: `rope_parameters`, or `rope_scaling` before version 5
    /// of transformers.
    pub fn position_scaling(&self) -> Option<&str> {
        let scaling = self
            .value(&["rope_parameters", "rope_scaling"])?
            .as_object()?;
        let kind = scaling.get("rope_type").or_else(|| scaling.get("type"))?;
        kind.as_str().filter(|kind| *kind != "default")
    }

    /// The whole document.
    pub(crate) fn root(&self) -> &Map<String, Value> {
        self.0.map()
    }

    /// The section of the language model; the whole, where it has none of its own.
    pub(crate) fn language(&self) -> &Map<String, Value> {
        let mut section = self.root();
        for _ in 0..DEEPEST_SECTION {
            let mut names = LANGUAGE_SECTIONS.iter();
            match names.find_map(|name| section.get(*name)?.as_object()) {
                Some(inner) => section = inner,
                None => break,
            }
        }
        section
    }

    /// The first of these fields that is there and not null: all of them in the language model's section, then in the
    /// whole.
    pub(crate) fn value(&self, names: &[&str]) -> Option<&Value> {
        let first = |map: &'_ Map<String, Value>, name: &&str| {
            map.get(*name).is_some_and(|value| !value.is_null())
        };
        for map in [self.language(), self.root()] {
            if let Some(name) = names.iter().find(|name| first(map, name)) {
                return map.get(*name);
            }
        }
        None
    }

    /// The first of these fields that is a whole number that is not negative.
    pub(crate) fn number(&self, names: &[&str]) -> Option<u64> {
        let maps = [self.language(), self.root()];
        let mut values = maps
            .into_iter()
            .flat_map(|map| names.iter().filter_map(|name| map.get(*name)));
        values.find_map(whole_number)
    }

    /// The first of these fields that is a truth value.
    pub(crate) fn flag(&self, names: &[&str]) -> Option<bool> {
        self.value(names)?.as_bool()
    }
}

fn dtype_of(map: &Map<String, Value>) -> Option<&str> {
    let mut names = ["dtype", "torch_dtype"].into_iter();
    names.find_map(|name| map.get(name)?.as_str())
}

/// The texts in a list.
pub(crate) fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = list.and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

/// A whole number that is not negative, also when it is written as `4096.0`.
pub(crate) fn whole_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        // Above this not every whole number has a floating one of its own.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be whole and in range"
        )]
        (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        Config::parse(text.as_bytes()).expect("an object")
    }

    #[test]
    fn what_concerns_the_language_model_is_found_in_its_section() {
        let config = config(
            r#"{"model_type":"qwen2_5_omni","hidden_size":1,"tie_word_embeddings":false,"torch_dtype":"torch.bfloat16",
            "thinker_config":{"text_config":{"model_type":"t","hidden_size":3584.0,"num_hidden_layers":"28",
            "rope_parameters":{"rope_type":"yarn"},"num_attention_heads":null}}}"#,
        );
        assert_eq!(config.number(&["hidden_size"]), Some(3584));
        assert_eq!(config.number(&["num_hidden_layers"]), None);
        assert_eq!(config.value(&["num_attention_heads"]), None);
        assert_eq!(config.dtype(), Some("bfloat16"));
        assert_eq!(config.position_scaling(), Some("yarn"));
        assert_eq!(config.ties_embeddings(), Some(false));
        assert_eq!(config.model_type(), Some("qwen2_5_omni"));
        assert_eq!(config.language_model_type(), Some("t"));
    }

    #[test]
    fn numbers_that_are_none_are_not_taken_for_some() {
        let config =
            config(r#"{"a":-1,"b":1.5,"c":1e300,"d":true,"e":[1],"f":18446744073709551615}"#);
        for name in ["a", "b", "c", "d", "e"] {
            assert_eq!(config.number(&[name]), None, "{name}");
        }
        assert_eq!(config.number(&["a", "f"]), Some(u64::MAX));
    }
}
