//! Files that were named as cards and are none.

use std::path::Path;

use hubkit_card::split;

use crate::{exit::Exit, failure::Failure, ui::plain};

/// What holds a zero so near its beginning is no text, as Git has it.
const LOOKED_AT: usize = 8_000;
/// Data, by the endings of its names.
const DATA: [&str; 3] = ["json", "yaml", "yml"];

/// Refuses what was named as a card and is none: weights, and metadata without a card around it. Read as a card it would
/// say nothing at all, which is not what was asked.
pub(super) fn check(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = plain(&file.display().to_string());
    let refused = |what: &str, hint: String| {
        let message = format!("{name} is no card: {what}");
        Err(Failure::new(Exit::Integrity, "not_a_card", message).hint(hint))
    };
    if bytes.starts_with(b"GGUF") {
        let hint = format!(
            "name the folder of the model: `hubkit card show` tells what goes in and comes out, and `hubkit inspect {name}` what the file holds"
        );
        return refused("it is a file of weights, GGUF", hint);
    }
    let has_block = || split(&String::from_utf8_lossy(bytes)).block.is_some();
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let ending = file.extension().and_then(|ending| ending.to_str());
    // A text may hold a zero by mistake, and pages are made of it without.
    let is_markdown = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("md"))
        && std::str::from_utf8(bytes).is_ok();
    let has_zero = bytes.iter().take(LOOKED_AT).any(|byte| *byte == 0);
    if !is_utf16 && !is_markdown && has_zero && !has_block() {
        let hint = "name a README.md, or the folder that it lies in".to_owned();
        return refused("it holds bytes that are no text", hint);
    }
    let is_data =
        ending.is_some_and(|ending| DATA.iter().any(|data| ending.eq_ignore_ascii_case(data)));
    if is_data && !has_block() {
        let hint = format!(
            "put it between two lines of `---` at the top of a README.md, or `hubkit card merge README.md {name}`; results and eval.yaml are read with the folder of their card"
        );
        return refused(
            "it is data, not a text with metadata between two lines of `---`",
            hint,
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_card_is_told_what_it_is() {
        for (name, bytes, told) in [
            ("a.gguf", &b"GGUF\x03\0"[..], Some("GGUF")),
            ("ls", b"\x7fELF\0", Some("no text")),
            ("a.yaml", b"license: mit\n", Some("data")),
            ("a.JSON", b"{}", Some("data")),
            ("a.yaml", b"---\nlicense: mit\n---\n", None),
            ("a.md", b"---\nlicense: mit\n---\na\0", None),
            ("a.md", b"\xff\xfea\0", None),
            ("a.md", b"a\0", None),
            ("a.md", b"\x7fELF\0\xff", Some("no text")),
            ("a.safetensors", b"@\0", Some("no text")),
            ("a.md", b"", None),
            ("a.txt", b"text", None),
        ] {
            let found = check(Path::new(name), bytes);
            let message = found.err().map(|failure| failure.message().to_owned());
            match told {
                Some(told) => assert!(
                    message.is_some_and(|message| message.contains(told)),
                    "{name}"
                ),
                None => assert_eq!(message, None, "{name}"),
            }
        }
    }
}
