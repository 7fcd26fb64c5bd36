//! The files of a commit as a listing with folders.

use bytes::Bytes;
use http::Response;
use hubkit_api::{
    ListTree, TreeDepth, TreeEntry, TreePage,
    server::{TreeRequest, respond_tree},
};
use hubkit_store::{DynStore, RefStore as _, git};
use hubkit_types::{CommitId, Repo, RepoPath, Revision, TreeFile};

use crate::{access::Caller, lookup::find_commit, refusal::Refusal};

const LONGEST_PAGE: usize = 1000;

/// One page of a listing. The address of the next page names the commit, so that all pages tell of the same one;
/// `absolute` makes a URL of it.
pub(crate) async fn answer_tree(
    store: &DynStore,
    caller: Caller<'_>,
    request: TreeRequest,
    absolute: impl Fn(String) -> String,
) -> Result<Response<Bytes>, Refusal> {
    let call = request.call;
    let commit = find_commit(store, caller, &call.repo, &call.revision).await?;
    let files = store.files(call.repo.clone(), commit).await?;
    let files = match &call.path {
        None => files.as_slice(),
        Some(folder) => {
            let inside = below(&files, folder.as_str());
            if inside.is_empty() {
                return Err(no_entry(store, call.repo, commit, folder.clone()).await?);
            }
            inside
        }
    };
    let limit = request.limit.unwrap_or(LONGEST_PAGE).clamp(1, LONGEST_PAGE);
    let names = list(files, call.path.as_ref(), call.depth);
    let first = request.cursor.map_or(0, |cursor| {
        names.partition_point(|name| name.path().as_str() <= cursor.as_str())
    });
    let page = &names[first..names.len().min(first + limit)];
    let more = first + page.len() < names.len();
    let next = page.last().filter(|_| more).map(|last| {
        let next = TreeRequest {
            call: ListTree {
                revision: Revision::from(commit),
                ..call
            },
            limit: request.limit,
            cursor: Some(last.path().to_string()),
        };
        absolute(next.target())
    });
    Ok(respond_tree(&TreePage {
        entries: page.iter().map(|name| name.entry(files)).collect(),
        refused: Vec::new(),
        next,
    }))
}

/// The entries at these paths; what is not there is left out.
pub(crate) async fn answer_paths(
    store: &DynStore,
    caller: Caller<'_>,
    (repo, revision): (Repo, Revision),
    paths: Vec<RepoPath>,
) -> Result<Response<Bytes>, Refusal> {
    let commit = find_commit(store, caller, &repo, &revision).await?;
    let files = store.files(repo, commit).await?;
    let entry = |path: RepoPath| match files.binary_search_by(|file| file.path.cmp(&path)) {
        Ok(index) => Some(Name::File(&files[index]).entry(&files)),
        Err(_) if below(&files, path.as_str()).is_empty() => None,
        Err(_) => Some(Name::Folder(path).entry(&files)),
    };
    Ok(respond_tree(&TreePage {
        entries: paths.into_iter().filter_map(entry).collect(),
        refused: Vec::new(),
        next: None,
    }))
}

/// That a path is missing, and whether that is certain.
async fn no_entry(
    store: &DynStore,
    repo: Repo,
    commit: CommitId,
    path: RepoPath,
) -> Result<Refusal, Refusal> {
    let listing = store.listing(repo, commit).await?;
    let certain = listing.is_some_and(|files| below(&files, path.as_str()).is_empty());
    Ok(Refusal::NoEntry(path, Some(commit).filter(|_| certain)))
}

/// The files in a folder, at any depth. `files` is sorted by path, so they stand together.
fn below<'a>(files: &'a [TreeFile], folder: &str) -> &'a [TreeFile] {
    let prefix = format!("{folder}/");
    let first = files.partition_point(|file| file.path.as_str() < prefix.as_str());
    let length = files[first..].partition_point(|file| file.path.as_str().starts_with(&prefix));
    &files[first..first + length]
}

/// An entry before a folder's id is computed, which only those on the page need.
enum Name<'a> {
    File(&'a TreeFile),
    Folder(RepoPath),
}

impl Name<'_> {
    fn path(&self) -> &RepoPath {
        match self {
            Self::File(file) => &file.path,
            Self::Folder(path) => path,
        }
    }

    fn entry(&self, files: &[TreeFile]) -> TreeEntry {
        match self {
            Self::File(file) => TreeEntry::File((*file).clone()),
            Self::Folder(path) => {
                let skip = path.as_str().len() + 1;
                let inside = below(files, path.as_str()).iter().filter_map(|file| {
                    Some(TreeFile {
                        path: file.path.as_str()[skip..].parse().ok()?,
                        ..file.clone()
                    })
                });
                TreeEntry::Folder {
                    path: path.clone(),
                    oid: git::tree_id(&inside.collect::<Vec<_>>()),
                }
            }
        }
    }
}

/// Files and the folders that hold them, sorted by path.
fn list<'a>(files: &'a [TreeFile], top: Option<&RepoPath>, depth: TreeDepth) -> Vec<Name<'a>> {
    let skip = top.map_or(0, |top| top.as_str().len() + 1);
    let mut names = Vec::new();
    let mut previous = "";
    for file in files {
        let path = file.path.as_str();
        for (slash, _) in path[skip..].match_indices('/') {
            let folder = &path[..skip + slash];
            // The files of a folder stand together: it is new unless the previous file lies in it as well.
            let known = previous
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'));
            if let Some(folder) = folder.parse().ok().filter(|_| !known) {
                names.push(Name::Folder(folder));
            }
            if depth == TreeDepth::Folder {
                break;
            }
        }
        if depth == TreeDepth::Recursive || !path[skip..].contains('/') {
            names.push(Name::File(file));
        }
        previous = path;
    }
    // `a-b` sorts before `a/b` and behind `a`: folders come where their own names belong.
    names.sort_by(|left, right| left.path().cmp(right.path()));
    names
}
