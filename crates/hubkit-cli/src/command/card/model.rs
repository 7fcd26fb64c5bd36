//! A model with all that is around its card.

mod documents;
pub(super) mod shape;

use hubkit::RepoKind;
use hubkit_card::{Asset, Card, EvalEntry, ModelShape, ModelSources};

pub(super) use self::documents::Documents;
use super::{
    asset::{NO_FILE, gather},
    beside, document,
    source::Source,
};
use crate::{
    args::{Global, WhichCard, WrittenTo},
    exit::Exit,
    failure::Failure,
    ui::trouble,
};

/// A model with all that is around its card.
pub(super) struct Described {
    pub(super) source: Source,
    asset: Asset,
    name: String,
    shape: ModelShape,
    documents: Documents,
    results: Vec<EvalEntry>,
}

impl Described {
    /// Reads the card that the command line names, and all that is around it.
    pub(super) async fn read(
        global: &Global,
        which: &WhichCard,
        written: &WrittenTo,
    ) -> Result<Self, Failure> {
        Self::of(Source::read(global, which).await?, written).await
    }

    /// Looks at the files around it. What a document can't tell for it is
    /// said on standard error, and the document is made without.
    pub(super) async fn of(source: Source, written: &WrittenTo) -> Result<Self, Failure> {
        let card = source.card()?;
        is_a_model(&source, &card)?;
        document::check(&source, written)?;
        let task = hubkit_card::CardData::of(&card.metadata).pipeline_tag;
        let gathered = gather(&source, written).await?;
        for name in &gathered.left_out {
            trouble(&format!("{name}: it is left out, for {NO_FILE}"));
        }
        let documents = Documents::read(&source.place).await?;
        let shape = shape::look(&source, &documents, task.as_deref()).await?;
        let results = beside::entries(&source).await?;
        Ok(Self {
            asset: gathered.asset,
            name: source.folder_name().unwrap_or_else(|| "model".to_owned()),
            shape,
            documents,
            results,
            source,
        })
    }

    /// What a document is made from.
    pub(super) fn sources<'a>(&'a self, card: &'a Card<'a>) -> ModelSources<'a> {
        ModelSources {
            card,
            asset: &self.asset,
            name: &self.name,
            shape: &self.shape,
            documents: self.documents.told(),
            eval_results: &self.results,
        }
    }
}

fn is_a_model(source: &Source, card: &Card<'_>) -> Result<(), Failure> {
    let kind = kind_of(source, card);
    if kind == RepoKind::Model {
        return Ok(());
    }
    let message = format!(
        "{}: expected the card of a model, found that of a {kind}",
        source.name
    );
    let failure = Failure::new(Exit::Usage, "not_a_model", message);
    Err(match (source.kind, kind) {
        (None, _) => failure.hint("`--repo-type model` says that it is one"),
        (Some(_), RepoKind::Dataset) => failure.hint("`hubkit card croissant` describes data sets"),
        _ => failure.hint("name a model, or its card"),
    })
}

/// The kind that was said, or that the card looks like one of; without a sign a model, as hubs take it.
pub(super) fn kind_of(source: &Source, card: &Card<'_>) -> RepoKind {
    let likely = || card.metadata.likely_kind();
    source.kind.or_else(likely).unwrap_or(RepoKind::Model)
}
