//! Pointers: the small text files that stand in git for large ones.

mod extension;
mod fault;
mod instead;

use std::{collections::BTreeMap, fmt, str::FromStr};

use hubkit_types::Sha256;

pub use extension::Extension;
pub use fault::ParsePointerError;
pub use instead::NotTheFile;

const VERSION: &str = "https://git-lfs.github.com/spec/v1";
/// What git-lfs wrote before its first release, and still reads.
const EARLIER_VERSIONS: [&str; 2] = [
    "https://hawser.github.com/spec/v1",
    "http://git-media.io/v/2",
];

/// A pointer of Git LFS: the digest and the length of the file it stands for.
///
/// Follows the specification, version 1 (`docs/spec.md` of git-lfs), and where that is silent, git-lfs 3.3 itself.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pointer {
    oid: Sha256,
    size: u64,
    extensions: Vec<Extension>,
}

impl Pointer {
    /// A pointer is shorter than this: a file of 1,024 bytes or more is none.
    pub const LIMIT: usize = 1024;

    /// The length in bytes of the longest file that a pointer can stand for: 2^63 - 1. A longer one is written as it is
    /// and read by nobody.
    pub const LARGEST: u64 = i64::MAX as u64;

    /// The digest of no bytes.
    const EMPTY: [u8; 32] = [
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ];

    /// The pointer to a file of `size` bytes with the digest `oid`.
    ///
    /// An empty file has one digest only, so for a size of 0 that one is taken. Its pointer is the empty file.
    pub fn new(oid: Sha256, size: u64) -> Self {
        Self {
            oid: if size == 0 {
                Sha256::from_bytes(Self::EMPTY)
            } else {
                oid
            },
            size,
            extensions: Vec::new(),
        }
    }

    /// The same with extensions, which are put in the order of their priorities.
    ///
    /// # Errors
    ///
    /// [`ParsePointerError::Extension`] where two have the same priority, and [`ParsePointerError::TooLong`] where the
    /// text would be longer than a pointer may be.
    pub fn with_extensions(
        self,
        extensions: impl IntoIterator<Item = Extension>,
    ) -> Result<Self, ParsePointerError> {
        let mut extensions: Vec<Extension> = extensions.into_iter().collect();
        extensions.sort_by_key(Extension::priority);
        if extensions
            .windows(2)
            .any(|pair| pair[0].priority() == pair[1].priority())
        {
            return Err(ParsePointerError::Extension);
        }
        let pointer = Self { extensions, ..self };
        if pointer.to_string().len() >= Self::LIMIT {
            return Err(ParsePointerError::TooLong);
        }
        Ok(pointer)
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

    /// What to tell those who expected the file and met its pointer.
    pub fn not_the_file(&self) -> NotTheFile {
        NotTheFile::new(self)
    }

    /// Reads a whole pointer file, as leniently as `git lfs pointer --check`.
    ///
    /// Beyond what [`Pointer`] prints, that forgives white space at both ends, blank lines, lines that end as on Windows,
    /// a sign or zeros before the size, extensions in any order before the size, and the names that the version had
    /// before the first release. An empty file is the pointer to an empty file.
    ///
    /// Two things that git-lfs lets pass are refused: a file of [`Pointer::LIMIT`] bytes or more whose beginning reads as
    /// a pointer, and the name of an extension that is not UTF-8.
    ///
    /// # Errors
    ///
    /// Names the first thing that is not as it should be.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParsePointerError> {
        if bytes.len() >= Self::LIMIT {
            return Err(ParsePointerError::TooLong);
        }
        let text = str::from_utf8(bytes).map_err(|_| ParsePointerError::NotText)?;
        if text.is_empty() {
            return Ok(Self::new(Sha256::from_bytes(Self::EMPTY), 0));
        }
        let mut lines = Lines::of(text);
        let version = lines.value("version", ParsePointerError::NoVersion)?;
        if version != VERSION && !EARLIER_VERSIONS.contains(&version) {
            return Err(ParsePointerError::UnknownVersion);
        }
        let oid = lines.value("oid", ParsePointerError::Oid)?;
        let oid = digest(oid).ok_or(ParsePointerError::Oid)?;
        let size = lines.value("size", ParsePointerError::Size)?;
        let size: i64 = size.parse().map_err(|_| ParsePointerError::Size)?;
        let size = u64::try_from(size).map_err(|_| ParsePointerError::Size)?;
        if lines.next().is_some() {
            return Err(ParsePointerError::MoreLines);
        }
        let mut extensions = Vec::with_capacity(lines.extensions.len());
        for (key, value) in lines.extensions {
            extensions.push(Extension::parse(key, value)?);
        }
        Self::new(oid, size).with_extensions(extensions)
    }

    /// Reads a whole pointer file that is exactly as it would be printed: what `git lfs pointer --check --strict` accepts.
    ///
    /// # Errors
    ///
    /// [`ParsePointerError::NotCanonical`] for what [`Pointer::parse`] forgives, else its errors.
    pub fn parse_canonical(bytes: &[u8]) -> Result<Self, ParsePointerError> {
        let pointer = Self::parse(bytes)?;
        if pointer.to_string().as_bytes() == bytes {
            Ok(pointer)
        } else {
            Err(ParsePointerError::NotCanonical)
        }
    }
}

/// The lines of a pointer as git-lfs sees them, with the extensions put aside.
struct Lines<'a> {
    lines: std::str::Lines<'a>,
    /// Of those that are named alike the last counts.
    extensions: BTreeMap<&'a str, &'a str>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            lines: text.trim().lines(),
            extensions: BTreeMap::new(),
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        self.lines.find(|line| !line.is_empty())
    }

    /// The value of the next line that is no extension, if it has this key.
    fn value(
        &mut self,
        key: &str,
        otherwise: ParsePointerError,
    ) -> Result<&'a str, ParsePointerError> {
        while let Some(line) = self.next() {
            let (found, value) = line.split_once(' ').ok_or(otherwise)?;
            if found == key {
                return Ok(value);
            }
            if !Extension::is_key(found) {
                let is_near = found.starts_with("ext-");
                return Err(if is_near {
                    ParsePointerError::Extension
                } else {
                    otherwise
                });
            }
            self.extensions.insert(found, value);
        }
        Err(otherwise)
    }
}

/// Upper-case digits are refused: what is printed could differ from what was read, and so its git object id.
fn digest(text: &str) -> Option<Sha256> {
    let hex = text.strip_prefix("sha256:")?;
    let lower = !hex.bytes().any(|byte| byte.is_ascii_uppercase());
    lower.then(|| hex.parse().ok()).flatten()
}

impl FromStr for Pointer {
    type Err = ParsePointerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for Pointer {
    /// The canonical text, with its final newline: what goes into git. Nothing at all for an empty file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.size == 0 {
            return Ok(());
        }
        writeln!(f, "version {VERSION}")?;
        for extension in &self.extensions {
            writeln!(f, "{extension}")?;
        }
        writeln!(f, "oid sha256:{}", self.oid)?;
        writeln!(f, "size {}", self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "version https://git-lfs.github.com/spec/v1\n\
        oid sha256:6b17b8fcc411a533c822a5117e33cf73fa6766739d7d36ac86dc4bea883af4fe\nsize 5\n";

    #[track_caller]
    fn check(text: &str, expected: Result<&str, ParsePointerError>) {
        let printed = text.parse::<Pointer>().map(|pointer| pointer.to_string());
        assert_eq!(printed.as_deref(), expected.as_deref(), "{text:?}");
        let is_canonical = Pointer::parse_canonical(text.as_bytes()).is_ok();
        assert_eq!(is_canonical, expected == Ok(text), "{text:?}");
    }

    #[test]
    fn what_git_lfs_forgives_is_read_and_printed_as_it_should_be() {
        check(TEXT, Ok(TEXT));
        check(TEXT.trim_end(), Ok(TEXT));
        check(&TEXT.replace('\n', "\r\n"), Ok(TEXT));
        check(&TEXT.replace("git-lfs.", "hawser."), Ok(TEXT));
        check(&TEXT.replace("oid", "\n\noid"), Ok(TEXT));
        check(&format!("\n {TEXT}\n\u{a0}"), Ok(TEXT));
        for size in ["+5", "005"] {
            check(&TEXT.replace("size 5", &format!("size {size}")), Ok(TEXT));
        }
        check("", Ok(""));
        check(&TEXT.replace("size 5", "size 0"), Ok(""));
    }

    #[test]
    fn extensions_are_read_in_any_order_and_printed_in_their_own() {
        let ext = |key: &str| format!("{key} sha256:{}\n", "ab".repeat(32));
        let with = |lines: &str| TEXT.replace("oid", &format!("{lines}oid"));
        let sorted = with(&(ext("ext-0-a") + &ext("ext-3-b.c-d")));
        check(&sorted, Ok(&sorted));
        check(&with(&(ext("ext-3-b.c-d") + &ext("ext-0-a"))), Ok(&sorted));
        let late = TEXT.replace("size", &(ext("ext-3-b.c-d") + &ext("ext-0-a") + "size"));
        check(&late, Ok(&sorted));
        let twice = with(&(ext("ext-1-a") + &ext("ext-1-b")));
        check(&twice, Err(ParsePointerError::Extension));
        let last = format!("{TEXT}{}", ext("ext-0-a"));
        check(&last, Err(ParsePointerError::MoreLines));
    }

    #[test]
    fn extensions_that_make_no_pointer_are_refused() {
        let oid = Sha256::from_bytes([7; 32]);
        for (priority, name) in [(10, "a"), (0, ""), (0, "a b"), (0, "-"), (0, "a\n")] {
            let found = Extension::new(priority, name, oid);
            assert_eq!(
                found,
                Err(ParsePointerError::Extension),
                "{priority} {name:?}"
            );
        }
        let of = |priority, name: &str| Extension::new(priority, name, oid).expect("an extension");
        let pointer = Pointer::new(oid, 5);
        let twice = pointer.clone().with_extensions([of(1, "a"), of(1, "b")]);
        assert_eq!(twice, Err(ParsePointerError::Extension));
        let long = pointer.clone().with_extensions([of(1, &"a".repeat(1000))]);
        assert_eq!(long, Err(ParsePointerError::TooLong));
        let pointer = pointer.with_extensions([of(2, "b"), of(1, "a")]);
        let text = pointer.expect("a pointer").to_string();
        check(&text, Ok(&text));
    }

    #[test]
    fn each_fault_is_named() {
        use ParsePointerError as Fault;
        check(" ", Err(Fault::NoVersion));
        check(
            &TEXT.replace("spec/v1", "spec/v2"),
            Err(Fault::UnknownVersion),
        );
        check(&TEXT.replace("v1\n", "v1 \n"), Err(Fault::UnknownVersion));
        check(&TEXT.replace("sha256", "sha512"), Err(Fault::Oid));
        check(&TEXT.replace("6b17", "6B17"), Err(Fault::Oid));
        check(&TEXT.replace("size 5", "size "), Err(Fault::Size));
        check(&TEXT.replace("size 5", "size -5"), Err(Fault::Size));
        check(
            &TEXT.replace("size 5", "size 9223372036854775808"),
            Err(Fault::Size),
        );
        check(&TEXT.repeat(2), Err(Fault::MoreLines));
        check(
            &TEXT.replace("oid", "ext-x-y z\noid"),
            Err(Fault::Extension),
        );
        check(&format!("{TEXT}{}", " ".repeat(1024)), Err(Fault::TooLong));
    }

    #[test]
    fn who_expected_the_file_is_told_what_this_is() {
        let pointer: Pointer = TEXT
            .replace("size 5", "size 4912345678")
            .parse()
            .expect("a pointer");
        let expected = "a Git LFS pointer to 4.9 GB (sha256 6b17b8fcc411a533c822a5117e33cf73fa6766739d7d36ac86dc4bea883af4fe), not the file";
        assert_eq!(pointer.not_the_file().to_string(), expected);
    }
}
