//! Repositories to choose from.

use hubkit_api::{Gated, ListRepos, RepoInfo, RepoPage, server::Page};
use hubkit_types::{Repo, RepoKind};
use maud::{Markup, html};

use super::frame::{Site, plural};

/// A few repositories of one kind.
pub(super) struct Shelf {
    pub(super) kind: RepoKind,
    pub(super) repos: Vec<RepoInfo>,
    /// Whether there are more.
    pub(super) more: bool,
}

/// The first page: a search, and some of each kind.
pub(super) fn home(site: Site<'_>, shelves: &[Shelf]) -> Markup {
    html! {
        h1 { "What this hub serves" }
        (search(site, RepoKind::Model, ""))
        @if shelves.iter().all(|shelf| shelf.repos.is_empty()) {
            p { "There is nothing here that you may see." }
        }
        @for shelf in shelves.iter().filter(|shelf| !shelf.repos.is_empty()) {
            h2 { (plural(shelf.kind)) }
            (items(site, shelf.kind, &shelf.repos))
            @if shelf.more {
                p { a href=(site.page(&Page::all(shelf.kind))) { "All " (shelf.kind.plural()) } }
            }
        }
    }
}

/// One page of a list, with the search that led there.
pub(super) fn list(site: Site<'_>, call: &ListRepos, page: &RepoPage) -> Markup {
    let words = call.search.join(" ");
    html! {
        h1 { (plural(call.kind)) }
        (search(site, call.kind, &words))
        @if page.repos.is_empty() {
            p { "Nothing here matches." }
        }
        (items(site, call.kind, &page.repos))
        @if let Some(next) = &page.next {
            p { a rel="next" href=(site.target(next)) { "More" } }
        }
    }
}

fn search(site: Site<'_>, kind: RepoKind, words: &str) -> Markup {
    html! {
        form action=(site.page(&Page::all(kind))) method="get" role="search" {
            input type="search" name="search" value=(words) aria-label="Search" placeholder={ "Search " (kind.plural()) };
            button type="submit" { "Search" }
        }
    }
}

fn items(site: Site<'_>, kind: RepoKind, repos: &[RepoInfo]) -> Markup {
    html! {
        ul.repos {
            @for info in repos {
                li {
                    a href=(site.page(&Page::Repo(Repo::new(kind, info.id.clone())))) { (info.id) }
                    (facts(info))
                }
            }
        }
    }
}

/// What is known of a repository, in one line.
pub(super) fn facts(info: &RepoInfo) -> Markup {
    let license = info
        .tags
        .iter()
        .find_map(|tag| tag.strip_prefix("license:"));
    let day = info
        .last_modified
        .as_deref()
        .and_then(|time| time.get(..10));
    let marks = [
        info.private.then_some("private"),
        (info.gated != Gated::No).then_some("gated"),
        info.disabled.then_some("disabled"),
        info.pipeline_tag.as_deref(),
        info.library_name.as_deref(),
        license,
    ];
    html! {
        div.facts {
            @for mark in marks.into_iter().flatten() { span { (mark) } }
            @if let Some(day) = day { span { "changed " time { (day) } } }
        }
    }
}
