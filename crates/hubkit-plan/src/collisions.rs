//! Paths that are two in a repository and one on some file system.

use std::{
    collections::{HashMap, hash_map::Entry},
    error, fmt,
};

use hubkit_types::RepoPath;
use unicode_normalization::UnicodeNormalization as _;

/// Two paths that can't be in one folder on every platform.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collision {
    /// The path that came first; of a file and a folder, the file.
    pub first: RepoPath,
    /// The path that collides with it.
    pub second: RepoPath,
    /// In what way.
    pub kind: CollisionKind,
}

/// In what way two paths collide.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum CollisionKind {
    /// They are the same.
    Same,
    /// They differ in how accented letters are composed, as macOS does not tell apart.
    Composition,
    /// They differ in upper and lower case, as Windows and macOS do not tell apart.
    Case,
    /// They differ in joiners, which nobody sees and HFS+ does not tell apart.
    Joiners,
    /// One is a file, and a folder on the way to the other.
    FileAndFolder,
}

impl fmt::Display for Collision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            first,
            second,
            kind,
        } = self;
        match kind {
            CollisionKind::Same => write!(f, "`{first}` is listed twice"),
            CollisionKind::Composition => write!(
                f,
                "`{first}` and `{second}` differ only in how accents are written, and are one file on some systems"
            ),
            CollisionKind::Case => write!(
                f,
                "`{first}` and `{second}` differ only in case, and are one file on some systems"
            ),
            CollisionKind::Joiners => write!(
                f,
                "`{}` and `{}` differ only in joiners, which can't be seen, and are one file on some systems",
                visible(first),
                visible(second)
            ),
            CollisionKind::FileAndFolder => {
                write!(f, "`{first}` is a file, and a folder in `{second}`")
            }
        }
    }
}

impl error::Error for Collision {}

/// Checks that all paths can be created below one folder on every platform.
///
/// Takes time and memory in proportion to the text of all paths times their depth.
///
/// # Errors
///
/// The first collision.
pub fn check<'a>(paths: impl IntoIterator<Item = &'a RepoPath>) -> Result<(), Collision> {
    let mut files: HashMap<String, &RepoPath> = HashMap::new();
    for path in paths {
        match files.entry(folded(path.as_str())) {
            Entry::Vacant(entry) => {
                entry.insert(path);
            }
            Entry::Occupied(entry) => {
                return Err(Collision {
                    first: (*entry.get()).clone(),
                    second: path.clone(),
                    kind: kind(entry.get(), path),
                });
            }
        }
    }
    for (key, path) in &files {
        for (slash, _) in key.match_indices('/') {
            if let Some(file) = files.get(&key[..slash]) {
                return Err(Collision {
                    first: (*file).clone(),
                    second: (*path).clone(),
                    kind: CollisionKind::FileAndFolder,
                });
            }
        }
    }
    Ok(())
}

fn kind(first: &RepoPath, second: &RepoPath) -> CollisionKind {
    if first == second {
        CollisionKind::Same
    } else if first.as_str().nfc().eq(second.as_str().nfc()) {
        CollisionKind::Composition
    } else if without_joiners(first).eq(without_joiners(second)) {
        CollisionKind::Joiners
    } else {
        CollisionKind::Case
    }
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn without_joiners(path: &RepoPath) -> impl Iterator<Item = char> {
    path.as_str().nfc().filter(|c| !is_joiner(*c)).nfc()
}

/// A path in which joiners are written out.
fn visible(path: &RepoPath) -> String {
    let mut text = String::new();
    for c in path.as_str().chars() {
        if is_joiner(c) {
            text.extend(c.escape_unicode());
        } else {
            text.push(c);
        }
    }
    text
}

/// What a file system that knows neither case nor composition nor joiners makes of a path.
fn folded(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    let plain = path.nfc().filter(|c| !is_joiner(*c));
    plain.map(fold).nfc().collect()
}

/// Simple case folding: one character for one. No file system takes `ß` for `ss`.
fn fold(c: char) -> char {
    // Its capital is the plain `I`, and yet no file system takes it for `i`.
    if c == 'ı' {
        return c;
    }
    lower(upper(lower(c)))
}

fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn judge(paths: &[&str], expected: Option<CollisionKind>) {
        let paths: Vec<RepoPath> = paths
            .iter()
            .map(|path| path.parse().expect("a path"))
            .collect();
        let found = check(&paths).err().map(|collision| collision.kind);
        assert_eq!(found, expected, "{paths:?}");
    }

    #[test]
    fn case_and_accents_collide_and_foldings_of_two_letters_do_not() {
        judge(&["Model.bin", "model.bin"], Some(CollisionKind::Case));
        judge(&["A/x", "a/x"], Some(CollisionKind::Case));
        judge(&["A/x", "a/y"], None);
        judge(
            &["caf\u{e9}", "cafe\u{301}"],
            Some(CollisionKind::Composition),
        );
        judge(&["CAF\u{c9}", "cafe\u{301}"], Some(CollisionKind::Case));
        judge(&["οδος", "ΟΔΟΣ"], Some(CollisionKind::Case));
        judge(&["straße", "STRASSE"], None);
        judge(&["ısı", "isi"], None);
        judge(&["a", "a"], Some(CollisionKind::Same));
        // The sign for kelvin is a K in all but its number.
        judge(&["mK", "m\u{212a}"], Some(CollisionKind::Composition));
        judge(&["mk", "m\u{212a}"], Some(CollisionKind::Case));
        judge(&["a\u{200d}b", "ab"], Some(CollisionKind::Joiners));
        judge(&["a\u{200d}B", "ab"], Some(CollisionKind::Case));
    }

    #[test]
    fn a_file_that_is_a_folder_of_another_collides() {
        judge(&["a/b/c", "a/b"], Some(CollisionKind::FileAndFolder));
        judge(&["A", "a/b"], Some(CollisionKind::FileAndFolder));
        judge(&["a/b", "a/bc", "ab"], None);
    }

    #[test]
    fn both_paths_are_named() {
        let paths = ["x/Model.bin", "x/model.bin"].map(|path| path.parse().expect("a path"));
        let collision = check(&paths).expect_err("they collide");
        assert_eq!(
            (&collision.first, &collision.second),
            (&paths[0], &paths[1])
        );
        assert!(
            collision
                .to_string()
                .contains("`x/Model.bin` and `x/model.bin`")
        );
    }
}
