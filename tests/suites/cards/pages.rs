//! Pages of cards, read by html5lib as browsers read them.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Home, Python, markup, trial};
use libtest_mimic::Trial;

use crate::python;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "pages_hold_nothing_that_runs_or_fetches",
            python,
            every_page,
        ),
        trial("the_judge_of_pages_refuses_what_is_wrong", python, refused),
    ]
}

/// A card, and the name of the page that is made of it.
type Job = (PathBuf, PathBuf, bool);

/// Markup that means harm, in cards of its own, and once more with remote images where there are any.
fn hostile(folder: &Path) -> Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for (name, text) in markup()? {
        let card = folder.join(format!("{name}.md"));
        fs::write(&card, &text)?;
        let has_images = text.contains("![") || text.contains("<img");
        let endings = [("html", false), ("remote.html", true)];
        for (ending, is_remote) in endings.into_iter().take(1 + usize::from(has_images)) {
            let page = folder.join(format!("markup-{name}.{ending}"));
            jobs.push((card.clone(), page, is_remote));
        }
    }
    Ok(jobs)
}

/// The cards of the fixtures, and real ones where `HUBKIT_CARDS` names a folder of them.
fn cards(folder: &Path) -> Result<Vec<Job>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let real = env::var_os("HUBKIT_CARDS").map(PathBuf::from);
    let places = [
        ("edge", Some(fixtures.join("cards"))),
        ("yaml", Some(fixtures.join("yaml"))),
        ("real", real),
    ];
    let mut jobs = Vec::new();
    for (kind, place) in places {
        let Some(place) = place else { continue };
        for entry in fs::read_dir(place)? {
            let card = entry?.path();
            if card.extension().is_some_and(|ending| ending == "md") {
                let name = card.file_stem().context("a name")?.to_string_lossy();
                let page = folder.join(format!("{kind}-{name}.html"));
                jobs.push((card, page, false));
            }
        }
    }
    Ok(jobs)
}

fn make(home: &Home, jobs: &[Job]) -> Result<()> {
    const WORKERS: usize = 4;
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                scope.spawn(move || -> Result<()> {
                    for (card, page, is_remote) in jobs.iter().skip(worker).step_by(WORKERS) {
                        let mut words = vec!["card".into(), "html".into(), "-o".into()];
                        words.extend([page.into(), card.as_os_str().to_owned()]);
                        words.extend(is_remote.then(|| "--remote-images".into()));
                        home.hubkit(words)?.offline().run()?.success()?;
                    }
                    Ok(())
                })
            })
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().ok().context("a worker")?)
    })
}

/// How many pages the judge read, and what is wrong with which.
fn judge(python: &Python, home: &Home, folder: &Path) -> Result<(usize, BTreeMap<String, String>)> {
    let outcome = python
        .script(home, "cards/check_html.py", [folder])
        .run()?
        .success()?;
    let told = outcome.json()?;
    Ok((
        serde_json::from_value(told["checked"].clone())?,
        serde_json::from_value(told["wrong"].clone())?,
    ))
}

fn every_page(python: &Python) -> Result<()> {
    let (home, folder) = (Home::new()?, tempfile::tempdir()?);
    let mut jobs = hostile(folder.path())?;
    jobs.extend(cards(folder.path())?);
    make(&home, &jobs)?;
    let (checked, wrong) = judge(python, &home, folder.path())?;
    ensure!(wrong.is_empty(), "{wrong:#?}");
    ensure!(
        checked == jobs.len() && checked > 350,
        "{checked} pages were checked"
    );
    Ok(())
}

/// What could stand in the place of a paragraph of a page, and must not.
const WRONG: [&str; 16] = [
    "<script>canary()</script>",
    "<p onclick=\"canary()\">a</p>",
    "<p style=\"color: red\">a</p>",
    "<a href=\"&#106;ava&#10;script:canary()\" rel=\"nofollow noopener noreferrer\">a</a>",
    "<a href=\"//a\" rel=\"nofollow noopener noreferrer\">a</a>",
    "<a href=\"https://a\">a</a>",
    "<img src=\"https://a/b.png\" alt=\"\" referrerpolicy=\"no-referrer\">",
    "<img src=\"data:image/png,a\" alt=\"\" referrerpolicy=\"no-referrer\">",
    "<svg></svg>",
    "<math></math>",
    "<!-- a -->",
    "<h1 id=\"a\">a</h1>",
    "<p>a</article><p>b</p>",
    "<em><p>a</em></p>",
    "<table><tr><td>a</td></tr><p>b</p></table>",
    "<base href=\"https://a/\">",
];

fn refused(python: &Python) -> Result<()> {
    let (home, folder) = (Home::new()?, tempfile::tempdir()?);
    let card = folder.path().join("card.md");
    fs::write(&card, "PLACE")?;
    let page = folder.path().join("right.html");
    make(&home, &[(card, page.clone(), false)])?;
    let right = fs::read_to_string(page)?;
    for (number, wrong) in WRONG.iter().enumerate() {
        let page = right.replacen("<p>PLACE</p>", wrong, 1);
        ensure!(page != right, "the page has no paragraph");
        fs::write(folder.path().join(format!("{number:02}.html")), page)?;
    }
    let (checked, wrong) = judge(python, &home, folder.path())?;
    let passed = WRONG.iter().enumerate();
    let passed: Vec<_> = passed
        .filter(|(number, _)| !wrong.contains_key(&format!("{number:02}.html")))
        .map(|(_, page)| page)
        .collect();
    ensure!(passed.is_empty(), "not refused: {passed:#?}");
    ensure!(
        !wrong.contains_key("right.html") && checked == WRONG.len() + 1,
        "{wrong:#?}"
    );
    Ok(())
}
