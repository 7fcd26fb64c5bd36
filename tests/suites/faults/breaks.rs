//! Connections that break, and hubs that resume badly.

use anyhow::{Context as _, Result, bail, ensure};
use hubkit_tests::{Question::Get, Scene, Seen, scenarios::breaks};
use libtest_mimic::Trial;

use crate::{Row, WAYS, case, free};

pub(crate) const ROWS: &[Row] = &[
    (
        "client-24",
        &["a_reset_file_is_resumed", "a_large_file_is_resumed"],
    ),
    (
        "client-25",
        &[
            "a_replaced_file_is_no_file",
            "a_spliced_file_is_fetched_anew",
        ],
    ),
    (
        "client-27",
        &[
            "a_file_that_comes_whole_is_not_spliced",
            "another_part_is_not_taken",
        ],
    ),
    ("client-28", &["a_file_without_a_rest_is_fetched_anew"]),
    (
        "table-3",
        &[
            "a_file_that_is_always_cut_off_is_given_up",
            "large::what_one_run_leaves_is_there_for_the_next",
        ],
    ),
    (
        "table-4",
        &[
            "a_file_that_is_always_reset_is_given_up",
            "a_reset_file_is_resumed",
        ],
    ),
    ("table-5", &["a_large_file_is_resumed"]),
    (
        "table-6",
        &[
            "a_replaced_file_is_no_file",
            "a_spliced_file_is_fetched_anew",
        ],
    ),
    ("table-8", &["a_file_that_comes_whole_is_not_spliced"]),
    ("table-9", &["a_file_without_a_rest_is_fetched_anew"]),
    ("table-13", &["a_file_of_no_length_is_checked"]),
    ("table-14", &["a_promise_of_more_is_not_waited_for"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case(
            "a_file_that_is_always_cut_off_is_given_up",
            breaks::closed_every_time,
            given_up,
        ),
        case(
            "a_file_that_is_always_reset_is_given_up",
            breaks::reset_every_time,
            given_up,
        ),
        case("a_reset_file_is_resumed", breaks::reset_once, resumed),
        case(
            "a_large_file_is_resumed",
            breaks::closed_once,
            large_resumed,
        ),
        case(
            "a_replaced_file_is_no_file",
            breaks::replaced_for_good,
            replaced,
        ),
        case("a_spliced_file_is_fetched_anew", breaks::spliced, anew),
        case(
            "a_file_that_comes_whole_is_not_spliced",
            breaks::no_parts,
            anew,
        ),
        case(
            "a_file_without_a_rest_is_fetched_anew",
            breaks::no_rest,
            anew,
        ),
        case("another_part_is_not_taken", breaks::another_part, anew),
        case(
            "a_part_of_another_length_is_not_taken",
            breaks::parts_of_another_length,
            anew,
        ),
        free("any_request_may_fail_once", any_request_may_fail),
        case("a_file_of_no_length_is_checked", breaks::no_length, short),
        case(
            "a_promise_of_more_is_not_waited_for",
            breaks::promised_twice_the_length,
            promised,
        ),
    ]
}

/// Each request in its turn fails once, until none is left that could.
fn any_request_may_fail() -> Result<()> {
    for which in 0..30 {
        let scene = Scene::new(breaks::one_request_fails(which))?;
        scene.download(&[])?.success()?;
        scene.expect_right()?;
        if scene.hub.seen().len() <= which {
            ensure!(which >= 5, "only {which} requests");
            return Ok(());
        }
    }
    bail!("there is no end of requests")
}

fn given_up(scene: &Scene) -> Result<()> {
    for way in WAYS {
        let before = scene.hub.asked(Get).len();
        let outcome = scene.download(way)?;
        outcome.refused(5, &["weights.bin", "5 tries", "hint:"])?;
        let gets = scene.hub.asked(Get).len() - before;
        ensure!((2..=6).contains(&gets), "asked {gets} times");
        scene.expect_nothing_published()?;
    }
    Ok(())
}

/// Where a part starts that was asked for.
fn start(seen: &Seen) -> Option<u64> {
    let range = seen.header("range")?.strip_prefix("bytes=")?;
    range.split('-').next()?.parse().ok()
}

fn resumed(scene: &Scene) -> Result<()> {
    scene.download(&["weights.bin"])?.success()?;
    scene.expect_right()?;
    let gets = scene.hub.asked(Get);
    ensure!(gets.len() == 2, "asked {} times", gets.len());
    let again = gets.last().context("a second request")?;
    let from = start(again).context("a range")?;
    ensure!((1..=150_000).contains(&from), "resumed at {from}");
    let asset = &scene.hub.assets()[0];
    let tag = format!("\"{}\"", asset.digest());
    ensure!(again.header("if-range") == Some(&tag), "{again:?}");
    Ok(())
}

fn large_resumed(scene: &Scene) -> Result<()> {
    scene.download(&[])?.success()?;
    scene.expect_right()?;
    let gets = scene.hub.asked(Get);
    let sent: u64 = gets.iter().map(Seen::sent).sum();
    let length = scene.hub.assets()[0].content.len() as u64;
    ensure!(sent < length + (2 << 20), "{sent} bytes moved for {length}");
    Ok(())
}

fn replaced(scene: &Scene) -> Result<()> {
    for way in WAYS {
        scene.download(way)?.refused(7, &["weights.bin", "hint:"])?;
        scene.expect_nothing_published()?;
    }
    Ok(())
}

fn anew(scene: &Scene) -> Result<()> {
    scene.download(&["weights.bin"])?.success()?;
    scene.expect_right()?;
    let gets = scene.hub.asked(Get).len();
    ensure!((2..=4).contains(&gets), "asked {gets} times");
    Ok(())
}

fn short(scene: &Scene) -> Result<()> {
    for way in WAYS {
        scene
            .download(way)?
            .refused(7, &["weights.bin", "150000", "200000", "hint:"])?;
        scene.expect_nothing_published()?;
    }
    Ok(())
}

/// What is known of the file decides, not what one answer promises.
fn promised(scene: &Scene) -> Result<()> {
    for way in WAYS {
        let run = scene.prepare(way)?.env("HF_HUB_DOWNLOAD_TIMEOUT", "1");
        let outcome = scene.end(run)?;
        if outcome.code == Some(0) {
            scene.expect_right()?;
        } else {
            outcome.refused(7, &["weights.bin", "400000", "200000", "hint:"])?;
            scene.expect_nothing_published()?;
        }
    }
    Ok(())
}
