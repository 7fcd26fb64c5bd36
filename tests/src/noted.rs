//! What a download noted so far.

use std::{path::Path, thread, time::Duration};

use anyhow::{Result, bail};

use crate::files_below;

/// Waits until a download into this cache has noted that it holds something: what was sent need not have been read yet.
pub fn wait_for_a_note(cache: &Path) -> Result<()> {
    for _ in 0..600 {
        for (name, content) in files_below(cache)? {
            let is_journal = name.ends_with(".journal");
            if is_journal && String::from_utf8_lossy(&content).contains("\nheld 0-") {
                return Ok(());
            }
        }
        thread::sleep(Duration::from_millis(100));
    }
    bail!("no download noted anything within a minute")
}
