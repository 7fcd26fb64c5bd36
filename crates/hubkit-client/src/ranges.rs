//! Parts of a file of which nothing is known beforehand but its name.

use bytes::{Bytes, BytesMut};
use http::{Response, StatusCode, header::LOCATION};
use hubkit_api::{ContentRange, FileMetadata, Resolve};
use hubkit_transport::Body;
use hubkit_types::{BlobId, ByteRange, CommitId, Repo, RepoPath, Revision};
use url::Url;

use crate::{
    Client, Error, ErrorKind,
    acquire::is_expired,
    address,
    exchange::{Answer, Redirects},
    file::digest,
    pace::Paced,
    pour::Patience,
    transfer::{start_of, text_of},
    whole::Version,
};

/// How much of a file is thrown away, at most, to come to a part that the server does not send alone.
const MOST_SKIPPED: u64 = 8 << 20;
/// So much room is made at once for what was asked for; more as it comes.
const MOST_ROOM: u64 = 1 << 20;

/// A file of a hub of which parts are read, one after another. [`Client::ranges`] makes it.
///
/// The first read takes one request, and one more where the hub sends on to another server; it tells the commit, the
/// length and the tag. Each further read takes one: it goes straight to where the first was sent, at that commit, guarded
/// by the tag. The store is neither asked nor filled. Of a part nothing but the connection vouches for the bytes: a
/// digest covers whole files only.
#[derive(Debug)]
pub struct FileRanges {
    client: Client,
    repo: Repo,
    revision: Revision,
    path: RepoPath,
    about: Option<About>,
    /// Where the hub sent us. Such addresses expire; the hub then gives another.
    location: Option<Url>,
    version: Version,
}

/// What the first answer told.
#[derive(Clone, Copy, Debug)]
struct About {
    commit: CommitId,
    size: u64,
    blob: Option<BlobId>,
}

impl Client {
    /// A file of a revision, to read parts of it. Asks for nothing yet.
    pub fn ranges(&self, repo: &Repo, revision: &Revision, path: &RepoPath) -> FileRanges {
        FileRanges {
            client: self.clone(),
            repo: repo.clone(),
            revision: revision.clone(),
            path: path.clone(),
            about: None,
            location: None,
            version: Version::default(),
        }
    }
}

impl FileRanges {
    /// The file's path.
    pub fn path(&self) -> &RepoPath {
        &self.path
    }

    /// The commit that the revision was at, once something was read.
    pub fn commit(&self) -> Option<CommitId> {
        self.about.map(|about| about.commit)
    }

    /// The length of the whole file in bytes, once something was read.
    pub fn size(&self) -> Option<u64> {
        self.about.map(|about| about.size)
    }

    /// What the whole file hashes to, as the hub says, once something was read and if it said so.
    pub fn blob(&self) -> Option<BlobId> {
        self.about?.blob
    }

    /// Reads a part, cut to the file's end.
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the connection and leaves no trace.
    ///
    /// # Errors
    ///
    /// `FileNotFound`; `Protocol` when the server sends something else, or a whole file where the part lies far inside;
    /// `Integrity` when another version of the file comes; those of [`Client::info`]; offline always `Offline`.
    pub async fn read_part(&mut self, range: ByteRange) -> Result<Bytes, Error> {
        // Boxed: the state of a request is large, and a program may read many files at a time.
        Box::pin(self.gather(range))
            .await
            .map_err(|error| match error.kind() {
                ErrorKind::Gated | ErrorKind::Authentication | ErrorKind::RepoNotFound => {
                    self.client.within(Some(&self.repo), error)
                }
                _ => error.within(format_args!("`{}` of {}", self.path, self.repo)),
            })
    }

    /// Reads the whole file, of at most `limit` bytes, and verifies it where the hub says what it hashes to.
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the connection and leaves no trace.
    ///
    /// # Errors
    ///
    /// `Protocol` when the file is longer; `Integrity` when its bytes are not what the hub promised; those of
    /// [`FileRanges::read_part`].
    pub async fn read_whole(&mut self, limit: u64) -> Result<Bytes, Error> {
        let bytes = self.read_part(ByteRange::whole(limit)).await?;
        let about = self.about.expect("a read that succeeded told of the file");
        if about.size > limit {
            let message = format!(
                "`{}` has {} bytes, more than the {limit} expected of it",
                self.path, about.size
            );
            return Err(Error::new(ErrorKind::Protocol, message));
        }
        match about.blob {
            Some(blob) if digest(blob, &bytes) != blob => {
                let message = format!(
                    "`{}` of {}: the bytes hash to {}, not to {blob}",
                    self.path,
                    self.repo,
                    digest(blob, &bytes)
                );
                Err(Error::new(ErrorKind::Integrity, message))
            }
            _ => Ok(bytes),
        }
    }

    async fn gather(&mut self, wanted: ByteRange) -> Result<Bytes, Error> {
        let mut gathered = BytesMut::new();
        let mut patience = Patience::new();
        loop {
            let at = wanted.start() + gathered.len() as u64;
            let rest = self.rest(wanted, at);
            if rest.is_empty() {
                return Ok(gathered.freeze());
            }
            let Some((body, skip)) = self.ask(rest).await? else {
                return Ok(gathered.freeze());
            };
            let rest = self.rest(wanted, at);
            gathered.reserve(usize::try_from(rest.len().min(MOST_ROOM)).unwrap_or_default());
            let Err(broken) = take(body, skip, rest.len(), &mut gathered).await? else {
                continue;
            };
            let fruitless = patience.after(gathered.len() as u64);
            let observer = self.client.observer();
            self.client.pick_up(fruitless, broken, observer).await?;
        }
    }

    /// What of a part comes from this byte on, as far as the file's length is known.
    fn rest(&self, wanted: ByteRange, at: u64) -> ByteRange {
        let end = self
            .size()
            .map_or(wanted.end(), |size| wanted.end().min(size));
        ByteRange::new(at.min(end), end).expect("cut to lie in order")
    }

    /// The body of an answer to a part, and how much of it comes before the part; `None` where the file has no such part.
    async fn ask(&mut self, part: ByteRange) -> Result<Option<(Paced<Body>, u64)>, Error> {
        let revision = match self.about {
            Some(about) => about.commit.into(),
            None => self.revision.clone(),
        };
        let mut call = Resolve::get(self.repo.clone(), revision, self.path.clone());
        call.range = Some(part);
        call.if_range = self.version.tag().cloned();
        let response = self.send(&call).await?;
        if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            let total = ContentRange::of(response.headers()).and_then(|range| range.total);
            if total.is_some_and(|total| total <= part.start())
                && self.size().is_none_or(|size| Some(size) == total)
            {
                self.learn_size(&call, response, total.unwrap_or_default())?;
                return Ok(None);
            }
        }
        let response = self.client.refuse_faults(response).await?;
        let tag = text_of(&response, http::header::ETAG).and_then(|tag| tag.parse().ok());
        self.version.confirm(tag)?;
        let response = self.learn(&call, response)?;
        let about = self.about.expect("was just learnt");
        let start = start_of(&response, Some(part), about.size)?;
        let refused = |what: &str| Error::new(ErrorKind::Protocol, what);
        let start =
            start.ok_or_else(|| refused("the server sends another part than was asked for"))?;
        let skip = part.start() - start;
        if skip > MOST_SKIPPED {
            let what = "the server sends the whole file where a part was asked for";
            return Err(refused(what));
        }
        Ok(Some((Paced::new(response.into_body()), skip)))
    }

    /// Sends a request to where the hub sent the one before, else to the hub, and on from there.
    async fn send(&mut self, call: &Resolve) -> Result<Response<Body>, Error> {
        let (client, request) = (self.client.clone(), call.request());
        let (about, observer) = (Some(&self.repo), client.observer());
        if let Some(url) = self.location.take() {
            let answer = client.exchange_at(&url, &request, about, observer).await?;
            if !is_expired(answer.response.status()) {
                self.location = Some(url);
                return Ok(answer.response);
            }
        }
        let stop = Redirects::StopAtOtherOrigin;
        let Answer { response, url } = client.exchange(&request, about, stop, observer).await?;
        if !response.status().is_redirection() {
            return Ok(response);
        }
        // What the hub says of the file is in this answer; the bytes are elsewhere.
        let (parts, _) = response.into_parts();
        let location = parts.headers.get(LOCATION).and_then(|location| {
            let location = location.to_str().ok()?;
            address::redirected(client.endpoint(), &url, location)
        });
        let location = location.ok_or_else(|| {
            let message = "the hub redirects to an address that can't be read";
            Error::new(ErrorKind::Protocol, message)
        })?;
        if self.about.is_none() {
            self.about = Some(call.metadata(&parts).map(About::from)?);
        }
        let answer = client
            .exchange_at(&location, &request, about, observer)
            .await?;
        self.location = Some(location);
        Ok(answer.response)
    }

    /// Takes what the answer that brings the bytes says of the file, where nothing was known.
    fn learn(&mut self, call: &Resolve, response: Response<Body>) -> Result<Response<Body>, Error> {
        if self.about.is_some() {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        self.about = Some(call.metadata(&parts).map(About::from)?);
        Ok(Response::from_parts(parts, body))
    }

    /// Of a file that ends before the part, the answer is a refusal that tells the length.
    fn learn_size(
        &mut self,
        call: &Resolve,
        response: Response<Body>,
        size: u64,
    ) -> Result<(), Error> {
        if self.about.is_some() {
            return Ok(());
        }
        let (mut parts, _) = response.into_parts();
        parts.status = StatusCode::OK;
        let metadata = call.metadata(&parts)?;
        self.about = Some(About {
            size,
            ..About::from(metadata)
        });
        Ok(())
    }
}

impl From<FileMetadata> for About {
    fn from(metadata: FileMetadata) -> Self {
        Self {
            commit: metadata.commit,
            size: metadata.size,
            blob: metadata.etag.blob_id(),
        }
    }
}

/// Takes so many bytes of a body behind those that are skipped. The inner error is of a body that ended before.
async fn take(
    mut body: Paced<Body>,
    mut skip: u64,
    length: u64,
    gathered: &mut BytesMut,
) -> Result<Result<(), Error>, Error> {
    let mut left = length;
    while left > 0 {
        let mut chunk = match body.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => {
                let message = format!("the server sends {left} bytes fewer than it said");
                return Ok(Err(Error::new(ErrorKind::Protocol, message)));
            }
            Err(error) if error.may_retry() => return Ok(Err(error.into())),
            Err(error) => return Err(error.into()),
        };
        let skipped = chunk.split_to(chunk.len().min(usize::try_from(skip).unwrap_or(usize::MAX)));
        skip -= skipped.len() as u64;
        chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        left -= chunk.len() as u64;
        gathered.extend_from_slice(&chunk);
    }
    Ok(Ok(()))
}
