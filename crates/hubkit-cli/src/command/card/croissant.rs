//! `hubkit card croissant`.

mod samples;

use std::path::Path;

use hubkit::RepoKind;
use hubkit_card::{DatasetSources, Loss, croissant};

use super::{
    asset::gather,
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
    let mut gathered = gather(source).await?;
    if let (Place::Folder(folder), Some(output)) = (&source.place, &written.output) {
        // A document that lists itself would never be right.
        let itself = within(folder, output.as_path());
        if itself.as_ref().is_none_or(|path| path.contains('/')) {
            let folder = plain(&folder.display().to_string());
            Ui::new(global).remark(&format!(
                "the paths in it count from {folder}: the document is to lie there"
            ));
        }
        let files = &mut gathered.asset.files;
        files.retain(|file| Some(file.path.as_str()) != itself.as_deref());
    }
    let samples = samples::read(source, &card, &gathered.asset).await?;
    let described = croissant(&DatasetSources {
        card: &card,
        asset: &gathered.asset,
        name: source.folder_name().as_deref().unwrap_or("dataset"),
        samples: &samples,
    });
    document::write(&described.document, written)?;
    let unnamable = "no repository can hold a file of this name";
    let left_out = gathered.left_out.into_iter().map(|what| Loss {
        what,
        why: unnamable.to_owned(),
    });
    let losses: Vec<Loss> = left_out.chain(described.losses).collect();
    losses::tell(global, &losses);
    Ok(Exit::Done)
}

/// The path of a file within a folder, if it lies there.
fn within(folder: &Path, file: &Path) -> Option<String> {
    let parent = match file.parent()? {
        parent if parent == Path::new("") => Path::new("."),
        parent => parent,
    };
    let parent = parent.canonicalize().ok()?;
    let folder = folder.canonicalize().ok()?;
    let path = parent.strip_prefix(folder).ok()?.join(file.file_name()?);
    let parts = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    Some(parts.collect::<Vec<_>>().join("/"))
}
