//! What the head of an answer says is wrong, missing or too much.

use anyhow::{Result, ensure};
use hubkit_tests::{
    COMMIT,
    Question::{Get, Head},
    Scenario, Scene,
    scenarios::heads,
};
use libtest_mimic::Trial;

use crate::{Row, WAYS, case};

const COMMITS: &[&str] = &[
    "a_commit_that_is_a_path_is_refused",
    "an_empty_commit_is_refused",
    "a_commit_in_capitals_is_refused",
    "a_commit_that_is_too_long_is_refused",
];
const TAGS: &[&str] = &[
    "a_weak_tag_is_read",
    "a_bare_tag_is_read",
    "a_tag_in_capitals_is_read",
];

pub(crate) const ROWS: &[Row] = &[
    (
        "client-01",
        &[
            "a_tag_that_is_a_path_is_refused",
            "a_tag_that_is_an_absolute_path_is_refused",
        ],
    ),
    ("client-04", COMMITS),
    (
        "client-06",
        &[
            "the_linked_tag_counts",
            "a_file_that_fits_no_tag_is_refused",
        ],
    ),
    ("client-07", TAGS),
    ("client-08", &["a_file_without_a_tag_is_refused"]),
    (
        "client-09",
        &[
            "a_file_without_a_commit_is_refused",
            "a_login_page_is_no_hub",
        ],
    ),
    (
        "client-22",
        &[
            "a_header_without_end_is_cut_off",
            "a_header_without_end_before_a_file_is_cut_off",
            "thousands_of_headers_are_refused",
        ],
    ),
    ("client-29", &["the_file_of_the_commit_is_fetched"]),
    ("table-29", &["a_login_page_is_no_hub"]),
    (
        "table-35",
        &[
            "a_header_without_end_is_cut_off",
            "a_header_without_end_before_a_file_is_cut_off",
        ],
    ),
    (
        "table-37",
        &[
            "a_tag_that_is_a_path_is_refused",
            "a_tag_that_is_an_absolute_path_is_refused",
        ],
    ),
    ("table-38", COMMITS),
    ("table-65", &["the_file_of_the_commit_is_fetched"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case(
            "a_tag_that_is_a_path_is_refused",
            heads::tag_is_a_path,
            path_tag,
        ),
        case(
            "a_tag_that_is_an_absolute_path_is_refused",
            heads::tag_is_an_absolute_path,
            path_tag,
        ),
        case(COMMITS[0], heads::commit_is_a_path, no_commit_id),
        case(COMMITS[1], || commit("empty", ""), no_commit_id),
        case(
            COMMITS[2],
            || commit("capitals", "1D0C3F5A7B9E2468ACE013579BDF02468ACE1357"),
            no_commit_id,
        ),
        case(COMMITS[3], || commit("too-long", LONG), no_commit_id),
        case("the_linked_tag_counts", heads::two_tags, right),
        case(
            "a_file_that_fits_no_tag_is_refused",
            heads::no_right_tag,
            no_right_tag,
        ),
        case(TAGS[0], heads::weak_tag, right),
        case(TAGS[1], heads::bare_tag, right),
        case(TAGS[2], heads::loud_tag, right),
        case("a_file_without_a_tag_is_refused", heads::no_tag, no_tag),
        case(
            "a_file_without_a_commit_is_refused",
            heads::no_commit,
            no_commit,
        ),
        case("a_login_page_is_no_hub", heads::login_page, login_page),
        case(
            "the_file_of_the_commit_is_fetched",
            heads::the_branch_moves,
            pinned,
        ),
        case(
            "a_header_without_end_is_cut_off",
            || heads::a_long_header(Head),
            too_much,
        ),
        case(
            "a_header_without_end_before_a_file_is_cut_off",
            || heads::a_long_header(Get),
            too_much,
        ),
        case(
            "thousands_of_headers_are_refused",
            heads::many_headers,
            too_much,
        ),
    ]
}

const LONG: &str = "1d0c3f5a7b9e2468ace013579bdf02468ace13571d0c3f5a7b9e2468ace01357";

fn commit(name: &'static str, commit: &'static str) -> Scenario {
    heads::commit_is(name, "the commit is none", commit)
}

fn path_tag(scene: &Scene) -> Result<()> {
    let outcome = scene.download(&["weights.bin"])?;
    outcome.refused(7, &["weights.bin", "no digest", "hint:"])?;
    let gets = scene.hub.asked(Get);
    ensure!(gets.is_empty(), "{gets:?}");
    scene.expect_nothing_published()?;
    ensure!(
        !std::path::Path::new("/tmp/hubkit-faults").exists(),
        "written outside"
    );
    // Where the listing names the digest, the tag has no part in it.
    scene.download(&[])?.success()?;
    scene.expect_right()?;
    ensure!(
        !std::path::Path::new("/tmp/hubkit-faults").exists(),
        "written outside"
    );
    Ok(())
}

fn no_commit_id(scene: &Scene) -> Result<()> {
    for way in WAYS {
        let outcome = scene.download(way)?;
        outcome.refused(
            5,
            &[&scene.hub.repo(), scene.hub.endpoint(), "commit", "hint:"],
        )?;
        scene.expect_nothing_published()?;
    }
    let gets = scene.hub.asked(Get);
    ensure!(gets.is_empty(), "{gets:?}");
    Ok(())
}

fn right(scene: &Scene) -> Result<()> {
    for way in WAYS {
        scene.download(way)?.success()?;
        scene.expect_right()?;
        std::fs::remove_dir_all(scene.cache())?;
    }
    Ok(())
}

fn no_right_tag(scene: &Scene) -> Result<()> {
    let outcome = scene.download(&["weights.bin"])?;
    outcome.refused(7, &["weights.bin", "not to 2222", "hint:"])?;
    scene.expect_nothing_published()
}

fn no_tag(scene: &Scene) -> Result<()> {
    let outcome = scene.download(&["weights.bin"])?;
    outcome.refused(5, &["weights.bin", "etag", scene.hub.endpoint(), "hint:"])?;
    scene.expect_nothing_published()
}

fn no_commit(scene: &Scene) -> Result<()> {
    let outcome = scene.download(&["weights.bin"])?;
    let words = [
        "weights.bin",
        "does not look like a Hub",
        scene.hub.endpoint(),
        "hint:",
    ];
    outcome.refused(5, &words)?;
    scene.expect_nothing_published()
}

fn login_page(scene: &Scene) -> Result<()> {
    for way in WAYS {
        let outcome = scene.download(way)?;
        outcome.refused(
            5,
            &["does not look like a Hub", scene.hub.endpoint(), "hint:"],
        )?;
        ensure!(!scene.cache().exists(), "the cache was touched");
    }
    Ok(())
}

fn pinned(scene: &Scene) -> Result<()> {
    for way in WAYS {
        scene.download(way)?.success()?;
        scene.expect_right()?;
        std::fs::remove_dir_all(scene.cache())?;
    }
    for seen in scene.hub.asked(Get) {
        ensure!(seen.target.contains(COMMIT), "{seen:?}");
    }
    Ok(())
}

fn too_much(scene: &Scene) -> Result<()> {
    let outcome = scene.download(&["weights.bin"])?;
    outcome.refused(5, &["hint:"])?;
    scene.expect_nothing_published()?;
    let asked = scene.hub.seen().len();
    ensure!(asked <= 6, "asked {asked} times");
    Ok(())
}
