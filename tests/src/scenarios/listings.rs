//! Listings of repositories that must not be believed, and answers that are no proper JSON.

use serde_json::{Value, json};

use crate::{
    Asset,
    Question::{self, Info, Tree},
    Reply, Scenario, content,
};

/// Two decent files, and one of this name.
pub fn lists(name: &'static str, about: &'static str, path: &'static str) -> Scenario {
    Scenario::new(name, about, move |asked| {
        if !asked.is(Tree) {
            return asked.honest();
        }
        let mut entries: Vec<Value> = asked.assets().iter().map(Asset::entry).collect();
        entries.push(json!({"type": "file", "oid": "e".repeat(40), "size": 3, "path": path}));
        Reply::json(&Value::Array(entries))
    })
    .of(vec![
        Asset::small("README.md", b"# Title\n"),
        Asset::large("weights.bin", content(1000)),
    ])
}

/// A name that leads out of the folder.
pub fn a_way_out() -> Scenario {
    let about = "the listing names a file outside the repository, with `..`";
    lists("a-way-out", about, "../../x")
}

/// A name from the top.
pub fn an_absolute_name() -> Scenario {
    let about = "the listing names a file by an absolute path";
    lists("an-absolute-name", about, "/tmp/hubkit-faults/x")
}

/// A name that leads out with backslashes.
pub fn backslashes() -> Scenario {
    let about = "the listing names a file with backslashes and `..`";
    lists("backslashes", about, "..\\..\\x")
}

/// A name with a character that turns around what follows.
pub fn turned_around() -> Scenario {
    let about = "the listing names a file with a character that turns the text around";
    lists("turned-around", about, "weights\u{202e}nib.txt")
}

/// A name with a zero byte.
pub fn a_zero_byte() -> Scenario {
    lists(
        "a-zero-byte",
        "the listing names a file with a zero byte",
        "a\0b",
    )
}

/// A name with an escape sequence of a terminal.
pub fn an_escape_sequence() -> Scenario {
    let about = "the listing names a file with an escape sequence of a terminal";
    lists("an-escape-sequence", about, "a\u{1b}[2Jb")
}

/// A file that git runs.
pub fn a_hook_of_git() -> Scenario {
    let about = "the listing names a file in a folder `.git`";
    lists("a-hook-of-git", about, ".git/hooks/post-checkout")
}

/// A file that is a client's own state.
pub fn state_of_a_client() -> Scenario {
    let about = "the listing names a file in the folder where clients keep their own state";
    lists(
        "state-of-a-client",
        about,
        ".cache/huggingface/download/weights.bin.metadata",
    )
}

/// Two names that are one on some systems.
pub fn colliding(name: &'static str, about: &'static str, paths: [&'static str; 2]) -> Scenario {
    let contents = [&b"one\n"[..], b"two\n"];
    let assets = paths.into_iter().zip(contents);
    let assets = assets.map(|(path, content)| Asset::small(path, content));
    Scenario::new(name, about, crate::honest).of(assets.collect())
}

/// Names that differ in case.
pub fn upper_and_lower_case() -> Scenario {
    let about = "the listing names two files that differ only in case";
    colliding("upper-and-lower-case", about, ["README.md", "readme.md"])
}

/// Names that differ in how an accent is written.
pub fn composed_and_not() -> Scenario {
    let about = "the listing names two files that differ only in how an accent is written";
    colliding("composed-and-not", about, ["\u{e9}.txt", "e\u{301}.txt"])
}

/// This text in the place of JSON.
pub fn says(
    name: &'static str,
    about: &'static str,
    question: Question,
    text: fn(&str) -> Vec<u8>,
) -> Scenario {
    Scenario::new(name, about, move |asked| {
        asked.but(question, |reply| {
            reply.map(|body| *body = text(&String::from_utf8_lossy(body)))
        })
    })
}

/// A hundred thousand arrays in each other.
pub fn nested(question: Question) -> Scenario {
    let (name, about) = if question == Info {
        (
            "nested-info",
            "what is said of the repository is 100,000 arrays in each other",
        )
    } else {
        ("nested-tree", "the listing is 100,000 arrays in each other")
    };
    says(name, about, question, |_| vec![b'['; 100_000])
}

/// A field that comes twice.
pub fn said_twice(question: Question) -> Scenario {
    let (name, about) = if question == Info {
        (
            "said-twice-info",
            "what is said of the repository names its commit twice",
        )
    } else {
        (
            "said-twice-tree",
            "the listing names the size of a file twice",
        )
    };
    says(name, about, question, |text| {
        let text = text.replace(
            "\"sha\":",
            &format!("\"sha\":\"{}\",\"sha\":", "9".repeat(40)),
        );
        text.replace("\"path\":", "\"path\":\"other.bin\",\"path\":")
            .into_bytes()
    })
}

/// A number that is none.
pub fn not_a_number() -> Scenario {
    let about = "the listing gives NaN for the size of a file";
    says("not-a-number", about, Tree, |text| {
        text.replace("200000", "NaN").into_bytes()
    })
}

/// A mark before the text.
pub fn a_mark_before(question: Question) -> Scenario {
    let (name, about) = if question == Info {
        (
            "a-mark-before-info",
            "what is said of the repository starts with a byte order mark",
        )
    } else {
        (
            "a-mark-before-tree",
            "the listing starts with a byte order mark",
        )
    };
    says(name, about, question, |text| {
        format!("\u{feff}{text}").into_bytes()
    })
}

/// Half of a character.
pub fn half_a_character() -> Scenario {
    let about = "the listing names a file with half of a character";
    says("half-a-character", about, Tree, |text| {
        text.replace("weights.bin", "weights\\ud800.bin")
            .into_bytes()
    })
}
