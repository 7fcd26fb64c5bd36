//! `hubkit refs`.

use hubkit::{Refs, api::GitRef};
use serde_json::{Value, json};

use crate::{
    args::{Global, RefsOf},
    exit::Exit,
    failure::Failure,
    target::{self, Target},
    ui::{Ui, count, table},
};

pub(crate) async fn run(global: &Global, arguments: &RefsOf, ui: &Ui) -> Result<Exit, Failure> {
    let target = Target::new(&arguments.repo, arguments.repo_type, None)?;
    let hub = target::hub(global, 1)?;
    let asked = hub.client().refs(&target.repo, arguments.pull_requests());
    let refs = asked.await?;
    let rows: Vec<_> = kinds(&refs).collect();
    if ui.json || !rows.is_empty() {
        ui.result(
            || {
                let line = |(kind, found): &(&str, &GitRef)| {
                    // What is no branch and no tag is asked for by its whole name.
                    let name = match *kind {
                        "branch" | "tag" => &found.name,
                        _ => &found.reference,
                    };
                    vec![
                        (*kind).to_owned(),
                        found.target.to_string(),
                        name.to_string(),
                    ]
                };
                table(&rows.iter().map(line).collect::<Vec<_>>())
            },
            || {
                let value = |(kind, found): &(&str, &GitRef)| {
                    json!({
                        "kind": kind, "name": found.name.as_str(), "ref": found.reference.as_str(),
                        "commit": found.target.to_string(),
                    })
                };
                rows.iter().map(value).collect::<Vec<Value>>().into()
            },
        )?;
    }
    let number = count(rows.len(), "reference", "references");
    let refused = match refs.refused {
        0 => String::new(),
        refused => format!("; {refused} more have names that can't be asked for"),
    };
    ui.remark(&format!("{number} of {}{refused}", target.repo));
    Ok(Exit::Done)
}

fn kinds(refs: &Refs) -> impl Iterator<Item = (&'static str, &GitRef)> {
    let pull_requests = refs.pull_requests.as_deref().unwrap_or_default();
    [
        ("branch", &refs.branches[..]),
        ("tag", &refs.tags[..]),
        ("convert", &refs.converts[..]),
        ("pull", pull_requests),
    ]
    .into_iter()
    .flat_map(|(kind, list)| list.iter().map(move |found| (kind, found)))
}
