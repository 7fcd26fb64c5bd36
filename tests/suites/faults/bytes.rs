//! The bytes that come are not the file's.

use anyhow::{Result, ensure};
use hubkit_tests::{Question, Scene, scenarios::bytes};
use libtest_mimic::Trial;

use crate::{Row, WAYS, case};

pub(crate) const ROWS: &[Row] = &[
    ("client-10", &["a_page_is_no_file"]),
    (
        "client-13",
        &["wrong_bytes_are_no_file", "wrong_bytes_are_asked_for_again"],
    ),
    ("client-15", &["an_endless_file_is_cut_off"]),
    ("client-16", &["a_short_file_is_no_file"]),
    ("table-1", &["wrong_bytes_are_no_file"]),
    ("table-2", &["other_bytes_are_no_file"]),
    ("table-10", &["a_short_file_is_no_file"]),
    ("table-11", &["a_long_file_is_no_file"]),
    ("table-12", &["an_endless_file_is_cut_off"]),
    ("table-30", &["a_page_is_no_file"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case(
            "wrong_bytes_are_no_file",
            bytes::one_bit_is_another,
            wrong_bytes,
        ),
        case(
            "other_bytes_are_no_file",
            bytes::every_byte_is_another,
            wrong_bytes,
        ),
        case(
            "wrong_bytes_are_asked_for_again",
            bytes::one_bit_is_another_once,
            once,
        ),
        case("a_short_file_is_no_file", bytes::too_short, short),
        case("a_long_file_is_no_file", bytes::too_long, long),
        case("an_endless_file_is_cut_off", bytes::endless, endless),
        case("a_page_is_no_file", bytes::a_page_instead, page),
    ]
}

fn wrong_bytes(scene: &Scene) -> Result<()> {
    for (round, way) in WAYS.into_iter().enumerate() {
        let outcome = scene.download(way)?;
        let digest = format!("not to {}", scene.hub.assets()[0].digest());
        outcome.refused(7, &["weights.bin", &digest, "hint:"])?;
        scene.expect_nothing_published()?;
        let gets = scene.hub.asked(Question::Get).len();
        ensure!(gets == 2 * (round + 1), "asked {gets} times");
    }
    Ok(())
}

fn once(scene: &Scene) -> Result<()> {
    scene.download(&[])?.success()?;
    scene.expect_right()?;
    let gets = scene.hub.asked(Question::Get).len();
    ensure!(gets == 2, "asked {gets} times");
    Ok(())
}

fn short(scene: &Scene) -> Result<()> {
    for way in WAYS {
        let outcome = scene.download(way)?;
        outcome.refused(7, &["weights.bin", "199900", "200000", "hint:"])?;
        scene.expect_nothing_published()?;
    }
    Ok(())
}

fn long(scene: &Scene) -> Result<()> {
    for way in WAYS {
        scene
            .download(way)?
            .refused(7, &["weights.bin", "200000", "hint:"])?;
        scene.expect_nothing_published()?;
    }
    Ok(())
}

fn endless(scene: &Scene) -> Result<()> {
    for way in WAYS {
        scene
            .download(way)?
            .refused(7, &["weights.bin", "200000", "hint:"])?;
        scene.expect_nothing_published()?;
    }
    for seen in scene.hub.asked(Question::Get) {
        // What the system holds for a reader that has gone is counted too.
        ensure!(seen.sent() < 32 << 20, "{} bytes were taken", seen.sent());
    }
    Ok(())
}

fn page(scene: &Scene) -> Result<()> {
    for way in WAYS {
        scene
            .download(way)?
            .refused(7, &["weights.bin", "HTML", "hint:"])?;
        scene.expect_nothing_published()?;
    }
    Ok(())
}
