//! HDF5: `h5py` writes files with every superblock that its library still writes.

use anyhow::{Result, ensure};
use hubkit_inspect::{Format, MetadataValue, Verdict};
use hubkit_tests::{Home, Python};
use serde_json::json;

use crate::{inspect, same, written};

pub(crate) fn as_python(python: &Python) -> Result<()> {
    let home = Home::new()?;
    for (name, theirs) in written(python, &home, "write_hdf5.py")? {
        let ours = inspect(&home.path().join(&name))?;
        ensure!(ours.format == Format::Hdf5, "{name}: {}", ours.format);
        ensure!(
            ours.verdict() == Verdict::Sound,
            "{name}: {:?}",
            ours.findings
        );
        let number = |key: &str| ours.metadata.get(key).and_then(MetadataValue::as_u64);
        let described = json!({
            "version": number("superblock.version"),
            "place": number("superblock.place"),
            "size": number("end_of_file"),
        });
        same(&name, &described, &theirs)?;
    }
    Ok(())
}
