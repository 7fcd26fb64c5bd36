//! Whether JSON is a tokenizer, from its beginning alone: other JSON may be large, and need not be fetched to be refused.

/// The entries of a tokenizer.
const ENTRIES: [&[u8]; 9] = [
    b"version",
    b"truncation",
    b"padding",
    b"added_tokens",
    b"normalizer",
    b"pre_tokenizer",
    b"post_processor",
    b"decoder",
    b"model",
];

/// Whether a file that starts so is a tokenizer: all entries that are seen are such a file's, and one of them is none that
/// other files have too.
pub(crate) fn is_tokenizer(start: &[u8]) -> bool {
    let Some(object) = start.trim_ascii_start().strip_prefix(b"{") else {
        return false;
    };
    let (mut depth, mut own, mut expects_name) = (0_u32, false, true);
    let mut rest = object;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'"' => {
                let Some(end) = end_of_text(behind) else {
                    break;
                };
                if depth == 0 && expects_name {
                    let name = &behind[..end];
                    if !ENTRIES.contains(&name) {
                        return false;
                    }
                    own |= !matches!(name, b"version" | b"model");
                    expects_name = false;
                }
                rest = &behind[end + 1..];
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => break,
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => expects_name = true,
            _ => {}
        }
    }
    own
}

/// Where a text ends, behind its first quote.
fn end_of_text(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|byte| {
        let end = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        end
    })
}
