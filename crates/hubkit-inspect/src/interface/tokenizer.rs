//! `tokenizer_config.json`: how texts are cut into tokens.

use serde_json::Value;

use crate::{
    ConfigError,
    model::{Document, texts, whole_number},
};

/// The configuration of a tokenizer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TokenizerConfig(Document);

/// The roles of special tokens.
const ROLES: [&str; 7] = [
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
];

/// What stands for "no limit" in tokenizers of transformers is 10^30; no honest limit comes near this.
const LONGEST: u64 = 1 << 32;

impl TokenizerConfig {
    /// Reads a document of at most 10 MB.
    ///
    /// # Errors
    ///
    /// When it is too long, no JSON, or no object. Fields of wrong types are as if missing.
    pub fn parse(bytes: &[u8]) -> Result<Self, ConfigError> {
        Document::parse(bytes).map(Self)
    }

    /// The class, such as `PreTrainedTokenizerFast`.
    pub fn class(&self) -> Option<&str> {
        self.0.map().get("tokenizer_class")?.as_str()
    }

    /// The number of tokens that a text is cut to; `None` where there is no limit.
    pub fn longest(&self) -> Option<u64> {
        let longest = self
            .0
            .map()
            .get("model_max_length")
            .and_then(whole_number)?;
        (longest > 0 && longest < LONGEST).then_some(longest)
    }

    /// The special tokens by their roles, such as `bos_token`. A token is a stranger's text.
    pub fn special_tokens(&self) -> Vec<(&'static str, &str)> {
        let token = |role: &'static str| {
            let value = self.0.map().get(role)?;
            let content = value.get("content").unwrap_or(value).as_str();
            Some((role, content?))
        };
        ROLES.into_iter().filter_map(token).collect()
    }

    /// Whether it has a template for conversations of its own. It may also be in a file beside it.
    pub fn has_chat_template(&self) -> bool {
        let template = self.0.map().get("chat_template");
        template.is_some_and(|template| template.is_string() || template.is_array())
    }

    /// What it gives to a model, such as `input_ids`, where it says so.
    pub(super) fn gives(&self, input: &str) -> Option<bool> {
        let names = self
            .0
            .map()
            .get("model_input_names")
            .filter(|names| Value::is_array(names))?;
        Some(texts(Some(names)).any(|name| name == input))
    }
}
