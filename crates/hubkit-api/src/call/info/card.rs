//! What the card of a repository says, in every shape that it has.

use serde_json::Value;

use super::RepoInfo;

/// What the metadata of the card says, or else the tags that the hub made of it.
impl RepoInfo {
    /// The licences: `apache-2.0`, `other`, …
    pub fn licenses(&self) -> Vec<&str> {
        self.said("license", "license:")
    }

    /// The languages, as the card spells them: `en`, `code`, … None are told where only tags are, of models: theirs have
    /// no mark.
    pub fn languages(&self) -> Vec<&str> {
        self.said("language", "language:")
    }

    /// The models that this one was made from. The server's words: parse them before asking for them.
    pub fn base_models(&self) -> Vec<&str> {
        self.said("base_model", "base_model:")
    }

    /// How many parameters the model has, as the hub counted them in its safetensors or GGUF files.
    pub fn parameters(&self) -> Option<u64> {
        let gguf = || self.gguf()?.get("total")?.as_u64();
        self.safetensors()
            .and_then(|totals| totals.total)
            .or_else(gguf)
    }

    /// One text or several in the card, or tags with this mark.
    fn said(&self, key: &str, mark: &str) -> Vec<&str> {
        let card = self.card_data.as_ref().and_then(|card| card.get(key));
        let said: Vec<&str> = match card {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !said.is_empty() {
            return said;
        }
        let tags = self.tags.iter().filter_map(|tag| tag.strip_prefix(mark));
        // `base_model:finetune:x` says of `base_model:x` what was done.
        tags.filter(|tag| !tag.contains(':')).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn info(card: Option<Value>, tags: &[&str]) -> RepoInfo {
        let mut info = RepoInfo::new("a/b".parse().expect("an id"));
        info.card_data = card;
        info.tags = tags.iter().map(|&tag| tag.to_owned()).collect();
        info
    }

    #[test]
    fn a_card_says_one_or_several_and_tags_stand_in_for_it() {
        let card = json!({ "license": "mit", "language": ["en", 7, "de"], "base_model": null });
        let tags = [
            "license:other",
            "base_model:a/c",
            "base_model:quantized:a/c",
        ];
        let said = info(Some(card), &tags);
        assert_eq!(said.licenses(), ["mit"]);
        assert_eq!(said.languages(), ["en", "de"]);
        assert_eq!(said.base_models(), ["a/c"]);
        let said = info(None, &tags);
        assert_eq!(said.licenses(), ["other"]);
        assert!(said.languages().is_empty());
    }

    #[test]
    fn parameters_are_counted_in_either_format() {
        let mut counted = info(None, &[]);
        assert_eq!(counted.parameters(), None);
        let rest = json!({ "gguf": { "total": 7 } });
        counted.rest = rest.as_object().expect("an object").clone();
        assert_eq!(counted.parameters(), Some(7));
        let totals = json!({ "parameters": { "F32": 3 }, "total": 3 });
        counted.rest.insert("safetensors".to_owned(), totals);
        assert_eq!(counted.parameters(), Some(3));
    }
}
