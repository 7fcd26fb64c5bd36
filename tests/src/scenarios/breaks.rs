//! Connections that break, and hubs that resume badly.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use crate::{
    Asked, Asset, COMMIT, Ending,
    Question::{Elsewhere, Get, Head},
    Reply, Scenario,
};

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
    .large()
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
            let length = asked.asset().content.len();
            reply
                .status(416)
                .with("content-range", &format!("bytes */{length}"))
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
            let content = &asked.asset().content;
            let range = format!("bytes 0-49999/{}", content.len());
            reply
                .status(206)
                .with("content-range", &range)
                .body(content[..50_000].to_vec())
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
        Head => asked.honest().unsaid().without("x-linked-size"),
        Get => asked
            .honest()
            .without("x-linked-size")
            .unsaid()
            .ending(Ending::Cut(150_000)),
        _ => asked.honest(),
    })
}

/// Parts say that they are of a file of another length.
pub fn parts_of_another_length() -> Scenario {
    let about = "the connection is closed within the file; the rest is said to be of a file of another length";
    Scenario::new("parts-of-another-length", about, |asked| match asked.nth {
        1 => first(asked, Ending::Cut(100_000)),
        _ if asked.header("range").is_some() => asked.but(Get, |reply| {
            let range = format!("bytes 100000-199999/{}", asked.asset().content.len() + 1);
            reply.with("content-range", &range)
        }),
        _ => asked.honest(),
    })
}

/// One request after the other is answered by closing the connection: this one.
pub fn one_request_fails(which: usize) -> Scenario {
    let about = "the connection is closed on one request";
    let counted = AtomicUsize::new(0);
    Scenario::new("one-request-fails", about, move |asked| {
        if counted.fetch_add(1, Ordering::Relaxed) == which {
            return Reply::raw(Vec::new());
        }
        asked.honest()
    })
    .of(vec![
        Asset::small("README.md", b"# Title\n"),
        Asset::small("config.json", b"{}\n"),
        Asset::large("weights.bin", crate::content(300_000)),
    ])
}

/// After 12 of 24 MiB nothing is answered any more, until the hub is mended.
pub fn dies_in_the_middle(mended: Arc<AtomicBool>) -> Scenario {
    let about = "after half of the file the hub answers nothing more for a while";
    let given = AtomicUsize::new(0);
    Scenario::new("dies-in-the-middle", about, move |asked| {
        if !asked.is(Get) || mended.load(Ordering::Relaxed) {
            return asked.honest();
        }
        if given.load(Ordering::Relaxed) >= 12 << 20 {
            return Reply::raw(Vec::new());
        }
        given.fetch_add(4 << 20, Ordering::Relaxed);
        asked.honest().ending(Ending::Cut(4 << 20))
    })
    .large()
}

/// The address of the bytes is good for a few requests, and then a new one must be asked for.
pub fn addresses_expire() -> Scenario {
    let about = "the file is on another server, at an address that is good for two requests; then a new one must be asked for";
    let (given, used) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    Scenario::new("addresses-expire", about, move |asked| {
        match asked.question {
            Head | Get => {
                let signature = given.fetch_add(1, Ordering::Relaxed);
                let asset = asked.asset();
                let location = format!("{}/weights.bin?signature={signature}", asked.elsewhere());
                Reply::redirect(302, &location)
                    .with("x-repo-commit", COMMIT)
                    .with("x-linked-etag", &format!("\"{}\"", asset.digest()))
                    .with("x-linked-size", &asset.content.len().to_string())
            }
            Elsewhere => {
                let mut used = used.lock().unwrap_or_else(PoisonError::into_inner);
                let times: &mut usize = used.entry(asked.target().to_owned()).or_default();
                *times += 1;
                if *times > 2 {
                    return Reply::text(
                        403,
                        "application/xml",
                        "<Error>Request has expired</Error>",
                    );
                }
                // The first answer breaks, so that there is something to go on with.
                let honest = asked.honest();
                if *times == 1 {
                    return honest.ending(Ending::Cut(3 << 20));
                }
                honest
            }
            _ => asked.honest(),
        }
    })
    .large()
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
