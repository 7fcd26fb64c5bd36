//! `hubkit card lint`.

mod around;
mod github;
mod human;
mod json;
mod mend;
mod report;
mod sarif;
mod settings;

use hubkit::RepoKind;
use hubkit_card::{
    Card, Finding, LintSettings, Surroundings, lint, lint_benchmark, lint_results, not_utf8,
};

use self::{
    around::Around,
    report::{Linted, Report},
    settings::Settings,
};
use super::{beside, source::Source};
use crate::{
    args::{CardLint, Format, Global, WhichCard},
    exit::Exit,
    failure::Failure,
    ui::{Ui, data, trouble},
};

pub(super) async fn run(global: &Global, arguments: &CardLint) -> Result<Exit, Failure> {
    let mut report = Report::default();
    let mut unread = Exit::Done;
    for word in &arguments.cards {
        match one(global, arguments, word).await {
            Ok(linted) => report.cards.extend(linted),
            Err(failure) if arguments.cards.len() == 1 => return Err(failure),
            Err(failure) => {
                trouble(&failure.words());
                unread = unread.or(failure.exit());
            }
        }
    }
    let text = match arguments.format {
        Format::Json => Some(json::text(&report)),
        Format::Sarif => Some(sarif::text(&report)),
        Format::Github => github::text(&report),
        _ => human::text(&report),
    };
    if let Some(text) = text {
        data(&text)?;
    }
    if arguments.format == Format::Human {
        for card in &report.cards {
            card.tell_mended(arguments.dry_run, &Ui::new(global));
        }
        Ui::new(global).remark(&report.summary());
    }
    let is_met = report.cards.iter().any(Linted::fails);
    Ok(unread.or(if is_met { Exit::No } else { Exit::Done }))
}

/// Looks at a card and the files of results beside it; at none that the settings leave out.
async fn one(global: &Global, arguments: &CardLint, word: &str) -> Result<Vec<Linted>, Failure> {
    let which = WhichCard {
        card: word.to_owned(),
        repo_type: arguments.repo_type,
        revision: arguments.revision.clone(),
    };
    let source = Source::whole(global, &which).await?;
    let settings = Settings::read(arguments, &source.place)?;
    let file = source.place.file();
    if file.is_some_and(|file| settings.leaves_out(&file)) {
        return Ok(Vec::new());
    }
    let kind = source
        .kind
        .or_else(|| Card::read(&source.text).metadata.likely_kind())
        .unwrap_or(RepoKind::Model);
    let mut linted = vec![card(arguments, &source, kind, &settings).await?];
    linted.extend(files_beside(&source, kind, &settings).await?);
    Ok(linted)
}

async fn card(
    arguments: &CardLint,
    source: &Source,
    kind: RepoKind,
    settings: &Settings,
) -> Result<Linted, Failure> {
    if let Some(finding) = not_utf8(&source.bytes) {
        let findings = vec![finding];
        return Ok(Linted::new(source, kind, findings, settings.fail_on));
    }
    let around = Around::look(&source.place).await;
    if arguments.fix {
        let repair = mend::repair(arguments, source, kind, &around, &settings.rules)?;
        return Ok(Linted::mended(source, kind, repair, settings.fail_on));
    }
    let card = Card::read(&source.text);
    let findings =
        around.with(|around: &Surroundings<'_>| lint(kind, &card, around, &settings.rules));
    Ok(Linted::new(source, kind, findings, settings.fail_on))
}

/// Looks at the files beside a card that tell of results.
async fn files_beside(
    source: &Source,
    kind: RepoKind,
    settings: &Settings,
) -> Result<Vec<Linted>, Failure> {
    type Look = fn(&str, &LintSettings) -> Vec<Finding>;
    let (files, look) = match kind {
        RepoKind::Model => (beside::results(&source.place).await?, lint_results as Look),
        RepoKind::Dataset => {
            let file = beside::benchmark(&source.place).await?;
            (file.into_iter().collect(), lint_benchmark as Look)
        }
        _ => return Ok(Vec::new()),
    };
    let mut linted = Vec::new();
    for file in files {
        let path = beside::folder(&source.place).map(|folder| folder.join(&file.path));
        if path.is_some_and(|path| settings.leaves_out(&path)) {
            continue;
        }
        let findings = match not_utf8(&file.bytes) {
            Some(finding) => vec![finding],
            None => look(&file.text, &settings.rules),
        };
        linted.push(Linted::beside(
            source,
            kind,
            file,
            findings,
            settings.fail_on,
        ));
    }
    Ok(linted)
}
