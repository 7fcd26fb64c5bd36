//! A hub below a path of a web server, as Artifactory, Nexus and Pulp have one.

use anyhow::Result;
use hubkit_tests::{BelowPath, Home, Outcome, Served, Server, TreeQuery, files_below};

/// Serves a folder below a path.
fn start(content: &Served, query: TreeQuery) -> Result<(Server, BelowPath)> {
    let proxy = BelowPath::listen(query)?;
    let arguments = [
        content.path().as_os_str(),
        "--public-url".as_ref(),
        proxy.endpoint().as_ref(),
    ];
    let server = Server::start_with(arguments)?;
    proxy.before(server.endpoint())?;
    Ok((server, proxy))
}

/// A model whose files lie on several levels.
fn deep() -> Result<Served> {
    Served::new()?
        .file("models/lab/deep", "config.json", "{}\n")?
        .file("models/lab/deep", "one/a.txt", "a")?
        .file("models/lab/deep", "one/two/b.txt", "b")?
        .file("models/lab/deep", "one/two/three/c.txt", "c")?
        .file("models/lab/deep", "other/d.txt", "d")
}

/// A model with more files in a folder than a page of a listing has.
fn wide() -> Result<Served> {
    let mut served = Served::new()?;
    for number in 0..1100 {
        served = served.file("models/lab/wide", &format!("part/{number:04}.txt"), "x")?;
    }
    Ok(served)
}

fn download(home: &Home, repo: &str, proxy: &BelowPath) -> Result<Outcome> {
    home.hubkit(["download", repo])?.at(proxy.endpoint()).run()
}

#[test]
fn a_hub_below_a_path_is_fetched_from() -> Result<()> {
    for (repo, served) in [("lab/deep", deep()?), ("lab/wide", wide()?)] {
        let (_server, proxy) = start(&served, TreeQuery::Kept)?;
        let home = Home::new()?;
        let outcome = download(&home, repo, &proxy)?.success()?;
        let have = files_below(outcome.last_line()?.as_ref())?;
        let want = files_below(&served.repo(&format!("models/{repo}")))?;
        assert!(have == want, "{repo} has other files\n{outcome}");
    }
    Ok(())
}

#[test]
fn folders_that_a_listing_only_names_are_listed_one_by_one() -> Result<()> {
    let (served, home) = (deep()?, Home::new()?);
    let (_server, proxy) = start(&served, TreeQuery::Dropped)?;
    let outcome = download(&home, "lab/deep", &proxy)?.success()?;
    let have = files_below(outcome.last_line()?.as_ref())?;
    assert!(
        have == files_below(&served.repo("models/lab/deep"))?,
        "{have:?}"
    );
    assert!(
        outcome.stderr.contains("the listing of"),
        "the loss is told\n{outcome}"
    );
    Ok(())
}

#[test]
fn pages_that_never_come_are_an_error_and_nothing_is_kept() -> Result<()> {
    let (served, home) = (wide()?, Home::new()?);
    let (_server, proxy) = start(&served, TreeQuery::Dropped)?;
    let outcome = download(&home, "lab/wide", &proxy)?.expect_code(5)?;
    assert_eq!(outcome.stdout, "", "{outcome}");
    assert!(
        !home.cache().join("models--lab--wide/refs/main").exists(),
        "nothing leads to half of a repository\n{outcome}"
    );
    Ok(())
}
