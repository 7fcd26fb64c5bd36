//! `hubkit card show`.

mod json;

use hubkit_card::{Card, Contract, Extent, Layout, Outline, Stress, lay_out};

use super::{
    beside, media,
    places::{Places, Reader},
    source::{self, Source},
};
use crate::{
    args::{CardShow, Global},
    exit::Exit,
    failure::Failure,
    ui::{Ui, data, plain, trouble},
};

/// Without a terminal a line has so many columns, and never more than these unless that is asked for.
const USUAL: usize = 80;
const WIDEST: usize = 100;

pub(super) async fn run(global: &Global, arguments: &CardShow) -> Result<Exit, Failure> {
    let (source, missing) = Source::find(global, &arguments.which).await?;
    source.tell_other_bytes();
    let card = Card::read(&source.text);
    let outline = card.outline();
    let part = match &arguments.section {
        Some(name) => Some(section(&source, &outline, name)?),
        None => None,
    };
    let places = Places::of(global, &source, Reader::Text)?;
    let modality = media::of(&source, &card).await;
    let ui = Ui::new(global);
    if let Some(missing) = missing {
        if modality.reasons.is_empty() {
            return Err(missing);
        }
        trouble(&format!(
            "{}; this is what the files tell",
            missing.message()
        ));
    }
    let contract = Contract::of(&card.metadata)
        .with_entries(&beside::entries(&source).await?)
        .with_modality(&modality);
    if ui.json {
        let value = json::value(&source, &card, &outline, &contract, &places, &modality);
        data(&value.to_string())?;
        return Ok(Exit::Done);
    }
    if let Err(fault) = source::check(&source.name, &card) {
        trouble(fault.message());
    }
    let layout = Layout::new(width(arguments)).stress(stress());
    let mut text = String::new();
    let mut is_whole = true;
    if part.is_none() {
        let extent = if arguments.full {
            Extent::Whole
        } else {
            Extent::Brief
        };
        let head = contract.lay_out(&source.name, &layout, extent);
        is_whole &= head.is_whole;
        text.push_str(&head.text);
    }
    if !arguments.metadata_only {
        let below = lay_out(card.body, &places, &layout.part(part));
        is_whole &= below.is_whole;
        if !text.is_empty() && !below.text.is_empty() {
            text.push('\n');
        }
        text.push_str(&below.text);
    }
    data(text.trim_end_matches('\n'))?;
    if !is_whole {
        ui.remark("the card goes on: so much of it is shown at most");
    }
    Ok(Exit::Done)
}

/// The part of the text that a name means.
fn section(
    source: &Source,
    outline: &Outline,
    name: &str,
) -> Result<std::ops::Range<usize>, Failure> {
    const MOST: usize = 12;
    if let Some(section) = outline.section(name) {
        return Ok(section.range.clone());
    }
    let message = format!("{} has no section `{}`", source.name, plain(name));
    let failure = Failure::new(Exit::NotFound, "no_section", message);
    let anchors: Vec<String> = outline
        .sections
        .iter()
        .filter(|section| !section.anchor.is_empty())
        .take(MOST)
        .map(|section| plain(&section.anchor))
        .collect();
    if anchors.is_empty() {
        return Err(failure.hint("its text has no headings: leave `--section` out"));
    }
    let more = if outline.sections.len() > MOST {
        ", …"
    } else {
        ""
    };
    Err(failure.hint(format!("its sections are: {}{more}", anchors.join(", "))))
}

fn width(arguments: &CardShow) -> usize {
    let columns = || terminal_columns().map_or(USUAL, |columns| columns.clamp(20, WIDEST));
    arguments.width.map_or_else(columns, usize::from)
}

/// How many columns the terminal has that standard output goes to.
fn terminal_columns() -> Option<usize> {
    #[cfg(unix)]
    {
        let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
        (size.ws_col > 0).then(|| usize::from(size.ws_col))
    }
    #[cfg(not(unix))]
    None
}

/// Control sequences are for terminals, and for those who want them.
fn stress() -> Stress {
    match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => Stress::Signs,
        _ => Stress::Sequences,
    }
}
