//! Other things in the place of the file.

use anyhow::{Result, ensure};
use hubkit_tests::{Question::Get, Scene, scenarios::refusals};
use libtest_mimic::Trial;

use crate::{Row, WAYS, case};

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
