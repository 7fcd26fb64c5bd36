//! What is wrong with the names of members, taken together and each alone.

use std::cmp::Ordering;

use hubkit_types::{PathFault, RepoPath};

use super::Entry;
use crate::findings::Findings;

/// Looks at all names.
pub(super) fn check(entries: &[Entry], findings: &mut Findings) {
    for entry in entries {
        let name = entry.name.strip_suffix('/').unwrap_or(&entry.name);
        let Err(fault) = name.parse::<RepoPath>() else {
            continue;
        };
        let message = format!(
            "expected a name that is safe to unpack, found {}: {fault}",
            entry.shown()
        );
        match fault.fault() {
            // Their readers look for members under any name.
            PathFault::Trailing | PathFault::Device | PathFault::Depth | PathFault::PartLength => {
                findings.warning("unsafe-name", message);
            }
            _ => findings.fault("unsafe-name", message),
        }
    }
    let mut order: Vec<&Entry> = entries.iter().collect();
    order.sort_by(|one, other| by_folder(&one.name, &other.name));
    for pair in order.windows(2) {
        let (one, other) = (&pair[0].name, &pair[1].name);
        if one == other {
            findings.fault(
                "duplicate",
                format!(
                    "expected one member of a name, found several of {}",
                    pair[0].shown()
                ),
            );
        } else if !pair[0].is_folder()
            && other
                .strip_prefix(one.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        {
            findings.fault(
                "duplicate",
                format!(
                    "expected a file or a folder, found {} as both",
                    pair[0].shown()
                ),
            );
        }
    }
}

/// Orders names so that what is in a folder follows right behind the name of the folder.
fn by_folder(one: &str, other: &str) -> Ordering {
    let key = |byte: u8| if byte == b'/' { 0 } else { u16::from(byte) + 1 };
    one.bytes().map(key).cmp(other.bytes().map(key))
}
