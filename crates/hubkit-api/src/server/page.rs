//! The pages of a hub that a person opens in a browser.
//!
//! They lie where the Hub has its own: `/`, `/models` and its like, `/{prefix}{id}`, `…/tree/{revision}[/{path}]` and
//! `…/blob/{revision}/{path}`. Their style lies at `/-/style.css`, where no repository can be.

use hubkit_types::{Repo, RepoKind, RepoPath, Revision};

use super::{
    Incoming, ListRequest,
    ask::{Ask, READ, Routed},
};
use crate::{ListRepos, call::list, target};

/// A page for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Page {
    /// The first page.
    Home,
    /// The style of all pages.
    Style,
    /// The repositories of one kind, as the API lists them.
    List(Box<ListRequest>),
    /// A repository and its card, at the default branch.
    Repo(Repo),
    /// The files of a folder; those at the top when there is no path.
    Files {
        /// The repository.
        repo: Repo,
        /// The revision.
        revision: Revision,
        /// The folder.
        path: Option<RepoPath>,
    },
    /// One file.
    File {
        /// The repository.
        repo: Repo,
        /// The revision.
        revision: Revision,
        /// The file.
        path: RepoPath,
    },
}

const STYLE: &str = "/-/style.css";

impl Page {
    /// All repositories of a kind.
    pub fn all(kind: RepoKind) -> Self {
        Self::List(Box::new(ListRequest {
            call: ListRepos::new(kind),
            cursor: None,
        }))
    }

    /// The page's target in origin form: what a server writes into links.
    pub fn target(&self) -> String {
        match self {
            Self::Home => "/".to_owned(),
            Self::Style => STYLE.to_owned(),
            Self::List(request) => {
                let target = request.target();
                target.strip_prefix("/api").unwrap_or(&target).to_owned()
            }
            Self::Repo(repo) => format!("/{repo}"),
            Self::Files {
                repo,
                revision,
                path,
            } => {
                let mut text = format!("/{repo}/tree/{}", target::revision(revision));
                if let Some(path) = path {
                    text.push('/');
                    text.push_str(&target::path(path));
                }
                text
            }
            Self::File {
                repo,
                revision,
                path,
            } => format!(
                "/{repo}/blob/{}/{}",
                target::revision(revision),
                target::path(path)
            ),
        }
    }
}

/// Pages that belong to no repository.
pub(super) fn route(ask: &Ask<'_>) -> Option<Routed> {
    let page = match ask.rest {
        [""] => Page::Home,
        ["-", "style.css"] => Page::Style,
        [plural] | [plural, ""] => {
            let mut kinds = RepoKind::ALL.into_iter();
            let kind = kinds.find(|kind| kind.plural() == *plural)?;
            return Some(list::route(kind, ask).map(as_page));
        }
        _ => return None,
    };
    Some(ask.answer(READ, Incoming::Page(page)))
}

fn as_page(incoming: Incoming) -> Incoming {
    match incoming {
        Incoming::List(request) => Incoming::Page(Page::List(Box::new(request))),
        other => other,
    }
}

/// The page of a repository itself.
pub(super) fn route_repo(repo: Repo, ask: &Ask<'_>) -> Routed {
    ask.answer(READ, Incoming::Page(Page::Repo(repo)))
}

/// `tree/{revision}[/{path}]`.
pub(super) fn route_files(repo: Repo, ask: &Ask<'_>) -> Routed {
    let (revision, path) = ask.folder()?;
    let page = Page::Files {
        repo,
        revision,
        path,
    };
    ask.answer(READ, Incoming::Page(page))
}

/// `blob/{revision}/{path}`.
pub(super) fn route_file(repo: Repo, ask: &Ask<'_>) -> Routed {
    let (revision, path) = ask.place()?;
    let page = Page::File {
        repo,
        revision,
        path,
    };
    ask.answer(READ, Incoming::Page(page))
}

#[cfg(test)]
mod tests {
    use http::{Method, Request};

    use super::*;
    use crate::server::{Unroutable, route as route_request};

    fn routed(method: Method, target: &str) -> Routed {
        let request = Request::builder().method(method).uri(target);
        route_request(&request.body(()).expect("a request"))
    }

    fn repo(kind: RepoKind, id: &str) -> Repo {
        Repo::new(kind, id.parse().expect("an id"))
    }

    #[test]
    fn every_page_is_found_at_its_target() {
        let revision: Revision = "refs/pr/1".parse().expect("a revision");
        let path: RepoPath = "a b/\u{fc}#.txt".parse().expect("a path");
        let mut searched = ListRepos::new(RepoKind::Model);
        searched.author = Some("acme".to_owned());
        let mut pages = vec![
            Page::Home,
            Page::Style,
            Page::List(Box::new(ListRequest {
                call: searched,
                cursor: Some("x y".to_owned()),
            })),
        ];
        pages.extend(RepoKind::ALL.map(Page::all));
        for repo in [
            repo(RepoKind::Model, "a/b"),
            repo(RepoKind::Model, "gpt2"),
            repo(RepoKind::Dataset, "a/tree"),
            repo(RepoKind::Space, "squad"),
        ] {
            let files = |path: Option<RepoPath>| Page::Files {
                repo: repo.clone(),
                revision: revision.clone(),
                path,
            };
            pages.extend([
                Page::Repo(repo.clone()),
                files(None),
                files(Some(path.clone())),
                Page::File {
                    repo: repo.clone(),
                    revision: revision.clone(),
                    path: path.clone(),
                },
            ]);
        }
        for page in pages {
            let target = page.target();
            assert_eq!(
                routed(Method::GET, &target),
                Ok(Incoming::Page(page)),
                "{target}"
            );
        }
    }

    #[test]
    fn a_slash_at_the_end_is_no_other_page() {
        let wanted = Page::Repo(repo(RepoKind::Dataset, "a/b"));
        assert_eq!(
            routed(Method::GET, "/datasets/a/b/"),
            Ok(Incoming::Page(wanted))
        );
        let wanted = Page::all(RepoKind::Dataset);
        assert_eq!(
            routed(Method::HEAD, "/datasets/"),
            Ok(Incoming::Page(wanted))
        );
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for target in ["/a/b/c", "/a/b/tree", "/a/b/blob/main", "/-/other"] {
            assert!(routed(Method::GET, target).is_err(), "{target}");
        }
        for target in [
            "/a/b/tree/main/..%2Fx",
            "/a%00/b",
            "/a/b/blob/main/%2e%2e/x",
        ] {
            assert_eq!(routed(Method::GET, target), Err(Unroutable::BadPath));
        }
        assert!(matches!(
            routed(Method::POST, "/a/b"),
            Err(Unroutable::MethodNotAllowed { .. })
        ));
    }
}
