//! Where the links of a text may lead.

use hubkit_types::RepoPath;

use crate::percent;

/// A link or an image that names something of the same repository or the same hub.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reference<'a> {
    /// A file or a folder of the repository.
    File {
        /// Its path.
        path: RepoPath,
        /// What to show of it: the text after `#`.
        fragment: Option<&'a str>,
    },
    /// A path on the hub, with its leading slash: `/datasets/squad`. It holds no character that ends an attribute or
    /// changes the host.
    Hub(&'a str),
}

/// Makes addresses of references. What it returns is used only if it is an `http`, `https` or relative address.
pub trait Resolver {
    /// Where a link leads; `None` makes it plain text.
    fn link(&self, reference: &Reference<'_>) -> Option<String>;

    /// Where an image is; `None` makes it a link, if [`Resolver::link`] knows where to.
    fn image(&self, reference: &Reference<'_>) -> Option<String>;
}

/// What a link of a text leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// An address elsewhere, or for mail.
    Elsewhere(String),
    /// A heading of this text: what is written after the `#`.
    Heading(&'a str),
    /// Something near.
    Near(Reference<'a>),
}

const LONGEST: usize = 2048;

/// Reads where a link leads; `None` for what may lead nowhere.
pub(crate) fn read(text: &str) -> Option<Target<'_>> {
    let text = text.trim();
    if text.len() > LONGEST || !is_plain(text) {
        return None;
    }
    if let Some(heading) = text.strip_prefix('#') {
        return Some(Target::Heading(heading));
    }
    if text.starts_with("//") {
        // Browsers pass over further slashes.
        let address = text.trim_start_matches('/');
        return Some(Target::Elsewhere(format!("https://{address}")));
    }
    if has_scheme(text) {
        return is_harmless(text).then(|| Target::Elsewhere(text.to_owned()));
    }
    if text.starts_with('/') {
        return Some(Target::Near(Reference::Hub(text)));
    }
    let (path, fragment) = match text.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (text, None),
    };
    let path = path.split('?').next().unwrap_or_default();
    let path = String::from_utf8(percent::decode(path)).ok()?;
    Some(Target::Near(Reference::File {
        path: normalise(&path)?,
        fragment,
    }))
}

/// What an address is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Link,
    Image,
}

/// The address of what a text links to or shows; `None` for what leads nowhere, and for a heading of the same text.
pub(crate) fn resolve(to: &str, wanted: Use, resolver: &impl Resolver) -> Option<String> {
    let address = match read(to)? {
        Target::Elsewhere(address) => Some(address),
        Target::Heading(_) => None,
        Target::Near(reference) => match wanted {
            Use::Link => resolver.link(&reference),
            Use::Image => resolver.image(&reference),
        },
    };
    address.filter(|address| is_harmless(address))
}

/// Whether an address may stand in a page: it begins with a scheme that only leads somewhere, or with none.
pub(crate) fn is_harmless(address: &str) -> bool {
    let lower = |length: usize| address.get(..length).map(str::to_ascii_lowercase);
    let is = |scheme: &str| lower(scheme.len()).as_deref() == Some(scheme);
    is_plain(address) && (!has_scheme(address) || is("https://") || is("http://") || is("mailto:"))
}

/// Browsers pass over some control characters and read a backslash as a slash, so that a harmless look deceives.
fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || c == '\\')
}

fn has_scheme(text: &str) -> bool {
    let end = text.find([':', '/', '?', '#']);
    end.is_some_and(|end| text[end..].starts_with(':'))
}

/// A path below the top of the repository, without `.` and `..`.
fn normalise(path: &str) -> Option<RepoPath> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    parts.join("/").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_schemes_lead_elsewhere() {
        for address in ["https://a/b?c#d", "HTTP://a", "mailto:a@b"] {
            let wanted = Some(Target::Elsewhere(address.to_owned()));
            assert_eq!(read(address), wanted, "{address}");
        }
        assert_eq!(
            read("//a/b"),
            Some(Target::Elsewhere("https://a/b".to_owned()))
        );
        assert_eq!(
            read("///a/b"),
            Some(Target::Elsewhere("https://a/b".to_owned()))
        );
        for address in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "java\tscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "https:evil",
            "/\\evil",
            "\\\\evil",
            "ftp://a",
            "blob:x",
        ] {
            assert_eq!(read(address), None, "{address}");
        }
    }

    #[test]
    fn a_relative_link_is_a_file_of_the_repository() {
        let file = |path: &str, fragment| {
            let path = path.parse().expect("a path");
            Some(Target::Near(Reference::File { path, fragment }))
        };
        assert_eq!(read("a/b.md"), file("a/b.md", None));
        assert_eq!(read("./a/../b%20c.md?raw=1#x"), file("b c.md", Some("x")));
        for outside in [
            "../a",
            "a/../../b",
            "%2e%2e/a",
            "",
            "./",
            "?x",
            "a%00b",
            "%ff",
        ] {
            assert_eq!(read(outside), None, "{outside}");
        }
        assert_eq!(read("#usage"), Some(Target::Heading("usage")));
        let hub = Some(Target::Near(Reference::Hub("/datasets/squad")));
        assert_eq!(read("/datasets/squad"), hub);
    }
}
