//! Paths of files in a repository.

use std::{error, fmt, str::FromStr};

use crate::hex::shown;

/// The path of a file in a repository: relative, with `/` between its parts, and safe to create below any folder of
/// any platform that hubkit runs on.
///
/// Every path that a server names is parsed into this type before it comes near a file system. Two paths that are fine
/// each may still collide on a file system that folds case or accents: that is a question about a set of paths.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RepoPath(String);

/// What is wrong with a path.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum PathFault {
    /// No text, or more than 4,096 bytes.
    Length,
    /// More than 128 parts.
    Depth,
    /// Starts with a slash, a drive letter or a share.
    Absolute,
    /// A part that is empty, `.` or `..`.
    NotCanonical,
    /// A part of more than 255 bytes.
    PartLength,
    /// A control character, a line separator, or an invisible character that changes how the name is read.
    Invisible,
    /// One of `\ : * ? " < > |`, which some platform reads as more than a letter.
    Reserved,
    /// A part that ends with a dot or a space, which some platforms drop.
    Trailing,
    /// A name of a device, such as `CON` or `com1.txt`.
    Device,
    /// The control folder of git, in any of its spellings.
    DotGit,
    /// The folder where hub clients keep their own state.
    ClientState,
}

impl PathFault {
    fn as_str(self) -> &'static str {
        match self {
            Self::Length => "expected 1 to 4096 bytes",
            Self::Depth => "expected at most 128 folders",
            Self::Absolute => "expected a relative path",
            Self::NotCanonical => "expected no empty part, no `.` and no `..`",
            Self::PartLength => "expected parts of at most 255 bytes",
            Self::Invisible => "expected no control and no invisible character",
            Self::Reserved => "expected none of \\ : * ? \" < > |",
            Self::Trailing => "expected no part that ends with a dot or a space",
            Self::Device => "expected no name of a device",
            Self::DotGit => "expected nothing inside a .git folder",
            Self::ClientState => "expected nothing inside a hub client's own folder",
        }
    }
}

impl RepoPath {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    pub fn file_name(&self) -> &str {
        self.0
            .rsplit_once('/')
            .map_or(self.0.as_str(), |(_, name)| name)
    }

    /// The folder that holds the file; `None` at the top.
    pub fn parent(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(parent, _)| parent)
    }

    /// The parts, from the top.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// Whether the name ends with `.` and this extension, in any case.
    pub fn has_extension(&self, extension: &str) -> bool {
        self.file_name()
            .rsplit_once('.')
            .is_some_and(|(stem, found)| !stem.is_empty() && found.eq_ignore_ascii_case(extension))
    }
}

fn find_fault(path: &str) -> Option<PathFault> {
    if path.is_empty() || path.len() > 4096 {
        return Some(PathFault::Length);
    }
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if path.starts_with(['/', '\\']) || drive {
        return Some(PathFault::Absolute);
    }
    if path.split('/').count() > 128 {
        return Some(PathFault::Depth);
    }
    if path.chars().any(is_invisible) {
        return Some(PathFault::Invisible);
    }
    if path.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) {
        return Some(PathFault::Reserved);
    }
    let mut parts = path.split('/');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    let is_in_cache = || second.is_some_and(|part| part.eq_ignore_ascii_case("huggingface"));
    if first.eq_ignore_ascii_case(".huggingface")
        || (first.eq_ignore_ascii_case(".cache") && is_in_cache())
    {
        return Some(PathFault::ClientState);
    }
    path.split('/').find_map(find_part_fault)
}

fn find_part_fault(part: &str) -> Option<PathFault> {
    if part.is_empty() || part == "." || part == ".." {
        return Some(PathFault::NotCanonical);
    }
    if part.len() > 255 {
        return Some(PathFault::PartLength);
    }
    if part.ends_with(['.', ' ']) {
        return Some(PathFault::Trailing);
    }
    // HFS+ ignores the joiners when it compares names, NTFS knows `.git` by its short name too.
    let is = |name: &str| {
        let plain = part
            .chars()
            .filter(|c| !matches!(c, '\u{200c}' | '\u{200d}'));
        plain.map(|c| c.to_ascii_lowercase()).eq(name.chars())
    };
    if is(".git") || is("git~1") {
        return Some(PathFault::DotGit);
    }
    is_device(part).then_some(PathFault::Device)
}

/// Windows reserves these with any extension behind them, blanks before it included.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end_matches(' ');
    let is = |name: &&str| stem.eq_ignore_ascii_case(name);
    if DEVICES.iter().any(is) {
        return true;
    }
    stem.split_at_checked(3).is_some_and(|(name, rest)| {
        let is_port = ["COM", "LPT"]
            .iter()
            .any(|port| name.eq_ignore_ascii_case(port));
        let mut rest = rest.chars();
        let number = (rest.next(), rest.next());
        is_port && matches!(number, (Some('0'..='9' | '¹' | '²' | '³'), None))
    })
}

const DEVICES: [&str; 7] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];

/// Whether a character can't be seen, or changes how what is around it is shown: control characters, separators of
/// lines, direction marks, zero-width characters. Escape such characters in a stranger's text before showing it.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{2028}' | '\u{2029}'                     // line and paragraph separators
            | '\u{061c}' | '\u{200e}' | '\u{200f}'      // direction marks
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // direction overrides and isolates
            | '\u{00ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' // zero width
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl FromStr for RepoPath {
    type Err = ParseRepoPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match find_fault(text) {
            Some(fault) => Err(ParseRepoPathError {
                text: shown(text),
                fault,
            }),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for RepoPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The text is not the path of a file in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseRepoPathError {
    text: String,
    fault: PathFault,
}

impl ParseRepoPathError {
    /// What is wrong with it.
    pub fn fault(&self) -> PathFault {
        self.fault
    }
}

impl fmt::Display for ParseRepoPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a path of a repository: {}",
            self.text,
            self.fault.as_str()
        )
    }
}

impl error::Error for ParseRepoPathError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<PathFault>) {
        assert_eq!(
            path.parse::<RepoPath>().err().map(|error| error.fault()),
            expected,
            "{path:?}"
        );
    }

    #[test]
    fn ordinary_names_of_any_script_are_paths() {
        for path in [
            "config.json",
            "1_Pooling/config.json",
            ".gitattributes",
            ".gitmodules",
            "..foo",
            "中文.md",
            " x",
            "%2e%2e/x",
            "a~b",
            "-rf",
            "COM.txt",
            "com10",
            "consul",
            ".cache/x",
            "👩‍💻.txt",
        ] {
            check(path, None);
        }
    }

    #[test]
    fn each_fault_is_named() {
        check("", Some(PathFault::Length));
        check(&"d/".repeat(200), Some(PathFault::Depth));
        for path in [
            "/etc/passwd",
            "//host/share",
            "\\\\host\\share",
            "C:/x",
            "c:x",
            "\\\\?\\C:\\x",
        ] {
            check(path, Some(PathFault::Absolute));
        }
        for path in ["..", "a/../b", "./a", "a//b", "a/"] {
            check(path, Some(PathFault::NotCanonical));
        }
        check(&"x".repeat(256), Some(PathFault::PartLength));
        for path in [
            "a\0b",
            "a\nb",
            "a\u{7f}",
            "a\u{9b}31m",
            "x\u{202e}gpj.exe",
            "a\u{200b}b",
            "a\u{2028}b",
        ] {
            check(path, Some(PathFault::Invisible));
        }
        for path in ["a\\..\\b", "a?b", "file:stream", "a|b"] {
            check(path, Some(PathFault::Reserved));
        }
        check("a./b", Some(PathFault::Trailing));
        for path in [
            "CON",
            "sub/nul",
            "aux.json",
            "COM1.tar.gz",
            "lpt¹",
            "con .txt",
        ] {
            check(path, Some(PathFault::Device));
        }
        for path in [".git/config", "sub/.GIT/HEAD", "git~1/x", ".g\u{200c}it/x"] {
            check(path, Some(PathFault::DotGit));
        }
        for path in [
            ".huggingface/x",
            ".cache/huggingface/download/x.metadata",
            ".Cache/HuggingFace/x",
        ] {
            check(path, Some(PathFault::ClientState));
        }
    }

    #[test]
    fn an_extension_is_told_in_any_case() {
        let path: RepoPath = "a.b/Model.SafeTensors".parse().expect("a path");
        assert!(path.has_extension("safetensors") && !path.has_extension("b"));
        assert_eq!(
            (path.file_name(), path.parent()),
            ("Model.SafeTensors", Some("a.b"))
        );
    }
}
