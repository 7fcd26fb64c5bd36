//! Large files by their digests: any server that speaks the batch API of Git LFS.

mod grant;

use std::slice;

use futures_util::{FutureExt as _, StreamExt as _, stream};
use hubkit_api::{LfsAsk, LfsBatchReply, LfsObject, LfsOutcome, next_hop};
use hubkit_lfs::Pointer;
use hubkit_store::{Stage, StoreError, git};
use hubkit_types::{Endpoint, Repo, RepoPath, TreeFile};
use tokio::time::Instant;
use url::Url;

use crate::{
    Client, Error, ErrorKind, Event, Progress,
    acquire::Origin,
    address,
    ask::LONGEST_LIST,
    transfer::{Attempt, SecondChance},
};

pub(crate) use grant::Grant;

/// A server with the batch API of Git LFS: a hub, as to one of its repositories, or any other.
///
/// A token is sent only where the client's own hub is, whoever names the server, and the headers of an action only to the
/// action's own origin. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LfsServer {
    client: Client,
    address: Endpoint,
}

/// A large file that is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LfsWanted {
    /// What it is called in events and errors.
    pub path: RepoPath,
    /// Its digest and length.
    pub object: LfsObject,
}

impl Client {
    /// The large files of a repository at this hub.
    ///
    /// # Errors
    ///
    /// Of kind `Protocol` when the endpoint can't be continued with the repository's name.
    pub fn lfs(&self, repo: &Repo) -> Result<LfsServer, Error> {
        let address = self.endpoint().url(&format!("/{repo}.git/info/lfs"));
        let address = address.parse().map_err(|error| {
            let message = format!("there is no LFS address for {repo}");
            Error::new(ErrorKind::Protocol, message).with_source(error)
        })?;
        Ok(self.lfs_at(address))
    }

    /// The LFS server at an address: what git knows as `lfs.url`. One at another origin than the hub's is asked without a
    /// token.
    pub fn lfs_at(&self, address: Endpoint) -> LfsServer {
        LfsServer {
            client: self.at(&address),
            address,
        }
    }
}

impl LfsServer {
    /// How many objects one request names: what git-lfs does, so every server takes it.
    const MOST_OBJECTS: usize = 100;

    /// Where the server is.
    pub fn address(&self) -> &Endpoint {
        &self.address
    }

    /// How many objects move at the same time: as many as the client was made for.
    pub fn max_workers(&self) -> usize {
        self.client.0.max_workers
    }

    /// The same server, asked without a token: for an address that a stranger named.
    pub fn anonymous(&self) -> Self {
        Self {
            client: self.client.anonymous(),
            address: self.address.clone(),
        }
    }

    /// Asks where bytes lie or are to go. The addresses carry permissions of their own: show them to nobody.
    ///
    /// # Errors
    ///
    /// Of any kind but those about the store; offline always `Offline`.
    pub async fn batch(
        &self,
        ask: &LfsAsk,
        progress: &dyn Progress,
    ) -> Result<LfsBatchReply, Error> {
        let place = self.place()?;
        let request = ask.request_to(place.as_str())?;
        let fetched = self
            .client
            .fetch_at(&place, &request, None, LONGEST_LIST, progress);
        let (response, _) = fetched.await?;
        let reply = ask.read_reply(&response);
        reply.map_err(|error| Error::from(error).within(&self.address))
    }

    /// Brings objects into the places that `stage` makes for them, several at a time and each verified before it is kept.
    /// Each object has an outcome of its own, in the order in which they were named; name none twice.
    ///
    /// What a stage holds of an object already does not move again. Addresses that expire meanwhile are asked for again.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves nothing unverified under an object's name.
    ///
    /// # Errors
    ///
    /// Where the server does not answer the first request; those of [`LfsServer::batch`]. An error of a later request is the
    /// outcome of all objects that were still to come.
    pub async fn fetch(
        &self,
        wanted: &[LfsWanted],
        stage: impl Fn(&LfsObject) -> Result<Stage, StoreError> + Sync,
        progress: &dyn Progress,
    ) -> Result<Vec<Result<(), Error>>, Error> {
        let bytes = wanted
            .iter()
            .fold(0_u64, |sum, one| sum.saturating_add(one.object.size));
        progress.event(&Event::Planned {
            files: wanted.len(),
            bytes,
            missing: bytes,
        });
        let mut outcomes = Vec::with_capacity(wanted.len());
        let all = wanted;
        for wanted in all.chunks(Self::MOST_OBJECTS) {
            let ask = LfsAsk::download(wanted.iter().map(|one| one.object).collect());
            let reply = match Box::pin(self.batch(&ask, progress)).await {
                Ok(reply) => reply,
                Err(error) if outcomes.is_empty() => return Err(error),
                // What came before stays, and what would come after would meet the same.
                Err(error) => {
                    outcomes.extend(all[outcomes.len()..].iter().map(|_| Err(error.again())));
                    return Ok(outcomes);
                }
            };
            // Some wait long for their turn, and their addresses grow old meanwhile.
            let answer = (&reply, Instant::now());
            let transfers = wanted.iter().map(|one| {
                let transfer = self.transfer(one, answer, &stage, progress).boxed();
                transfer.map(|outcome| {
                    outcome.map_err(|error| error.within(format_args!("`{}`", one.path)))
                })
            });
            let transfers = stream::iter(transfers).buffered(self.client.0.max_workers);
            outcomes.extend(transfers.collect::<Vec<_>>().await);
        }
        Ok(outcomes)
    }

    async fn transfer(
        &self,
        wanted: &LfsWanted,
        answer: (&LfsBatchReply, Instant),
        stage: &(impl Fn(&LfsObject) -> Result<Stage, StoreError> + Sync),
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let LfsWanted { path, object } = wanted;
        let file = TreeFile {
            path: path.clone(),
            size: object.size,
            oid: git::blob_id(Pointer::new(object.oid, object.size).to_string().as_bytes()),
            lfs: Some(object.oid),
        };
        let grant = Grant::new(self, *object, answer)?;
        let mut second_chance = SecondChance::default();
        loop {
            let attempt = Attempt {
                stage: stage(object)?,
                file: &file,
                progress,
            };
            let origin = Origin::granted(&self.client, &grant, &file, progress);
            if attempt
                .run(&self.client, &origin, &mut second_chance)
                .await?
            {
                return Ok(());
            }
        }
    }

    fn place(&self) -> Result<Url, Error> {
        Url::parse(&self.address.url("/objects/batch")).map_err(|error| {
            Error::new(
                ErrorKind::Protocol,
                "the address of an LFS server is malformed",
            )
            .with_source(error)
        })
    }

    /// Asks anew about one object.
    async fn ask_again(
        &self,
        object: LfsObject,
        progress: &dyn Progress,
    ) -> Result<LfsBatchReply, Error> {
        let ask = LfsAsk::download(slice::from_ref(&object).to_vec());
        self.batch(&ask, progress).await
    }

    /// Where an action leads, if it may be followed: not from https to http.
    fn leads_to(&self, href: &str) -> Result<Url, Error> {
        let place = self.place()?;
        let malformed = || {
            let message = format!("{} names an address that can't be read", self.address);
            Error::new(ErrorKind::Protocol, message)
        };
        let url = place.join(href).map_err(|_| malformed())?;
        let to = address::origin(&url).ok_or_else(malformed)?;
        next_hop(0, self.address.origin(), &to).map_err(|refusal| {
            let message = format!("{} sends us to {to}, which is {refusal}", self.address);
            Error::new(ErrorKind::Protocol, message)
        })?;
        Ok(url)
    }
}

/// What a server says instead of an address.
fn refused(server: &Endpoint, code: u16, message: &str) -> Error {
    let kind = match code {
        404 | 410 => ErrorKind::FileNotFound,
        401 | 403 => ErrorKind::Authentication,
        429 => ErrorKind::RateLimited,
        _ => ErrorKind::Protocol,
    };
    let said: String = message.escape_debug().take(200).collect();
    Error::new(kind, format!("{server} says {code} of this object: {said}"))
}

/// The address in an answer, or what stands there instead.
fn action_of(
    server: &Endpoint,
    object: LfsObject,
    reply: &LfsBatchReply,
) -> Result<hubkit_api::LfsAction, Error> {
    let protocol = |message: String| Err(Error::new(ErrorKind::Protocol, message));
    if reply.transfer != "basic" {
        let name: String = reply.transfer.escape_debug().take(40).collect();
        return protocol(format!(
            "{server} wants to transfer by `{name}`, which was not asked for"
        ));
    }
    let outcome = reply.objects.iter().find(|(found, _)| *found == object);
    match outcome.map(|(_, outcome)| outcome) {
        Some(LfsOutcome::Error { code, message }) => Err(refused(server, *code, message)),
        Some(outcome) => match outcome.download() {
            Some(action) => Ok(action.clone()),
            None => protocol(format!("{server} names no address for this object")),
        },
        None => protocol(format!("{server} says nothing of this object")),
    }
}
