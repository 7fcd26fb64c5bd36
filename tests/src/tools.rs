//! Where foreign tools are kept between runs: outside the checkout, one folder for all checkouts.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::Skip;

/// What pip and npm say when it is the network that fails, and not the request.
const NETWORK: &[&str] = &[
    "connection broken",
    "Connection refused",
    "Connection reset",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENOTFOUND",
    "ETIMEDOUT",
    "EAI_AGAIN",
    "Failed to establish a new connection",
    "getaddrinfo failed",
    "Max retries exceeded",
    "Name or service not known",
    "Network is unreachable",
    "ProxyError",
    "Read timed out",
    "Temporary failure in name resolution",
];

/// Returns the folder for foreign tools.
pub fn suite_cache() -> Result<PathBuf> {
    let set = |name: &str| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let caches = set("XDG_CACHE_HOME")
        .or_else(|| set("LOCALAPPDATA"))
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME is set, so there is no place for tools")?;
    Ok(caches.join("hubkit-suites"))
}

/// Makes a folder once, whoever asks first; `make` gets an empty folder and must be done when it returns.
///
/// A run that is cut off leaves no mark, so the next one starts over.
pub fn under_lock<E: From<anyhow::Error>>(
    folder: &Path,
    make: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let prepare = || -> Result<File> {
        fs::create_dir_all(
            folder
                .parent()
                .context("a tool needs a folder of its own")?,
        )?;
        let lock = File::create(beside(folder, ".lock"))?;
        lock.lock()?;
        Ok(lock)
    };
    let lock = prepare().with_context(|| format!("can't lock {}", folder.display()))?;
    let mark = beside(folder, ".ready");
    if !(mark.is_file() && folder.is_dir()) {
        let empty = || -> Result<()> {
            if folder.exists() {
                fs::remove_dir_all(folder)?;
            }
            Ok(fs::create_dir_all(folder)?)
        };
        empty().with_context(|| format!("can't empty {}", folder.display()))?;
        make(folder)?;
        fs::write(&mark, "").with_context(|| format!("can't write {}", mark.display()))?;
    }
    drop(lock);
    Ok(())
}

/// Returns a short name for a set of words that is the same in every run.
pub(crate) fn fingerprint(words: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Runs a command that sets something up.
pub(crate) fn call(command: &mut Command) -> Result<(), Skip> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| Skip::Missing(format!("{name} can't be started: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last = stderr
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or("no message")
        .to_owned();
    if NETWORK.iter().any(|symptom| stderr.contains(symptom)) {
        return Err(Skip::Unreachable(last));
    }
    Err(Skip::Missing(format!("{name} failed: {last}")))
}

fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = folder.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_once_and_again_after_a_failure() -> Result<()> {
        let place = tempfile::tempdir()?;
        let folder = place.path().join("tool");
        let mut made = 0;
        let failed: Result<()> = under_lock(&folder, |_| anyhow::bail!("cut off"));
        assert!(failed.is_err());
        for _ in 0..2 {
            under_lock(&folder, |_| {
                made += 1;
                Ok::<_, anyhow::Error>(())
            })?;
        }
        assert_eq!(made, 1);
        Ok(())
    }

    #[test]
    fn a_fingerprint_depends_on_words_and_their_borders() {
        assert_eq!(fingerprint(&["numpy"]), fingerprint(&["numpy"]));
        assert_ne!(fingerprint(&["num", "py"]), fingerprint(&["numpy"]));
    }
}
