//! Connections that break, and hubs that resume badly.

use crate::{Asked, Asset, Ending, Question::Get, Reply, Scenario, content};

/// Long enough for several requests at a time.
fn large() -> Vec<Asset> {
    vec![Asset::large("weights.bin", content(24 << 20))]
}

/// The connection is closed within the file, every time.
pub fn closed_every_time() -> Scenario {
    let about = "the connection is closed after 3 kB of the file, every time";
    Scenario::new("closed-every-time", about, |asked| {
        asked.but(Get, |reply| reply.ending(Ending::Cut(3_000)))
    })
}

/// The connection is reset within the file, every time.
pub fn reset_every_time() -> Scenario {
    let about = "the connection is reset after 3 kB of the file, every time";
    Scenario::new("reset-every-time", about, |asked| {
        asked.but(Get, |reply| reply.ending(Ending::Reset(3_000)))
    })
}

/// The connection is reset once.
pub fn reset_once() -> Scenario {
    let about = "the connection is reset after 150 kB of the file, once";
    Scenario::new("reset-once", about, |asked| {
        first(asked, Ending::Reset(150_000))
    })
}

/// The connection is closed once, near the end of a large file.
pub fn closed_once() -> Scenario {
    let about = "the connection is closed after 15 of 24 MiB, once";
    Scenario::new("closed-once", about, |asked| {
        first(asked, Ending::Cut(15 << 20))
    })
    .of(large())
}

/// The file is another behind the break, and stays it.
pub fn replaced_for_good() -> Scenario {
    let about = "the connection is closed within the file; when it is resumed, the file is another of the same length";
    Scenario::new("replaced-for-good", about, |asked| match asked.nth {
        1 => first(asked, Ending::Cut(100_000)),
        _ => asked.but(Get, |_| another(asked)),
    })
}

/// The file is another behind the break, and the hub does not say so.
pub fn spliced() -> Scenario {
    let about = "the connection is closed within the file; what is sent of its rest is of another file, and this is not said";
    Scenario::new("spliced", about, |asked| match asked.nth {
        1 => first(asked, Ending::Cut(100_000)),
        2 => asked.but(Get, |reply| {
            reply.map(|body| body.iter_mut().for_each(|byte| *byte = !*byte))
        }),
        _ => asked.honest(),
    })
}

/// Parts are never sent, only the whole.
pub fn no_parts() -> Scenario {
    let about = "the connection is closed within the file; asked for the rest, the hub sends the file from its start";
    Scenario::new("no-parts", about, |asked| match asked.nth {
        1 => first(asked, Ending::Cut(100_000)),
        _ => asked.but(Get, |_| whole(asked)),
    })
}

/// The rest of a file is refused.
pub fn no_rest() -> Scenario {
    let about = "the connection is closed within the file; asked for the rest, the hub says that there is none";
    Scenario::new("no-rest", about, |asked| match asked.nth {
        1 => first(asked, Ending::Cut(100_000)),
        _ if asked.header("range").is_some() => asked.but(Get, |reply| {
            reply
                .status(416)
                .with("content-range", "bytes */200000")
                .body(Vec::new())
        }),
        _ => asked.honest(),
    })
}

/// Another part comes than was asked for.
pub fn another_part() -> Scenario {
    let about = "the connection is closed within the file; asked for the rest, the hub sends another part of it";
    Scenario::new("another-part", about, |asked| match asked.nth {
        1 => first(asked, Ending::Cut(100_000)),
        _ if asked.header("range").is_some() => asked.but(Get, |reply| {
            let start = asked.asset().content[..50_000].to_vec();
            reply
                .status(206)
                .with("content-range", "bytes 0-49999/200000")
                .body(start)
        }),
        _ => asked.honest(),
    })
}

/// Twice the length is promised, and no more than the file comes.
pub fn promised_twice_the_length() -> Scenario {
    let about = "twice the length of the file is promised; the file comes, and then nothing";
    Scenario::new("promised-twice-the-length", about, |asked| {
        asked.but(Get, |reply| {
            let length = asked.asset().content.len();
            reply
                .promising(2 * length as u64)
                .ending(Ending::Stall(length))
        })
    })
}

/// No length is told anywhere but in listings, and the file is cut off.
pub fn no_length() -> Scenario {
    let about = "no answer about the file tells its length, and it ends early";
    Scenario::new("no-length", about, |asked| match asked.question {
        crate::Question::Head => asked.honest().unsaid().without("x-linked-size"),
        Get => asked
            .honest()
            .without("x-linked-size")
            .unsaid()
            .ending(Ending::Cut(150_000)),
        _ => asked.honest(),
    })
}

fn first(asked: &Asked<'_>, ending: Ending) -> Reply {
    asked.but(Get, |reply| {
        if asked.nth == 1 {
            reply.ending(ending)
        } else {
            reply
        }
    })
}

/// The whole file, whatever part was asked for.
fn whole(asked: &Asked<'_>) -> Reply {
    let reply = asked.honest().status(200).without("content-range");
    reply.body(asked.asset().content.clone())
}

/// A whole file of the same length with a tag of its own.
fn another(asked: &Asked<'_>) -> Reply {
    let asset = asked.asset();
    let other = Asset::large(
        &asset.path,
        asset.content.iter().map(|byte| !byte).collect(),
    );
    let tag = format!("\"{}\"", other.digest());
    whole(asked)
        .with("etag", &tag)
        .with("x-linked-etag", &tag)
        .body(other.content)
}
