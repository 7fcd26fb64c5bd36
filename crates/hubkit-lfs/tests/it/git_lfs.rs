//! `git lfs pointer --check`, plain and strict, on the labelled files and on pointers with a few bytes changed.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use hubkit_lfs::Pointer;
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::FIXTURES;

const OID: &str = "6b17b8fcc411a533c822a5117e33cf73fa6766739d7d36ac86dc4bea883af4fe";

/// What a file is, as the two modes of the check together say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Canonical,
    Lenient,
    None,
}

fn ours(bytes: &[u8]) -> Verdict {
    match (Pointer::parse(bytes), Pointer::parse_canonical(bytes)) {
        (Ok(_), Ok(_)) => Verdict::Canonical,
        (Ok(_), Err(_)) => Verdict::Lenient,
        (Err(_), Err(_)) => Verdict::None,
        (Err(_), Ok(_)) => unreachable!("what is canonical is a pointer"),
    }
}

/// The strict check ends with 2 for a pointer that is not canonical, and with 1 for what is none. `None` without git-lfs.
fn theirs(path: &Path) -> Option<Verdict> {
    let status = Command::new("git-lfs")
        .args(["pointer", "--check", "--strict", "--file"])
        .arg(path)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/no-such-file")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    match status.code()? {
        0 => Some(Verdict::Canonical),
        1 => Some(Verdict::None),
        2 => Some(Verdict::Lenient),
        _ => None,
    }
}

fn is_there() -> bool {
    Command::new("git-lfs")
        .arg("version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

#[test]
#[expect(clippy::print_stderr, reason = "says why nothing was compared")]
fn git_lfs_says_the_same_of_the_labelled_files_and_of_mutations() {
    if !is_there() {
        eprintln!("skipped: there is no git-lfs on the search path");
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FIXTURES);
    let labels = fs::read_to_string(folder.join("labels.tsv")).expect("the labels");
    for name in labels
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').next())
    {
        let path = folder.join(name);
        let bytes = fs::read(&path).expect(name);
        if bytes.len() < Pointer::LIMIT {
            assert_eq!(Some(ours(&bytes)), theirs(&path), "{name}");
        }
    }

    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("pointer");
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let (texts, edits) = (text(), proptest::collection::vec(edit(), 0..3));
    let mut seen = [0; 3];
    for _ in 0..100 {
        let mut bytes = sample(&texts, &mut runner).into_bytes();
        for edit in sample(&edits, &mut runner) {
            edit.apply(&mut bytes);
        }
        // The documented differences.
        if bytes.len() >= Pointer::LIMIT || str::from_utf8(&bytes).is_err() {
            continue;
        }
        fs::write(&path, &bytes).expect("written");
        let verdict = ours(&bytes);
        assert_eq!(
            Some(verdict),
            theirs(&path),
            "{:?}",
            bytes.escape_ascii().to_string()
        );
        seen[verdict as usize] += 1;
    }
    assert!(
        seen.iter().all(|count| *count > 8),
        "too few of a kind: {seen:?}"
    );
}

fn sample<S: Strategy>(strategy: &S, runner: &mut TestRunner) -> S::Value {
    strategy.new_tree(runner).expect("a sample").current()
}

/// A pointer, or nearly one.
fn text() -> impl Strategy<Value = String> {
    let version = prop_oneof![
        12 => Just("version https://git-lfs.github.com/spec/v1"),
        1 => Just("version https://hawser.github.com/spec/v1"),
        1 => Just("version http://git-media.io/v/2"),
        1 => Just("version http://git-lfs.github.com/spec/v1"),
    ];
    let ext = (0..10_u8, "[a-c_][a-c.!-]{0,3}")
        .prop_map(|(priority, name)| format!("ext-{priority}-{name} sha256:{OID}\n"));
    let exts = prop_oneof![
        3 => Just(String::new()),
        1 => proptest::collection::vec(ext, 0..4).prop_map(|lines| lines.concat()),
    ];
    let size = prop_oneof![
        8 => (1..=Pointer::LARGEST).prop_map(|size| size.to_string()),
        1 => Just("0".to_owned()),
        1 => "[+-]?[0-9]{1,20}",
    ];
    (version, exts.clone(), exts, size).prop_map(|(version, before, between, size)| {
        let between = if between.len() % 2 == 0 {
            String::new()
        } else {
            between
        };
        format!("{version}\n{before}oid sha256:{OID}\n{between}size {size}\n")
    })
}

/// A small change at a place that is told as a fraction of the whole.
#[derive(Clone, Debug)]
enum Edit {
    Insert(u16, &'static str),
    Remove(u16),
    Flip(u16, u8),
    Append(&'static str),
    NoNewline,
}

fn edit() -> impl Strategy<Value = Edit> {
    const PIECES: [&str; 12] = [
        " ",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\0",
        "a",
        "0",
        ":",
        "\u{85}",
        "\u{a0}",
        "oid sha256:x\n",
    ];
    prop_oneof![
        3 => (any::<u16>(), proptest::sample::select(&PIECES[..])).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        2 => any::<u16>().prop_map(Edit::Remove),
        2 => (any::<u16>(), 0..8_u8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        2 => proptest::sample::select(&PIECES[..]).prop_map(Edit::Append),
        1 => Just(Edit::NoNewline),
    ]
}

impl Edit {
    fn apply(self, bytes: &mut Vec<u8>) {
        let place = |at: u16, len: usize| usize::from(at) * len / 65_536;
        match self {
            Self::Insert(at, piece) => {
                let at = place(at, bytes.len() + 1);
                bytes.splice(at..at, piece.bytes());
            }
            Self::Remove(at) if !bytes.is_empty() => {
                bytes.remove(place(at, bytes.len()));
            }
            Self::Flip(at, bit) if !bytes.is_empty() => {
                let at = place(at, bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Self::Append(piece) => bytes.extend_from_slice(piece.as_bytes()),
            Self::NoNewline => {
                bytes.pop();
            }
            Self::Remove(_) | Self::Flip(..) => {}
        }
    }
}
