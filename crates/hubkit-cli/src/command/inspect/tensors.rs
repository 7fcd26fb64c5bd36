//! The tensors one by one.

use hubkit::{InspectedModel, ModelFacts};

use super::shapes;
use crate::ui::{LONGEST, brief, count, shortened, size, table};

pub(super) fn text(model: &InspectedModel, facts: &ModelFacts) -> String {
    let mut rows = vec![
        ["TENSOR", "DTYPE", "SHAPE", "SIZE"]
            .map(str::to_owned)
            .to_vec(),
    ];
    let mut bytes = 0_u64;
    for tensor in model.tensors() {
        bytes = bytes.saturating_add(tensor.bytes.unwrap_or(0));
        rows.push(vec![
            brief(&tensor.name),
            brief(tensor.element.name()),
            shortened(&shapes::shape(&tensor.shape), LONGEST),
            tensor.bytes.map_or_else(|| "?".to_owned(), size),
        ]);
    }
    let logical = facts.parameters.logical.iter();
    let dtypes: Vec<String> = logical
        .map(|(dtype, number)| format!("{} {}", shapes::exact(*number), brief(dtype)))
        .collect();
    format!(
        "{}\n\n{} in {}, {} of data\nparameters: {} ({})",
        table(&rows),
        count(rows.len() - 1, "tensor", "tensors"),
        count(model.files.len(), "file", "files"),
        shapes::size(bytes),
        shapes::exact(facts.parameters.total),
        dtypes.join(", "),
    )
}
