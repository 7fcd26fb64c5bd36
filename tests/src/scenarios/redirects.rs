//! Hubs that send a client elsewhere.

use serde_json::{Value, json};

use crate::{
    Asked, Asset, COMMIT,
    Question::{Elsewhere, Get, Head, Tree},
    Reply, Scenario,
};

/// A redirect to itself.
pub fn in_a_circle(absolute: bool) -> Scenario {
    let (name, about) = if absolute {
        (
            "in-a-circle",
            "asked about the file, the hub redirects to the same address",
        )
    } else {
        (
            "in-a-relative-circle",
            "asked about the file, the hub redirects to the same address, relative to itself",
        )
    };
    Scenario::new(name, about, move |asked| match asked.question {
        Head | Get if absolute => {
            Reply::redirect(302, &format!("{}{}", asked.endpoint(), asked.target()))
        }
        Head | Get => Reply::redirect(302, asked.target()),
        _ => asked.honest(),
    })
}

/// Fifty redirects, one after the other, most of them on the other server.
pub fn fifty_hops() -> Scenario {
    let about = "the file is behind fifty redirects, all but the first of them on another server";
    Scenario::new("fifty-hops", about, |asked| match asked.question {
        Get | Elsewhere => {
            let hop = asked.target().split("hop=").nth(1);
            let hop: usize = hop.and_then(|hop| hop.parse().ok()).unwrap_or(0);
            let path = asked.target().split('?').next().unwrap_or_default();
            if hop < 50 {
                let elsewhere = asked.elsewhere();
                Reply::redirect(302, &format!("{elsewhere}{path}?hop={}", hop + 1))
            } else {
                asked.honest()
            }
        }
        _ => asked.honest(),
    })
}

/// The bytes lie on another server, as large files do.
pub fn to_another_server() -> Scenario {
    let about = "the file is on another server, and the hub says so for every question about it";
    Scenario::new("to-another-server", about, |asked| match asked.question {
        Head | Get => away(asked, &format!("{}/weights.bin", asked.elsewhere())),
        _ => asked.honest(),
    })
}

/// As before, but only the bytes.
pub fn bytes_to_another_server() -> Scenario {
    let about =
        "the file is on another server, and the hub says so only when the bytes are asked for";
    Scenario::new("bytes-to-another-server", about, |asked| {
        asked.but(Get, |_| {
            away(asked, &format!("{}/weights.bin", asked.elsewhere()))
        })
    })
}

/// As before, by the name of the machine instead of its number.
pub fn to_another_host() -> Scenario {
    let about = "the file is on another host";
    Scenario::new("to-another-host", about, |asked| match asked.question {
        Head | Get => {
            let host = asked.elsewhere().replace("127.0.0.1", "localhost");
            away(asked, &format!("{host}/weights.bin"))
        }
        _ => asked.honest(),
    })
}

/// From TLS to none.
pub fn to_plain_http() -> Scenario {
    let about =
        "the file is on another server, by plain http, and the hub itself is asked by https";
    Scenario::new("to-plain-http", about, |asked| match asked.question {
        Head | Get => away(asked, &format!("{}/weights.bin", asked.elsewhere())),
        _ => asked.honest(),
    })
}

/// The address starts with two slashes.
pub fn without_a_scheme() -> Scenario {
    let about = "the file is on another server, whose address is given without http:";
    Scenario::new("without-a-scheme", about, |asked| match asked.question {
        Head | Get => {
            let host = asked.elsewhere().trim_start_matches("http:");
            away(asked, &format!("{host}/weights.bin"))
        }
        _ => asked.honest(),
    })
}

/// The address is that of a file of this machine.
pub fn to_a_local_file() -> Scenario {
    let about = "the hub redirects to a file of the client's own machine";
    Scenario::new("to-a-local-file", about, |asked| match asked.question {
        Head | Get => away(asked, "file:///etc/hostname"),
        _ => asked.honest(),
    })
}

/// The repository has another name now.
pub fn renamed() -> Scenario {
    let about = "the repository was renamed, and its old name redirects to the new one";
    Scenario::new("renamed", about, |asked| {
        let named = asked.target().replacen("faults/renamed", "faults/anew", 1);
        if named == asked.target() {
            return asked.honest();
        }
        Reply::redirect(307, &named)
    })
}

/// The second page of the listing is on the other server.
pub fn next_page_elsewhere() -> Scenario {
    let about = "the listing says that its next page is on another server";
    let first = Asset::small("README.md", b"# Title\n");
    let second = Asset::large("weights.bin", crate::content(1000));
    Scenario::new("next-page-elsewhere", about, |asked| match asked.question {
        Tree => {
            let next = format!("<{}/more>; rel=\"next\"", asked.elsewhere());
            Reply::json(&Value::Array(vec![asked.assets()[0].entry()])).with("link", &next)
        }
        Elsewhere => Reply::json(&json!([asked.assets()[1].entry()])),
        _ => asked.honest(),
    })
    .of(vec![first, second])
}

fn away(asked: &Asked<'_>, location: &str) -> Reply {
    let asset = asked.asset();
    let tag = format!("\"{}\"", asset.digest());
    let length = asset.content.len().to_string();
    Reply::redirect(302, location)
        .with("x-repo-commit", COMMIT)
        .with("x-linked-etag", &tag)
        .with("x-linked-size", &length)
        .with("set-cookie", "session=1; Path=/")
}
