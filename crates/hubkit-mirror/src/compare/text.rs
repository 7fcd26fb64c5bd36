//! The diff of one file, as git prints it.

use std::{
    fmt::Write as _,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use hubkit_api::Change;
use hubkit_store::ByteStream;
use hubkit_transport::{TransportError, TransportErrorKind};
use similar::TextDiff;

/// The longest file that is compared line by line, in bytes.
pub(super) const LONGEST: u64 = 256 << 10;

/// How long two files may take to compare before the rest is taken to be different: whoever writes files decides how
/// much work they are.
const PATIENCE: Duration = Duration::from_millis(20);

/// A file on one side of a comparison.
pub(super) enum Side {
    /// What it says; nothing of a file that is not there.
    Text(String),
    /// It is not text.
    Binary,
    /// It is too large to be compared here.
    TooLarge,
    /// Its content is not here.
    Missing,
}

impl Side {
    pub(super) fn of(bytes: Bytes) -> Self {
        match String::from_utf8(bytes.into()) {
            Ok(text) if !text.contains('\0') => Self::Text(text),
            _ => Self::Binary,
        }
    }
}

/// Adds the diff of one file.
pub(super) fn put(diff: &mut String, change: &Change, old: &Side, new: &Side) {
    let now = &change.path;
    let before = change.old_path.as_ref().unwrap_or(now);
    let (old_name, new_name) = (format!("a/{before}"), format!("b/{now}"));
    // Writing to a string never fails.
    let _ = writeln!(diff, "diff --git {old_name} {new_name}");
    let _ = match (change.old, change.new) {
        (None, _) => writeln!(diff, "new file mode 100644"),
        (_, None) => writeln!(diff, "deleted file mode 100644"),
        _ => Ok(()),
    };
    if before != now {
        let _ = writeln!(
            diff,
            "similarity index 100%\nrename from {before}\nrename to {now}"
        );
        return;
    }
    let id =
        |id: Option<hubkit_types::GitOid>| id.map_or_else(|| "0".repeat(40), |id| id.to_string());
    let same_mode = if change.old.is_some() && change.new.is_some() {
        " 100644"
    } else {
        ""
    };
    let (old_id, new_id) = (id(change.old), id(change.new));
    let _ = writeln!(diff, "index {old_id}..{new_id}{same_mode}");
    let none = || "/dev/null".to_owned();
    let old_name = change.old.map_or_else(none, |_| old_name);
    let new_name = change.new.map_or_else(none, |_| new_name);
    let (Side::Text(old), Side::Text(new)) = (old, new) else {
        let why = match (old, new) {
            (Side::TooLarge, _) | (_, Side::TooLarge) => ": too large to be compared here",
            (Side::Missing, _) | (_, Side::Missing) => ": their content is not here",
            _ => "",
        };
        let _ = writeln!(diff, "Binary files {old_name} and {new_name} differ{why}");
        return;
    };
    if old == new {
        return;
    }
    // A blank in a name would end it, were there no tab behind.
    let ended = |name: String| {
        if name.contains(' ') {
            name + "\t"
        } else {
            name
        }
    };
    let compared = TextDiff::configure().timeout(PATIENCE).diff_lines(old, new);
    let mut hunks = compared.unified_diff();
    let _ = write!(diff, "{}", hunks.header(&ended(old_name), &ended(new_name)));
}

/// What a store reads, as a body takes it.
pub(super) struct Sampled(pub(super) ByteStream);

impl Stream for Sampled {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let fault = |fault| {
            let message = "the store of the mirror can't be read";
            TransportError::new(TransportErrorKind::Interrupted, message).with_source(fault)
        };
        let polled = self.0.as_mut().poll_next(context);
        polled.map(|item| item.map(|piece| piece.map_err(fault)))
    }
}

#[cfg(test)]
mod tests {
    use hubkit_api::ChangeStatus;
    use hubkit_types::GitOid;

    use super::*;

    fn diff(old: Option<&str>, new: Option<&str>) -> String {
        let id = |side: Option<&str>| {
            let bytes = side?.as_bytes();
            Some(hubkit_store::git::blob_id(bytes))
        };
        let change = Change {
            status: ChangeStatus::Modified,
            path: "a b.txt".parse().expect("a path"),
            old_path: None,
            old: id(old),
            new: id(new),
            size: 0,
            is_binary: false,
        };
        let side = |side: Option<&str>| Side::of(Bytes::from(side.unwrap_or_default().to_owned()));
        let mut text = String::new();
        put(&mut text, &change, &side(old), &side(new));
        text
    }

    #[test]
    fn a_diff_is_what_git_prints() {
        let changed = diff(Some("1\n2\n3\n"), Some("1\nb\n3"));
        let head = "diff --git a/a b.txt b/a b.txt\nindex ";
        assert!(changed.starts_with(head), "{changed}");
        let hunk = "--- a/a b.txt\t\n+++ b/a b.txt\t\n@@ -1,3 +1,3 @@\n 1\n-2\n-3\n+b\n+3\n\\ No newline at end of file\n";
        assert!(changed.ends_with(hunk), "{changed}");
        let added = diff(None, Some("new\n"));
        let none = "0".repeat(40);
        assert!(added.contains("new file mode 100644\nindex "), "{added}");
        assert!(added.contains(&format!("index {none}..")), "{added}");
        assert!(added.ends_with("--- /dev/null\n+++ b/a b.txt\t\n@@ -0,0 +1 @@\n+new\n"));
        let deleted = diff(Some("old\n"), None);
        assert!(deleted.ends_with("--- a/a b.txt\t\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n"));
        assert!(
            !diff(None, Some("")).contains("---"),
            "an empty file has no lines"
        );
    }

    #[test]
    fn what_is_no_text_or_not_here_is_said_to_differ() {
        let binary = diff(Some("a\0"), Some("b"));
        assert!(binary.ends_with("Binary files a/a b.txt and b/a b.txt differ\n"));
        let mut text = String::new();
        let change = Change {
            status: ChangeStatus::Renamed,
            path: "new".parse().expect("a path"),
            old_path: "old".parse().ok(),
            old: Some(GitOid::from_bytes([1; 20])),
            new: Some(GitOid::from_bytes([1; 20])),
            size: 0,
            is_binary: false,
        };
        put(&mut text, &change, &Side::Missing, &Side::Missing);
        let renamed = "similarity index 100%\nrename from old\nrename to new\n";
        assert_eq!(text, format!("diff --git a/old b/new\n{renamed}"));
        let change = Change {
            old_path: None,
            ..change
        };
        let mut text = String::new();
        put(&mut text, &change, &Side::TooLarge, &Side::Binary);
        assert!(
            text.ends_with("differ: too large to be compared here\n"),
            "{text}"
        );
    }

    #[test]
    fn files_that_have_nothing_in_common_are_compared_in_bounded_time() {
        let lines = |seed: u32| {
            let numbers = (0..40_000_u32).map(|n| format!("{}\n", n.wrapping_mul(seed) % 7919));
            numbers.collect::<String>()
        };
        let text = diff(Some(&lines(7)), Some(&lines(13)));
        assert!(text.lines().count() > 40_000);
    }
}
