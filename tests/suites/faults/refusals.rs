//! Other things in the place of the file.

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{
    Question::Get,
    Scenario, Scene,
    scenarios::{bytes, heads, patience, refusals},
};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::{Row, WAYS, case, free};

const IN_XML: &[&str] = &[
    "a_refusal_is_no_file",
    "a_missing_object_is_no_file",
    "an_object_that_is_gone_is_no_file",
];

pub(crate) const ROWS: &[Row] = &[
    ("client-11", IN_XML),
    ("client-18", &["a_packed_file_is_not_taken_for_the_file"]),
    ("table-19", IN_XML),
    (
        "table-20",
        &[
            "a_text_about_a_missing_file_is_no_file",
            "a_text_about_a_failure_is_no_file",
        ],
    ),
    (
        "table-31",
        &[
            "a_pointer_is_no_file",
            "a_pointer_that_the_hub_takes_for_the_file_is_told",
        ],
    ),
    ("table-32", &["a_packed_file_is_not_taken_for_the_file"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case(
            IN_XML[0],
            || refusals::refused_in_xml(403),
            |scene| refused(scene, 4, "403"),
        ),
        case(
            IN_XML[1],
            || refusals::refused_in_xml(404),
            |scene| refused(scene, 3, "404"),
        ),
        case(
            IN_XML[2],
            || refusals::refused_in_xml(410),
            |scene| refused(scene, 3, "410"),
        ),
        case(
            "a_text_about_a_missing_file_is_no_file",
            || refusals::refused_in_text(404),
            |scene| refused(scene, 3, "404"),
        ),
        case(
            "a_text_about_a_failure_is_no_file",
            || refusals::refused_in_text(500),
            |scene| refused(scene, 5, "500"),
        ),
        case("a_pointer_is_no_file", refusals::a_pointer_instead, pointer),
        case(
            "a_pointer_that_the_hub_takes_for_the_file_is_told",
            refusals::a_pointer_as_the_file,
            pointer,
        ),
        case(
            "a_packed_file_is_not_taken_for_the_file",
            refusals::packed,
            packed,
        ),
        free("what_is_refused_is_told_to_programs_too", as_json),
    ]
}

fn refused(scene: &Scene, code: i32, status: &str) -> Result<()> {
    for way in WAYS {
        let before = scene.hub.asked(Get).len();
        scene
            .download(way)?
            .refused(code, &[&scene.hub.repo(), status, "hint:"])?;
        scene.expect_nothing_published()?;
        let gets = scene.hub.asked(Get).len() - before;
        // Only what may be better a moment later is asked again.
        let most = if code == 5 { 5 } else { 1 };
        ensure!(gets == most, "asked {gets} times");
    }
    Ok(())
}

fn pointer(scene: &Scene) -> Result<()> {
    for way in WAYS {
        let outcome = scene.download(way)?;
        outcome.refused(7, &["weights.bin", "Git LFS pointer", "hint:"])?;
        scene.expect_nothing_published()?;
    }
    Ok(())
}

fn packed(scene: &Scene) -> Result<()> {
    for way in WAYS {
        scene.download(way)?.success()?;
        scene.expect_right()?;
        std::fs::remove_dir_all(scene.cache())?;
    }
    Ok(())
}

/// A scenario, what its refusal is called, and its exit code.
type Refusal = (fn() -> Scenario, &'static str, i64);

/// One refusal for each exit code.
fn as_json() -> Result<()> {
    let refusals: [Refusal; 5] = [
        (|| refusals::refused_in_xml(404), "not_found", 3),
        (|| refusals::refused_in_xml(403), "authentication", 4),
        (heads::login_page, "protocol", 5),
        (|| patience::a_day(Get), "rate_limited", 6),
        (bytes::one_bit_is_another, "integrity", 7),
    ];
    for (scenario, code, exit) in refusals {
        let scene = Scene::new(scenario())?;
        let outcome = scene.download(&["weights.bin", "--format", "json"])?;
        ensure!(outcome.code.map(i64::from) == Some(exit), "{outcome}");
        ensure!(outcome.stdout.is_empty(), "a result is printed\n{outcome}");
        let last = outcome.stderr.lines().last().context("an error")?;
        let error: Value = serde_json::from_str(last)?;
        let error = &error["error"];
        ensure!(error["code"] == code && error["exit"] == exit, "{outcome}");
        for field in ["message", "hint"] {
            ensure!(
                error[field].as_str().is_some_and(|text| !text.is_empty()),
                "{outcome}"
            );
        }
    }
    Ok(())
}
