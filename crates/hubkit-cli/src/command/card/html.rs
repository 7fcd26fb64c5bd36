//! `hubkit card html`.

mod page;

use hubkit_card::{Card, Contract, RemoteImages, render_with};
use serde_json::json;

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
    ui::{Ui, data, plain},
};

/// A page has so many bytes at most for its text, and for what the metadata says.
const LONGEST: usize = 32 << 20;
const LONGEST_CONTRACT: usize = 4 << 20;

pub(super) async fn run(global: &Global, arguments: &CardHtml) -> Result<Exit, Failure> {
    let source = Source::read(global, &arguments.which).await?;
    let output = arguments.written.output.as_deref();
    document::check(&source, &arguments.written)?;
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
        fault: card.fault.as_ref().map(|fault| {
            let place = card.fault_location();
            let place =
                place.map(|place| format!("line {}, column {}: ", place.line, place.column));
            format!("{}{}", place.unwrap_or_default(), plain(&fault.reason()))
        }),
        facts: &facts,
        text: &text,
        images: page::Images {
            near: places.has_near_images(),
            remote: remote_images,
        },
    });
    let (ui, is_whole) = (Ui::new(global), facts.is_whole && text.is_whole);
    if let Some(path) = output {
        document::save(path, arguments.written.force, page.as_bytes())?;
    }
    if ui.json {
        let page = output.is_none().then_some(&page);
        let file = output.map(|path| path.display().to_string());
        let value = json!({ "name": source.name, "title": title, "html": page, "file": file, "is_whole": is_whole });
        data(&value.to_string())?;
    } else if output.is_none() {
        let mut output = Output::new();
        output.write(page.as_bytes())?;
        output.finish()?;
    }
    if !is_whole {
        ui.remark("the card goes on: so much of it becomes a page at most");
    }
    Ok(Exit::Done)
}
