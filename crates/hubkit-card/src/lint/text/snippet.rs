//! Code that readers will copy.

mod call;

use std::{collections::HashMap, ops::Range};

use hubkit_types::RepoId;

use super::Tally;
use crate::lint::{
    Rule,
    draft::{Draft, Drafts, Place, quoted},
    rule::{REMOTE_CODE, UNPINNED_SNIPPET, UNSAFE_LOADING},
};

use self::call::Call;

/// What the code of a card tells its readers to do.
#[derive(Debug, Default)]
pub(super) struct Snippets {
    unpinned: Tally,
    /// What the first unpinned snippet loads, and how it is pinned.
    loads: String,
    remote: Tally,
    unsafe_: Tally,
    /// What loads a pickle.
    loader: &'static str,
}

/// Calls that load from a hub, each with what it says which revision by.
const LOADERS: &[&str] = &[
    "from_pretrained(",
    "load_dataset(",
    "hf_hub_download(",
    "snapshot_download(",
    "SentenceTransformer(",
    "CrossEncoder(",
    "pipeline(",
];

/// Commands that load from a hub.
const COMMANDS: &[&str] = &["hf download ", "huggingface-cli download "];

/// Revisions that are what a branch holds.
const OF_A_BRANCH: [&str; 2] = ["main", "master"];

/// Addresses of whatever a branch holds.
const BRANCHES: &[&str] = &["/resolve/main/", "/raw/main/"];

/// Calls that unpickle whatever they do.
const UNPICKLERS: &[&str] = &[
    "pickle.load(",
    "pickle.loads(",
    "joblib.load(",
    "dill.load(",
    "read_pickle(",
    "allow_pickle=True",
    "allow_pickle = True",
    "safe_mode=False",
    "weights_only=False",
];

const REMOTE: &[&str] = &[
    "trust_remote_code=True",
    "trust_remote_code = True",
    "--trust-remote-code",
    "--trust_remote_code",
];

impl Snippets {
    /// Reads a block of code. `base` is where it begins in the card.
    pub(super) fn read_block(&mut self, code: &str, base: usize) {
        for sign in REMOTE {
            for (at, _) in code.match_indices(sign) {
                self.remote.add(base + at..base + at + sign.len());
            }
        }
        for loader in UNPICKLERS {
            for (at, _) in code.match_indices(loader) {
                self.unpickles(loader, base + at..base + at + loader.len());
            }
        }
        for call in Call::all(code, "torch.load(") {
            // Since version 2.6 nothing else than weights is loaded; before, anything.
            if !call.arguments.contains("weights_only") {
                self.unpickles("torch.load", base + call.span.start..base + call.span.end);
            }
        }
        let mut names = None;
        for loader in LOADERS {
            for call in Call::all(code, loader) {
                let names = names.get_or_insert_with(|| assignments(code));
                let Some(repo) = repo(&call, loader, names) else {
                    continue;
                };
                let how = match call.value("revision").map(unquoted) {
                    None => "without `revision=`".to_owned(),
                    Some(Some(branch)) if OF_A_BRANCH.contains(&branch) => {
                        format!("at {}", quoted(branch))
                    }
                    Some(_) => continue,
                };
                let loader = quoted(loader.trim_end_matches('('));
                let what = format!("{loader} loads {} {how}", quoted(repo));
                self.loads_unpinned(what, base + call.span.start..base + call.span.end);
            }
        }
        for command in COMMANDS {
            for (at, _) in code.match_indices(command) {
                let length = command_length(&code[at..]);
                let words = &code[at + command.len()..at + length.max(command.len())];
                let Some(repo) = words.split_ascii_whitespace().next() else {
                    continue;
                };
                let is_repo = repo.contains('/') && repo.parse::<RepoId>().is_ok();
                if is_repo && !words.contains("--revision") {
                    let command = quoted(command.trim_end());
                    let what = format!("{command} loads {} without `--revision`", quoted(repo));
                    self.loads_unpinned(what, base + at..base + at + length);
                }
            }
        }
        for branch in BRANCHES {
            for (at, _) in code.match_indices(branch) {
                let what = format!("an address with {}", quoted(branch.trim_matches('/')));
                self.loads_unpinned(what, base + at..base + at + branch.len());
            }
        }
    }

    /// Reads words of the text, or code within them, with what they are written as.
    pub(super) fn read_words(&mut self, text: &str, source: &str, place: Range<usize>) {
        // Most words are about something else.
        if !text.contains("trust") {
            return;
        }
        let Some((at, sign)) = REMOTE
            .iter()
            .find_map(|sign| Some((text.find(sign)?, sign)))
        else {
            return;
        };
        let before = text[..at].to_ascii_lowercase();
        let denies = ["no ", "not ", "n't ", "without "];
        if !denies.iter().any(|word| before.contains(word)) {
            // With escapes in it, it is written in another way.
            let span = source.find(sign).map(|at| place.start + at);
            self.remote
                .add(span.map_or(place, |begin| begin..begin + sign.len()));
        }
    }

    fn unpickles(&mut self, loader: &'static str, place: Range<usize>) {
        if self.unsafe_.first.is_none() {
            self.loader = loader;
        }
        self.unsafe_.add(place);
    }

    fn loads_unpinned(&mut self, what: String, place: Range<usize>) {
        if self.unpinned.first.is_none() {
            self.loads = what;
        }
        self.unpinned.add(place);
    }

    pub(super) fn finish(self, drafts: &mut Drafts) {
        let mut tell = |rule: &'static Rule, tally: Tally, message: String| {
            let message = message + &tally.others();
            if let Some(place) = tally.first {
                drafts.push(Draft::new(rule, Place::Bytes(place), message));
            }
        };
        tell(
            &REMOTE_CODE,
            self.remote,
            "readers are told to run code of the repository: say so beside it, and pin the revision that was looked at"
                .to_owned(),
        );
        let loader = self.loader.trim_end_matches('(');
        tell(
            &UNSAFE_LOADING,
            self.unsafe_,
            format!(
                "`{loader}` runs whatever stands in a pickle: use safetensors, or say that the file must be trusted"
            ),
        );
        tell(
            &UNPINNED_SNIPPET,
            self.unpinned,
            format!(
                "{}: readers get whatever the branch holds that day",
                self.loads
            ),
        );
    }
}

/// How long a command is that a text begins with: a line that ends with `\\` goes on.
fn command_length(text: &str) -> usize {
    const LONGEST: usize = 1_000;
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_end();
        let goes_on = words.ends_with('\\') && length + line.len() < LONGEST;
        length += if goes_on { line.len() } else { words.len() };
        if !goes_on {
            break;
        }
    }
    length
}

/// The repository that a call loads, where the code says so.
fn repo<'a>(call: &Call<'a>, loader: &str, names: &HashMap<&'a str, &'a str>) -> Option<&'a str> {
    let first = if loader == "pipeline(" {
        call.value("model")?
    } else {
        call.first_argument()?
    };
    let literal = unquoted(first).or_else(|| names.get(first).copied())?;
    // A name of one part is as likely a folder, but for data sets.
    let is_whole = literal.contains('/') || loader.starts_with("load_dataset");
    let is_repo = is_whole && !literal.starts_with('.') && literal.parse::<RepoId>().is_ok();
    // Formats of `load_dataset` are no repositories.
    let is_format = matches!(
        literal,
        "csv"
            | "json"
            | "text"
            | "parquet"
            | "arrow"
            | "imagefolder"
            | "audiofolder"
            | "videofolder"
            | "webdataset"
            | "xml"
            | "sql"
            | "pandas"
    );
    (is_repo && !is_format).then_some(literal)
}

/// Names that are given a text in a line of their own.
fn assignments(code: &str) -> HashMap<&str, &str> {
    let pairs = code.lines().filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        let name = name.trim();
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let value = value.split('#').next()?.trim();
        is_name.then(|| Some((name, unquoted(value)?)))?
    });
    pairs.collect()
}

/// The text of a literal.
fn unquoted(text: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|quote| {
        let inside = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inside.contains(quote)).then_some(inside)
    })
}
