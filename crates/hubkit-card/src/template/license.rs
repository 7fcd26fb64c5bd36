//! Under which terms a repository may be used, where a file leaves no doubt.

use super::{TemplateSources, documents::LICENSES, draft::Draft};
use crate::lists;

/// How a text of a licence is recognised: by how it begins, what stands in it, and what does not. All in lower case, with
/// single blanks.
struct Sign {
    id: &'static str,
    /// Stands among the first words.
    title: &'static str,
    has: &'static [&'static str],
    lacks: &'static [&'static str],
}

const fn sign(
    id: &'static str,
    title: &'static str,
    has: &'static [&'static str],
    lacks: &'static [&'static str],
) -> Sign {
    Sign {
        id,
        title,
        has,
        lacks,
    }
}

const MIT: &str = "permission is hereby granted, free of charge, to any person obtaining a copy";
const BSD: &str = "redistribution and use in source and binary forms, with or without modification, are permitted";
const NAMES: &str = "names of its contributors may be used to endorse or promote";

const SIGNS: &[Sign] = &[
    sign(
        "apache-2.0",
        "apache license version 2.0, january 2004",
        &["terms and conditions for use, reproduction, and distribution"],
        &["commons clause"],
    ),
    sign(
        "mit",
        "",
        &[
            MIT,
            "the above copyright notice and this permission notice shall be included",
            "the software is provided \"as is\"",
        ],
        &[
            "except as contained in this notice",
            "commons clause",
            "non-commercial",
            "noncommercial",
            "use restrictions",
        ],
    ),
    sign(
        "bsd-3-clause",
        "",
        &[BSD, NAMES],
        &[
            "all advertising materials",
            "no express or implied licenses to any party's patent rights",
        ],
    ),
    sign(
        "bsd-3-clause-clear",
        "",
        &[
            BSD,
            NAMES,
            "no express or implied licenses to any party's patent rights",
        ],
        &["all advertising materials"],
    ),
    sign(
        "bsd-2-clause",
        "",
        &[BSD, "binary form must reproduce"],
        &["endorse or promote", "all advertising materials"],
    ),
    sign(
        "isc",
        "",
        &[
            "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice",
        ],
        &[],
    ),
    sign(
        "gpl-3.0",
        "gnu general public license version 3, 29 june 2007",
        &["terms and conditions"],
        &[],
    ),
    sign(
        "gpl-2.0",
        "gnu general public license version 2, june 1991",
        &["terms and conditions"],
        &[],
    ),
    sign(
        "agpl-3.0",
        "gnu affero general public license version 3, 19 november 2007",
        &["terms and conditions"],
        &[],
    ),
    sign(
        "lgpl-3.0",
        "gnu lesser general public license version 3, 29 june 2007",
        &["additional definitions"],
        &[],
    ),
    sign(
        "lgpl-2.1",
        "gnu lesser general public license version 2.1, february 1999",
        &["terms and conditions"],
        &[],
    ),
    sign(
        "mpl-2.0",
        "mozilla public license version 2.0",
        &["1. definitions"],
        &[],
    ),
    sign(
        "cc0-1.0",
        "cc0 1.0 universal",
        &["statement of purpose"],
        &[],
    ),
    sign(
        "cc-by-4.0",
        "attribution 4.0 international",
        &["creative commons attribution 4.0 international public license"],
        &[],
    ),
    sign(
        "cc-by-sa-4.0",
        "attribution-sharealike 4.0 international",
        &["creative commons attribution-sharealike 4.0 international public license"],
        &[],
    ),
    sign(
        "cc-by-nc-4.0",
        "attribution-noncommercial 4.0 international",
        &["creative commons attribution-noncommercial 4.0 international public license"],
        &[],
    ),
    sign(
        "cc-by-nd-4.0",
        "attribution-noderivatives 4.0 international",
        &["creative commons attribution-noderivatives 4.0 international public license"],
        &[],
    ),
    sign(
        "cc-by-nc-sa-4.0",
        "attribution-noncommercial-sharealike 4.0 international",
        &["creative commons attribution-noncommercial-sharealike 4.0 international public license"],
        &[],
    ),
    sign(
        "cc-by-nc-nd-4.0",
        "attribution-noncommercial-noderivatives 4.0 international",
        &[
            "creative commons attribution-noncommercial-noderivatives 4.0 international public license",
        ],
        &[],
    ),
    sign(
        "unlicense",
        "this is free and unencumbered software released into the public domain",
        &["for more information, please refer to"],
        &[],
    ),
    sign(
        "bsl-1.0",
        "boost software license - version 1.0",
        &["permission is hereby granted, free of charge"],
        &[],
    ),
    sign(
        "epl-2.0",
        "eclipse public license - v 2.0",
        &["1. definitions"],
        &[],
    ),
    sign(
        "llama2",
        "llama 2 community license agreement",
        &["you will not use the llama materials"],
        &[],
    ),
    sign(
        "llama3",
        "meta llama 3 community license agreement",
        &["meta llama 3 version release date"],
        &[],
    ),
    sign(
        "llama3.1",
        "llama 3.1 community license agreement",
        &["llama 3.1 version release date"],
        &[],
    ),
    sign(
        "llama3.2",
        "llama 3.2 community license agreement",
        &["llama 3.2 version release date"],
        &[],
    ),
    sign(
        "llama3.3",
        "llama 3.3 community license agreement",
        &["llama 3.3 version release date"],
        &[],
    ),
    sign(
        "llama4",
        "llama 4 community license agreement",
        &["llama 4 version effective date"],
        &[],
    ),
];

/// How far a title may stand from the beginning, in bytes: copyrights and logos come before it.
const HEAD: usize = 400;
/// A text that is this much longer than what a licence is recognised by is more than that licence, in bytes: the GPL has
/// 35 kB.
const LONGEST: usize = 64 << 10;

/// Sets the licence: the author's word, the text of a licence, or the name of one that a file gives.
pub(super) fn fill(draft: &mut Draft<'_>, sources: &TemplateSources<'_>) {
    if !sources.said.licenses.is_empty() {
        draft.set_all("license", &sources.said.licenses, "the command");
        return;
    }
    let mut found: Vec<(&str, &str)> = Vec::new();
    for path in LICENSES {
        if let Some(text) = draft.documents.text(path) {
            match recognised(text) {
                Some(id) => found.push((id, path)),
                None => draft.lose(*path, "it is the text of no licence that is known by heart"),
            }
        }
    }
    if let [(id, path), rest @ ..] = found.as_slice() {
        if rest.iter().all(|(other, _)| other == id) {
            draft.set("license", *id, *path);
            return;
        }
        draft.lose("license", "files hold the texts of several licences");
    } else if let Some((name, source)) = named(draft, sources) {
        match listed(&name) {
            Some(id) => {
                draft.set("license", id, source);
                return;
            }
            None => draft.lose(source, "it names a licence that is not in the Hub's list"),
        }
    }
    draft.miss("the licence: `license` in the metadata");
}

/// The licence of a text.
fn recognised(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").to_lowercase().replace(['“', '”'], "\"");
    let head = text.floor_char_boundary(HEAD.min(text.len()));
    let head = &text[..head];
    let mut fitting = SIGNS.iter().filter(|sign| {
        head.contains(sign.title)
            && sign.has.iter().all(|words| text.contains(words))
            && !sign.lacks.iter().any(|words| text.contains(words))
    });
    let first = fitting.next()?;
    // Titles of some stand within those of others: the longest is meant.
    let best = fitting.fold(first, |best, other| {
        if other.title.len() > best.title.len() {
            other
        } else {
            best
        }
    });
    Some(best.id)
}

/// The name of a licence that a file gives, and where.
fn named(draft: &Draft<'_>, sources: &TemplateSources<'_>) -> Option<(String, String)> {
    for (path, names) in [
        ("config.json", &["pretrained_cfg", "license"][..]),
        ("meta.json", &["license"]),
        ("dataset_info.json", &["license"]),
    ] {
        if let Some(name) = draft.documents.string(path, names) {
            return Some((name.to_owned(), format!("{path}: {}", names.join("."))));
        }
    }
    let name = sources.header.get("general.license")?.first()?;
    let file = sources.weights.first()?;
    Some((name.clone(), format!("{file}: general.license")))
}

/// The licence of the Hub's list that a name can only mean.
fn listed(name: &str) -> Option<&'static str> {
    let name = name.trim();
    let license = lists::license(&name.to_ascii_lowercase())
        .or_else(|| lists::license_of_spdx(name))
        .filter(|license| !matches!(license.id, "other" | "unknown"))?;
    Some(license.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIT_TEXT: &str = "MIT License\n\nCopyright (c) 2026 Lab\n\nPermission is hereby granted, free of charge, to any \
        person obtaining a copy\nof this software … The above copyright notice and this permission notice shall be \
        included in all\ncopies … THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY";

    #[test]
    fn every_sign_is_of_a_listed_licence() {
        for sign in SIGNS {
            assert!(lists::license(sign.id).is_some(), "{}", sign.id);
            assert_eq!(sign.title, sign.title.to_lowercase());
            for words in [sign.has, sign.lacks].concat() {
                assert_eq!(words, words.to_lowercase());
            }
        }
    }

    #[test]
    fn texts_are_recognised_or_left_alone() {
        assert_eq!(recognised(MIT_TEXT), Some("mit"));
        assert_eq!(recognised("MIT"), None);
        assert_eq!(recognised("This is released under the MIT License."), None);
        let restricted = format!("{MIT_TEXT}\nNon-commercial use only.");
        assert_eq!(recognised(&restricted), None);
        let apache = "Apache License\n  Version 2.0, January 2004\n http://www.apache.org/licenses/\n\n TERMS AND \
            CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION";
        assert_eq!(recognised(apache), Some("apache-2.0"));
        let both = format!("{apache}\n\n{MIT_TEXT}");
        assert_ne!(recognised(&both), Some("mit"));
        let sharing = "Attribution-ShareAlike 4.0 International\n … Creative Commons Attribution-ShareAlike 4.0 \
            International Public License";
        assert_eq!(recognised(sharing), Some("cc-by-sa-4.0"));
    }

    #[test]
    fn names_are_those_of_the_list_or_of_spdx() {
        assert_eq!(listed("Apache-2.0"), Some("apache-2.0"));
        assert_eq!(listed("MIT"), Some("mit"));
        assert_eq!(listed("other"), None);
        assert_eq!(listed("mine"), None);
    }
}
