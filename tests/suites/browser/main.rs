//! The pages of a served hub in a real browser.

use std::{
    collections::BTreeSet, fs::File, io::BufReader, path::Path, process::ExitCode, sync::OnceLock,
};

use anyhow::{Result, ensure};
use hubkit_tests::{Browser, Served, Server, Skip, run, trial};
use tempfile::TempDir;

mod cards;

/// What an author must not be able to bring onto a page of ours.
const CARD: &str = "---\nlicense: mit\npipeline_tag: text-generation\ntags: [tiny]\n---\n# A tiny model\n\n\
    <script>document.title = 'taken over'</script>\n<img src=x onerror=\"document.title='taken over'\">\n\n\
    [a link](javascript:alert(1)) and [another](docs/more.md)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint(1)\n```\n";

fn main() -> ExitCode {
    run(vec![
        trial(
            "every_page_loads_without_a_complaint_of_the_browser",
            browser,
            every_page_loads,
        ),
        trial("a_card_runs_nothing", browser, a_card_runs_nothing),
        trial(
            "pages_are_drawn_on_a_desk_and_on_a_phone",
            browser,
            pages_are_drawn,
        ),
        trial(
            "pages_of_cards_run_nothing_and_ask_nobody",
            browser,
            cards::nothing_runs,
        ),
        trial(
            "what_a_page_runs_or_asks_for_is_noticed",
            browser,
            cards::what_runs_is_noticed,
        ),
    ])
}

fn browser() -> &'static Result<Browser, Skip> {
    static BROWSER: OnceLock<Result<Browser, Skip>> = OnceLock::new();
    BROWSER.get_or_init(Browser::find)
}

fn served() -> Result<Served> {
    Served::new()?
        .file("models/lab/tiny", "README.md", CARD)?
        .file(
            "models/lab/tiny",
            "config.json",
            r#"{"model_type":"llama"}"#,
        )?
        .file("models/lab/tiny", "docs/more.md", "More.")?
        .file("datasets/lab/rows", "data.csv", "a,b\n1,2\n")
}

fn every_page_loads(browser: &Browser) -> Result<()> {
    let served = served()?;
    let server = Server::start(served.path())?;
    for (page, wanted) in [
        ("/", "lab/tiny"),
        ("/models?search=tiny", "text-generation"),
        ("/lab/tiny", "A tiny model"),
        ("/lab/tiny/tree/main", "config.json"),
        ("/lab/tiny/tree/main/docs", "more.md"),
        ("/lab/tiny/blob/main/config.json", "model_type"),
        ("/datasets/lab/rows", "no card"),
        ("/lab/none", "not found"),
    ] {
        let visit = browser.visit(&format!("{}{page}", server.endpoint()))?;
        ensure!(
            visit.document.contains(wanted),
            "{page} lacks `{wanted}`:\n{}",
            visit.document
        );
        // The browser reports the status of an error page too, which is what it should be.
        let complaints = visit.complaints.iter();
        let complaints: Vec<_> = complaints.filter(|line| !line.contains("404")).collect();
        ensure!(complaints.is_empty(), "{page}: {complaints:?}");
    }
    Ok(())
}

fn a_card_runs_nothing(browser: &Browser) -> Result<()> {
    let served = served()?;
    let server = Server::start(served.path())?;
    let visit = browser.visit(&format!("{}/lab/tiny", server.endpoint()))?;
    ensure!(!visit.document.contains("taken over"), "{}", visit.document);
    ensure!(
        !visit.document.contains("javascript:"),
        "{}",
        visit.document
    );
    ensure!(!visit.document.contains("<script"), "{}", visit.document);
    Ok(())
}

fn pages_are_drawn(browser: &Browser) -> Result<()> {
    let served = served()?;
    let server = Server::start(served.path())?;
    let folder = TempDir::new()?;
    for (name, size) in [("desk", (1280, 900)), ("phone", (500, 800))] {
        for (index, page) in ["/", "/lab/tiny"].into_iter().enumerate() {
            let picture = folder.path().join(format!("{name}-{index}.png"));
            browser.picture(&format!("{}{page}", server.endpoint()), size, &picture)?;
            let (drawn, colours) = look(&picture)?;
            ensure!(drawn == size, "{name} {page}: {drawn:?}");
            // A blank page has one colour, an unstyled one hardly more than the greys of its letters.
            ensure!(colours > 30, "{name} {page} has {colours} colours only");
        }
    }
    Ok(())
}

/// The size of a picture and how many colours are in it.
fn look(picture: &Path) -> Result<((u32, u32), usize)> {
    let mut reader = png::Decoder::new(BufReader::new(File::open(picture)?)).read_info()?;
    let size = reader.info().size();
    let samples = reader.info().color_type.samples();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap_or_default()];
    reader.next_frame(&mut pixels)?;
    let colours: BTreeSet<&[u8]> = pixels.chunks(samples).collect();
    Ok((size, colours.len()))
}
