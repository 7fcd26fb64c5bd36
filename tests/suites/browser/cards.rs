//! Pages of `hubkit card html` in the browser: nothing runs, nothing is refused, nothing is asked of anybody else.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use hubkit_tests::{Browser, Home, Visit, markup};

/// The name under which the pages are served. Other names that end so lead to the same server, which takes note of them.
const HOST: &str = "pages.invalid";
/// So many pages are opened at a time, in frames of one page.
const AT_ONCE: usize = 60;

const CARD: &str = "---\nlicense: mit\npipeline_tag: text-generation\nmodel-index:\n- name: tiny\n  results:\n  \
    - task: {type: text-generation}\n    dataset: {type: lab/words, name: Words}\n    metrics: [{type: accuracy, value: 0.5}]\n---\n\
    # A tiny model\n\n> [!WARNING]\n> Small.\n\nSome *words* and `code`, [a link](docs/more.md)[^1].\n\n[^1]: A note.\n\n- [x] one\n- [ ] two\n\n\
    | left | right |\n|:--|--:|\n| 1 | 2 |\n\n```python\nprint(1)\n```\n\n![a picture](a.png) ![far](https://remote.invalid/b.png)\n";

pub(crate) fn nothing_runs(browser: &Browser) -> Result<()> {
    let (home, folder) = (Home::new()?, tempfile::tempdir()?);
    let mut pages = vec![make(&home, folder.path(), "plain", CARD)?];
    for (name, card) in markup()? {
        pages.push(make(&home, folder.path(), &name, &card)?);
    }
    for pages in pages.chunks(AT_ONCE) {
        let (visit, noted) = open(browser, folder.path(), pages)?;
        // An image beside the card is asked for, and there is none.
        let complaints = visit.complaints.iter();
        let complaints: Vec<_> = complaints.filter(|line| !line.contains("404")).collect();
        ensure!(complaints.is_empty(), "{complaints:#?}");
        for page in pages {
            ensure!(
                noted
                    .iter()
                    .any(|request| request.path == format!("/{page}")),
                "{page} was not opened"
            );
        }
        let others: Vec<_> = noted.iter().filter(|request| !request.is_ours()).collect();
        ensure!(others.is_empty(), "{others:#?}");
    }
    Ok(())
}

/// Of pages that do what cards must not, the browser tells.
pub(crate) fn what_runs_is_noticed(browser: &Browser) -> Result<()> {
    let (home, folder) = (Home::new()?, tempfile::tempdir()?);
    let right = make(&home, folder.path(), "right", "PLACE")?;
    let right = fs::read_to_string(folder.path().join(right))?;
    let bad = |name: &str, page: String| -> Result<(Visit, Vec<Request>)> {
        fs::write(folder.path().join(name), page)?;
        open(browser, folder.path(), &[name.to_owned()])
    };
    let image = "<img src=\"http://remote.invalid/a.png\" onerror=\"canary()\">";
    let (visit, noted) = bad("policy.html", right.replacen("<p>PLACE</p>", image, 1))?;
    let refused =
        |visit: &Visit, what: &str| visit.complaints.iter().any(|line| line.contains(what));
    ensure!(refused(&visit, "Content Security Policy"), "{visit:?}");
    ensure!(noted.iter().all(Request::is_ours), "{noted:#?}");
    let (visit, noted) = bad("none.html", image.to_owned())?;
    ensure!(refused(&visit, "canary is not defined"), "{visit:?}");
    ensure!(
        noted.iter().any(|request| request.host == "remote.invalid"),
        "{noted:#?}"
    );
    Ok(())
}

/// Makes the page of a card, and returns its name in the folder.
fn make(home: &Home, folder: &Path, name: &str, card: &str) -> Result<String> {
    let (text, page) = (folder.join(format!("{name}.md")), format!("{name}.html"));
    fs::write(&text, card)?;
    let words = [
        "card".into(),
        "html".into(),
        text.into_os_string(),
        "-o".into(),
    ];
    let to = folder.join(&page).into_os_string();
    home.hubkit(words.into_iter().chain([to]))?
        .offline()
        .run()?
        .success()?;
    Ok(page)
}

/// Opens pages in frames of one page.
fn open(browser: &Browser, folder: &Path, pages: &[String]) -> Result<(Visit, Vec<Request>)> {
    let frames: String = pages
        .iter()
        .map(|page| format!("<iframe src=\"/{page}\" width=600 height=400></iframe>"))
        .collect();
    fs::write(
        folder.join("frames.html"),
        format!("<!DOCTYPE html><title>frames</title>{frames}"),
    )?;
    let server = Pages::start(folder)?;
    let visit = browser.visit_through(&format!("http://{HOST}/frames.html"), server.address)?;
    let noted = server
        .noted
        .lock()
        .ok()
        .context("the server failed")?
        .clone();
    Ok((visit, noted))
}

/// What was asked for.
#[derive(Clone, Debug)]
struct Request {
    host: String,
    path: String,
}

impl Request {
    fn is_ours(&self) -> bool {
        self.host == HOST
    }
}

/// The files of a folder over HTTP, and a note of everything that was asked for.
struct Pages {
    address: SocketAddr,
    noted: Arc<Mutex<Vec<Request>>>,
}

impl Pages {
    /// Serves until the process ends.
    fn start(folder: &Path) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let noted = Arc::new(Mutex::new(Vec::new()));
        let (folder, notes) = (folder.to_owned(), Arc::clone(&noted));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (folder, notes) = (folder.clone(), Arc::clone(&notes));
                thread::spawn(move || answer(stream, &folder, &notes));
            }
        });
        Ok(Self { address, noted })
    }
}

fn answer(mut stream: TcpStream, folder: &Path, noted: &Mutex<Vec<Request>>) -> Option<()> {
    // Browsers open connections that they may need, and say nothing on them.
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .ok()?;
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        head.extend_from_slice(&piece[..count]);
        // The first byte of TLS: whoever is meant is named in clear.
        if head[0] == 0x16 {
            break;
        }
    }
    let text = String::from_utf8_lossy(&head);
    let host = text.lines().find_map(|line| line.strip_prefix("Host: "));
    let path = text.split(' ').nth(1).filter(|_| host.is_some());
    let request = Request {
        host: host.unwrap_or("over TLS").to_owned(),
        path: path.unwrap_or_default().to_owned(),
    };
    let name = request.path.trim_start_matches('/').to_owned();
    noted.lock().ok()?.push(request);
    let page = fs::read(folder.join(&name))
        .ok()
        .filter(|_| name.ends_with(".html"));
    let status = if page.is_some() {
        "200 OK"
    } else {
        "404 Not Found"
    };
    let page = page.unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        page.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&page).ok()
}
