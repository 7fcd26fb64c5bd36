//! What lies below `.eval_results/`.

use hubkit_card::EvalEntry;

use super::super::{
    beside::{self, Beside},
    source::{Place, Source},
};
use crate::failure::Failure;

/// The entries of every file of results. A card that is a file alone has nothing around it.
pub(super) async fn read(source: &Source) -> Result<Vec<EvalEntry>, Failure> {
    if let Place::Input | Place::File(_) = &source.place {
        return Ok(Vec::new());
    }
    let files = beside::results(&source.place).await?;
    Ok(files.iter().flat_map(Beside::entries).collect())
}
