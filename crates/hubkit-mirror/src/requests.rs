//! Requests for access to gated repositories: what was asked, and what was decided.

pub(crate) mod answer;

use std::{
    collections::BTreeMap,
    error, fmt,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{SystemTime, UNIX_EPOCH},
};

use hubkit_api::RequestStatus;
use hubkit_store::Digester;
use hubkit_types::Repo;

use crate::access::{RepoKey, fold};

/// All requests for access, kept in memory. Cheap to clone; all clones are the same.
///
/// A mirror writes no file. Whoever runs one hands in a keeper, which is given all requests before a change counts.
#[derive(Clone, Default)]
pub struct AccessRequests(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: RwLock<Arc<State>>,
    /// Held from reading the state to replacing it: of two changes neither is lost, and readers wait for none.
    changing: Mutex<()>,
    keeper: Option<Keeper>,
}

type Keeper = Box<dyn Fn(&[KeptRequest]) -> Result<(), NotKept> + Send + Sync>;

#[derive(Clone, Default)]
struct State(BTreeMap<(RepoKey, String), KeptRequest>);

/// A request for access as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptRequest {
    /// The repository.
    pub repo: Repo,
    /// The name of the account that asks.
    pub user: String,
    /// What the request is called.
    pub id: String,
    /// What became of it.
    pub status: RequestStatus,
    /// When it was made, in RFC 3339.
    pub timestamp: String,
    /// What was answered on the repository's form.
    pub fields: BTreeMap<String, String>,
    /// Why it was rejected.
    pub rejection_reason: Option<String>,
}

impl KeptRequest {
    /// A request that is made now.
    pub(crate) fn new(
        repo: Repo,
        user: &str,
        status: RequestStatus,
        now: Option<SystemTime>,
    ) -> Self {
        let timestamp = humantime::format_rfc3339_millis(now.unwrap_or(UNIX_EPOCH)).to_string();
        let mut digester = Digester::sha256();
        for part in [repo.kind.as_str(), repo.id.as_str(), user, &timestamp] {
            digester.update(part.as_bytes());
            digester.update(b"\0");
        }
        let mut id = digester.finish().to_string();
        // As long as the ids of the Hub.
        id.truncate(24);
        Self {
            repo,
            user: user.to_owned(),
            id,
            status,
            timestamp,
            fields: BTreeMap::new(),
            rejection_reason: None,
        }
    }
}

/// The keeper could not keep the requests, so nothing changed. What kept it from doing so is its own affair: it is told to
/// no client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotKept;

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the requests for access could not be kept")
    }
}

impl error::Error for NotKept {}

impl AccessRequests {
    /// The requests that were made before, and who keeps them. Of two by one account for one repository the later counts.
    ///
    /// `keep` is called with all requests, one call at a time, while the request that changes something waits; it may
    /// block. What it has kept when it returns is what the mirror goes by.
    pub fn new(
        requests: impl IntoIterator<Item = KeptRequest>,
        keep: impl Fn(&[KeptRequest]) -> Result<(), NotKept> + Send + Sync + 'static,
    ) -> Self {
        let mut state = State::default();
        for request in requests {
            state.put(request);
        }
        Self(Arc::new(Shared {
            state: RwLock::new(Arc::new(state)),
            changing: Mutex::default(),
            keeper: Some(Box::new(keep)),
        }))
    }

    /// What became of the request of an account, if it made one or was decided about.
    pub(crate) fn status(&self, repo: &Repo, user: &str) -> Option<RequestStatus> {
        let state = self.state();
        let request = state.0.get(&(RepoKey::of(repo), fold(user)));
        request.map(|request| request.status)
    }

    /// All requests for one repository, sorted by account.
    pub(crate) fn about(&self, repo: &Repo) -> Vec<KeptRequest> {
        let key = RepoKey::of(repo);
        let state = self.state();
        let from = (key.clone(), String::new());
        let requests = state
            .0
            .range(from..)
            .take_while(|((found, _), _)| *found == key);
        requests.map(|(_, request)| request.clone()).collect()
    }

    /// Makes or replaces the request of an account, once `check` agrees with what it was.
    pub(crate) fn put<E: From<NotKept>>(
        &self,
        request: KeptRequest,
        check: impl FnOnce(Option<&KeptRequest>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.change(|state| {
            let key = (RepoKey::of(&request.repo), fold(&request.user));
            check(state.0.get(&key))?;
            state.put(request);
            Ok(())
        })
    }

    /// Takes the request of an account away, once `check` agrees with what it is.
    pub(crate) fn remove<E: From<NotKept>>(
        &self,
        repo: &Repo,
        user: &str,
        check: impl FnOnce(Option<&KeptRequest>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.change(|state| {
            let key = (RepoKey::of(repo), fold(user));
            check(state.0.get(&key))?;
            state.0.remove(&key);
            Ok(())
        })
    }

    fn change<E: From<NotKept>>(
        &self,
        change: impl FnOnce(&mut State) -> Result<(), E>,
    ) -> Result<(), E> {
        let _changing = self
            .0
            .changing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut state = State::clone(&self.state());
        change(&mut state)?;
        if let Some(keep) = &self.0.keeper {
            let requests: Vec<KeptRequest> = state.0.values().cloned().collect();
            keep(&requests)?;
        }
        *self.0.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(state);
        Ok(())
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.0.state.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn put(&mut self, request: KeptRequest) {
        let key = (RepoKey::of(&request.repo), fold(&request.user));
        self.0.insert(key, request);
    }
}

impl fmt::Debug for AccessRequests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What people answered on a form is nothing for a log.
        write!(f, "AccessRequests({})", self.state().0.len())
    }
}

#[cfg(test)]
mod tests {
    use hubkit_types::RepoKind;

    use super::*;

    fn request(id: &str, user: &str, status: RequestStatus) -> KeptRequest {
        let repo = Repo::new(RepoKind::Model, id.parse().expect("an id"));
        KeptRequest::new(repo, user, status, None)
    }

    fn put(requests: &AccessRequests, request: KeptRequest) -> Result<(), NotKept> {
        requests.put(request, |_| Ok(()))
    }

    #[test]
    fn a_change_counts_once_it_is_kept_and_not_before() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let works = Arc::new(Mutex::new(true));
        let (into, if_works) = (Arc::clone(&kept), Arc::clone(&works));
        let requests = AccessRequests::new([], move |all| {
            if !*if_works.lock().expect("a switch") {
                return Err(NotKept);
            }
            *into.lock().expect("a list") = all.to_vec();
            Ok(())
        });
        let first = request("me/a", "Ada", RequestStatus::Pending);
        assert_eq!(put(&requests, first.clone()), Ok(()));
        assert_eq!(kept.lock().expect("a list")[0], first);
        *works.lock().expect("a switch") = false;
        let accepted = request("me/a", "ada", RequestStatus::Accepted);
        assert_eq!(put(&requests, accepted), Err(NotKept));
        let removed: Result<(), NotKept> = requests.remove(&first.repo, "ADA", |_| Ok(()));
        assert_eq!(removed, Err(NotKept));
        let status = requests.status(&first.repo, "ada");
        assert_eq!(status, Some(RequestStatus::Pending));
    }

    #[test]
    fn what_was_kept_comes_back() {
        let all = [
            request("me/a", "bob", RequestStatus::Pending),
            request("me/a", "ada", RequestStatus::Accepted),
            request("me/b", "ada", RequestStatus::Rejected),
        ];
        let requests = AccessRequests::new(all.clone(), |_| Ok(()));
        let about = requests.about(&all[0].repo);
        assert_eq!(about, [all[1].clone(), all[0].clone()]);
        let status = |user| requests.status(&all[2].repo, user);
        assert_eq!(
            (status("Ada"), status("bob")),
            (Some(RequestStatus::Rejected), None)
        );
        assert_ne!(all[0].id, all[1].id);
        assert_eq!(all[0].id.len(), 24);
    }

    #[test]
    fn no_change_of_many_at_once_is_lost() {
        let requests = AccessRequests::new([], |_| Ok(()));
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let requests = requests.clone();
                scope.spawn(move || {
                    for number in 0..25 {
                        let user = format!("u{thread}-{number}");
                        let request = request("me/a", &user, RequestStatus::Pending);
                        assert_eq!(put(&requests, request), Ok(()));
                    }
                });
            }
        });
        let repo = request("me/a", "x", RequestStatus::Pending).repo;
        assert_eq!(requests.about(&repo).len(), 100);
    }
}
