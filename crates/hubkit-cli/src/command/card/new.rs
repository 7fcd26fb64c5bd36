//! `hubkit card new`.

mod known;

use std::{io::Write as _, path::Path};

use hubkit::{RepoId, RepoKind};
use hubkit_card::{Said, Template, TemplateSources, kind_of_files, lists, template, value_to_json};
use serde_json::json;

use self::known::Known;
use super::{document::save, losses, source::NAME};
use crate::{
    args::{CardNew, Global},
    exit::Exit,
    failure::Failure,
    ui::{Ui, data, plain},
};

pub(super) async fn run(global: &Global, arguments: &CardNew) -> Result<Exit, Failure> {
    let said = said(arguments)?;
    let output = arguments.written.output.as_ref().map(|path| {
        if path.is_dir() {
            path.join(NAME)
        } else {
            path.clone()
        }
    });
    if let Some(path) = output.as_deref().filter(|_| !arguments.written.force) {
        is_free(path)?;
    }
    let mut known = Known::look(global, arguments).await?;
    if let Some(name) = &arguments.name {
        known.repo = named(name)?;
        known.name.clone_from(name);
    }
    let kind = kind(&known, arguments.repo_type)?;
    let filled = fill(&known, &said, kind);
    let card = filled.to_card().map_err(|error| {
        Failure::new(Exit::Integrity, "unwritable", "no card could be written")
            .caused_by(&error)
            .hint("this is a fault of hubkit: please report it with the files")
    })?;
    if let Some(path) = &output {
        save(path, arguments.written.force, card.as_bytes())?;
    }
    let ui = Ui::new(global);
    if ui.json {
        data(&document(kind, &filled, &card, output.as_deref()).to_string())?;
        return Ok(Exit::Done);
    }
    if output.is_none() {
        data(card.trim_end_matches('\n'))?;
    }
    tell(global, &ui, &filled);
    if let Some(path) = &output {
        ui.remark(&format!("wrote {}", plain(&path.display().to_string())));
    }
    Ok(Exit::Done)
}

fn fill(known: &Known, said: &Said, kind: RepoKind) -> Template {
    let files = known.files();
    let documents: Vec<(&str, &[u8])> = known
        .documents
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
        .collect();
    let weights: Vec<&str> = known.weights.iter().map(String::as_str).collect();
    let mut filled = template(&TemplateSources {
        kind,
        repo: known.repo.as_ref(),
        commit: known.commit.as_ref(),
        name: &known.name,
        files: &files,
        documents: &documents,
        shape: &known.shape,
        weights: &weights,
        header: &known.header,
        said,
    });
    filled.losses.extend(known.losses.iter().cloned());
    filled
}

/// What kind of repository it is.
fn kind(known: &Known, said: Option<RepoKind>) -> Result<RepoKind, Failure> {
    let found = said
        .or(known.kind)
        .or_else(|| kind_of_files(&known.files()));
    match found {
        Some(RepoKind::Kernel) => Err(Failure::usage("cards of kernels are not made here")
            .hint("`--repo-type` takes `model`, `dataset` and `space`")),
        Some(kind) => Ok(kind),
        None => Err(
            Failure::usage("no file tells what kind of repository this is")
                .hint("say it: `--repo-type model`, `dataset` or `space`"),
        ),
    }
}

/// What the author says, checked as a hub would.
fn said(arguments: &CardNew) -> Result<Said, Failure> {
    for license in &arguments.license {
        if lists::license(license).is_none() {
            let ids = lists::licenses().iter().map(|license| license.id);
            let message = format!("`{}` is no licence of the Hub's list", plain(license));
            let failure = Failure::usage(message);
            return Err(match lists::nearest(ids, license) {
                Some(near) => failure.hint(format!("did you mean `{near}`? One that is not listed is `other`")),
                None => failure.hint("a licence that is not listed is `other`, with a `license_name` and a `license_link`"),
            });
        }
    }
    for language in &arguments.language {
        if !lists::is_language(language) {
            let message = format!("`{}` is no code of a language", plain(language));
            return Err(Failure::usage(message)
                .hint("codes are those of ISO 639 in lower case, such as `en` or `gsw`"));
        }
    }
    let mut said = Said::default();
    said.licenses.clone_from(&arguments.license);
    said.languages.clone_from(&arguments.language);
    said.base_models.clone_from(&arguments.base_model);
    Ok(said)
}

/// The repository that a name is one of.
fn named(name: &str) -> Result<Option<RepoId>, Failure> {
    if !name.contains('/') {
        return Ok(None);
    }
    let id: Result<RepoId, _> = name.parse();
    id.map(Some).map_err(|error| {
        Failure::usage("`--name`: a name with a slash is one of a repository").caused_by(&error)
    })
}

/// Whether nothing is in the way of a new card.
fn is_free(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let path = plain(&path.display().to_string());
    let message = format!("{path} is there already");
    Err(Failure::new(Exit::Disk, "occupied", message).hint(
        "`hubkit card new … > new.md` and `hubkit card merge README.md new.md` put into a card what it lacks; `--force` replaces it",
    ))
}

/// Says where everything came from, and what is still to be written.
fn tell(global: &Global, ui: &Ui, filled: &Template) {
    for origin in &filled.origins {
        let source = plain(&origin.source);
        ui.remark(&format!("{}: from {source}", plain(&origin.what)));
    }
    losses::tell(global, &filled.losses);
    for gap in &filled.gaps {
        ui.remark(&format!("to do: {gap}"));
    }
    let _ = std::io::stderr().flush();
}

fn document(
    kind: RepoKind,
    filled: &Template,
    card: &str,
    output: Option<&Path>,
) -> serde_json::Value {
    let metadata = hubkit_card::Value::Mapping(filled.metadata.clone());
    let origins = filled.origins.iter().map(|origin| {
        json!({ "what": origin.what, "in_metadata": origin.is_field, "source": origin.source })
    });
    let losses = filled
        .losses
        .iter()
        .map(|loss| json!({ "what": loss.what, "why": loss.why }));
    json!({
        "repo_type": kind.as_str(),
        "metadata": value_to_json(&metadata),
        "card": card,
        "written": output.map(|path| path.display().to_string()),
        "origins": origins.collect::<Vec<_>>(),
        "to_do": filled.gaps,
        "left_out": losses.collect::<Vec<_>>(),
    })
}
