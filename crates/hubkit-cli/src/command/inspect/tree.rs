//! The modules of a model, drawn.

use hubkit::{
    InspectedModel,
    inspect::{Leaf, Module},
};

use serde_json::{Value, json};

use super::shapes;
use crate::ui::{LONGEST, brief, shortened};

pub(super) fn text(model: &InspectedModel) -> String {
    let root = Module::of(model.tensors());
    let mut rows = Vec::new();
    below(&root, "", &mut rows);
    let width = rows
        .iter()
        .map(|(left, _)| left.chars().count())
        .max()
        .unwrap_or(0)
        .min(56);
    let mut lines: Vec<String> = rows
        .into_iter()
        .map(|(left, right)| format!("{left:<width$}  {right}").trim_end().to_owned())
        .collect();
    lines.push(String::new());
    lines.push(format!(
        "{} elements, {}",
        shapes::grouped(root.elements),
        shapes::size(root.bytes)
    ));
    lines.join("\n")
}

/// The modules for programs, those in each other.
pub(super) fn value(model: &InspectedModel) -> Value {
    module_value(&Module::of(model.tensors()))
}

fn module_value(module: &Module) -> Value {
    let leaf = |leaf: &Leaf| json!({ "name": leaf.name, "dtype": leaf.element, "shape": leaf.shape, "bytes": leaf.bytes });
    let mut value = json!({
        "name": module.name, "elements": module.elements, "bytes": module.bytes,
        "tensors": module.tensors.iter().map(leaf).collect::<Vec<_>>(),
        "modules": module.modules.iter().map(module_value).collect::<Vec<_>>(),
    });
    if let Some(folded) = module.folded {
        value["first"] = folded.first.into();
        value["last"] = folded.last.into();
        value["count"] = folded.count.into();
    }
    value
}

/// What stands below a module, each with what is said of it.
fn below(module: &Module, before: &str, rows: &mut Vec<(String, String)>) {
    let total = module.tensors.len() + module.modules.len();
    let mut at = 0;
    let mut branch = || {
        at += 1;
        if at == total {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        }
    };
    for leaf in &module.tensors {
        rows.push((
            format!("{before}{}{}", branch().0, brief(&leaf.name)),
            said(leaf),
        ));
    }
    for module in &module.modules {
        let (here, deeper) = branch();
        let (name, last) = chain(module);
        if let ([leaf], []) = (&last.tensors[..], &last.modules[..]) {
            // A module of one tensor is a line of its own.
            let name = format!("{before}{here}{name}.{}", brief(&leaf.name));
            rows.push((name, said(leaf)));
            continue;
        }
        let about = format!(
            "{:>7}  {}",
            shapes::parameters(module.elements),
            shapes::size(module.bytes)
        );
        rows.push((format!("{before}{here}{name}"), about));
        below(last, &format!("{before}{deeper}"), rows);
    }
}

/// The names of modules that hold nothing but the next, in one, and the last of them. What is folded ends it.
fn chain(module: &Module) -> (String, &Module) {
    let (mut name, mut last) = (named(module), module);
    while let ([], [next], None) = (&last.tensors[..], &last.modules[..], times(last)) {
        match times(next) {
            Some(times) => name.push_str(&times),
            // More of it would be cut off again.
            None if name.len() > 4 * LONGEST => {}
            None => {
                name.push('.');
                name.push_str(&brief(&next.name));
            }
        }
        last = next;
    }
    (shortened(&name, LONGEST), last)
}

fn named(module: &Module) -> String {
    times(module).map_or_else(
        || brief(&module.name),
        |times| times.trim_start().to_owned(),
    )
}

/// How often a module stands there that stands for several: ` ×32 (0–31)`.
fn times(module: &Module) -> Option<String> {
    let folded = module.folded.filter(|folded| folded.count > 1)?;
    Some(format!(
        " ×{} ({}–{})",
        folded.count, folded.first, folded.last
    ))
}

fn said(leaf: &Leaf) -> String {
    let elements = shapes::parameters(leaf.elements);
    format!(
        "{elements:>7}  {} {}",
        brief(&leaf.element),
        shortened(&shapes::shape(&leaf.shape), LONGEST)
    )
}
