//! The bytes that come are not the file's.

use crate::{Asked, Ending, Question::Get, Reply, Scenario};

/// One bit of the file is another.
pub fn one_bit_is_another() -> Scenario {
    let about = "one bit of the file is another, and its length is right";
    Scenario::new("one-bit-is-another", about, |asked| {
        asked.but(Get, |reply| {
            reply.map(|body| {
                let middle = body.len() / 2;
                if let Some(byte) = body.get_mut(middle) {
                    *byte ^= 1;
                }
            })
        })
    })
}

/// All bytes are others.
pub fn every_byte_is_another() -> Scenario {
    let about = "every byte of the file is another, and its length is right";
    Scenario::new("every-byte-is-another", about, |asked| {
        asked.but(Get, |reply| {
            reply.map(|body| body.iter_mut().for_each(|byte| *byte = !*byte))
        })
    })
}

/// The first time one bit is another, then all is well.
pub fn one_bit_is_another_once() -> Scenario {
    let about = "one bit of the file is another, the first time that it is asked for";
    Scenario::new("one-bit-is-another-once", about, |asked| {
        let is_first = asked.nth == 1;
        asked.but(Get, |reply| {
            reply.map(|body| {
                if let Some(byte) = body.first_mut().filter(|_| is_first) {
                    *byte ^= 1;
                }
            })
        })
    })
}

/// The last hundred bytes are missing, and the end is marked as the end.
pub fn too_short() -> Scenario {
    let about = "the last 100 bytes of the file do not come, and the answer ends well";
    Scenario::new("too-short", about, |asked| {
        asked.but(Get, |reply| {
            reply
                .map(|body| body.truncate(body.len().saturating_sub(100)))
                .chunked()
        })
    })
}

/// A hundred bytes more come.
pub fn too_long() -> Scenario {
    let about = "100 bytes more than the file come, and the answer says so";
    Scenario::new("too-long", about, |asked| {
        asked.but(Get, |reply| reply.map(|body| body.extend([0; 100])))
    })
}

/// The body never ends.
pub fn endless() -> Scenario {
    let about = "the file never ends";
    Scenario::new("endless", about, |asked| {
        asked.but(Get, |reply| reply.chunked().ending(Ending::Endless))
    })
}

/// A page of HTML comes in the place of the file, as if it were the file.
pub fn a_page_instead() -> Scenario {
    let about = "a page of HTML comes in the place of the file, with status 200";
    Scenario::new("a-page-instead", about, |asked: &Asked<'_>| {
        asked.but(Get, |_| {
            Reply::text(
                200,
                "text/html; charset=utf-8",
                "<html><body>Log in</body></html>",
            )
        })
    })
}
