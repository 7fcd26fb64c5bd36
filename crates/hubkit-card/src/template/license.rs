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
        &[],
    ),
    sign(
        "mit",
        "",
        &[
            MIT,
            "the above copyright notice and this permission notice shall be included",
            "the software is provided \"as is\"",
        ],
        &["except as contained in this notice"],
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
/// A longer text is more than one licence, in bytes: the GPL has 35 kB.
const LONGEST: usize = 64 << 10;
/// The same of a licence of a few paragraphs, which have 2 kB and lists of those who hold the rights.
const LONGEST_SHORT: usize = 6 << 10;
/// The same of the Apache licence, which has 11 kB.
const LONGEST_APACHE: usize = 14 << 10;
/// Licences that have no words for what is forbidden, and are often put beside others or narrowed.
const PERMISSIVE: &[&str] = &[
    "apache-2.0",
    "mit",
    "bsd-3-clause",
    "bsd-3-clause-clear",
    "bsd-2-clause",
    "isc",
    "unlicense",
    "bsl-1.0",
];
/// Words by which a licence begins, and the permissive ones that they may stand in.
const GRANTS: &[(&str, &[&str])] = &[
    ("apache license", &["apache-2.0"]),
    ("permission is hereby granted", &["mit", "bsl-1.0"]),
    (
        "redistribution and use in source and binary forms",
        &["bsd-3-clause", "bsd-3-clause-clear", "bsd-2-clause"],
    ),
];
/// What stands in a text that holds one of these and says more.
const MORE: &[&str] = &[
    "commons clause",
    "non-commercial",
    "noncommercial",
    "not for commercial",
    "research purposes only",
    "research use only",
    "use restrictions",
    "creative commons",
    "cc-by",
    "cc by",
    "openrail",
    "dual-licensed",
    "dual licensed",
    "different terms",
    "general public license",
    "public license version 2.0",
    "community license",
];

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
    let is_there = |sign: &&Sign| {
        text.contains(sign.title)
            && sign.has.iter().all(|words| text.contains(words))
            && !sign.lacks.iter().any(|words| text.contains(words))
    };
    let there: Vec<&Sign> = SIGNS.iter().filter(is_there).collect();
    // Titles of some stand within those of others: the longest is meant.
    let best = there.iter().max_by_key(|sign| sign.title.len())?;
    // What is held under several licences is under none of them alone.
    let is_only = there.iter().all(|sign| {
        sign.id == best.id || !sign.title.is_empty() && best.title.contains(sign.title)
    });
    let head = text.floor_char_boundary(HEAD.min(text.len()));
    let is_more = PERMISSIVE.contains(&best.id)
        && (MORE.iter().any(|words| text.contains(words))
            || GRANTS
                .iter()
                .any(|(grant, ids)| !ids.contains(&best.id) && text.contains(grant))
            || text.len() > longest(best));
    (is_only && text[..head].contains(best.title) && !is_more).then_some(best.id)
}

/// How long a text of a permissive licence may be, in bytes.
fn longest(sign: &Sign) -> usize {
    if sign.id == "apache-2.0" {
        LONGEST_APACHE
    } else {
        LONGEST_SHORT
    }
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
        assert_eq!(recognised(&both), None);
        let sharing = "Attribution-ShareAlike 4.0 International\n … Creative Commons Attribution-ShareAlike 4.0 \
            International Public License";
        assert_eq!(recognised(sharing), Some("cc-by-sa-4.0"));
    }

    #[test]
    fn a_text_that_says_more_than_one_licence_is_left_alone() {
        let weights =
            format!("The weights are under CC-BY-NC 4.0, and the code is under this:\n{MIT_TEXT}");
        assert_eq!(recognised(&weights), None);
        let title =
            "This is licensed under Apache 2.0 or MIT; one file is under CC0 1.0 Universal.";
        let several = format!("{title}\n\n{MIT_TEXT}\n\nCC0 1.0 Universal\n\nStatement of Purpose");
        assert_eq!(recognised(&several), None);
        let bundled = format!(
            "{MIT_TEXT}\n{}",
            "This product holds parts of others. ".repeat(300)
        );
        assert_eq!(recognised(&bundled), None);
        let bsd = format!("{BSD} … {NAMES} …");
        assert_eq!(recognised(&bsd), Some("bsd-3-clause"));
        assert_eq!(recognised(&format!("{MIT_TEXT}\n{bsd}")), None);
        let later =
            "Licensed under the Apache License, Version 2.0, if added after 2017; else under this:";
        assert_eq!(recognised(&format!("{later}\n{bsd}")), None);
    }

    #[test]
    fn names_are_those_of_the_list_or_of_spdx() {
        assert_eq!(listed("Apache-2.0"), Some("apache-2.0"));
        assert_eq!(listed("MIT"), Some("mit"));
        assert_eq!(listed("other"), None);
        assert_eq!(listed("mine"), None);
    }
}
