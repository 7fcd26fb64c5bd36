//! A token kept in a file.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::{AuthError, Token, TokenProvider, TokenRequest};

/// Reads a token from a file, anew for every question, so that a login elsewhere is seen.
///
/// A file that is not there is no fault: there is no token then. A file that can't be read or holds no token is one.
/// Gives the token to everybody who asks: put it in a [`Bound`](crate::Bound).
///
/// The file is read where it is asked for, without a thread of its own: it is one small file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenFile {
    path: PathBuf,
}

/// More than the longest token and the blanks around it.
const LONGEST: u64 = 8192;

impl TokenFile {
    /// Reads the token from this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where the token is read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The token; `None` when there is no such file.
    pub fn read(&self) -> Result<Option<Token>, AuthError> {
        let fault = |what: &dyn std::fmt::Display| {
            AuthError::new(format!("the token file {}: {what}", self.path.display()))
        };
        // Looked at before it is opened: opening a pipe waits for somebody to write.
        match std::fs::metadata(&self.path) {
            Ok(found) if found.is_file() => {}
            Ok(_) => return Err(fault(&"it is not a plain file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(&error)),
        }
        let file = File::open(&self.path).map_err(|error| fault(&error))?;
        // Of the full size from the start: a buffer that grew would leave copies behind that are never wiped.
        let mut text = Zeroizing::new(Vec::with_capacity(8192 + 1));
        file.take(LONGEST + 1)
            .read_to_end(&mut text)
            .map_err(|error| fault(&error))?;
        if text.len() as u64 > LONGEST {
            return Err(fault(&format_args!("it is longer than {LONGEST} bytes")));
        }
        let text = std::str::from_utf8(&text).map_err(|_| fault(&"it is not text"))?;
        let token = text.parse().map_err(|error| fault(&error))?;
        Ok(Some(token))
    }

    /// What is wrong with who may read the file, in words for its owner; `None` where nothing is, where there is no
    /// file, and on systems without Unix permissions.
    pub fn permissions_warning(&self) -> Option<String> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&self.path).ok()?.permissions().mode() & 0o777;
            (mode & 0o077 != 0).then(|| {
                format!(
                    "the token file {} is open to other users of this machine (mode {mode:04o}); it should have mode \
                     0600",
                    self.path.display()
                )
            })
        }
        #[cfg(not(unix))]
        None
    }
}

impl TokenProvider for TokenFile {
    async fn token(&self, _: &TokenRequest<'_>) -> Result<Option<Token>, AuthError> {
        self.read()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{TokenProviderExt as _, conformance};

    fn file_with(content: &[u8]) -> (tempfile::TempDir, TokenFile) {
        let folder = tempfile::tempdir().expect("a folder for tests");
        let path = folder.path().join("token");
        fs::write(&path, content).expect("room");
        (folder, TokenFile::new(path))
    }

    fn exposed(file: &TokenFile) -> Option<String> {
        let token = file.read().expect("no fault");
        token.map(|token| token.expose().to_owned())
    }

    #[test]
    fn the_token_is_read_anew_and_its_absence_is_no_fault() {
        let (folder, file) = file_with(b"hf_a\n");
        assert_eq!(exposed(&file).as_deref(), Some("hf_a"));
        fs::write(file.path(), " hf_b\r\n").expect("room");
        assert_eq!(exposed(&file).as_deref(), Some("hf_b"));
        fs::remove_file(file.path()).expect("it is there");
        assert_eq!(exposed(&file), None);
        assert_eq!(
            exposed(&TokenFile::new(folder.path().join("no/folder"))),
            None
        );
    }

    #[test]
    fn what_is_no_token_is_named_with_its_path_and_never_repeated() {
        let too_long = vec![b'a'; 10_000];
        for content in [
            &b""[..],
            b"\n",
            b"hf_s3cret\nhf_s3cret",
            b"\xff\xfes3cret",
            &too_long,
        ] {
            let (_folder, file) = file_with(content);
            let error = file.read().expect_err("no token").to_string();
            assert!(
                error.contains(&file.path().display().to_string()),
                "{error}"
            );
            assert!(!error.contains("s3cret") && error.len() < 400, "{error}");
        }
        let (folder, _) = file_with(b"hf_a");
        let error = TokenFile::new(folder.path()).read().expect_err("a folder");
        assert!(error.to_string().contains("the token file"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_warned_of() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, file) = file_with(b"hf_a");
        for (mode, warned) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            let permissions = fs::Permissions::from_mode(mode);
            fs::set_permissions(file.path(), permissions).expect("it is ours");
            let warning = file.permissions_warning();
            assert_eq!(warning.is_some(), warned, "{mode:o}");
            if let Some(warning) = warning {
                assert!(warning.contains(&format!("{mode:04o}")), "{warning}");
            }
        }
        assert_eq!(TokenFile::new("no such file").permissions_warning(), None);
    }

    #[tokio::test]
    async fn the_file_keeps_the_contract() {
        let (_folder, file) = file_with(b"hf_a");
        let origin: hubkit_types::Origin = "https://hub.example".parse().expect("an origin");
        let token = "hf_a".parse().expect("a token");
        conformance::check(&file.bound_to(origin.clone()), &origin, &token).await;
    }
}
