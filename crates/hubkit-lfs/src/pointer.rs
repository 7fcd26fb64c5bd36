//! Pointers: the small text files that stand in git for large ones.

use std::{error, fmt, str::FromStr};

use hubkit_types::Sha256;

const VERSION: &str = "https://git-lfs.github.com/spec/v1";
/// The name that the format had before its first release; git-lfs still reads it.
const VERSION_BEFORE_RELEASE: &str = "https://hawser.github.com/spec/v1";

/// A pointer of Git LFS: the digest and the length of the file it stands for.
///
/// Follows the specification, version 1 (`docs/spec.md` of git-lfs).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pointer {
    oid: Sha256,
    size: u64,
    extensions: Vec<Extension>,
}

/// One step that a file took on its way into the store: a line such as `ext-0-name sha256:…` of a pointer.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Extension {
    priority: u8,
    name: String,
    oid: Sha256,
}

impl Pointer {
    /// A pointer is shorter than this: a file of 1,024 bytes or more is none.
    pub const LIMIT: usize = 1024;

    /// The pointer to a file of `size` bytes with the digest `oid`.
    pub fn new(oid: Sha256, size: u64) -> Self {
        Self {
            oid,
            size,
            extensions: Vec::new(),
        }
    }

    /// The digest of the file.
    pub fn oid(&self) -> Sha256 {
        self.oid
    }

    /// The length of the file in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The extensions, in the order of their priority. Almost always none.
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// Reads a whole pointer file.
    ///
    /// Beyond what [`Pointer`] prints, three deviations that git-lfs reads too are forgiven: no newline at the end,
    /// lines that end as on Windows, and a version line with blanks behind it or with the name the format had before
    /// its release.
    ///
    /// # Errors
    ///
    /// Names the first line that is not as the specification wants it. An empty file is an error here, though git-lfs
    /// takes it for the pointer to an empty file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParsePointerError> {
        if bytes.len() >= Self::LIMIT {
            return Err(ParsePointerError::TooLong);
        }
        let text = str::from_utf8(bytes).map_err(|_| ParsePointerError::NotText)?;
        let mut lines = text
            .strip_suffix('\n')
            .unwrap_or(text)
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line))
            .peekable();
        let version = value(lines.next(), "version")
            .map(|version| version.trim_end_matches([' ', '\t']))
            .ok_or(ParsePointerError::NoVersion)?;
        if version != VERSION && version != VERSION_BEFORE_RELEASE {
            return Err(ParsePointerError::UnknownVersion);
        }
        let mut extensions: Vec<Extension> = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("ext-")) {
            let extension = Extension::parse(line).ok_or(ParsePointerError::Extension)?;
            if extensions
                .last()
                .is_some_and(|last| last.priority >= extension.priority)
            {
                return Err(ParsePointerError::Extension);
            }
            extensions.push(extension);
        }
        let oid = value(lines.next(), "oid")
            .and_then(digest)
            .ok_or(ParsePointerError::Oid)?;
        let size = value(lines.next(), "size")
            .and_then(number)
            .ok_or(ParsePointerError::Size)?;
        if lines.next().is_some() {
            return Err(ParsePointerError::MoreLines);
        }
        Ok(Self {
            oid,
            size,
            extensions,
        })
    }
}

/// What stands behind the key and one space; `None` for any other line.
fn value<'a>(line: Option<&'a str>, key: &str) -> Option<&'a str> {
    line?.strip_prefix(key)?.strip_prefix(' ')
}

/// Upper-case digits are refused: what is printed could differ from what was read, and so its git object id.
fn digest(text: &str) -> Option<Sha256> {
    let hex = text.strip_prefix("sha256:")?;
    let lower = !hex.bytes().any(|byte| byte.is_ascii_uppercase());
    lower.then(|| hex.parse().ok()).flatten()
}

fn number(digits: &str) -> Option<u64> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    plain.then(|| digits.parse().ok()).flatten()
}

impl Extension {
    /// The place in the order, from 0 to 9.
    pub fn priority(&self) -> u8 {
        self.priority
    }

    /// What the extension is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The digest of what the extension was given.
    pub fn oid(&self) -> Sha256 {
        self.oid
    }

    fn parse(line: &str) -> Option<Self> {
        let (key, oid) = line.strip_prefix("ext-")?.split_once(' ')?;
        let (priority, name) = key.split_once('-')?;
        let word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        match priority.as_bytes() {
            [digit @ b'0'..=b'9'] if !name.is_empty() && name.bytes().all(word) => Some(Self {
                priority: digit - b'0',
                name: name.to_owned(),
                oid: digest(oid)?,
            }),
            _ => None,
        }
    }
}

impl FromStr for Pointer {
    type Err = ParsePointerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for Pointer {
    /// The canonical text, with its final newline: what goes into git.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "version {VERSION}")?;
        for extension in &self.extensions {
            let Extension {
                priority,
                name,
                oid,
            } = extension;
            writeln!(f, "ext-{priority}-{name} sha256:{oid}")?;
        }
        writeln!(f, "oid sha256:{}", self.oid)?;
        writeln!(f, "size {}", self.size)
    }
}

/// The bytes are not a pointer of Git LFS.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ParsePointerError {
    /// 1,024 bytes or more.
    TooLong,
    /// Not UTF-8.
    NotText,
    /// Does not start with a `version` line.
    NoVersion,
    /// A version that is not known here.
    UnknownVersion,
    /// An extension that is malformed or not in the order of the priorities.
    Extension,
    /// No `oid` line where it belongs, or not a SHA-256 in lower case.
    Oid,
    /// No `size` line where it belongs, or not a plain decimal number of at most 64 bits.
    Size,
    /// Something behind the `size` line.
    MoreLines,
}

impl fmt::Display for ParsePointerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self {
            Self::TooLong => "expected fewer than 1024 bytes",
            Self::NotText => "expected UTF-8 text",
            Self::NoVersion => "expected a line `version …` first",
            Self::UnknownVersion => "expected the version https://git-lfs.github.com/spec/v1",
            Self::Extension => "expected extensions as `ext-DIGIT-NAME sha256:…`, in their order",
            Self::Oid => "expected a line `oid sha256:…` with 64 lower-case hex digits",
            Self::Size => "expected a line `size …` with a decimal number",
            Self::MoreLines => "expected nothing behind the line `size …`",
        };
        write!(f, "not a git-lfs pointer: {expected}")
    }
}

impl error::Error for ParsePointerError {}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "version https://git-lfs.github.com/spec/v1\n\
        oid sha256:6b17b8fcc411a533c822a5117e33cf73fa6766739d7d36ac86dc4bea883af4fe\nsize 5\n";

    #[track_caller]
    fn check(text: &str, expected: Result<&str, ParsePointerError>) {
        let printed = text.parse::<Pointer>().map(|pointer| pointer.to_string());
        assert_eq!(printed.as_deref(), expected.as_deref(), "{text:?}");
    }

    #[test]
    fn what_git_lfs_forgives_is_read_and_printed_as_it_should_be() {
        check(TEXT, Ok(TEXT));
        check(TEXT.trim_end(), Ok(TEXT));
        check(&TEXT.replace('\n', "\r\n"), Ok(TEXT));
        check(&TEXT.replace("v1\n", "v1 \n"), Ok(TEXT));
        check(&TEXT.replace("git-lfs.", "hawser."), Ok(TEXT));
    }

    #[test]
    fn each_fault_is_named() {
        use ParsePointerError as Fault;
        check("", Err(Fault::NoVersion));
        check(
            &TEXT.replace("spec/v1", "spec/v2"),
            Err(Fault::UnknownVersion),
        );
        check(&TEXT.replace("sha256", "sha512"), Err(Fault::Oid));
        check(&TEXT.replace("6b17", "6B17"), Err(Fault::Oid));
        check(&TEXT.replace("size 5", "size 05"), Err(Fault::Size));
        check(&TEXT.replace("size 5", "size "), Err(Fault::Size));
        check(
            &TEXT.replace("size 5", "size 18446744073709551616"),
            Err(Fault::Size),
        );
        check(&TEXT.repeat(2), Err(Fault::MoreLines));
        check(
            &TEXT.replace("oid", "ext-x-y z\noid"),
            Err(Fault::Extension),
        );
        check(&format!("{TEXT}{}", " ".repeat(1024)), Err(Fault::TooLong));
    }
}
