//! `hubkit card html`.

mod page;

use hubkit_card::{Card, Contract, RemoteImages, render_with};

use super::{
    beside, document, media,
    places::{Places, Reader},
    source::Source,
};
use crate::{
    args::{CardHtml, Global},
    exit::Exit,
    failure::Failure,
    output::Output,
    ui::{Ui, plain},
};

/// A page has so many bytes at most for its text, and for what the metadata says.
const LONGEST: usize = 32 << 20;
const LONGEST_CONTRACT: usize = 4 << 20;

pub(super) async fn run(global: &Global, arguments: &CardHtml) -> Result<Exit, Failure> {
    let source = Source::read(global, &arguments.which).await?;
    let card = Card::read(&source.text);
    let remote_images = arguments.remote_images;
    let places = Places::of(global, &source, Reader::Page { remote_images })?;
    let images = if remote_images {
        RemoteImages::Shown
    } else {
        RemoteImages::Linked
    };
    let modality = media::of(&source, &card).await;
    let contract = Contract::of(&card.metadata)
        .with_entries(&beside::entries(&source).await?)
        .with_modality(&modality);
    let facts = contract.render(&places, LONGEST_CONTRACT);
    let text = render_with(card.body, &places, LONGEST, images);
    let outline = card.outline();
    let title = outline.title().or(contract.name.as_deref()).map(plain);
    let page = page::whole(&page::Content {
        title: title.as_deref().unwrap_or(&source.name),
        source: &source.name,
        fault: card.fault.as_ref().map(|fault| plain(&fault.to_string())),
        facts: &facts,
        text: &text,
        images: page::Images {
            near: places.has_near_images(),
            remote: remote_images,
        },
    });
    match &arguments.written.output {
        None => {
            let mut output = Output::new();
            output.write(page.as_bytes())?;
            output.finish()?;
        }
        Some(path) => document::save(path, arguments.written.force, page.as_bytes())?,
    }
    if !(facts.is_whole && text.is_whole) {
        Ui::new(global).remark("the card goes on: so much of it becomes a page at most");
    }
    Ok(Exit::Done)
}
