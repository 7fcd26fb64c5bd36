//! What the repositories of a store are: kept in memory, to be listed and searched.

mod entry;
mod facets;
mod index;
mod matching;
mod told;
mod words;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use futures_util::{StreamExt as _, lock, stream};
use hubkit_store::{DynStore, RefStore as _, StoreError};
use hubkit_types::Repo;

pub(crate) use entry::{Entry, LONGEST_TEXT, texts};
pub(crate) use facets::tags_by_type;
pub(crate) use index::Index;
pub(crate) use matching::{Rules, find};

use words::Vocabulary;

/// How many repositories are looked at at a time.
const AT_A_TIME: usize = 8;

/// What came of looking through a store.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Refreshed {
    /// How many repositories are listed now.
    pub repositories: usize,
    /// How many of them were read: those that are new or changed.
    pub read: usize,
    /// How many are not there any more.
    pub gone: usize,
    /// Repositories that can't be read and are left out, and why.
    pub unreadable: Vec<(Repo, StoreError)>,
}

/// The repositories of a store as they were when it was last looked through.
#[derive(Default)]
pub(crate) struct Catalogue {
    now: RwLock<Option<Arc<Index>>>,
    vocabulary: Mutex<Vocabulary>,
    /// Held by whoever looks through the store.
    turn: lock::Mutex<()>,
}

impl Catalogue {
    /// Looks through the store, and reads what changed since the last time. Dropping the future leaves what was known.
    pub(crate) async fn refresh(&self, store: &DynStore) -> Result<Refreshed, StoreError> {
        let _turn = self.turn.lock().await;
        self.look_through(store).await
    }

    /// What is known, looked for now if nothing is.
    pub(crate) async fn current(&self, store: &DynStore) -> Result<Arc<Index>, StoreError> {
        if let Some(index) = self.known() {
            return Ok(index);
        }
        let _turn = self.turn.lock().await;
        if self.known().is_none() {
            self.look_through(store).await?;
        }
        Ok(self.known().unwrap_or_default())
    }

    /// What was known when the store was last looked through.
    pub(crate) fn known(&self) -> Option<Arc<Index>> {
        self.now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What a repository is at this moment.
    pub(crate) async fn entry(
        &self,
        store: &DynStore,
        repo: &Repo,
    ) -> Result<Arc<Entry>, StoreError> {
        let known = self.known().and_then(|index| index.get(repo).cloned());
        let request = entry::request(known.as_deref());
        let survey = store.survey(repo.clone(), request).await?;
        Ok(match (survey, known) {
            (Some(survey), Some(known)) if survey.version == known.version => known,
            (survey, _) => Arc::new(Entry::read(repo.clone(), survey)),
        })
    }

    async fn look_through(&self, store: &DynStore) -> Result<Refreshed, StoreError> {
        let known = self.known();
        let before = known.clone().unwrap_or_default();
        let repos = store.repos().await?;
        let look = |repo: Repo| {
            let held = before.get(&repo).cloned();
            async move {
                let request = entry::request(held.as_deref());
                let survey = store.survey(repo.clone(), request).await;
                (repo, held, survey)
            }
        };
        let mut looks = stream::iter(repos).map(look).buffer_unordered(AT_A_TIME);
        let mut refreshed = Refreshed::default();
        let mut entries = Vec::new();
        while let Some((repo, held, survey)) = looks.next().await {
            let survey = match survey {
                Ok(survey) => survey,
                Err(error) => {
                    refreshed.unreadable.push((repo, error));
                    continue;
                }
            };
            let version = survey.as_ref().map_or("", |survey| &survey.version);
            if let Some(held) = held.filter(|held| held.version == version) {
                entries.push(held);
                continue;
            }
            let mut entry = Entry::read(repo, survey);
            entry.words = self.vocabulary().learn(&entry.text);
            // The words are what is searched; the text lies in the store.
            entry.text = String::new();
            entries.push(Arc::new(entry));
            refreshed.read += 1;
        }
        drop(looks);
        refreshed.repositories = entries.len();
        if known.is_none() || refreshed.read > 0 || entries.len() != before.len() {
            let index = Index::new(entries, &self.vocabulary());
            let is_gone = |entry: &&Arc<Entry>| index.get(&entry.repo).is_none();
            refreshed.gone = before.entries().iter().filter(is_gone).count();
            *self.now.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(index));
        }
        Ok(refreshed)
    }

    fn vocabulary(&self) -> MutexGuard<'_, Vocabulary> {
        // Words that were learned for an entry that never came do no harm.
        self.vocabulary
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Catalogue")
    }
}
