//! Addresses in exported documents: pages, files, package URLs.

use hubkit_types::{CommitId, RepoId, RepoPath};

/// The hub that is meant where none is named, and the one that package URLs leave out.
pub(super) const HUGGING_FACE: &str = "https://huggingface.co";

/// Percent-encodes every byte but letters, digits, `-._~` and those in `kept`.
pub(super) fn encode(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    encoded
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// The way to a file below a page or a folder.
pub(super) fn path(path: &RepoPath) -> String {
    encode(path.as_str(), b"/")
}

/// An address of the web that a stranger wrote, with what no address may hold percent-encoded; `None` for anything
/// else, and for one that holds a user's name or password.
pub(super) fn web(text: &str) -> Option<String> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
    if !is_web || host.is_empty() || !host.bytes().all(is_host) {
        return None;
    }
    let (before, fragment) = match rest.split_once('#') {
        Some((before, fragment)) => (before, Some(fragment)),
        None => (rest, None),
    };
    let legal = |text: &str| {
        let parts: Vec<String> = text.split('%').map(|part| encode(part, LEGAL)).collect();
        let mut whole = parts.first().cloned().unwrap_or_default();
        for part in parts.get(1..).unwrap_or_default() {
            let is_encoded =
                part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
            whole.push_str(if is_encoded { "%" } else { "%25" });
            whole.push_str(part);
        }
        whole
    };
    let fragment = fragment.map_or_else(String::new, |text| format!("#{}", legal(text)));
    let scheme = scheme.to_ascii_lowercase();
    Some(format!("{scheme}://{}{fragment}", legal(before)))
}

/// What stands for itself in a path or a query (RFC 3986, section 3).
const LEGAL: &[u8] = b"/:@!$&'()*+,;=?";

/// The address of a digital object identifier, however it was written.
pub(super) fn doi(text: &str) -> String {
    let bare = text
        .trim_start_matches("https://doi.org/")
        .trim_start_matches("doi:");
    format!("https://doi.org/{}", encode(bare, b"/"))
}

/// The package URL of a model: `pkg:huggingface/NAMESPACE/NAME@COMMIT`, as the definition of the type `huggingface` has
/// it (package-url/purl-spec). Names keep their case; a hub of its own is named by `repository_url`.
pub(super) fn package_url(hub: &str, repo: &RepoId, commit: Option<&CommitId>) -> String {
    let version = commit.map_or_else(String::new, |commit| format!("@{commit}"));
    let qualifier = match hub {
        HUGGING_FACE => String::new(),
        hub => format!("?repository_url={}", encode(hub, b":")),
    };
    // The parts of an id are letters, digits, `_`, `-` and `.`, which stand for themselves.
    format!("pkg:huggingface/{repo}{version}{qualifier}")
}

/// The model that a package URL names.
pub(crate) fn of_package_url(text: &str) -> Option<RepoId> {
    let rest = text.strip_prefix("pkg:huggingface/")?;
    let name = rest.split(['@', '?', '#']).next()?;
    name.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_strangers_are_made_legal_or_left_out() {
        for (text, expected) in [
            (
                "https://x.org/a b?c=[d]#e f",
                Some("https://x.org/a%20b?c=%5Bd%5D#e%20f"),
            ),
            ("HTTP://x.org/100%/%41", Some("http://x.org/100%25/%41")),
            (
                "https://x.org/ä\"<>\\^`{|}",
                Some("https://x.org/%C3%A4%22%3C%3E%5C%5E%60%7B%7C%7D"),
            ),
            ("https://x.org/a#b#c", Some("https://x.org/a#b%23c")),
            ("https://me:secret@x.org/", None),
            ("javascript://x.org/%0aalert(1)", None),
            ("ftp://x.org", None),
            ("https://", None),
            ("LICENSE", None),
            ("", None),
        ] {
            assert_eq!(web(text).as_deref(), expected, "{text}");
        }
    }

    /// Those of the specification, and a hub behind a proxy.
    #[test]
    fn package_urls_are_canonical() {
        let commit: CommitId = "797174552ae47f449ab70b684cabcb6603e5e85e"
            .parse()
            .expect("a commit");
        for (hub, repo, commit, expected) in [
            (
                HUGGING_FACE,
                "EleutherAI/gpt-neo-1.3B",
                Some(&commit),
                "pkg:huggingface/EleutherAI/gpt-neo-1.3B@797174552ae47f449ab70b684cabcb6603e5e85e",
            ),
            (
                "https://hub-ci.huggingface.co",
                "microsoft/deberta-v3-base",
                None,
                "pkg:huggingface/microsoft/deberta-v3-base?repository_url=https:%2F%2Fhub-ci.huggingface.co",
            ),
            (HUGGING_FACE, "gpt2", None, "pkg:huggingface/gpt2"),
        ] {
            let repo: RepoId = repo.parse().expect("an id");
            let made = package_url(hub, &repo, commit);
            assert_eq!(made, expected);
            assert_eq!(of_package_url(&made), Some(repo));
        }
    }
}
