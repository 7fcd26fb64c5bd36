//! The bytes of a file.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use http::Response;
use hubkit_api::server::{FileFacts, FileRequest, Piece, file_headers};
use hubkit_lfs::Pointer;
use hubkit_store::{
    BlobKey, BlobStore as _, ByteStream, DynStore, Entry, RefStore as _, StoreErrorKind, git,
};
use hubkit_transport::{Body, TransportError, TransportErrorKind};
use hubkit_types::{BlobId, CommitId, Repo, RepoPath};

use crate::{access::Caller, lookup::find_commit, refusal::Refusal};

/// In which form a file is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// Its bytes.
    Content,
    /// As git holds it: of a large one the pointer, which can be told even where the content is not here.
    AsInGit,
}

/// The file that is asked for, or what its conditions make of it.
///
/// `HEAD` is answered as `GET` is, the opened file included: whatever is wrong with it, both tell the same. The caller
/// drops the body.
pub(crate) async fn answer_file(
    store: &DynStore,
    caller: Caller<'_>,
    request: FileRequest,
    form: Form,
) -> Result<Response<Body>, Refusal> {
    let FileRequest { repo, revision, .. } = &request;
    let commit = find_commit(store, caller, repo, revision).await?;
    let answer = answer_at(store, &request, commit, form).await;
    if revision.as_commit().is_some() || !matches!(answer, Err(Refusal::NoEntry(..))) {
        return answer;
    }
    // A store may know revisions by heart for a moment, and learn from the question for a file that one has moved.
    match find_commit(store, caller, repo, revision).await? {
        now if now == commit => answer,
        now => answer_at(store, &request, now, form).await,
    }
}

async fn answer_at(
    store: &DynStore,
    request: &FileRequest,
    commit: CommitId,
    form: Form,
) -> Result<Response<Body>, Refusal> {
    let found = match (
        find_file(store, &request.repo, &request.path, commit).await,
        form,
    ) {
        (Err(Refusal::NoEntry(path, None)), Form::AsInGit) => {
            let files = store.listing(request.repo.clone(), commit).await?;
            let mut files = files.unwrap_or_default().into_iter();
            let listed = files.find(|file| file.path == path);
            listed
                .map(|file| (file.size, file.blob()))
                .ok_or(Refusal::NoEntry(path, None))?
        }
        (found, _) => found?,
    };
    match (found, form) {
        ((size, BlobId::Sha256(digest)), Form::AsInGit) => {
            let pointer = Pointer::new(digest, size).to_string();
            Ok(serve_pointer(request, commit, pointer.as_bytes()))
        }
        _ => serve(store, request, commit, found).await,
    }
}

fn facts_of(request: &FileRequest, commit: CommitId, (size, blob): (u64, BlobId)) -> FileFacts {
    FileFacts {
        commit,
        path: request.path.clone(),
        size,
        blob,
    }
}

fn serve_pointer(request: &FileRequest, commit: CommitId, pointer: &[u8]) -> Response<Body> {
    let blob = BlobId::Git(git::blob_id(pointer));
    let facts = facts_of(request, commit, (pointer.len() as u64, blob));
    let answer = request.answer(&facts);
    let mut body = Vec::new();
    for piece in answer.pieces(&facts) {
        match piece {
            Piece::Text(text) => body.extend_from_slice(&text),
            Piece::File(range) => {
                let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
                let range = index(range.start())..index(range.end());
                body.extend_from_slice(pointer.get(range).unwrap_or_default());
            }
        }
    }
    file_headers(&facts, &answer).map(|()| body.into())
}

/// What the store holds, as the request's conditions want it.
async fn serve(
    store: &DynStore,
    request: &FileRequest,
    commit: CommitId,
    found: (u64, BlobId),
) -> Result<Response<Body>, Refusal> {
    let facts = facts_of(request, commit, found);
    let answer = request.answer(&facts);
    let body = open_file(store, &request.repo, &facts, answer.pieces(&facts)).await?;
    Ok(file_headers(&facts, &answer).map(|()| body))
}

/// The bytes, or none where none are to be sent. What the commit lists is not here if its content is not.
async fn open_file(
    store: &DynStore,
    repo: &Repo,
    facts: &FileFacts,
    pieces: Vec<Piece>,
) -> Result<Body, Refusal> {
    let not_here = || Refusal::NoEntry(facts.path.clone(), None);
    let key = BlobKey::new(repo.clone(), facts.blob);
    let stat = store.stat(key.clone()).await?.ok_or_else(not_here)?;
    if stat.size != facts.size {
        return Err(Refusal::Store(StoreErrorKind::Corrupt));
    }
    let length = pieces.iter().map(Piece::length).sum();
    let mut sources = VecDeque::with_capacity(pieces.len());
    for piece in pieces {
        sources.push_back(match piece {
            Piece::Text(text) => Source::Text(text),
            Piece::File(range) => {
                let stream = store.read(key.clone(), range).await;
                let stream = stream.map_err(|error| match error.kind() {
                    // It went after it was found.
                    StoreErrorKind::NotFound => not_here(),
                    _ => error.into(),
                })?;
                let left = range.len();
                Source::File(Exactly { stream, left })
            }
        });
    }
    if sources.is_empty() {
        return Ok(Body::empty());
    }
    Ok(Body::from_stream(Sources(sources), Some(length)))
}

/// Size and digest of a file that is here.
pub(crate) async fn find_file(
    store: &DynStore,
    repo: &Repo,
    path: &RepoPath,
    commit: CommitId,
) -> Result<(u64, BlobId), Refusal> {
    let (repo, path) = (repo.clone(), path.clone());
    match store.entry(repo.clone(), commit, path.clone()).await? {
        Entry::Present {
            size,
            blob: Some(blob),
        } => Ok((size, blob)),
        // The digest has to be read off the content, which listing the files does.
        Entry::Present { blob: None, .. } => {
            let files = store.files(repo, commit).await?;
            let file = files.into_iter().find(|file| file.path == path);
            file.map(|file| (file.size, file.blob()))
                .ok_or(Refusal::NoEntry(path, None))
        }
        Entry::Absent => Err(Refusal::NoEntry(path, Some(commit))),
        Entry::Unknown => Err(Refusal::NoEntry(path, None)),
    }
}

/// Where a piece of a body comes from.
enum Source {
    Text(Bytes),
    File(Exactly),
}

/// One piece after the other.
struct Sources(VecDeque<Source>);

impl Stream for Sources {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match self.0.front_mut() {
                None => return Poll::Ready(None),
                Some(Source::Text(text)) => {
                    let text = std::mem::take(text);
                    self.0.pop_front();
                    return Poll::Ready(Some(Ok(text)));
                }
                Some(Source::File(file)) => match ready!(Pin::new(file).poll_next(context)) {
                    None => {
                        self.0.pop_front();
                    }
                    item => return Poll::Ready(item),
                },
            }
        }
    }
}

/// Passes on exactly the promised number of bytes, or breaks off with an error.
struct Exactly {
    stream: ByteStream,
    left: u64,
}

impl Stream for Exactly {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let Poll::Ready(item) = self.stream.as_mut().poll_next(context) else {
            return Poll::Pending;
        };
        let Some(Ok(mut chunk)) = item else {
            self.left = 0;
            let message = "the store of the mirror gave fewer bytes than the file has";
            let mut error = TransportError::new(TransportErrorKind::Interrupted, message);
            if let Some(Err(source)) = item {
                error = error.with_source(source);
            }
            return Poll::Ready(Some(Err(error)));
        };
        chunk.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= chunk.len() as u64;
        Poll::Ready(Some(Ok(chunk)))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use hubkit_store::StoreError;

    use super::*;

    async fn pass_on(
        chunks: Vec<Result<&'static str, ()>>,
        left: u64,
    ) -> Result<Bytes, TransportError> {
        let fault = |()| StoreError::new(StoreErrorKind::Io, "broken");
        let chunks = chunks
            .into_iter()
            .map(move |chunk| chunk.map(Bytes::from).map_err(fault));
        let stream = Box::pin(stream::iter(chunks));
        Body::from_stream(Exactly { stream, left }, Some(left))
            .collect(100)
            .await
    }

    #[tokio::test]
    async fn a_body_is_as_long_as_promised_or_broken_off() {
        let whole = pass_on(vec![Ok("01"), Ok("234")], 5).await;
        assert_eq!(whole.expect("a whole body"), "01234");
        let longer = pass_on(vec![Ok("01"), Ok("23456789"), Ok("x")], 5).await;
        assert_eq!(longer.expect("the promised part"), "01234");
        for broken in [vec![Ok("01")], vec![], vec![Ok("01"), Err(())]] {
            let error = pass_on(broken, 5).await.expect_err("too few bytes");
            assert_eq!(error.kind(), TransportErrorKind::Interrupted);
        }
    }
}
