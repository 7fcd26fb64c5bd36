//! Hubs that are silent or trickle for ever, with the time-outs that hold unless told otherwise. It takes minutes, of which
//! nearly all is waiting.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{
    Question::{self, Get, Head, Info},
    Scenario, Scene, run_waiting,
    scenarios::patience,
    trial,
};
use libtest_mimic::Trial;

/// A person who waits for an answer that never comes waits no longer.
const SILENCE: Duration = Duration::from_mins(2);
/// Five times the minute that a trickle gets, and the pauses between.
const TRICKLE: Duration = Duration::from_mins(7);

fn main() -> ExitCode {
    run_waiting(vec![
        case(
            "silence_about_the_repository",
            || patience::never_answers(Info),
            |scene| ends(scene, Info, SILENCE),
        ),
        case(
            "silence_about_the_head_of_a_file",
            || patience::never_answers(Head),
            |scene| ends(scene, Head, SILENCE),
        ),
        case(
            "silence_about_a_file",
            || patience::never_answers(Get),
            |scene| ends(scene, Get, SILENCE),
        ),
        case(
            "a_file_that_stalls_again_and_again",
            || patience::stalls(false),
            |scene| ends(scene, Get, TRICKLE),
        ),
        case(
            "a_file_that_trickles_for_ever",
            patience::a_byte_a_second,
            |scene| ends(scene, Get, TRICKLE),
        ),
    ])
}

fn case(name: &str, scenario: fn() -> Scenario, check: fn(&Scene) -> Result<()>) -> Trial {
    trial(name, || &Ok(()), move |()| check(&Scene::new(scenario())?))
}

fn ends(scene: &Scene, question: Question, longest: Duration) -> Result<()> {
    let words: &[&str] = if question == Info {
        &[]
    } else {
        &["weights.bin"]
    };
    let outcome = scene.prepare(words)?.run_within(longest)?;
    let outcome = outcome.with_context(|| format!("no end within {longest:?}"))?;
    outcome.refused(5, &["hint:"])?;
    scene.expect_nothing_published()?;
    let asked = scene.hub.asked(question).len();
    ensure!((2..=6).contains(&asked), "asked {asked} times");
    Ok(())
}
