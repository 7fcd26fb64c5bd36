//! Where the metadata of a card ends and its text begins.

use crate::Dialect;

/// A card in two parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parts<'a> {
    /// What stands between the two lines of dashes, without the line ends next to them; `None` without such a block.
    pub block: Option<&'a str>,
    /// The text after the block; the whole text without one.
    pub body: &'a str,
}

/// Tells the block of metadata from the text, as the Hub and its Python client do.
///
/// A block begins after nothing but white space (and a byte order mark) with a line of exactly three dashes, and ends
/// with the first line that begins with three dashes and holds only blanks after them. Line ends are LF or CRLF; a lone
/// CR ends no closing line. Of a text without a closing line nothing is metadata. Takes one pass over the text.
pub fn split(text: &str) -> Parts<'_> {
    find(text).unwrap_or(Parts {
        block: None,
        body: text,
    })
}

/// The same for a dialect: to Python all but the last of the line ends before the closing line belong to the block.
pub(crate) fn split_as(text: &str, dialect: Dialect) -> Parts<'_> {
    let parts = split(text);
    let Some(block) = parts.block.filter(|_| dialect == Dialect::Python) else {
        return parts;
    };
    // The block is a part of the text, so the distance between the two is a number of bytes of it.
    let begin = (block.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let rest = text.get(begin..).unwrap_or(block);
    let bytes = rest.as_bytes();
    let mut end = block.len();
    while matches!(bytes.get(end), Some(b'\r' | b'\n')) {
        end += 1;
    }
    end = match bytes.get(..end) {
        Some([.., b'\r', b'\n']) if end - block.len() >= 2 => end - 2,
        Some([.., b'\r' | b'\n']) if end > block.len() => end - 1,
        _ => block.len(),
    };
    Parts {
        block: rest.get(..end),
        body: parts.body,
    }
}

fn find(text: &str) -> Option<Parts<'_>> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let inside = start.strip_prefix("---")?;
    let after_breaks = inside.trim_start_matches(['\r', '\n']);
    let breaks = inside.len() - after_breaks.len();
    if breaks == 0 {
        return None;
    }
    let closed = closing(after_breaks).map(|(end, body)| (breaks, breaks + end, breaks + body));
    // With no other end, dashes right after a blank line close an empty block.
    let closed = closed.or_else(|| {
        let rest = (breaks > 1).then(|| dashes(after_breaks))??;
        Some((breaks - 1, breaks - 1, inside.len() - rest.len()))
    });
    let (begin, end, body) = closed?;
    Some(Parts {
        block: Some(&inside[begin..end]),
        body: &inside[body..],
    })
}

/// Where the text before the first closing line ends, and where what follows that line begins.
fn closing(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let is_break = |at: usize| matches!(bytes.get(at), Some(b'\r' | b'\n'));
    let mut from = 0;
    while let Some(found) = text[from..].find("---") {
        let at = from + found;
        if at > 0
            && is_break(at - 1)
            && let Some(rest) = dashes(&text[at..])
        {
            let mut end = at;
            while end > 0 && is_break(end - 1) {
                end -= 1;
            }
            return Some((end, text.len() - rest.len()));
        }
        from = at + 1;
    }
    None
}

/// What follows a closing line at the start of a text.
fn dashes(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("---")?.trim_start_matches([' ', '\t']);
    let line_end = ["\r\n", "\n"].iter().find_map(|end| rest.strip_prefix(end));
    line_end.or_else(|| rest.is_empty().then_some(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, block: Option<&str>, body: &str) {
        assert_eq!(split(text), Parts { block, body }, "{text:?}");
    }

    #[test]
    fn a_block_stands_between_two_lines_of_dashes() {
        check("---\na: b\n---\nbody\n", Some("a: b"), "body\n");
        check("---\r\na: b\r\n---\r\nbody", Some("a: b"), "body");
        check("\u{feff}---\na: b\n---", Some("a: b"), "");
        check("\n \t\n---\na: b\n---  \t\nbody", Some("a: b"), "body");
        check("---\n\n\na: b\n\n\n---\n\nbody", Some("a: b"), "\nbody");
        check("---\na: |\n ---\n b\n---\n", Some("a: |\n ---\n b"), "");
        check("---\na: b\n---\nc\n---\n", Some("a: b"), "c\n---\n");
        check("---\na: b\n----\nc: d\n---\n", Some("a: b\n----\nc: d"), "");
    }

    #[test]
    fn an_empty_block_needs_a_line_of_its_own() {
        check("---\n\n---\nbody", Some(""), "body");
        check("---\r\n---\r\nbody", Some(""), "body");
        check("---\n# only a remark\n---\n", Some("# only a remark"), "");
        check("---\n---\nbody", None, "---\n---\nbody");
        // The first dashes are passed over while there are others to end at.
        check("---\n\n---\na: b\n---\nc", Some("---\na: b"), "c");
    }

    #[test]
    fn what_is_not_closed_or_not_first_is_text() {
        for text in [
            "",
            "---",
            "---\n",
            "text\n---\na: b\n---\n",
            "<!-- c -->\n---\na: b\n---\n",
            "--- \na: b\n---\n",
            "----\na: b\n----\n",
            "---\na: b\n...\n",
            "---\na: b\n--- c\n",
            "---\ra: b\r---\rbody",
            "```\n---\na: b\n---\n```",
        ] {
            check(text, None, text);
        }
    }
}
