//! Pickles among the members of an archive, whatever they are called.

use hubkit_types::shown;

use super::{Archive, Entry, local};
use crate::{
    findings::Findings,
    format,
    pickle::{self, Bytes},
    view::{Step, View},
};

/// The longest pickle that is read.
const MOST_PICKLE: u64 = 4 << 20;

/// So many members are fetched only because they are called so. After each the directory is gone through again.
const MOST_FETCHED: usize = 16;
const MOST_WORK: usize = 500_000;

/// So many are looked at in all, and so many bytes of them.
const MOST_LOOKED_AT: usize = 20_000;
const MOST_BYTES: u64 = 64 << 20;

/// Looks at all members that are called as pickles are, or start as one does.
pub(crate) fn pickles(view: &View, archive: &Archive, findings: &mut Findings) -> Step<()> {
    if analyse(view, archive, |_| true, findings)? {
        pickle::can_run_code(findings);
    }
    Ok(())
}

/// As [`pickles`], of a checkpoint: but for its own pickles and its storages.
pub(crate) fn other_pickles(
    view: &View,
    archive: &Archive,
    top: &str,
    findings: &mut Findings,
) -> Step<()> {
    let own = [format!("{top}/data.pkl"), format!("{top}/constants.pkl")];
    let storages = [
        format!("{top}/data/"),
        format!("{top}/constants/"),
        format!("{top}/code/"),
    ];
    let other = |entry: &Entry| {
        !own.contains(&entry.name) && !storages.iter().any(|folder| entry.name.starts_with(folder))
    };
    analyse(view, archive, other, findings)?;
    Ok(())
}

/// Whether there was any.
fn analyse(
    view: &View,
    archive: &Archive,
    wanted: impl Fn(&Entry) -> bool,
    findings: &mut Findings,
) -> Step<bool> {
    let mut found = false;
    let (mut fetched, mut looked_at, mut bytes_left) = (0, 0, MOST_BYTES);
    let entries = archive.entries.iter().filter(|entry| entry.size > 0);
    for entry in entries.filter(|entry| wanted(entry)) {
        let named = is_named_so(&entry.name);
        let here = local::local(view, entry).is_some_and(|header| {
            let content = view.part_at(header.content);
            content.len() as u64 >= entry.packed
        });
        if !here && !named {
            continue;
        }
        // What was fetched is here when the archive is gone through again: it counts as fetched all the same.
        let far = entry.header.saturating_add(entry.packed) > format::FIRST;
        if named && far {
            fetched += 1;
            if fetched > MOST_FETCHED.min(MOST_WORK / archive.entries.len().max(1)) {
                let message = "there are more pickles than are fetched: not fully analysed";
                findings.warning("not-analysed", message);
                continue;
            }
        }
        looked_at += 1;
        if looked_at > MOST_LOOKED_AT || bytes_left == 0 {
            findings.warning(
                "not-analysed",
                "there are more members than are looked at: not fully analysed",
            );
            break;
        }
        let most = MOST_PICKLE.min(bytes_left);
        let content = match archive.read(view, entry, if named { most } else { 2 })? {
            Ok(start) if !named && !pickle::may_start(&start) => continue,
            Ok(_) => archive.read(view, entry, most)?,
            Err(message) => Err(message),
        };
        let content = match content {
            Ok(content) => content,
            Err(message) => {
                findings.warning("not-analysed", format!("{message}: not analysed"));
                continue;
            }
        };
        bytes_left = bytes_left.saturating_sub(content.len() as u64);
        let whole = content.len() as u64 >= entry.size;
        if !pickle::recognised(&content, whole) {
            continue;
        }
        found = true;
        let name = format!("`{}`", shown(&entry.name, 80));
        let mut picture = pickle::run(Bytes::Here(&content), 0)?;
        if !whole {
            picture.broken = None;
            findings.warning(
                "not-analysed",
                format!("{name} is longer than is read: not fully analysed"),
            );
        }
        let rest = content.len() as u64 - picture.end.min(content.len() as u64);
        let outcome = pickle::report(picture, &name, findings);
        if outcome == pickle::Outcome::Whole && rest > 0 {
            let message = format!("{rest} bytes stand behind the pickle {name}: not analysed");
            findings.warning("trailing-data", message);
        }
    }
    Ok(found)
}

fn is_named_so(name: &str) -> bool {
    let name = name.trim_end_matches(['.', ' ']).to_ascii_lowercase();
    let endings = [".pkl", ".pickle", ".joblib", ".dill"];
    endings.iter().any(|ending| name.ends_with(ending))
}
