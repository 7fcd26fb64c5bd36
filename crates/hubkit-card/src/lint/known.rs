//! What a word that is in no list may have meant.

use crate::lists;

/// A word of a list that is near one that is not.
#[derive(Debug)]
pub(super) struct Nearest {
    pub(super) value: String,
    /// Whether nothing else can have been meant, so that it may be written in its place unasked.
    pub(super) is_certain: bool,
}

impl Nearest {
    fn certain(value: &str) -> Self {
        Self {
            value: value.to_owned(),
            is_certain: true,
        }
    }
}

/// The word that differs in nothing but case and what stands between its parts, or else the nearest.
pub(super) fn nearest(
    text: &str,
    list: impl Iterator<Item = &'static str> + Clone,
) -> Option<Nearest> {
    let bare_text = bare(text);
    let mut same = list.clone().filter(|word| bare(word) == bare_text);
    if let (Some(value), None) = (same.next(), same.next()) {
        return Some(Nearest::certain(value));
    }
    // A slip of the pen is seldom in the first letter.
    let first = bare_text.chars().next()?;
    let value = lists::nearest(list.filter(|word| word.starts_with(first)), text)?;
    Some(Nearest {
        value: value.to_owned(),
        is_certain: false,
    })
}

/// The letters and digits alone, in lower case.
fn bare(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).take(100).collect()
}

/// Of a licence, its name for people and its name in the SPDX License List count too.
pub(super) fn nearest_license(text: &str) -> Option<Nearest> {
    let ids = || lists::licenses().iter().map(|license| license.id);
    if let Some(license) = lists::license_of_spdx(text.trim()) {
        return Some(Nearest::certain(license.id));
    }
    let wanted = simple(text);
    let names = lists::licenses()
        .iter()
        .filter(|license| simple(license.name) == wanted);
    let ids_meant = lists::licenses()
        .iter()
        .filter(|license| simple(license.id) == wanted);
    let mut meant: Vec<_> = names.chain(ids_meant).map(|license| license.id).collect();
    meant.sort_unstable();
    meant.dedup();
    match *meant.as_slice() {
        [id] => Some(Nearest::certain(id)),
        _ => nearest(text, ids()),
    }
}

/// A name of a licence without the words that name no licence: `Apache License, Version 2.0` is `apache20`.
fn simple(name: &str) -> String {
    let lower = name.chars().take(100).collect::<String>().to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '.');
    let is_named = |word: &&str| !matches!(*word, "license" | "licence" | "version" | "the" | "v");
    words.filter(is_named).map(bare).collect()
}

/// The languages that cards name most often, by name.
const LANGUAGES: &[(&str, &str)] = &[
    ("arabic", "ar"),
    ("bengali", "bn"),
    ("bulgarian", "bg"),
    ("catalan", "ca"),
    ("chinese", "zh"),
    ("croatian", "hr"),
    ("czech", "cs"),
    ("danish", "da"),
    ("dutch", "nl"),
    ("english", "en"),
    ("finnish", "fi"),
    ("french", "fr"),
    ("german", "de"),
    ("greek", "el"),
    ("hebrew", "he"),
    ("hindi", "hi"),
    ("hungarian", "hu"),
    ("indonesian", "id"),
    ("italian", "it"),
    ("japanese", "ja"),
    ("korean", "ko"),
    ("norwegian", "no"),
    ("persian", "fa"),
    ("polish", "pl"),
    ("portuguese", "pt"),
    ("romanian", "ro"),
    ("russian", "ru"),
    ("spanish", "es"),
    ("swahili", "sw"),
    ("swedish", "sv"),
    ("tamil", "ta"),
    ("thai", "th"),
    ("turkish", "tr"),
    ("ukrainian", "uk"),
    ("urdu", "ur"),
    ("vietnamese", "vi"),
];

/// Of a language, the code of its English name, or else its code without a region: `en-US` is `en`.
pub(super) fn nearest_language(text: &str) -> Option<Nearest> {
    let lower = text.trim().to_ascii_lowercase();
    if let Some((_, code)) = LANGUAGES.iter().find(|(name, _)| *name == lower) {
        return Some(Nearest::certain(code));
    }
    let code = lower.split(['-', '_']).next().unwrap_or_default();
    lists::is_language(code).then(|| Nearest {
        value: code.to_owned(),
        is_certain: code == lower,
    })
}

/// Of a size, what is left when blanks and the case of letters do not count: `1K < n < 10k`.
pub(super) fn nearest_size(text: &str) -> Option<Nearest> {
    let simple = |text: &str| -> String {
        let plain = text.chars().filter(|c| !c.is_whitespace() && *c != '=');
        plain.flat_map(char::to_lowercase).take(100).collect()
    };
    let wanted = simple(text);
    let mut sizes = lists::SIZE_CATEGORIES.iter().copied();
    let same = sizes.find(|size| simple(size) == wanted);
    same.map(Nearest::certain)
        // `unknown` is near to nothing that is a size.
        .or_else(|| {
            nearest(text, lists::SIZE_CATEGORIES.iter().copied()).filter(|_| !wanted.contains('n'))
        })
}
