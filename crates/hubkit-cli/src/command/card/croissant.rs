//! `hubkit card croissant`.

mod samples;

use hubkit::RepoKind;
use hubkit_card::{DatasetSources, Loss, croissant};

use super::{
    asset::{NO_FILE, gather, within},
    document, losses,
    source::{Place, Source},
};
use crate::{
    args::{CardCroissant, Global, WrittenTo},
    exit::Exit,
    failure::Failure,
    ui::{Ui, plain},
};

pub(super) async fn run(global: &Global, arguments: &CardCroissant) -> Result<Exit, Failure> {
    let mut which = arguments.which.clone();
    which.repo_type.get_or_insert(RepoKind::Dataset);
    let source = Source::read(global, &which).await?;
    let is_said = arguments.which.repo_type.is_some() || matches!(source.place, Place::Hub(_));
    let likely = source.card()?.metadata.likely_kind();
    if let Some(kind) = likely.filter(|kind| !is_said && *kind != RepoKind::Dataset) {
        let message = format!(
            "{}: expected the card of a dataset, found that of a {kind}",
            source.name
        );
        return Err(Failure::new(Exit::Usage, "not_a_dataset", message)
            .hint("`--repo-type dataset` says that it is one"));
    }
    describe(global, &source, &arguments.written).await
}

/// Describes the dataset that a card is of.
pub(super) async fn describe(
    global: &Global,
    source: &Source,
    written: &WrittenTo,
) -> Result<Exit, Failure> {
    let card = source.card()?;
    if source.kind != Some(RepoKind::Dataset) {
        let message = format!("{}: expected the card of a dataset", source.name);
        return Err(Failure::new(Exit::Usage, "not_a_dataset", message)
            .hint("`hubkit card jsonld` and `hubkit card bom` describe models"));
    }
    document::check(source, written)?;
    let gathered = gather(source, written).await?;
    if let (Place::Folder(folder), Some(output)) = (&source.place, &written.output)
        && within(folder, output).is_none_or(|path| path.contains('/'))
    {
        let folder = plain(&folder.display().to_string());
        Ui::new(global).remark(&format!(
            "the paths in it count from {folder}: the document is to lie there"
        ));
    }
    let samples = samples::read(source, &card, &gathered.asset).await?;
    let described = croissant(&DatasetSources {
        card: &card,
        asset: &gathered.asset,
        name: source.folder_name().as_deref().unwrap_or("dataset"),
        samples: &samples,
    });
    document::write(&described.document, written)?;
    let left_out = gathered.left_out.into_iter().map(|what| Loss {
        what,
        why: NO_FILE.to_owned(),
    });
    let losses: Vec<Loss> = left_out.chain(described.losses).collect();
    losses::tell(global, &losses);
    Ok(Exit::Done)
}
