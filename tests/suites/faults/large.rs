//! The same ways to misbehave with a file that is fetched in several parts at a time.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Result, ensure};
use hubkit_tests::{
    Question::{Elsewhere, Get},
    Scene, Seen,
    scenarios::{breaks, bytes, patience, redirects},
};
use libtest_mimic::Trial;

use crate::{WAYS, case, free};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case(
            "large::one_bit_is_another",
            || bytes::one_bit_is_another().large(),
            refused,
        ),
        case("large::too_short", || bytes::too_short().large(), refused),
        case("large::too_long", || bytes::too_long().large(), refused),
        case("large::endless", || bytes::endless().large(), refused),
        case(
            "large::a_page_instead",
            || bytes::a_page_instead().large(),
            refused,
        ),
        case(
            "large::replaced_for_good",
            || breaks::replaced_for_good().large(),
            refused,
        ),
        case(
            "large::closed_every_time",
            || breaks::closed_every_time().large(),
            refused,
        ),
        case(
            "large::one_bit_is_another_once",
            || bytes::one_bit_is_another_once().large(),
            right,
        ),
        case("large::reset_once", || breaks::reset_once().large(), right),
        case("large::spliced", || breaks::spliced().large(), right),
        case("large::no_parts", || breaks::no_parts().large(), right),
        case("large::no_rest", || breaks::no_rest().large(), right),
        case(
            "large::another_part",
            || breaks::another_part().large(),
            right,
        ),
        case(
            "large::stalls_once",
            || patience::stalls(true).large(),
            right,
        ),
        case(
            "large::to_another_server",
            || redirects::to_another_server().large(),
            right,
        ),
        case("large::addresses_expire", breaks::addresses_expire, expire),
        free("large::what_one_run_leaves_is_there_for_the_next", goes_on),
    ]
}

/// Nothing more than twice the file and what the system holds for a reader that has gone.
fn expect_bounded(scene: &Scene, before: usize) -> Result<()> {
    let length = scene.hub.assets()[0].content.len() as u64;
    let seen = scene.hub.seen();
    let taken: u64 = seen[before..].iter().map(Seen::sent).sum();
    ensure!(taken < 4 * length, "{taken} bytes were taken");
    Ok(())
}

fn refused(scene: &Scene) -> Result<()> {
    for way in WAYS {
        let before = scene.hub.seen().len();
        let outcome = scene.download(way)?;
        let code = outcome.code;
        ensure!(code == Some(5) || code == Some(7), "{outcome}");
        outcome.refused(code.unwrap_or(7), &["weights.bin", "hint:"])?;
        scene.expect_nothing_published()?;
        expect_bounded(scene, before)?;
    }
    Ok(())
}

fn right(scene: &Scene) -> Result<()> {
    let run = scene.prepare(&[])?.env("HF_HUB_DOWNLOAD_TIMEOUT", "4");
    scene.end(run)?.success()?;
    scene.expect_right()?;
    expect_bounded(scene, 0)
}

/// What one run had to leave is there for the next.
fn goes_on() -> Result<()> {
    let mended = Arc::<AtomicBool>::default();
    let scene = Scene::new(breaks::dies_in_the_middle(Arc::clone(&mended)))?;
    scene.download(&[])?.refused(5, &["weights.bin", "hint:"])?;
    scene.expect_nothing_published()?;
    mended.store(true, Ordering::Relaxed);
    scene.download(&[])?.success()?;
    scene.expect_right()?;
    let sent: u64 = scene.hub.asked(Get).iter().map(Seen::sent).sum();
    let length = scene.hub.assets()[0].content.len() as u64;
    ensure!(sent < length + (1 << 20), "{sent} bytes moved for {length}");
    Ok(())
}

/// An address that is no longer good is asked for again, and what came is not.
fn expire(scene: &Scene) -> Result<()> {
    right(scene)?;
    let (asked, sent) = (scene.hub.asked(Get).len(), scene.hub.asked(Elsewhere));
    ensure!(asked >= 2, "asked {asked} times");
    ensure!(!sent.iter().any(Seen::has_secrets), "{sent:?}");
    let taken: u64 = sent.iter().map(Seen::sent).sum();
    let length = scene.hub.assets()[0].content.len() as u64;
    ensure!(taken < 2 * length, "{taken} bytes were taken");
    Ok(())
}
