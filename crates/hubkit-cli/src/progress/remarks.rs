//! Events as lines for people.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use hubkit::{Event, Progress, Repo};

use crate::ui::{Ui, count, plain};

/// Events of a command without a bar, on standard error.
pub(crate) struct Remarks {
    ui: Ui,
    said: Mutex<Said>,
}

/// What is told again and again, and said once.
#[derive(Default)]
struct Said {
    renamed: HashSet<Repo>,
    /// Files and whom they wait for.
    waits: HashSet<(String, String)>,
}

impl Remarks {
    pub(crate) fn new(ui: Ui) -> Self {
        let said = Mutex::default();
        Self { ui, said }
    }

    pub(crate) fn say(&self, line: &str) {
        self.ui.remark(line);
    }

    /// What a person should read of an event, if anything.
    pub(crate) fn line(&self, event: &Event<'_>) -> Option<String> {
        match *event {
            Event::Waiting { reason, delay } if delay.is_zero() => {
                Some(format!("{reason}; trying again"))
            }
            Event::Waiting { reason, delay } => {
                let seconds = delay.as_secs_f32();
                Some(format!("{reason}; trying again in {seconds:.1} s"))
            }
            Event::Renamed { repo, name } => {
                let is_news = self.said(|said| said.renamed.insert(repo.clone()));
                is_news.then(|| format!("{repo} is called {name} now"))
            }
            Event::ListingBroken { repo, folders } => {
                let folders = count(folders, "folder", "folders");
                Some(format!(
                    "the listing of {repo} came without what is in {folders}; asking for each"
                ))
            }
            Event::Busy { path, holder, .. } => {
                let holder = plain(holder.unwrap_or("somebody else"));
                let wait = (path.as_str().to_owned(), holder.clone());
                let is_news = self.said(|said| said.waits.insert(wait));
                is_news.then(|| format!("`{path}`: waiting for {holder}, who is fetching it too"))
            }
            _ => None,
        }
    }

    fn said<T>(&self, news: impl FnOnce(&mut Said) -> T) -> T {
        news(&mut self.said.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Progress for Remarks {
    fn event(&self, event: &Event<'_>) {
        if let Some(line) = self.line(event) {
            self.say(&line);
        }
    }
}
