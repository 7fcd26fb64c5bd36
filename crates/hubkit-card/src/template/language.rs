//! The languages of a model, where a file names them. The name of a repository never tells.

use serde_json::Value as Json;

use super::{TemplateSources, draft::Draft};
use crate::lists;

/// No model has more; what lists more lists something else.
const MOST: usize = 2_000;

/// Sets the languages: the author's word, or what a file lists.
pub(super) fn fill(draft: &mut Draft<'_>, sources: &TemplateSources<'_>) {
    let said = &sources.said.languages;
    if !said.is_empty() {
        draft.set_all("language", said, "the command");
        return;
    }
    let Some((found, source)) = found(draft, sources) else {
        return;
    };
    let (mut languages, mut unknown) = (Vec::new(), Vec::new());
    for code in found {
        let list = if lists::is_language(&code) {
            &mut languages
        } else {
            &mut unknown
        };
        if !list.contains(&code) {
            list.push(code);
        }
    }
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        draft.lose(source.as_str(), format!("no codes of ISO 639: {unknown}"));
    }
    languages.sort();
    if source.contains("lang_to_id") || source.contains("special_tokens") {
        draft.miss(
            "which of the languages it is good for: the file lists those that it has words for",
        );
    }
    draft.set_all("language", &languages, source);
}

fn found(draft: &Draft<'_>, sources: &TemplateSources<'_>) -> Option<(Vec<String>, String)> {
    let documents = &draft.documents;
    let value = |path: &str, names: &[&str]| {
        let value = documents.value(path, names)?;
        Some((value, format!("{path}: {}", names.join("."))))
    };
    // What a tokenizer or a model was made for, in so many words.
    for (path, name) in [
        ("config.json", "language"),
        ("config.json", "languages"),
        ("meta.json", "lang"),
        ("tokenizer_config.json", "language"),
    ] {
        if let Some((value, source)) = value(path, &[name]) {
            let texts = texts(value);
            // Names of languages are no codes, and a word may be anything.
            let codes: Vec<_> = texts.iter().filter_map(|text| code(text)).collect();
            if !codes.is_empty() {
                return Some((codes, source));
            }
        }
    }
    if let Some(codes) = sources.header.get("general.languages") {
        let codes: Vec<_> = codes.iter().filter_map(|text| code(text)).collect();
        let file = sources.weights.first().copied().unwrap_or_default();
        if !codes.is_empty() {
            return Some((codes, format!("{file}: general.languages")));
        }
    }
    // Whisper's tokens `<|en|>`, and the numbers that XLM has of languages.
    for (path, name) in [
        ("generation_config.json", "lang_to_id"),
        ("config.json", "lang2id"),
    ] {
        if let Some((Json::Object(entries), source)) = value(path, &[name]) {
            let names = entries.keys().take(MOST);
            let codes: Vec<_> = names
                .filter_map(|token| code(token.trim_matches(['<', '|', '>'])))
                .collect();
            if !codes.is_empty() {
                return Some((codes, source));
            }
        }
    }
    for name in ["additional_special_tokens", "extra_special_tokens"] {
        if let Some((value, source)) = value("tokenizer_config.json", &[name]) {
            let texts = texts(value);
            let codes: Vec<_> = texts.iter().filter_map(|text| token(text)).collect();
            // One token that looks like a language may be anything.
            if codes.len() > 1 {
                return Some((codes, source));
            }
        }
    }
    let pair = |name| value("tokenizer_config.json", &[name]);
    if let (Some((from, _)), Some((into, _))) = (pair("source_lang"), pair("target_lang")) {
        let codes: Vec<_> = [from, into]
            .into_iter()
            .filter_map(|value| code(value.as_str()?))
            .collect();
        if codes.len() == 2 {
            let source = "tokenizer_config.json: source_lang, target_lang";
            return Some((codes, source.to_owned()));
        }
    }
    None
}

/// The texts of a list, or a text.
fn texts(value: &Json) -> Vec<&str> {
    match value {
        Json::String(text) => vec![text.as_str()],
        Json::Array(items) => items
            .iter()
            .take(MOST)
            .filter_map(|item| item.as_str().or_else(|| item.get("content")?.as_str()))
            .collect(),
        _ => Vec::new(),
    }
}

/// What has the form of a code: two or three letters, in lower case, perhaps with a region.
fn code(text: &str) -> Option<String> {
    let text = text.trim();
    let (code, region) = text.split_once(['-', '_']).unwrap_or((text, ""));
    let is_code = |code: &str| {
        (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let is_region = region.len() <= 4 && region.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_word = region.is_empty() && text == "multilingual";
    (is_word || is_code(code) && is_region).then(|| code.to_owned())
}

/// The language of a token of mBART (`ar_AR`), NLLB (`ace_Arab`) or M2M100 (`__af__`).
fn token(text: &str) -> Option<String> {
    let inside = text
        .strip_prefix("__")
        .and_then(|text| text.strip_suffix("__"));
    if let Some(inside) = inside {
        return code(inside).filter(|code| code == inside);
    }
    let (code, region) = text.split_once('_')?;
    let is_lower = code.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_country = region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_script = region.len() == 4
        && region
            .as_bytes()
            .first()
            .is_some_and(u8::is_ascii_uppercase)
        && region.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
    let fits = code.len() == 2 && is_country || code.len() == 3 && is_script;
    (is_lower && fits).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_are_languages() {
        for (text, expected) in [
            ("en", Some("en")),
            ("en-US", Some("en")),
            ("zh_CN", Some("zh")),
            ("multilingual", Some("multilingual")),
            ("english", None),
            ("EN", None),
            ("en us", None),
        ] {
            assert_eq!(code(text).as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("ar_AR", Some("ar")),
            ("ace_Arab", Some("ace")),
            ("__af__", Some("af")),
            ("<mask>", None),
            ("im_end", None),
            ("en_Arab", None),
        ] {
            assert_eq!(token(text).as_deref(), expected, "{text}");
        }
    }
}
