//! Listings that must not be believed, and answers that are no proper JSON.

use anyhow::{Result, ensure};
use hubkit_tests::{
    Question::{Get, Info, Tree},
    Scene,
    scenarios::listings,
};
use libtest_mimic::Trial;

use crate::{Row, case};

const NAMES: &[&str] = &[
    "a_name_that_leads_out_is_refused",
    "an_absolute_name_is_refused",
    "a_name_with_backslashes_is_refused",
    "a_name_that_is_turned_around_is_refused",
    "a_name_with_a_zero_byte_is_refused",
    "a_name_with_an_escape_sequence_is_refused",
    "a_hook_of_git_is_refused",
    "a_client_s_own_state_is_refused",
];
const COLLIDING: &[&str] = &[
    "names_that_differ_in_case_are_refused",
    "names_that_differ_in_accents_are_refused",
];
const JSON: &[&str] = &[
    "nested_arrays_about_a_repository_are_refused",
    "nested_arrays_in_a_listing_are_refused",
    "a_commit_that_is_said_twice_is_refused",
    "a_path_that_is_said_twice_is_refused",
    "a_size_that_is_no_number_is_refused",
    "a_mark_before_an_answer_is_refused",
    "a_mark_before_a_listing_is_refused",
    "half_a_character_is_refused",
];

pub(crate) const ROWS: &[Row] = &[
    ("client-40", NAMES),
    ("client-41", COLLIDING),
    ("client-45", JSON),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case(NAMES[0], listings::a_way_out, |scene| {
            unsafe_name(scene, "../../x")
        }),
        case(NAMES[1], listings::an_absolute_name, |scene| {
            unsafe_name(scene, "/tmp/hubkit-faults/x")
        }),
        case(NAMES[2], listings::backslashes, |scene| {
            unsafe_name(scene, "..\\\\..\\\\x")
        }),
        case(NAMES[3], listings::turned_around, |scene| {
            unsafe_name(scene, "weights\\u{202e}nib.txt")
        }),
        case(NAMES[4], listings::a_zero_byte, |scene| {
            unsafe_name(scene, "a\\0b")
        }),
        case(NAMES[5], listings::an_escape_sequence, |scene| {
            unsafe_name(scene, "a\\u{1b}[2Jb")
        }),
        case(NAMES[6], listings::a_hook_of_git, |scene| {
            unsafe_name(scene, ".git/hooks/post-checkout")
        }),
        case(NAMES[7], listings::state_of_a_client, |scene| {
            unsafe_name(scene, ".cache/huggingface/download/")
        }),
        case(COLLIDING[0], listings::upper_and_lower_case, |scene| {
            unsafe_name(scene, "differ only in case")
        }),
        case(COLLIDING[1], listings::composed_and_not, |scene| {
            unsafe_name(scene, "accents")
        }),
        case(JSON[0], || listings::nested(Info), malformed),
        case(JSON[1], || listings::nested(Tree), malformed),
        case(JSON[2], || listings::said_twice(Info), malformed),
        case(JSON[3], || listings::said_twice(Tree), malformed),
        case(JSON[4], listings::not_a_number, malformed),
        case(JSON[5], || listings::a_mark_before(Info), malformed),
        case(JSON[6], || listings::a_mark_before(Tree), malformed),
        case(JSON[7], listings::half_a_character, malformed),
    ]
}

/// Nothing at all is fetched of a repository with a name that is not safe, into the cache or into a folder.
fn unsafe_name(scene: &Scene, shown: &str) -> Result<()> {
    let local = scene.home.path().join("local");
    for way in [&[][..], &["--local-dir", &local.to_string_lossy()]] {
        scene
            .download(way)?
            .refused(7, &[shown, "hint:", "--exclude"])?;
        scene.expect_nothing_published()?;
    }
    let gets = scene.hub.asked(Get);
    ensure!(gets.is_empty(), "{gets:?}");
    ensure!(!local.exists(), "the folder was made");
    ensure!(
        !std::path::Path::new("/tmp/hubkit-faults").exists(),
        "written outside"
    );
    Ok(())
}

fn malformed(scene: &Scene) -> Result<()> {
    let outcome = scene.download(&[])?;
    outcome.refused(5, &[&scene.hub.repo(), scene.hub.endpoint(), "hint:"])?;
    scene.expect_nothing_published()?;
    let gets = scene.hub.asked(Get);
    ensure!(gets.is_empty(), "{gets:?}");
    Ok(())
}
