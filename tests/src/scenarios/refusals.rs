//! Other things in the place of the file.

use crate::{Asked, Asset, Question::Get, Reply, Scenario};

/// A refusal with XML, as object stores send it.
pub fn refused_in_xml(status: u16) -> Scenario {
    let (name, about) = match status {
        403 => (
            "forbidden-in-xml",
            "asked for the file, the hub refuses with status 403 and XML",
        ),
        404 => (
            "missing-in-xml",
            "asked for the file, the hub refuses with status 404 and XML",
        ),
        _ => (
            "gone-in-xml",
            "asked for the file, the hub refuses with status 410 and XML",
        ),
    };
    Scenario::new(name, about, move |asked| {
        asked.but(Get, |_| {
            Reply::text(
                status,
                "application/xml",
                "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
            )
        })
    })
}

/// A refusal in plain text, for ever.
pub fn refused_in_text(status: u16) -> Scenario {
    let (name, about) = match status {
        404 => (
            "missing-in-text",
            "asked for the file, the hub refuses with status 404 and a text",
        ),
        _ => (
            "fails-in-text",
            "asked for the file, the hub always fails with status 500 and a text",
        ),
    };
    Scenario::new(name, about, move |asked| {
        asked.but(Get, |_| Reply::text(status, "text/plain", "no such thing"))
    })
}

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\n\
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

/// The pointer to a large file in the place of the file.
pub fn a_pointer_instead() -> Scenario {
    let about = "the text of a Git LFS pointer comes in the place of the file";
    Scenario::new("a-pointer-instead", about, |asked: &Asked<'_>| {
        asked.but(Get, |reply| {
            reply
                .status(200)
                .without("content-range")
                .body(POINTER.as_bytes().to_vec())
        })
    })
}

/// The hub takes the pointer for the file.
pub fn a_pointer_as_the_file() -> Scenario {
    let about = "the hub has only the Git LFS pointer of the file, and serves it as the file";
    Scenario::new("a-pointer-as-the-file", about, crate::honest)
        .of(vec![Asset::small("weights.bin", POINTER.as_bytes())])
}

/// The file comes packed, which was not asked for.
pub fn packed() -> Scenario {
    let about = "the file comes packed with gzip, and the answer says so";
    Scenario::new("packed", about, |asked| {
        asked.but(Get, |reply| {
            reply
                .status(200)
                .without("content-range")
                .with("content-encoding", "gzip")
                .body(PACKED.to_vec())
        })
    })
    .of(vec![Asset::large("weights.bin", vec![b'a'; 180_000])])
}

/// What `gzip -9n` makes of 180,000 times the letter a.
const PACKED: &[u8] = include_bytes!("../../fixtures/faults/packed.gz");
