//! All that is done with a card, one after the other.

use std::{collections::BTreeMap, fs, hint::black_box, path::Path};

use hubkit_card::{
    Asset, Benchmark, Card, CardData, Change, Contract, CycloneDxVersion, DatasetSources, Dialect,
    Edit, EvalEntries, Evidence, Extent, FieldPath, Layout, LintSettings, Metadata, ModelDocuments,
    ModelShape, ModelSources, Outline, Reference, Resolver, Surroundings, croissant, cyclonedx,
    describe, diff, edit, lay_out, lint, mend, modality, model_jsonld, render, spdx, split,
    validate,
};
use hubkit_types::RepoKind;

/// Called for every step with its name and with what is to be done.
pub(crate) type Measure<'m> = &'m mut dyn FnMut(&'static str, &mut dyn FnMut());

/// The cards of a folder, each with its name.
pub(crate) fn cards(folder: &Path) -> Vec<(String, String)> {
    let mut cards = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of cards") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|ending| ending == "md") {
            let name = path.file_name().expect("a name").to_string_lossy();
            let bytes = fs::read(&path).expect("a card");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            cards.push((name.into_owned(), text));
        }
    }
    cards.sort();
    assert!(cards.len() > 40, "{} cards were read", cards.len());
    cards
}

/// Says yes to everything.
struct Credulous;

impl Resolver for Credulous {
    fn link(&self, reference: &Reference<'_>) -> Option<String> {
        Some(match reference {
            Reference::File { path, .. } => path.to_string(),
            Reference::Hub(path) => (*path).to_owned(),
        })
    }

    fn image(&self, reference: &Reference<'_>) -> Option<String> {
        self.link(reference)
    }
}

/// Does everything with a card, as one of a dialect.
pub(crate) fn run(text: &str, dialect: Dialect, measure: Measure<'_>) {
    let nothing = LintSettings::default();
    let alone = Surroundings::default();
    measure("split", &mut || {
        black_box(split(text));
    });
    let mut card = None;
    measure("read", &mut || card = Some(Card::read_as(text, dialect)));
    let card = card.expect("the card was read");
    let metadata = &card.metadata;
    let names: Vec<FieldPath> = names(metadata);
    measure("locate", &mut || {
        let paths: Vec<&FieldPath> = names.iter().take(10).collect();
        black_box(card.locate(&paths));
    });
    measure("view", &mut || {
        black_box((CardData::of(metadata), metadata.likely_kind()));
    });
    measure("view", &mut || {
        black_box(card.model().to_dict().is_ok());
    });
    measure("view", &mut || {
        black_box(card.dataset().to_dict().is_ok());
    });
    measure("view", &mut || {
        black_box(card.space().to_dict().is_ok());
    });
    let block = card.block.unwrap_or_default();
    measure("view", &mut || {
        black_box(EvalEntries::read(block).is_ok());
    });
    measure("view", &mut || {
        black_box(Benchmark::read(block).is_ok());
    });
    measure("json", &mut || {
        black_box(metadata.to_json());
    });
    for kind in RepoKind::ALL {
        measure("lint", &mut || {
            black_box(lint(kind, &card, &alone, &nothing));
        });
        measure("validate", &mut || {
            black_box(validate(kind, text));
        });
        measure("mend", &mut || {
            black_box(mend(kind, text, &alone, &nothing));
        });
    }
    measure("render", &mut || {
        black_box(render(card.body, &Credulous, 4 << 20));
    });
    measure("terminal", &mut || {
        black_box(lay_out(card.body, &Credulous, &Layout::new(80)));
    });
    measure("outline", &mut || {
        black_box((card.outline(), Outline::read(card.body)));
    });
    measure("contract", &mut || {
        let contract = Contract::of(metadata);
        black_box(contract.lay_out("me/it", &Layout::new(80), Extent::Whole));
        black_box(contract.render(&Credulous, 4 << 20));
    });
    measure("describe", &mut || {
        let data = CardData::of(metadata);
        for kind in RepoKind::ALL {
            black_box(describe(kind, &data, &Evidence::default()));
            black_box(modality(kind, metadata, &Evidence::default()));
        }
    });
    measure("diff", &mut || {
        black_box(diff(metadata, &Metadata::default()));
        black_box(diff(metadata, metadata));
    });
    measure("export", &mut || export(&card));
    for one in changes(&names) {
        measure("edit", &mut || {
            black_box(edit(text, std::slice::from_ref(&one)).is_ok());
        });
    }
}

/// The names at the top.
fn names(metadata: &Metadata) -> Vec<FieldPath> {
    let names = metadata.as_mapping().keys().take(50);
    let names = names.filter_map(|name| name.as_str());
    names.map(FieldPath::of).collect()
}

fn export(card: &Card<'_>) {
    let asset = Asset::default();
    black_box(croissant(&DatasetSources {
        card,
        asset: &asset,
        name: "it",
        samples: &BTreeMap::new(),
    }));
    let sources = ModelSources {
        card,
        asset: &asset,
        name: "it",
        shape: &ModelShape::default(),
        documents: ModelDocuments::default(),
        eval_results: &[],
    };
    black_box(model_jsonld(&sources));
    black_box(cyclonedx(&sources, CycloneDxVersion::V1_6));
    black_box(spdx(&sources, Some("2026-11-27T08:00:00Z")).is_ok());
}

/// A change of a value, one that adds a field, one to a list, and one that takes the first field out.
fn changes(names: &[FieldPath]) -> Vec<Edit> {
    let set = |path: FieldPath| Edit::new(path, Change::Set("mit".into()));
    let deep = FieldPath::of("hubkit").key("a b").index(0);
    let mut edits = vec![
        set(FieldPath::of("license")),
        set(deep),
        Edit::new(FieldPath::of("tags"), Change::Include("rust".into())),
    ];
    edits.extend(names.first().cloned().map(set));
    let first = names.first().cloned();
    edits.extend(first.map(|name| Edit::new(name, Change::Remove)));
    edits
}
