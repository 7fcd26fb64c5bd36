//! `hubkit card bom`.

use hubkit_card::{CycloneDxVersion, SpdxError, cyclonedx, spdx};

use super::{document, model::Described};
use crate::{
    args::{BillOfMaterials, CardBom, Global},
    exit::Exit,
    failure::Failure,
};

pub(super) async fn run(global: &Global, arguments: &CardBom) -> Result<Exit, Failure> {
    if arguments.created.is_some() && arguments.spec != BillOfMaterials::Spdx {
        return Err(Failure::usage("`--created` is for `--spec spdx`")
            .hint("CycloneDX does without a time where the repository tells none"));
    }
    let model = Described::read(global, &arguments.which, &arguments.written).await?;
    let card = model.source.card()?;
    let sources = model.sources(&card);
    let document = match arguments.spec {
        BillOfMaterials::CycloneDx16 => cyclonedx(&sources, CycloneDxVersion::V1_6),
        BillOfMaterials::CycloneDx17 => cyclonedx(&sources, CycloneDxVersion::V1_7),
        BillOfMaterials::Spdx => {
            let created = arguments.created.as_deref();
            spdx(&sources, created).map_err(|error| failure(&error))?
        }
    };
    document::write(&document, &arguments.written)?;
    Ok(Exit::Done)
}

fn failure(error: &SpdxError) -> Failure {
    Failure::usage(error.to_string()).hint("give one, as in `--created 2026-11-27T08:00:00Z`")
}
