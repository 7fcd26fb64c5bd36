//! Files for a folder of the user's.

use crate::{Asset, Ending, Question::Get, Scenario, content, honest};

/// All is well: a large file and a small one.
pub fn decent() -> Scenario {
    let about = "all is well";
    Scenario::new("decent", about, honest).of(assets())
}

/// The file lies in a folder of the repository.
pub fn in_a_folder() -> Scenario {
    let about = "all is well, and the file lies in a folder";
    let assets = vec![Asset::large("sub/weights.bin", content(200_000))];
    Scenario::new("in-a-folder", about, honest).of(assets)
}

/// One bit of the large file is another.
pub fn wrong_bytes() -> Scenario {
    let about = "one bit of the file is another";
    Scenario::new("wrong-bytes", about, |asked| {
        asked.but(Get, |reply| {
            reply.map(|body| {
                if let Some(byte) = body.last_mut() {
                    *byte ^= 1;
                }
            })
        })
    })
}

/// The first time the large file stops in its midst, and the connection stays open.
pub fn stalls_at_first() -> Scenario {
    let about = "the file stops in its midst the first time, and the connection stays open";
    Scenario::new("stalls-at-first", about, |asked| {
        let is_first = asked.nth == 1;
        asked.but(Get, |reply| {
            if is_first {
                reply.ending(Ending::Stall(100_000))
            } else {
                reply
            }
        })
    })
}

fn assets() -> Vec<Asset> {
    vec![
        Asset::large("weights.bin", content(200_000)),
        Asset::small("config.json", b"{\"model_type\": \"bert\"}\n"),
    ]
}
