//! Hubs that make the command wait.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{
    Outcome,
    Question::{self, Get, Head, Info},
    Scenario, Scene,
    scenarios::patience,
};
use libtest_mimic::Trial;

use crate::{Row, WAYS, case};

pub(crate) const ROWS: &[Row] = &[
    (
        "client-46",
        &[
            "a_wait_is_kept_for_the_file",
            "a_wait_is_kept_for_its_head",
            "a_wait_until_a_date_is_kept",
            "no_wait_told_is_a_short_one",
            "a_garbled_wait_is_a_short_one",
            "a_wait_beyond_what_is_allowed_is_refused",
        ],
    ),
    (
        "client-47",
        &[
            "a_day_is_not_waited_for_the_file",
            "a_day_is_not_waited_for_an_answer",
        ],
    ),
    (
        "client-48",
        &[
            "a_failing_file_is_asked_for_again",
            "a_failing_head_is_asked_for_again",
            "a_failing_answer_is_asked_for_again",
        ],
    ),
    ("client-49", &["a_trickle_is_cut_off_and_resumed"]),
    (
        "client-50",
        &[
            "silence_about_the_file_ends",
            "silence_about_its_head_ends",
            "silence_about_the_repository_ends",
            "a_stall_ends",
            "a_stall_is_resumed",
        ],
    ),
    (
        "table-15",
        &["a_wait_is_kept_for_the_file", "a_wait_is_kept_for_its_head"],
    ),
    ("table-16", &["a_day_is_not_waited_for_the_file"]),
    ("table-17", &["a_failing_head_is_asked_for_again"]),
    ("table-18", &["a_failing_file_is_asked_for_again"]),
    ("table-21", &["a_trickle_is_cut_off_and_resumed"]),
    ("table-22", &["silence_about_the_file_ends"]),
    ("table-23", &["silence_about_its_head_ends"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case(
            "a_trickle_is_cut_off_and_resumed",
            patience::a_byte_a_second_once,
            trickle,
        ),
        case(
            "a_wait_is_kept_for_the_file",
            || patience::slow_down(Get),
            |scene| three_seconds(scene, Get),
        ),
        case(
            "a_wait_is_kept_for_its_head",
            || patience::slow_down(Head),
            |scene| three_seconds(scene, Head),
        ),
        case("a_wait_until_a_date_is_kept", a_date, |scene| {
            three_seconds(scene, Get)
        }),
        case(
            "no_wait_told_is_a_short_one",
            || told("no-wait-told", None),
            |scene| again(scene, Get, 2),
        ),
        case(
            "a_garbled_wait_is_a_short_one",
            || told("a-garbled-wait", Some("soon")),
            |scene| again(scene, Get, 2),
        ),
        case(
            "a_wait_beyond_what_is_allowed_is_refused",
            || patience::slow_down(Get),
            no_time,
        ),
        case(
            "a_day_is_not_waited_for_the_file",
            || patience::a_day(Get),
            |scene| a_day(scene, Get),
        ),
        case(
            "a_day_is_not_waited_for_an_answer",
            || patience::a_day(Info),
            |scene| a_day(scene, Info),
        ),
        case(
            "a_failing_file_is_asked_for_again",
            || patience::fails_three_times(Get),
            |scene| again(scene, Get, 4),
        ),
        case(
            "a_failing_head_is_asked_for_again",
            || patience::fails_three_times(Head),
            |scene| again(scene, Head, 4),
        ),
        case(
            "a_failing_answer_is_asked_for_again",
            || patience::fails_three_times(Info),
            |scene| again(scene, Info, 4),
        ),
        case(
            "a_stall_is_resumed",
            || patience::stalls(true),
            stall_resumed,
        ),
        case(
            "a_stall_ends",
            || patience::stalls(false),
            |scene| silence(scene, Get),
        ),
        case(
            "silence_about_the_file_ends",
            || patience::never_answers(Get),
            |scene| silence(scene, Get),
        ),
        case(
            "silence_about_its_head_ends",
            || patience::never_answers(Head),
            |scene| silence(scene, Head),
        ),
        case(
            "silence_about_the_repository_ends",
            || patience::never_answers(Info),
            |scene| silence(scene, Info),
        ),
    ]
}

fn a_date() -> Scenario {
    told("a-wait-until-a-date", Some("Thu, 01 Jan 2026 00:00:03 GMT"))
}

fn told(name: &'static str, wait: Option<&'static str>) -> Scenario {
    patience::told(name, "the hub asks to slow down", Get, wait)
}

/// The way that asks this question.
fn way(question: Question) -> &'static [&'static str] {
    match question {
        Info => WAYS[1],
        _ => WAYS[0],
    }
}

fn three_seconds(scene: &Scene, question: Question) -> Result<()> {
    let start = Instant::now();
    let outcome = ended_well(scene, question, 2)?;
    ensure!(start.elapsed() >= Duration::from_secs(3), "not waited for");
    // Up to a second more, so that not all who were told so come at once.
    let told = ["trying again in 3.", "trying again in 4.0"];
    ensure!(
        told.iter().any(|text| outcome.stderr.contains(text)),
        "the wait is not told\n{outcome}"
    );
    Ok(())
}

/// It comes to a good end, with so many requests.
fn ended_well(scene: &Scene, question: Question, times: usize) -> Result<Outcome> {
    let outcome = scene.download(way(question))?.success()?;
    scene.expect_right()?;
    let asked = scene.hub.asked(question).len();
    ensure!(asked == times, "asked {asked} times");
    Ok(outcome)
}

fn again(scene: &Scene, question: Question, times: usize) -> Result<()> {
    ended_well(scene, question, times).map(drop)
}

fn no_time(scene: &Scene) -> Result<()> {
    let outcome = scene.download(&["weights.bin", "--max-wait", "1"])?;
    outcome.refused(6, &["weights.bin", "3 seconds", "hint:", "--max-wait"])?;
    scene.expect_nothing_published()?;
    let gets = scene.hub.asked(Get).len();
    ensure!(gets == 1, "asked {gets} times");
    Ok(())
}

fn a_day(scene: &Scene, question: Question) -> Result<()> {
    let outcome = scene.download(way(question))?;
    outcome.refused(6, &["86400 seconds", "hint:"])?;
    let words = [way(question), &["--format", "json"]].concat();
    let outcome = scene.download(&words)?.expect_code(6)?;
    let last = outcome.stderr.lines().last().context("an error")?;
    let error: serde_json::Value = serde_json::from_str(last)?;
    let wait = error["error"]["retry_after_seconds"].as_u64();
    ensure!(wait.is_some_and(|wait| wait > 86_000), "{outcome}");
    scene.expect_nothing_published()?;
    let asked = scene.hub.asked(question).len();
    ensure!(asked == 2, "asked {asked} times");
    Ok(())
}

fn trickle(scene: &Scene) -> Result<()> {
    scene.download(&["weights.bin"])?.success()?;
    scene.expect_right()?;
    let gets = scene.hub.asked(Get);
    ensure!(gets.len() == 2, "asked {} times", gets.len());
    ensure!(gets[1].header("range").is_some(), "{:?}", gets[1]);
    Ok(())
}

fn stall_resumed(scene: &Scene) -> Result<()> {
    let run = scene.prepare(&["weights.bin"])?;
    scene
        .end(run.env("HF_HUB_DOWNLOAD_TIMEOUT", "1"))?
        .success()?;
    scene.expect_right()?;
    let gets = scene.hub.asked(Get);
    // On a busy machine a second may pass in silence once more.
    ensure!((2..=5).contains(&gets.len()), "asked {} times", gets.len());
    ensure!(gets[1].header("range").is_some(), "{:?}", gets[1]);
    Ok(())
}

fn silence(scene: &Scene, question: Question) -> Result<()> {
    let run = scene.prepare(way(question))?;
    let outcome = scene.end(run.env("HF_HUB_DOWNLOAD_TIMEOUT", "1"))?;
    outcome.refused(5, &["nothing came", "1s", "hint:"])?;
    scene.expect_nothing_published()?;
    let asked = scene.hub.asked(question).len();
    ensure!((2..=6).contains(&asked), "asked {asked} times");
    Ok(())
}
