//! Pointers of Git LFS, and the attributes that choose them.

use hubkit_lfs::{Attributes, Pointer, Recognition, recognise};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[("lfs-pointer", pointer), ("lfs-attributes", attributes)];

/// What is read is printed canonically, and read again the same; nothing behind the limit is looked at.
fn pointer(data: &[u8]) {
    let recognised = recognise(data);
    assert_eq!(
        recognise(&data[..data.len().min(Pointer::LIMIT)]),
        recognised
    );
    let read = Pointer::parse(data);
    if let Ok(pointer) = &read {
        let text = pointer.to_string();
        assert!(text.len() < Pointer::LIMIT);
        assert_eq!(
            Pointer::parse_canonical(text.as_bytes()).as_ref(),
            Ok(pointer)
        );
        assert_eq!(
            Pointer::parse_canonical(data).is_ok(),
            text.as_bytes() == data
        );
        assert!(recognised.pointer() == Some(pointer) || data.is_empty());
    } else {
        assert!(recognised.pointer().is_none());
        assert!(Pointer::parse_canonical(data).is_err());
    }
    if data.is_empty() {
        assert_eq!(recognised, Recognition::Empty);
    }
}

/// Rules, a zero byte, and a path.
fn attributes(data: &[u8]) {
    let at = data
        .iter()
        .rposition(|byte| *byte == 0)
        .unwrap_or(data.len());
    let (rules, path) = data.split_at(at);
    let path = path.get(1..).and_then(|path| str::from_utf8(path).ok());
    let attributes = Attributes::parse(rules);
    if let Some(Ok(path)) = path.map(str::parse) {
        attributes.is_lfs(&path);
    }
}
