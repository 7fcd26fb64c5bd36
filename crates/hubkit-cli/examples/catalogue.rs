//! How long a mirror takes to look through a folder of many repositories, and to answer what is asked of it then.
//!
//! `cargo run --release --package hubkit-cli --example catalogue [REPOSITORIES]`, 10,000 without a number.

use std::{
    env, fs,
    io::{self, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use hubkit::{
    store::DynStore,
    store_fs::FolderStore,
    transport::{Body, Request},
};
use hubkit_mirror::Mirror;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// What is asked: every filter and every order, words of ids and of texts.
const QUERIES: [&str; 9] = [
    "",
    "limit=1000",
    "search=model-777",
    "search=attention+layers",
    "search=a",
    "filter=license:mit&filter=en&pipeline_tag=fill-mask&sort=lastModified",
    "filter=transformers,safetensors&search=norwegian&sort=downloads&direction=-1",
    "author=owner7&full=false&cardData=true&config=true&limit=20",
    "filter=base_model:org/base-3&sort=createdAt&gated=false",
];
const ROUNDS: usize = 20;
/// Words that texts are made of.
const WORDS: [&str; 16] = [
    "attention",
    "layers",
    "training",
    "corpus",
    "norwegian",
    "english",
    "evaluation",
    "licence",
    "weights",
    "tokenizer",
    "accuracy",
    "epoch",
    "gradient",
    "dataset",
    "sentence",
    "benchmark",
];

#[tokio::main]
async fn main() -> Outcome<()> {
    let count = env::args().nth(1).map_or(Ok(10_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    for number in 0..count {
        write(folder.path(), number)?;
    }
    let store = DynStore::new(FolderStore::open(folder.path().to_owned())?);
    let mirror = Mirror::new(store);
    let mut out = io::stdout().lock();
    let start = Instant::now();
    let found = mirror.refresh().await?;
    writeln!(
        out,
        "{} repositories read in {:?}",
        found.read,
        start.elapsed()
    )?;
    let start = Instant::now();
    let found = mirror.refresh().await?;
    writeln!(
        out,
        "looked through again in {:?}, {} read",
        start.elapsed(),
        found.read
    )?;
    for query in QUERIES {
        let mut times = Vec::with_capacity(ROUNDS);
        let mut total = String::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            total = ask(&mirror, query).await?;
            times.push(start.elapsed());
        }
        times.sort_unstable();
        let (median, worst): (Duration, Duration) = (times[ROUNDS / 2], times[ROUNDS - 1]);
        writeln!(
            out,
            "{median:>12.3?} (worst {worst:.3?}), {total} found: ?{query}"
        )?;
    }
    Ok(())
}

/// How many are found.
async fn ask(mirror: &Mirror, query: &str) -> Outcome<String> {
    let request = Request::get(format!("/api/models?limit=50&{query}")).body(Body::empty())?;
    let response = mirror.answer(request).await;
    if response.status().as_u16() != 200 {
        return Err(format!("refused: {query}").into());
    }
    Ok(response.headers()["x-total-count"].to_str()?.to_owned())
}

/// A repository with a card of some four hundred words.
fn write(root: &Path, number: usize) -> io::Result<()> {
    let folder = root.join(format!("models/owner{}/model-{number}", number % 100));
    fs::create_dir_all(&folder)?;
    let pick = |from: &[&'static str], step: usize| from[(number * 7 + step) % from.len()];
    let licence = pick(&["mit", "apache-2.0", "other"], 0);
    let language = pick(&["en", "no", "de", "fr"], number / 3);
    let base = number % 10;
    let mut card = format!(
        "---\nlicense: {licence}\nlanguage: [{language}]\ntags: [t{}, test]\nbase_model: org/base-{base}\n---\n# Model {number}\n",
        number % 50
    );
    for step in 0..400 {
        card.push_str(pick(&WORDS, step * step));
        card.push(if step % 12 == 11 { '\n' } else { ' ' });
        if step % 8 == 0 {
            let word = (number * 31 + step * 17) % 50_000;
            card.extend(["w", &word.to_string(), " "]);
        }
    }
    fs::write(folder.join("README.md"), card)?;
    fs::write(
        folder.join("config.json"),
        r#"{"model_type": "bert", "architectures": ["BertForMaskedLM"]}"#,
    )?;
    fs::write(folder.join("model.safetensors"), "")
}
