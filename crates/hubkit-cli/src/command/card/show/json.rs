//! A card as a value for programs.

use hubkit_card::{
    Card, CodeBlock, Contract, Link, LinkKind, Location, Modality, Outline, Resolver, Target,
};
use serde_json::{Value, json};

use crate::command::card::{media, places::Places, source::Source};

pub(super) fn value(
    source: &Source,
    card: &Card<'_>,
    outline: &Outline,
    contract: &Contract,
    places: &Places<'_>,
    modality: &Modality,
) -> Value {
    let fault = card.fault.as_ref().map(|fault| {
        let place = card.fault_location();
        json!({ "message": fault.reason(), "line": place.map(|place| place.line),
                "column": place.map(|place| place.column) })
    });
    json!({
        "name": source.name,
        "title": outline.title(),
        "fault": fault,
        "contract": facts(contract, places),
        "results": results(contract),
        "modality": media::value(modality),
        "metadata": card.metadata.to_json(),
        "sections": sections(outline),
        "links": outline.links.iter().map(|item| link(item, places)).collect::<Vec<_>>(),
        "code": outline.code.iter().map(|block| code(block, outline)).collect::<Vec<_>>(),
        "tables": tables(outline),
        "is_whole": outline.is_whole,
    })
}

fn facts(contract: &Contract, places: &impl Resolver) -> Vec<Value> {
    let facts = contract.facts.iter().map(|fact| {
        let values = fact
            .values
            .iter()
            .map(|worth| json!({ "text": worth.text, "address": worth.address(places) }));
        json!({ "field": fact.field, "label": fact.label, "values": values.collect::<Vec<_>>() })
    });
    facts.collect()
}

fn results(contract: &Contract) -> Vec<Value> {
    let results = contract.results.iter().map(|result| {
        json!({ "task": result.task, "dataset": result.dataset, "metric": result.metric, "value": result.value })
    });
    results.collect()
}

fn sections(outline: &Outline) -> Vec<Value> {
    let sections = outline.sections.iter().map(|section| {
        json!({ "level": section.level, "heading": section.heading, "anchor": section.anchor,
                "line": section.location.line })
    });
    sections.collect()
}

fn link(link: &Link, places: &impl Resolver) -> Value {
    let kind = match link.kind {
        LinkKind::Link => "link",
        LinkKind::Image => "image",
    };
    let target = match link.target() {
        Some(Target::Elsewhere(_)) => "elsewhere",
        Some(Target::Heading(_)) => "heading",
        Some(Target::Near(hubkit_card::Reference::File { .. })) => "file",
        Some(Target::Near(hubkit_card::Reference::Hub(_))) => "hub",
        None => "nowhere",
    };
    let Location { line, column } = link.location;
    json!({ "kind": kind, "target": target, "to": link.to, "text": link.text,
            "address": link.resolve(places), "line": line, "column": column })
}

fn code(block: &CodeBlock, outline: &Outline) -> Value {
    let section = block.section.and_then(|at| outline.sections.get(at));
    let calls = block.calls.iter().map(|call| {
        json!({ "name": call.name, "line": call.location.line, "column": call.location.column })
    });
    json!({
        "language": block.language,
        "text": block.text,
        "line": block.first_line.line,
        "section": section.map(|section| &section.anchor),
        "is_snippet": block.is_snippet(),
        "calls": calls.collect::<Vec<_>>(),
    })
}

fn tables(outline: &Outline) -> Vec<Value> {
    let tables = outline.tables.iter().map(
        |table| json!({ "header": table.header, "rows": table.rows, "line": table.location.line }),
    );
    tables.collect()
}
