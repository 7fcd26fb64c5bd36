//! The door: what a caller may not know, may not read or finds under another name is decided here, before any answer is
//! looked for.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::LazyLock,
};

use hubkit_api::server::{Incoming, Reveals};
use hubkit_store::{DynStore, RefStore as _};
use hubkit_types::Repo;

use crate::{
    access::{Access, Caller, RepoState},
    catalogue::Catalogue,
    lookup::expect_repo,
    refusal::Refusal,
};

/// What is to be done with a call that is not refused.
#[derive(Debug)]
pub(crate) enum Admission {
    /// It is answered.
    Enter,
    /// It is sent to the name that the repository has.
    Elsewhere { from: Repo, to: Repo },
}

/// Lets a call in, or says why not.
///
/// A repository that the caller may not know of is asked for under a name that nothing has: the answer, the way to it and
/// the time it takes are then those of any repository that does not exist.
pub(crate) async fn admit(
    store: &DynStore,
    access: &Access,
    catalogue: &Catalogue,
    caller: Caller<'_>,
    incoming: &mut Incoming,
) -> Result<Admission, Refusal> {
    let reveals = incoming.reveals();
    let asks_for_itself = *incoming == Incoming::WhoAmI;
    let Some(repo) = incoming.repo_mut() else {
        return if asks_for_itself || access.welcomes(caller) {
            Ok(Admission::Enter)
        } else {
            Err(Refusal::NoToken)
        };
    };
    if let Some(to) = canonical(store, access, catalogue, caller, repo).await? {
        if access.may_know(caller, &to) {
            let from = repo.clone();
            return Ok(Admission::Elsewhere { from, to });
        }
        hide(repo);
        return Ok(Admission::Enter);
    }
    if !access.may_know(caller, repo) {
        hide(repo);
        return Ok(Admission::Enter);
    }
    // What was decided about a repository must not tell that it exists, where it does not.
    if access.state(repo) == RepoState::Disabled {
        expect_repo(store, caller, repo).await?;
        return Err(Refusal::Disabled);
    }
    if reveals == Reveals::Content && !access.may_read(caller, repo) {
        expect_repo(store, caller, repo).await?;
        return Err(Refusal::gated(caller, repo.clone()));
    }
    Ok(Admission::Enter)
}

/// The name under which a repository is served, if this is another: it was renamed, or is spelled in other capitals.
async fn canonical(
    store: &DynStore,
    access: &Access,
    catalogue: &Catalogue,
    caller: Caller<'_>,
    repo: &Repo,
) -> Result<Option<Repo>, Refusal> {
    if let Some(to) = access.moved(repo) {
        return Ok(Some(to.clone()));
    }
    let index = catalogue.known();
    let spelled = index.as_ref().and_then(|index| index.spelling(repo));
    match spelled {
        // The store is asked only about what the caller may know of: a hidden name takes no longer than none. It may hold
        // the name as it was asked for by now, or find it in any capitals.
        Some(to) if access.may_know(caller, to) && !store.has_repo(repo.clone()).await? => {
            Ok(Some(to.clone()))
        }
        _ => Ok(None),
    }
}

/// Puts a name that nothing has in the place of a repository's: with the same owner, so that a store looks as far for it.
fn hide(repo: &mut Repo) {
    static NOTHING: LazyLock<String> =
        LazyLock::new(|| format!("{:016x}", RandomState::new().hash_one(())));
    let id = match repo.id.namespace() {
        Some(owner) => format!("{owner}/{}", *NOTHING),
        None => NOTHING.clone(),
    };
    repo.id = id
        .parse()
        .expect("an owner's name and hex digits make a name");
}
