//! The list of languages: thousands of short codes, so they stand in one text, sorted and without gaps.

use std::fmt::Write as _;

use anyhow::{Result, ensure};
use serde::Deserialize;

use super::{Origin, list};

/// How many letters of codes stand in a line.
const WIDTH: usize = 96;

#[derive(Deserialize)]
pub(super) struct Languages {
    /// Several codes a line, between blanks.
    iso_639_1: Vec<String>,
    iso_639_2: Vec<String>,
    iso_639_3: Vec<String>,
    special: Vec<String>,
}

pub(super) fn render(facts: &Languages, origin: &Origin) -> Result<String> {
    let special = codes(&facts.special).map(|code| format!("{code:?}"));
    let three = codes(&facts.iso_639_2).chain(codes(&facts.iso_639_3));
    Ok([
        "use super::List;\n",
        &list(
            "SPECIAL_LANGUAGES",
            "&str",
            origin,
            &special.collect::<Vec<_>>(),
        )?,
        &packed("TWO_LETTERS", 2, codes(&facts.iso_639_1))?,
        &packed("THREE_LETTERS", 3, three)?,
    ]
    .join("\n"))
}

fn codes(lines: &[String]) -> impl Iterator<Item = &str> {
    lines.iter().flat_map(|line| line.split(' '))
}

fn packed<'a>(name: &str, length: usize, codes: impl Iterator<Item = &'a str>) -> Result<String> {
    let mut codes: Vec<_> = codes.collect();
    codes.sort_unstable();
    codes.dedup();
    for code in &codes {
        let is_code = code.len() == length && code.bytes().all(|byte| byte.is_ascii_lowercase());
        ensure!(is_code, "{code:?} is no code of {length} letters");
    }
    let mut text = String::new();
    writeln!(
        text,
        "#[rustfmt::skip]\npub(super) static {name}: &str = \"\\"
    )?;
    for line in codes.chunks(WIDTH / length) {
        writeln!(text, "    {}\\", line.concat())?;
    }
    writeln!(text, "\";")?;
    Ok(text)
}
