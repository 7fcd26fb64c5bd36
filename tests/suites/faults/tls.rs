//! Servers that can't be trusted to be who they say.

use anyhow::{Result, ensure};
use hubkit_tests::{Certificate, Door, Question::Elsewhere, Scenario, Scene, honest, scenarios};
use libtest_mimic::Trial;

use crate::{Row, WAYS, free};

const REFUSED: &[&str] = &[
    "a_certificate_of_its_own_is_refused",
    "a_certificate_for_another_host_is_refused",
    "a_certificate_of_the_past_is_refused",
    "an_old_protocol_is_refused",
    "a_port_without_tls_is_refused",
];

pub(crate) const ROWS: &[Row] = &[
    ("client-34", &["a_redirect_from_https_to_http_is_refused"]),
    ("client-51", REFUSED),
    ("table-54", REFUSED),
];

/// What a server says that knows nothing newer than SSL 3.0: there is no way to talk.
const SSL_3: Door = Door::Says(b"\x15\x03\x00\x00\x02\x02\x28");
const PLAIN: Door = Door::Says(
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhttps",
);

pub(crate) fn trials() -> Vec<Trial> {
    let refused =
        |name, door, cause: &'static [&'static str]| free(name, move || refused(door, cause));
    vec![
        free("a_trusted_certificate_is_trusted", trusted),
        free("a_redirect_from_https_to_http_is_refused", downgrade),
        refused(
            REFUSED[0],
            Door::Tls(Certificate::SelfSigned),
            &["certificate", "UnknownIssuer"],
        ),
        refused(
            REFUSED[1],
            Door::Tls(Certificate::Elsewhere),
            &["certificate", "elsewhere.example"],
        ),
        refused(
            REFUSED[2],
            Door::Tls(Certificate::Expired),
            &["certificate", "expired"],
        ),
        refused(REFUSED[3], SSL_3, &["no TLS with", "HandshakeFailure"]),
        refused(REFUSED[4], PLAIN, &["is not TLS"]),
    ]
}

fn decent() -> Scenario {
    Scenario::new("decent", "nothing is wrong", honest)
}

/// Without this, the refusals would show nothing.
fn trusted() -> Result<()> {
    let scene = Scene::behind(Door::Tls(Certificate::Trusted), decent())?;
    scene.download(&[])?.success()?;
    scene.expect_right()
}

fn refused(door: Door, cause: &[&str]) -> Result<()> {
    let scene = Scene::behind(door, decent())?;
    for way in WAYS {
        let before = scene.hub.connections();
        let outcome = scene.download(way)?;
        let peer = scene.hub.endpoint().trim_start_matches("https://");
        outcome.refused(5, &[&[peer, "hint:"], cause].concat())?;
        // Who is not trusted now is not trusted a moment later.
        let connections = scene.hub.connections() - before;
        ensure!(connections == 1, "{connections} connections");
        ensure!(scene.hub.seen().is_empty(), "{:?}", scene.hub.seen());
        ensure!(!scene.cache().exists(), "the cache was touched");
    }
    Ok(())
}

fn downgrade() -> Result<()> {
    let door = Door::Tls(Certificate::Trusted);
    let scene = Scene::behind(door, scenarios::redirects::to_plain_http())?;
    for way in WAYS {
        let outcome = scene.download(way)?;
        outcome.refused(5, &["https to http", scene.hub.elsewhere(), "hint:"])?;
        scene.expect_nothing_published()?;
    }
    ensure!(scene.hub.asked(Elsewhere).is_empty(), "it was asked");
    Ok(())
}
