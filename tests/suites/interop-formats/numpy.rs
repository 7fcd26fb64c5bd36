//! NumPy writes arrays and reads them.

use anyhow::{Context as _, Result, ensure};
use hubkit_inspect::{MetadataValue, Place, Verdict};
use hubkit_tests::{Home, Python};
use serde_json::json;

use crate::{inspect, same, written};

pub(crate) fn as_python(python: &Python) -> Result<()> {
    let home = Home::new()?;
    for (name, theirs) in written(python, &home, "write_numpy.py")? {
        let ours = inspect(&home.path().join(&name))?;
        let tensor = ours.tensors.first().context("no tensor")?;
        let dangerous = ours.verdict() == Verdict::Dangerous;
        ensure!(
            dangerous || ours.verdict() == Verdict::Sound,
            "{name}: {:?}",
            ours.findings
        );
        let start = match &tensor.place {
            Place::Here(range) => json!(range.start()),
            // Of objects no bytes are told.
            _ => theirs["start"].clone(),
        };
        let described = json!({
            "version": ours.variant,
            "shape": tensor.shape,
            "fortran": ours.metadata["fortran_order"] == MetadataValue::Boolean(true),
            "objects": dangerous,
            "start": start,
            "bytes": tensor.bytes,
        });
        same(&name, &described, &theirs)?;
    }
    Ok(())
}
