//! Checkpoints as zip archives, and TorchScript, which is one with code.

use std::collections::HashMap;

use super::{
    stores::{Store, Stores},
    tensors,
};
use crate::{
    Format, Inspection, MetadataValue,
    findings::Findings,
    pickle::{self, Bytes, Import, Outcome},
    view::{Step, View},
    zip::{Archive, members},
};

/// The longest pickle that is read: a million tensors take less.
const MOST_PICKLE: u64 = 96 << 20;

/// The longest of the small files beside it.
const MOST_TEXT: u64 = 64;

const PICKLE: &str = "data.pkl";

/// Whether this archive is a checkpoint.
pub(crate) fn recognised(archive: &Archive) -> bool {
    top(archive).is_some()
}

/// The folder that all members are in.
fn top(archive: &Archive) -> Option<&str> {
    let names = archive.entries.iter().map(|entry| entry.name.as_str());
    let mut tops = names.filter_map(|name| name.strip_suffix(PICKLE)?.strip_suffix('/'));
    tops.find(|top| !top.is_empty() && !top.contains('/'))
}

/// Inspects a checkpoint.
pub(crate) fn inspect(view: &View, archive: &Archive, findings: &mut Findings) -> Step<Inspection> {
    let mut inspection = Inspection::new(Format::PyTorch);
    let top = top(archive).unwrap_or_default().to_owned();
    let code = format!("{top}/code/");
    let script = archive
        .entries
        .iter()
        .any(|entry| entry.name.starts_with(&code));
    inspection.variant = String::from(if script { "TorchScript" } else { "zip" });
    pickle::can_run_code(findings);
    if script {
        let message =
            "TorchScript is code, which runs when the model is used and can read and write files";
        findings.danger("torchscript", message);
    }
    let mut imports = Vec::new();
    // TorchScript keeps the tensors that its code names in a pickle and a folder of their own.
    for (name, folder) in [(PICKLE, "data"), ("constants.pkl", "constants")] {
        let stores = stores(archive, &format!("{top}/{folder}/"));
        let name = format!("{top}/{name}");
        // All of that name: which of several is loaded depends on the reader.
        for entry in archive.entries.iter().filter(|entry| entry.name == name) {
            if entry.packed <= MOST_PICKLE {
                archive.bring(view, entry)?;
            }
            let bytes = match archive.read_whole(view, entry, MOST_PICKLE)? {
                Ok(bytes) => bytes,
                Err(message) => {
                    findings.fault("not-analysed", format!("{message}: not analysed"));
                    continue;
                }
            };
            let picture = pickle::run(Bytes::Here(&bytes), 0)?;
            let collected = tensors::collect(&picture, &stores, findings);
            inspection.tensors.extend(collected.tensors);
            inspection.metadata.extend(collected.metadata);
            let rest = (bytes.len() as u64).saturating_sub(picture.end);
            imports.extend_from_slice(&picture.imports);
            let known = |import: &Import| script && is_of_script(import);
            let outcome = pickle::report_but(
                picture,
                &format!("`{}`", hubkit_types::shown(&name, 80)),
                known,
                findings,
            );
            if outcome == Outcome::Whole && rest > 0 {
                let message = format!("{rest} bytes stand behind the pickle: not analysed");
                findings.warning("trailing-data", message);
            }
        }
    }
    pickle::list(&imports, &mut inspection);
    for (name, key) in [
        ("byteorder", "torch.byteorder"),
        ("version", "torch.version"),
        (".format_version", "torch.format_version"),
    ] {
        if let Some(entry) = archive.find(&format!("{top}/{name}"))
            && let Ok(text) = archive.read_whole(view, entry, MOST_TEXT)?
        {
            let text = String::from_utf8_lossy(&text).trim().to_owned();
            inspection
                .metadata
                .insert(key.to_owned(), MetadataValue::Text(text));
        }
    }
    byte_order(&inspection, findings);
    members::other_pickles(view, archive, &top, findings)?;
    Ok(inspection)
}

fn stores<'archive>(archive: &'archive Archive, folder: &str) -> Stores<'archive> {
    let mut storages = HashMap::new();
    for entry in &archive.entries {
        if let Some(key) = entry.name.strip_prefix(folder) {
            let store = Store::Member {
                name: &entry.name,
                size: entry.size,
            };
            storages.insert(key.to_owned(), store);
        }
    }
    Stores::new(storages)
}

/// What only a reader of TorchScript knows: the classes in the archive itself, and lists with a type.
fn is_of_script(import: &Import) -> bool {
    import.module.split('.').next() == Some("__torch__") || &*import.module == "torch.jit._pickle"
}

fn byte_order(inspection: &Inspection, findings: &mut Findings) {
    let order = inspection.metadata.get("torch.byteorder");
    if order
        .and_then(MetadataValue::as_text)
        .is_some_and(|order| order == "big")
    {
        findings.note(
            "big-endian",
            "the numbers of the tensors have their highest byte first",
        );
    }
}
