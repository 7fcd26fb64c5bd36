//! `hubkit info`.

mod modality;

use hubkit::RepoInfo;
use hubkit_card::{Contract, Modality};
use serde_json::json;

use super::card::media;
use crate::{
    args::{Global, Info},
    exit::Exit,
    failure::Failure,
    repo_view::{self, gated},
    target::{self, Target},
    ui::{Ui, plain, table},
};

pub(crate) async fn run(global: &Global, arguments: &Info, ui: &Ui) -> Result<Exit, Failure> {
    let target = Target::read(&arguments.which)?;
    let hub = target::hub(global, 1)?;
    let asked = hub.client().info(&target.repo, target.revision.as_ref());
    let info = asked.await?;
    let kind = target.repo.kind;
    let modality = modality::of(kind, &info);
    ui.result(
        || text(&target, &info, &modality),
        || {
            let mut value = repo_view::value(kind, &info);
            value["modality"] = json!(media::value(&modality));
            value
        },
    )?;
    Ok(Exit::Done)
}

fn text(target: &Target, info: &RepoInfo, modality: &Modality) -> String {
    let commit = info
        .sha
        .map_or_else(|| "unknown".to_owned(), |sha| sha.to_string());
    let yes_or_no = |yes| if yes { "yes" } else { "no" }.to_owned();
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let list = |list: &[&str]| Some(list.join(", ")).filter(|text| !text.is_empty());
    let tags: Vec<&str> = info.tags.iter().map(String::as_str).collect();
    let rows = [
        ("repository", Some(info.id.to_string())),
        ("kind", Some(target.repo.kind.to_string())),
        ("commit", Some(commit)),
        ("private", Some(yes_or_no(info.private))),
        ("gated", Some(gated(info).to_owned())),
        ("disabled", info.disabled.then(|| yes_or_no(true))),
        ("task", info.pipeline_tag.clone()),
        ("modality", in_words(modality)),
        ("library", info.library_name.clone()),
        ("licence", list(&info.licenses())),
        ("languages", list(&info.languages())),
        ("base model", list(&info.base_models())),
        ("parameters", number(info.parameters())),
        ("created", info.created_at.clone()),
        ("last modified", info.last_modified.clone()),
        ("downloads", number(info.downloads)),
        ("likes", number(info.likes)),
        ("tags", list(&tags)),
        (
            "files",
            info.siblings.as_ref().map(|files| files.len().to_string()),
        ),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(name, value)| Some(vec![name.to_owned(), plain(&value?)]));
    table(&rows.collect::<Vec<_>>())
}

/// What goes in and what comes out, as it stands in the head of a card.
fn in_words(modality: &Modality) -> Option<String> {
    let contract = Contract::default().with_modality(modality);
    let fact = contract.facts.into_iter().next()?;
    fact.values.into_iter().next().map(|value| value.text)
}
