//! Whether bytes are an ONNX model. There is no mark to go by, only that all begins as such a model does.

/// Whether a file of so many bytes that starts so is an ONNX model: its fields are those of a model, a version of the format
/// is among them, and what stands where the graph does begins as a graph does.
pub(crate) fn is_model(start: &[u8], size: u64) -> bool {
    let (mut rest, mut versioned, mut sets) = (start, false, false);
    loop {
        let Some((tag, behind)) = number(rest) else {
            // All of it was read, and no graph: a model without one names operators at least.
            return rest.is_empty() && start.len() as u64 == size && versioned && sets;
        };
        rest = behind;
        match (tag >> 3, tag & 7) {
            (1, 0) => {
                let Some((version, behind)) = number(rest) else {
                    return false;
                };
                if versioned || !(1..=100).contains(&version) {
                    return false;
                }
                (versioned, rest) = (true, behind);
            }
            (5, 0) => match number(rest) {
                Some((_, behind)) => rest = behind,
                None => return false,
            },
            (field @ (2 | 3 | 4 | 6 | 7 | 8 | 14 | 20 | 25 | 26), 2) => {
                let Some((length, behind)) = number(rest) else {
                    return false;
                };
                if field == 7 {
                    return versioned && length > 0 && begins_a_graph(behind);
                }
                let split = usize::try_from(length)
                    .ok()
                    .and_then(|length| behind.split_at_checked(length));
                let Some((value, behind)) = split else {
                    // Something long before the graph, as a description of the model.
                    return versioned && length < size && matches!(field, 6 | 14 | 25);
                };
                if matches!(field, 2..=6) && !is_plain(value) {
                    return false;
                }
                sets |= field == 8;
                rest = behind;
            }
            _ => return false,
        }
    }
}

/// Whether fields of a graph come first: a node, a name, a tensor, a description, or a value.
fn begins_a_graph(start: &[u8]) -> bool {
    let Some((tag, rest)) = number(start) else {
        return false;
    };
    let known = matches!((tag >> 3, tag & 7), (1 | 2 | 5 | 10..=16, 2));
    known && number(rest).is_some()
}

/// Whether it is a text as producers have for names.
fn is_plain(text: &[u8]) -> bool {
    let text = std::str::from_utf8(text);
    text.is_ok_and(|text| {
        !text.contains(|character: char| character.is_control() && !character.is_whitespace())
    })
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (number, used) = super::wire::number(bytes).ok().flatten()?;
    Some((number, &bytes[used..]))
}
