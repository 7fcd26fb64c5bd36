//! Where tokens and passwords must not be, and when no socket may be opened.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use anyhow::{Result, ensure};
use hubkit_tests::{Outcome, Question::Head, Scenario, Scene, Skip, TOKEN, bin, honest, trial};
use libtest_mimic::Trial;

use crate::{Row, WAYS, case};

pub(crate) const ROWS: &[Row] = &[
    (
        "client-54",
        &["offline_opens_no_connection", "offline_makes_no_socket"],
    ),
    ("table-62", &["no_variable_makes_the_token_shown"]),
    ("table-63", &["a_password_in_an_address_is_not_shown"]),
    ("table-64", &["a_token_is_not_sent_in_the_clear"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case("offline_opens_no_connection", decent, offline),
        case("no_variable_makes_the_token_shown", decent, debugged),
        case("a_password_in_an_address_is_not_shown", decent, password),
        case("a_token_is_not_sent_in_the_clear", decent, in_the_clear),
        trial("offline_makes_no_socket", strace, |strace: &PathBuf| {
            no_socket(strace)
        }),
    ]
}

fn decent() -> Scenario {
    Scenario::new("decent", "nothing is wrong", honest)
}

fn offline(scene: &Scene) -> Result<()> {
    for way in WAYS {
        let run = scene.prepare(way)?.offline();
        scene.end(run)?.refused(3, &["offline", "hint:"])?;
    }
    ensure!(scene.hub.connections() == 0, "a connection was made");
    scene.download(&[])?.success()?;
    let before = scene.hub.connections();
    ensure!(before > 0, "there was no connection at all");
    for way in WAYS {
        let run = scene.prepare(way)?.offline();
        scene.end(run)?.success()?;
    }
    ensure!(scene.hub.connections() == before, "a connection was made");
    Ok(())
}

/// What the hub does not see, the kernel does: not even the socket of a name server.
fn no_socket(strace: &Path) -> Result<()> {
    let scene = Scene::new(decent())?;
    scene.download(&[])?.success()?;
    let program = bin()?.to_string_lossy().into_owned();
    let (repo, trace) = (scene.hub.repo(), scene.home.path().join("local"));
    fs::create_dir(&trace)?;
    for (number, words) in [&["weights.bin"][..], &[], &["missing.bin"]]
        .iter()
        .enumerate()
    {
        let trace = trace.join(number.to_string());
        let shown = trace.to_string_lossy();
        let options = [
            "-f",
            "-e",
            "trace=network",
            "-o",
            &shown,
            &program,
            "download",
            &repo,
        ];
        let run = scene.home.program(strace, options.iter().chain(*words));
        scene.end(scene.pointed(run).offline())?;
        let calls = fs::read_to_string(&trace)?;
        ensure!(calls.contains("exited with"), "nothing was traced: {calls}");
        let is_socket = |line: &&str| line.contains("socket(") || line.contains("connect(");
        let sockets: Vec<_> = calls.lines().filter(is_socket).collect();
        ensure!(sockets.is_empty(), "{sockets:?}");
    }
    Ok(())
}

/// The tool that shows what a program asks of the kernel, where it may.
fn strace() -> &'static Result<PathBuf, Skip> {
    static STRACE: OnceLock<Result<PathBuf, Skip>> = OnceLock::new();
    STRACE.get_or_init(|| {
        let traced = Command::new("strace")
            .args(["-o", "/dev/null", "true"])
            .output();
        match traced {
            Ok(traced) if traced.status.success() => Ok(PathBuf::from("strace")),
            Ok(_) => Err(Skip::Missing(
                "strace may not look at programs here".to_owned(),
            )),
            Err(error) => Err(Skip::Missing(format!("strace can't be started: {error}"))),
        }
    })
}

/// `Scene` looks for the token in all that is printed.
fn debugged(scene: &Scene) -> Result<()> {
    for words in [
        &["weights.bin"][..],
        &["missing.bin"],
        &["--format", "json"],
    ] {
        let mut run = scene.prepare(words)?;
        for name in [
            "HF_DEBUG",
            "HF_HUB_VERBOSITY",
            "RUST_LOG",
            "HUBKIT_LOG",
            "RUST_BACKTRACE",
        ] {
            let value = if name.ends_with("DEBUG") || name.ends_with("TRACE") {
                "1"
            } else {
                "trace"
            };
            run = run.env(name, value);
        }
        scene.end(run)?;
    }
    let heads = scene.hub.asked(Head);
    let bearer = format!("Bearer {TOKEN}");
    ensure!(
        !heads.is_empty()
            && heads
                .iter()
                .all(|seen| seen.header("authorization") == Some(&bearer)),
        "the token was not used: {heads:?}"
    );
    Ok(())
}

fn password(scene: &Scene) -> Result<()> {
    let secret = "swordfish";
    let address = scene
        .hub
        .endpoint()
        .replace("://", &format!("://ada:{secret}@"));
    let repo = scene.hub.repo();
    let by_option = scene.hubkit(&["download", &repo, "--endpoint", &address])?;
    let by_variable = scene.hubkit(&["download", &repo])?.at(&address);
    for run in [by_option, by_variable] {
        let outcome = scene.end(run)?.expect_code(2)?;
        let Outcome { stdout, stderr, .. } = &outcome;
        ensure!(!format!("{stdout}{stderr}").contains(secret), "{outcome}");
        ensure!(
            stderr.contains("endpoint") || stderr.contains("HF_ENDPOINT"),
            "{outcome}"
        );
    }
    ensure!(scene.hub.connections() == 0, "a connection was made");
    Ok(())
}

/// Whoever stands between two machines could read it. The hub itself is what stands there: a proxy.
fn in_the_clear(scene: &Scene) -> Result<()> {
    let run = |more: &[&str]| -> Result<Outcome> {
        let run = scene.prepare(more)?.at("http://hub.example");
        scene.end(run.env("HTTP_PROXY", scene.hub.endpoint()))
    };
    for way in WAYS {
        run(way)?.refused(4, &["token", "hub.example", "hint:", "--allow-insecure"])?;
    }
    let seen = scene.hub.seen();
    ensure!(seen.is_empty(), "{seen:?}");
    // Said so, it is sent; whatever comes back.
    run(&["--allow-insecure"])?;
    let seen = scene.hub.seen();
    let bearer = format!("Bearer {TOKEN}");
    ensure!(
        seen.iter()
            .any(|seen| seen.header("authorization") == Some(&bearer)),
        "{seen:?}"
    );
    Ok(())
}
