//! The hub as a function.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri, header::CONTENT_LENGTH};
use hubkit_api::{
    CardValidation,
    server::{
        AccessBodyFault, Incoming, PathsInfoFault, Unroutable, moved_target, read_paths_info,
        read_validate_yaml, respond_moved, respond_unroutable, respond_validate_yaml,
        respond_whoami, route,
    },
};
use hubkit_card::validate;
use hubkit_store::{DynStore, StoreError};
use hubkit_transport::{Body, Transport, TransportError};
use hubkit_types::Endpoint;

use crate::{
    access::{Access, Caller, Schemes},
    accounts::{answer_account, answer_accounts, identity},
    catalogue::{Catalogue, Refreshed},
    compare::answer_compare,
    croissant::{Descriptions, answer_croissant},
    door::{Admission, admit},
    file::{Form, answer_file},
    history::{answer_auth_check, answer_commits, answer_refs, answer_write_check},
    info::answer_info,
    large::{answer_lfs_batch, answer_lfs_files, answer_lfs_locks, ask_for_password},
    listing::{Listings, Unlisted},
    pages::{Pages, Site},
    people::answer_people,
    refusal::Refusal,
    requests::answer::{
        answer_ask, answer_cancel, answer_decision, answer_grant, answer_report, answer_requests,
    },
    search::{answer_list, answer_tags_by_type},
    tensors::answer_safetensors_metadata,
    tree::{answer_paths, answer_tree, answer_tree_size},
};

const LONGEST_BODY: usize = 1 << 20;
/// No card that is asked about is longer, in bytes of JSON.
const LONGEST_CARD: usize = 4 << 20;

/// A hub over a store. Cheap to clone; all clones are the same hub.
#[derive(Clone, Debug)]
pub struct Mirror {
    store: DynStore,
    access: Arc<RwLock<Arc<Access>>>,
    listings: Arc<Listings>,
    catalogue: Arc<Catalogue>,
    descriptions: Arc<Descriptions>,
    endpoint: Option<Endpoint>,
}

/// The account whose token came with a request: an extension of the response, for logs. Never sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AskedBy(pub String);

impl Mirror {
    /// Serves what is in the store, to everyone.
    pub fn new(store: DynStore) -> Self {
        Self {
            store,
            access: Arc::default(),
            listings: Arc::default(),
            catalogue: Arc::default(),
            descriptions: Arc::default(),
            endpoint: None,
        }
    }

    /// Says who may read what.
    pub fn with_access(self, access: Access) -> Self {
        self.replace_access(access);
        self
    }

    /// Says anew who may read what, to this mirror and all its clones. A request that is being answered is answered by the
    /// rules it came in under.
    pub fn replace_access(&self, access: Access) {
        *self.access.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(access);
    }

    fn access(&self) -> Arc<Access> {
        // Nothing panics while it holds the lock.
        Arc::clone(&self.access.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Says what to answer about commits of which the store has no listing.
    pub fn with_unlisted(mut self, unlisted: Unlisted) -> Self {
        self.listings = Arc::new(Listings::new(unlisted));
        self
    }

    /// Says at which address this hub is reached.
    ///
    /// Links to further pages are absolute then, and a path that starts with the endpoint's own is read without it.
    /// Without an endpoint links are relative; neither depends on the `Host` header.
    pub fn with_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        // They tell addresses.
        self.descriptions = Arc::default();
        self
    }

    /// Looks through the store again, and reads the cards and configurations of repositories that are new or changed:
    /// lists, searches and names in other capitals are answered from what was found, in all clones of this mirror.
    ///
    /// Happens by itself once, when the first list is asked for. Repositories that can't be read are left out of lists and
    /// named. Dropping the future leaves what was known.
    ///
    /// # Errors
    ///
    /// When the store can't tell which repositories there are; what was known stays.
    pub async fn refresh(&self) -> Result<Refreshed, StoreError> {
        self.catalogue.refresh(&self.store).await
    }

    /// Answers a request. Of its URI only path and query count.
    ///
    /// Never fails: what goes wrong is a response. The body of a file is read from the store as it is taken; should
    /// the store fail on the way, the body ends with an error. Who asked is told by the extension [`AskedBy`]. Dropping the future or the body cancels.
    pub async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let is_head = request.method() == Method::HEAD;
        let (mut parts, body) = request.into_parts();
        if let Some(uri) = self.without_prefix(&parts.uri) {
            parts.uri = uri;
        }
        let request = Request::from_parts(parts, body);
        let mut asked_by = None;
        let response = match route(&request) {
            Ok(incoming) => {
                let refuse: fn(Site<'_>, Refusal) -> Response<Bytes> = match incoming {
                    Incoming::Page(_) => Pages::refuse,
                    Incoming::LfsBatch { .. } | Incoming::LfsLocks { .. } => {
                        |_, refusal| ask_for_password(refusal.respond())
                    }
                    _ => |_, refusal| refusal.respond(),
                };
                let response = self.dispatch(incoming, request, &mut asked_by).await;
                response.unwrap_or_else(|refusal| refuse(self.site(), refusal).map(Body::from))
            }
            Err(fault) => respond_unroutable(fault).map(Body::from),
        };
        let mut response = finish(response, is_head);
        if let Some(asked_by) = asked_by {
            response.extensions_mut().insert(asked_by);
        }
        response
    }

    async fn dispatch(
        &self,
        mut incoming: Incoming,
        request: Request<Body>,
        asked_by: &mut Option<AskedBy>,
    ) -> Result<Response<Body>, Refusal> {
        let (store, access, listings) = (&self.store, &*self.access(), &*self.listings);
        let catalogue = &*self.catalogue;
        let caller = access.caller(request.headers(), schemes(&incoming))?;
        if let Caller::User(login) = caller {
            *asked_by = Some(AskedBy(login.account.name.clone()));
        }
        if let Admission::Elsewhere { from, to } =
            admit(store, access, catalogue, caller, &mut incoming).await?
        {
            let target = moved_target(request.uri(), &from, &to);
            return Ok(respond_moved(&self.address(target)).map(Body::from));
        }
        let response = match incoming {
            Incoming::Resolve(file) => {
                return answer_file(store, caller, file, Form::Content).await;
            }
            Incoming::Raw(file) => return answer_file(store, caller, file, Form::AsInGit).await,
            Incoming::Compare(request) => {
                return answer_compare(store, listings, caller, request).await;
            }
            Incoming::RepoInfo(call) => {
                answer_info(store, access, (catalogue, listings), caller, call).await
            }
            Incoming::Tree(tree) => {
                answer_tree(store, listings, caller, tree, |target| self.address(target)).await
            }
            Incoming::PathsInfo { repo, revision } => {
                let (parts, body) = request.into_parts();
                let body = body.collect(LONGEST_BODY).await;
                let body = body.map_err(|_| PathsInfoFault::Malformed)?;
                let asked = read_paths_info(&parts.headers, &body)?;
                answer_paths(store, listings, caller, (repo, revision), asked).await
            }
            Incoming::LfsBatch { repo } => {
                let body = request.into_body().collect(LONGEST_BODY).await;
                let body = body.unwrap_or_default();
                let address = |target| self.address(target);
                answer_lfs_batch(store, listings, caller, repo, &body, address).await
            }
            Incoming::LfsLocks { repo, request } => {
                answer_lfs_locks(store, caller, &repo, &request).await
            }
            Incoming::LfsFiles(call) => answer_lfs_files(store, listings, caller, call).await,
            Incoming::SafetensorsMetadata(call) => {
                answer_safetensors_metadata(store, caller, call).await
            }
            Incoming::Croissant(call) => {
                let known = (catalogue, listings, &*self.descriptions);
                answer_croissant(store, access, known, caller, self.endpoint.as_ref(), call).await
            }
            Incoming::TreeSize(call) => answer_tree_size(store, listings, caller, call).await,
            Incoming::Refs(call) => answer_refs(store, caller, call).await,
            Incoming::Commits(request) => {
                answer_commits(store, caller, request, |target| self.address(target)).await
            }
            Incoming::AuthCheck(call) => answer_auth_check(store, caller, call).await,
            Incoming::List(list) => {
                answer_list(store, access, catalogue, caller, list, |target| {
                    self.address(target)
                })
                .await
            }
            Incoming::TagsByType(call) => {
                answer_tags_by_type(store, access, catalogue, caller, call).await
            }
            Incoming::WriteCheck(call) => answer_write_check(store, access, caller, call).await,
            Incoming::Account(call) => answer_account(store, access, caller, call).await,
            Incoming::Accounts(call) => answer_accounts(store, access, caller, call).await,
            Incoming::CancelAccessRequest(call) => {
                answer_cancel(store, access, caller, call.repo).await
            }
            Incoming::AccessRequests(page) => {
                answer_requests(store, access, caller, page, |target| self.address(target)).await
            }
            Incoming::AccessReport(call) => answer_report(store, access, caller, call.repo).await,
            Incoming::AskAccess(repo) => {
                let page = self.address(format!("/{repo}"));
                let (headers, body) = read_body(request).await?;
                answer_ask(store, access, caller, repo, (&headers, &body), &page).await
            }
            Incoming::DecideAccess(repo) => {
                let (_, body) = read_body(request).await?;
                answer_decision(store, access, caller, repo, &body).await
            }
            Incoming::GrantAccess(repo) => {
                let (_, body) = read_body(request).await?;
                answer_grant(store, access, caller, repo, &body).await
            }
            Incoming::Page(page) => {
                let pages = Pages {
                    store,
                    access,
                    catalogue,
                    listings,
                    caller,
                    site: self.site(),
                };
                pages.answer(page).await
            }
            Incoming::ValidateYaml => {
                let (parts, body) = request.into_parts();
                let body = body.collect(LONGEST_CARD).await;
                let body = body.map_err(|_| AccessBodyFault::TooLong)?;
                let call = read_validate_yaml(&body).ok_or(Refusal::BadCardBody)?;
                let found = validate(call.kind, &call.content);
                let found = CardValidation {
                    errors: found.errors,
                    warnings: found.warnings,
                };
                Ok(respond_validate_yaml(&parts.headers, &found))
            }
            Incoming::WhoAmI => match caller {
                Caller::User(login) => Ok(respond_whoami(&identity(access, login))),
                Caller::Anonymous => Err(Refusal::NoToken),
                Caller::Unchecked => Err(Refusal::NoAccounts),
            },
            incoming @ (Incoming::Collections(_)
            | Incoming::Collection(_)
            | Incoming::Papers(_)
            | Incoming::Paper(_)
            | Incoming::Discussions(_)
            | Incoming::Discussion(_)
            | Incoming::Scan(_)) => answer_people(store, caller, incoming).await,
            _ => Ok(respond_unroutable(Unroutable::NotFound)),
        };
        Ok(response?.map(Body::from))
    }

    /// The address of a target on this hub: absolute where the hub knows its own.
    fn address(&self, target: String) -> String {
        match &self.endpoint {
            Some(endpoint) => endpoint.url(&target),
            None => target,
        }
    }

    /// Where the pages of this hub begin.
    fn site(&self) -> Site<'_> {
        Site::new(self.endpoint.as_ref().map_or("", Endpoint::prefix))
    }

    fn without_prefix(&self, uri: &Uri) -> Option<Uri> {
        let prefix = self.endpoint.as_ref()?.prefix();
        let rest = uri.path_and_query()?.as_str().strip_prefix(prefix)?;
        let is_below = !prefix.is_empty() && rest.starts_with('/');
        is_below.then(|| rest.parse().ok()).flatten()
    }
}

/// The headers and the whole body of a request about access.
async fn read_body(request: Request<Body>) -> Result<(HeaderMap, Bytes), AccessBodyFault> {
    let (parts, body) = request.into_parts();
    let body = body.collect(LONGEST_BODY).await;
    Ok((parts.headers, body.map_err(|_| AccessBodyFault::TooLong)?))
}

/// In which ways a token may come with a call: programs of git read files with the name and password they were given.
fn schemes(incoming: &Incoming) -> Schemes {
    match incoming {
        Incoming::Resolve(_)
        | Incoming::Raw(_)
        | Incoming::LfsBatch { .. }
        | Incoming::LfsLocks { .. } => Schemes::BearerOrBasic,
        _ => Schemes::Bearer,
    }
}

/// Says how long a body in memory is, and leaves it out where only the head was asked for.
fn finish(mut response: Response<Body>, is_head: bool) -> Response<Body> {
    if let Some(bytes) = response.body().as_bytes().filter(|bytes| !bytes.is_empty()) {
        let length = HeaderValue::from(bytes.len());
        response.headers_mut().insert(CONTENT_LENGTH, length);
    }
    if is_head {
        return response.map(|_| Body::empty());
    }
    response
}

impl Transport for Mirror {
    /// Answers; never with a [`TransportError`].
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        Ok(self.answer(request).await)
    }
}

#[cfg(test)]
mod tests;
