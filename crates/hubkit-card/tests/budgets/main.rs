//! Every card at hand survives all that is done with cards, within bounds on time and memory.
//!
//! One test in a program of its own: what others allocate would be counted too.

mod chain;

use std::{
    env,
    path::{Path, PathBuf},
    time::Instant,
};

use hubkit_card::Dialect;
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// How much may be allocated beside a card that is not long.
const MOST: usize = 16 << 20;
/// And for each of its bytes, where it is.
const MOST_A_BYTE: usize = 512;
/// How long one step may take, in seconds. A program that was not built for speed, on a machine with other things to do, is
/// given much longer than it ever takes: `cargo xtask bench cards` measures.
const LONGEST: u64 = if cfg!(debug_assertions) { 10 } else { 2 };

/// How many short values there are in the long cards.
const MANY: usize = if cfg!(debug_assertions) {
    1_500
} else {
    20_000
};

/// Small cards that mean much more than they say, and long ones of the shortest values there are.
fn bombs() -> Vec<(String, String)> {
    let aliases = |count: usize| ["*a"].repeat(count).join(", ");
    let laughs = (1..10).map(|at| {
        format!(
            "a{at}: &a{at} [{}]",
            vec![format!("*a{}", at - 1); 9].join(", ")
        )
    });
    let laughs: Vec<String> = laughs.collect();
    let pairs = |count: usize| (0..count).map(|at| format!("k{at}: v")).collect::<Vec<_>>();
    let merged = |count: usize| "- {<<: *a}\n".repeat(count);
    let blocks = [
        ("laughs", format!("a0: &a0 [x]\n{}", laughs.join("\n"))),
        (
            "lists again",
            format!(
                "a: &a [{}]\nb: [{}]",
                ["x"].repeat(190).join(", "),
                aliases(100)
            ),
        ),
        (
            "results again",
            format!(
                "a: &a {{}}\nmodel-index:\n- name: x\n  results: [{}]",
                aliases(900)
            ),
        ),
        (
            "features again",
            format!(
                "a: &a {{name: x}}\ndataset_info:\n  features: [{}]",
                aliases(900)
            ),
        ),
        ("tags again", format!("a: &a x\ntags: [{}]", aliases(900))),
        (
            "merged again",
            format!("a: &a {{{}}}\nb:\n{}", pairs(90).join(", "), merged(100)),
        ),
        (
            "a long text again",
            format!("a: &a {}\nb: [{}]", "y".repeat(2_000), aliases(900)),
        ),
        (
            "nested lists",
            format!(
                "a:\n{}",
                format!("- {}{}\n", "[".repeat(60), "]".repeat(60)).repeat(MANY / 30)
            ),
        ),
        (
            "odd languages",
            format!("language:\n{}", "- english!\n".repeat(MANY)),
        ),
        (
            "empty results",
            format!(
                "model-index:\n- name: x\n  results:\n{}",
                "  - {}\n".repeat(MANY)
            ),
        ),
        (
            "empty columns",
            format!("dataset_info:\n  features:\n{}", "  - {}\n".repeat(MANY)),
        ),
        ("names", pairs(MANY).join("\n")),
    ];
    let card =
        |(name, block): (&str, String)| (name.to_owned(), format!("---\n{block}\n---\n# T\n"));
    blocks.into_iter().map(card).collect()
}

/// The folder of some cases that lie in this repository.
fn fixtures(name: &str) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    fixtures.join(name)
}

/// The cards of a corpus, and how many bytes may be allocated for each byte of them.
fn corpora() -> Vec<(Vec<(String, String)>, usize)> {
    #[expect(clippy::disallowed_methods, reason = "a test asks where its data lies")]
    let real = env::var_os("HUBKIT_CARDS").map(PathBuf::from);
    let mut corpora = vec![
        (chain::cards(&fixtures("yaml")), 0),
        (chain::cards(&fixtures("cards")), 0),
        (bombs(), MOST_A_BYTE),
    ];
    corpora.extend(real.map(|folder| (chain::cards(&folder), MOST_A_BYTE)));
    corpora
}

/// The dialects that a card is read as. What changes and checks a card reads it as the Hub does whatever the dialect, so
/// the cards that take longest are read as one where all is slow.
fn dialects(a_byte: usize) -> &'static [Dialect] {
    if a_byte > 0 && cfg!(debug_assertions) {
        &[Dialect::Python]
    } else {
        &[Dialect::Hub, Dialect::Python]
    }
}

#[test]
fn every_card_survives_all_that_is_done_with_cards() {
    let mut wrong = Vec::new();
    for (cards, a_byte) in corpora() {
        for (name, text) in &cards {
            for dialect in dialects(a_byte) {
                let most = MOST + a_byte * text.len();
                let before = HEAP.current_usage();
                chain::run(text, *dialect, &mut |step, work| {
                    HEAP.reset_peak_usage();
                    let start = Instant::now();
                    work();
                    let took = start.elapsed();
                    let bytes = HEAP.peak_usage().saturating_sub(before);
                    if bytes > most || took.as_secs() >= LONGEST {
                        wrong.push(format!(
                            "{name} as {dialect:?}: {step} took {took:?} and {bytes} bytes"
                        ));
                    }
                });
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
