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
use hubkit_card::{Card, Surroundings, lint, not_utf8};

use self::{
    around::Around,
    report::{Linted, Report},
    settings::Settings,
};
use super::source::Source;
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
            Ok(Some(linted)) => report.cards.push(linted),
            Ok(None) => {}
            Err(failure) if arguments.cards.len() == 1 => return Err(failure),
            Err(failure) => {
                trouble(&failure.text());
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

/// Looks at a card; `None` for one that the settings leave out.
async fn one(global: &Global, arguments: &CardLint, word: &str) -> Result<Option<Linted>, Failure> {
    let which = WhichCard {
        card: word.to_owned(),
        repo_type: arguments.repo_type,
        revision: arguments.revision.clone(),
    };
    let source = Source::read(global, &which).await?;
    let settings = Settings::read(arguments, &source.place)?;
    if settings.leaves_out(&source.place) {
        return Ok(None);
    }
    let around = Around::look(&source.place).await;
    let card = Card::read(&source.text);
    let kind = source
        .kind
        .or_else(|| card.metadata.likely_kind())
        .unwrap_or(RepoKind::Model);
    if let Some(finding) = not_utf8(&source.bytes) {
        let findings = vec![finding];
        return Ok(Some(Linted::new(&source, kind, findings, settings.fail_on)));
    }
    if arguments.fix {
        let repair = mend::repair(arguments, &source, kind, &around, &settings.rules)?;
        return Ok(Some(Linted::mended(
            &source,
            kind,
            repair,
            settings.fail_on,
        )));
    }
    let findings =
        around.with(|around: &Surroundings<'_>| lint(kind, &card, around, &settings.rules));
    Ok(Some(Linted::new(&source, kind, findings, settings.fail_on)))
}
