//! What goes into a repository's model and what comes out, by what a hub tells of it in one answer.

use hubkit::{RepoInfo, RepoKind};
use hubkit_card::{Evidence, Metadata, Modality};
use serde_json::Value;

/// Concludes it from the metadata, the task and library as the hub sees them, and the names of the files.
pub(super) fn of(kind: RepoKind, info: &RepoInfo) -> Modality {
    let paths = info.siblings.iter().flatten();
    let paths: Vec<&str> = paths.map(|file| file.path.as_str()).collect();
    let evidence = Evidence {
        files: &paths,
        // The Hub hands on a part of config.json: the classes, the type and the kind of tokenizer.
        config: info.rest.get("config"),
        gguf: info
            .rest
            .get("gguf")
            .and_then(|gguf| gguf["architecture"].as_str()),
        ..Evidence::default()
    };
    hubkit_card::modality(kind, &metadata(info), &evidence)
}

/// The metadata of the card, with what the hub concluded where the card is silent.
fn metadata(info: &RepoInfo) -> Metadata {
    let mut data = match &info.card_data {
        Some(Value::Object(data)) => data.clone(),
        _ => serde_json::Map::new(),
    };
    for (name, told) in [
        ("pipeline_tag", &info.pipeline_tag),
        ("library_name", &info.library_name),
    ] {
        let is_silent = data.get(name).is_none_or(Value::is_null);
        if let (true, Some(told)) = (is_silent, told) {
            data.insert(name.to_owned(), told.as_str().into());
        }
    }
    Metadata::from_json(&data)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn info(told: &Value) -> RepoInfo {
        let mut info = RepoInfo::new("me/tiny".parse().expect("a name"));
        info.pipeline_tag = told["task"].as_str().map(str::to_owned);
        info.card_data = told.get("card").cloned();
        info.rest.extend(
            ["config", "gguf"]
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), told.get(name)?.clone()))),
        );
        info
    }

    fn media(kind: RepoKind, told: &Value) -> String {
        let modality = of(kind, &info(told));
        let names = |media: &[hubkit_card::lists::Medium]| {
            let names: Vec<_> = media.iter().map(|medium| medium.as_str()).collect();
            names.join(", ")
        };
        format!("{} → {}", names(&modality.inputs), names(&modality.outputs))
    }

    #[test]
    fn one_answer_of_a_hub_tells_it() {
        let model = |told| media(RepoKind::Model, &told);
        assert_eq!(model(json!({"task": "text-to-image"})), "text → image");
        let card = json!({"pipeline_tag": "text-to-speech"});
        assert_eq!(
            model(json!({"card": card, "task": "fill-mask"})),
            "text → audio"
        );
        let silent = json!({"pipeline_tag": null, "license": "\u{7f}: - &\u{2028}"});
        assert_eq!(
            model(json!({"card": silent, "task": "fill-mask"})),
            "text → text"
        );
        let config = json!({"architectures": ["LlamaForCausalLM"], "model_type": "llama"});
        assert_eq!(model(json!({"config": config})), "text → text");
        let header = json!({"total": 1_000, "architecture": "llama", "context_length": 2_048});
        assert_eq!(model(json!({"gguf": header})), "text → text");
        assert_eq!(model(json!({"card": ["odd"], "gguf": 1})), " → ");
        let card = json!({"task_categories": ["image-classification"]});
        assert_eq!(media(RepoKind::Dataset, &json!({"card": card})), " → image");
    }
}
