//! One folder of the user's, filled by hubkit and by Python's client in turn.

use std::{collections::BTreeMap, fs, path::PathBuf, thread, time::Duration};

use anyhow::{Result, ensure};
use hubkit_tests::{Home, Outcome, Python, Served, Server, trial};
use libtest_mimic::Trial;

use crate::{MODEL, python, python_fetches, same_files, served, we_fetch};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "python_moves_nothing_into_a_folder_that_we_filled",
            python,
            python_moves_nothing,
        ),
        trial(
            "we_move_nothing_into_a_folder_that_python_filled",
            python,
            we_move_nothing,
        ),
        trial(
            "a_folder_is_filled_from_what_python_cached",
            python,
            filled_from_the_cache,
        ),
        trial(
            "both_replace_what_the_other_put_into_a_folder",
            python,
            both_replace,
        ),
    ]
}

/// A hub, and a home whose folder `here` both fill.
struct Both {
    served: Served,
    server: Server,
    home: Home,
}

impl Both {
    fn new() -> Result<Self> {
        let files = served()?;
        Ok(Self {
            server: Server::start(files.path())?,
            served: files,
            home: Home::new()?,
        })
    }

    fn here(&self) -> PathBuf {
        self.home.path().join("here")
    }

    fn we_fill(&self, more: &[&str]) -> Result<Outcome> {
        let arguments = ["download", MODEL, "--local-dir", "here", "--quiet"];
        let run = self.home.hubkit(arguments.iter().chain(more))?;
        run.at(self.server.endpoint()).run()?.success()
    }

    fn python_fills(&self, python: &Python) -> Result<Outcome> {
        let arguments = ["download", MODEL, "--local-dir", "here", "--quiet"];
        let run = python.program(&self.home, "hf", arguments);
        run.at(self.server.endpoint()).run()?.success()
    }

    /// How many files were sent so far.
    fn sent(&self) -> Result<usize> {
        Ok(self.server.requested("GET", "/resolve/")?.len())
    }

    /// Fails unless the folder holds the files of the hub, and what clients keep beside them.
    fn expect_right(&self) -> Result<()> {
        let aside = self.home.path().join("state");
        fs::rename(self.here().join(".cache"), &aside)?;
        let checked = same_files(
            &self.served,
            "models/lab/tiny",
            &self.here().to_string_lossy(),
        );
        fs::rename(&aside, self.here().join(".cache"))?;
        checked
    }

    /// What the records beside the files say, without the times.
    fn records(&self) -> Result<BTreeMap<String, String>> {
        let download = self.here().join(".cache/huggingface/download");
        let records = hubkit_tests::files_below(&download)?.into_iter();
        let records = records.filter(|(path, _)| path.ends_with(".metadata"));
        Ok(records
            .map(|(path, bytes)| {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                (path, text.lines().take(2).collect::<Vec<_>>().join(" "))
            })
            .collect())
    }
}

fn python_moves_nothing(python: &Python) -> Result<()> {
    for more in [&[][..], &["--hard-links"]] {
        let both = Both::new()?;
        if !more.is_empty() {
            we_fetch(&both.home, both.server.endpoint())?;
        }
        both.we_fill(more)?;
        let (sent, records) = (both.sent()?, both.records()?);
        ensure!(sent > 5, "{sent} files were sent");
        both.python_fills(python)?;
        ensure!(both.sent()? == sent, "fetched again");
        ensure!(both.records()? == records, "{:?}", both.records()?);
        both.expect_right()?;
        both.we_fill(&[])?;
        ensure!(both.sent()? == sent, "fetched again");
    }
    Ok(())
}

fn we_move_nothing(python: &Python) -> Result<()> {
    let both = Both::new()?;
    both.python_fills(python)?;
    let (sent, records) = (both.sent()?, both.records()?);
    ensure!(sent > 5, "{sent} files were sent");
    for more in [&[][..], &["config.json"], &["model.safetensors"]] {
        both.we_fill(more)?;
        ensure!(both.sent()? == sent, "fetched again");
        ensure!(both.records()? == records, "{:?}", both.records()?);
    }
    both.expect_right()?;
    // Nor where nobody wrote down what is what.
    fs::remove_dir_all(both.here().join(".cache"))?;
    both.we_fill(&[])?;
    ensure!(both.sent()? == sent, "fetched again");
    both.python_fills(python)?;
    ensure!(both.sent()? == sent, "fetched again");
    Ok(())
}

fn filled_from_the_cache(python: &Python) -> Result<()> {
    let both = Both::new()?;
    python_fetches(python, &both.home, both.server.endpoint())?;
    let sent = both.sent()?;
    for more in [&["--offline"][..], &[]] {
        both.we_fill(more)?;
        both.expect_right()?;
        both.python_fills(python)?;
        ensure!(both.sent()? == sent, "fetched again");
        both.expect_right()?;
        fs::remove_dir_all(both.here())?;
    }
    Ok(())
}

fn both_replace(python: &Python) -> Result<()> {
    let both = Both::new()?;
    both.we_fill(&[])?;
    let main = format!("/api/models/{MODEL}/revision/main");
    for text in ["one", "a second", "the third"] {
        let before = both.server.get(&main)?;
        for path in ["config.json", "model.safetensors"] {
            fs::write(both.served.repo("models/lab/tiny").join(path), text)?;
        }
        // A server remembers for a moment which commit `main` is.
        let is_same = || Ok::<_, anyhow::Error>(both.server.get(&main)? == before);
        for _ in 0..600 {
            if !is_same()? {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
        if text == "a second" {
            both.python_fills(python)?;
        } else {
            both.we_fill(&[])?;
        }
        both.expect_right()?;
    }
    Ok(())
}
