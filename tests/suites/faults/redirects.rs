//! Hubs that send the command elsewhere.

use anyhow::{Result, ensure};
use hubkit_tests::{
    Origin,
    Question::{Elsewhere, Get, Head, Tree},
    Scene, TOKEN,
    scenarios::redirects,
};
use libtest_mimic::Trial;

use crate::{Row, WAYS, case};

const TOKEN_STAYS: &[&str] = &[
    "the_token_stays_where_it_belongs",
    "the_token_stays_when_only_bytes_are_elsewhere",
    "the_token_stays_where_the_host_is_another",
];

pub(crate) const ROWS: &[Row] = &[
    ("client-31", &["a_renamed_repository_is_followed"]),
    ("client-32", TOKEN_STAYS),
    ("client-33", TOKEN_STAYS),
    (
        "client-36",
        &[
            "a_circle_ends",
            "a_relative_circle_ends",
            "a_long_chain_ends",
        ],
    ),
    ("client-38", &["the_next_page_is_on_the_hub"]),
    ("table-24", &["a_circle_ends", "a_relative_circle_ends"]),
    ("table-25", TOKEN_STAYS),
    ("table-26", &["the_next_page_is_on_the_hub"]),
    ("table-27", &["an_address_without_a_scheme_is_followed"]),
    ("table-28", &["a_local_file_is_no_file_of_a_hub"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case("a_circle_ends", || redirects::in_a_circle(true), circle),
        case(
            "a_relative_circle_ends",
            || redirects::in_a_circle(false),
            circle,
        ),
        case("a_long_chain_ends", redirects::fifty_hops, chain),
        case(TOKEN_STAYS[0], redirects::to_another_server, token_stays),
        case(
            TOKEN_STAYS[1],
            redirects::bytes_to_another_server,
            token_stays,
        ),
        case(TOKEN_STAYS[2], redirects::to_another_host, token_stays),
        case(
            "an_address_without_a_scheme_is_followed",
            redirects::without_a_scheme,
            token_stays,
        ),
        case(
            "a_local_file_is_no_file_of_a_hub",
            redirects::to_a_local_file,
            local_file,
        ),
        case(
            "a_renamed_repository_is_followed",
            redirects::renamed,
            renamed,
        ),
        case(
            "the_next_page_is_on_the_hub",
            redirects::next_page_elsewhere,
            next_page,
        ),
    ]
}

/// The address of a server without `http://`.
fn host(address: &str) -> &str {
    address.trim_start_matches("http://")
}

fn circle(scene: &Scene) -> Result<()> {
    let hub = host(scene.hub.endpoint()).to_owned();
    for way in WAYS {
        let before = scene.hub.seen().len();
        let outcome = scene.download(way)?;
        outcome.refused(5, &[&hub, "10 redirects", "hint:"])?;
        scene.expect_nothing_published()?;
        let asked = scene.hub.seen().len() - before;
        ensure!(asked <= 2 + 11, "asked {asked} times");
    }
    Ok(())
}

/// It is said where the chain began, and where it was left.
fn chain(scene: &Scene) -> Result<()> {
    let (hub, elsewhere) = (host(scene.hub.endpoint()), host(scene.hub.elsewhere()));
    let outcome = scene.download(&["weights.bin"])?;
    outcome.refused(5, &[hub, elsewhere, "10 redirects", "hint:"])?;
    scene.expect_nothing_published()?;
    let asked = scene.hub.asked(Get).len() + scene.hub.asked(Elsewhere).len();
    ensure!(asked == 11, "asked {asked} times");
    Ok(())
}

fn token_stays(scene: &Scene) -> Result<()> {
    for way in WAYS {
        let before = scene.hub.asked(Elsewhere).len();
        scene.download(&[way, &["--quiet"]].concat())?.success()?;
        scene.expect_right()?;
        // What is there is not fetched again; the next way starts anew.
        std::fs::remove_dir_all(scene.cache())?;
        let asked = scene.hub.asked(Elsewhere).len() - before;
        ensure!(asked >= 1, "nothing was asked of the other server");
    }
    let bearer = format!("Bearer {TOKEN}");
    for seen in scene.hub.seen() {
        let shown = seen.header("authorization");
        match seen.origin {
            Origin::Hub => ensure!(shown == Some(&bearer), "no token: {seen:?}"),
            Origin::Elsewhere => ensure!(!seen.has_secrets(), "{seen:?}"),
        }
    }
    Ok(())
}

fn local_file(scene: &Scene) -> Result<()> {
    for way in WAYS {
        let outcome = scene.download(way)?;
        outcome.refused(5, &["redirect", "http", "hint:"])?;
        scene.expect_nothing_published()?;
    }
    Ok(())
}

fn renamed(scene: &Scene) -> Result<()> {
    for way in WAYS {
        let outcome = scene.download(way)?.success()?;
        ensure!(
            outcome.stderr.contains("faults/anew now"),
            "not told\n{outcome}"
        );
    }
    scene.expect_right()?;
    let bearer = format!("Bearer {TOKEN}");
    for seen in scene.hub.seen() {
        ensure!(seen.header("authorization") == Some(&bearer), "{seen:?}");
    }
    ensure!(!scene.hub.asked(Head).is_empty(), "both ways were gone");
    Ok(())
}

fn next_page(scene: &Scene) -> Result<()> {
    let elsewhere = host(scene.hub.elsewhere());
    let outcome = scene.download(&[])?;
    outcome.refused(5, &["faults/next-page-elsewhere", elsewhere, "hint:"])?;
    scene.expect_nothing_published()?;
    ensure!(
        !scene.hub.asked(Tree).is_empty(),
        "no listing was asked for"
    );
    let asked = scene.hub.asked(Elsewhere);
    ensure!(asked.is_empty(), "{asked:?}");
    Ok(())
}
