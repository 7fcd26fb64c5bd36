//! One repository: its card, its files, one of its files.

use hubkit_api::{Gated, RepoInfo, TreeEntry, TreeItem, server::Page};
use hubkit_types::{CommitId, Repo, RepoPath, Revision};
use maud::{Markup, PreEscaped, html};

use super::{frame::Site, list::facts};

/// Which part of a repository a page shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tab {
    Card,
    Files,
}

/// What is the same on every page of a repository.
pub(super) fn head(site: Site<'_>, repo: &Repo, info: &RepoInfo, tab: Tab) -> Markup {
    let tabs = [
        (Tab::Card, "Card", Page::Repo(repo.clone())),
        (Tab::Files, "Files", place_of(repo, Revision::main(), None)),
    ];
    html! {
        h1 { (repo.id) }
        (facts(info))
        ul.tags {
            @for tag in info.tags.iter().take(MOST_TAGS) { li { (tag) } }
        }
        @if info.gated != Gated::No {
            p.notice {
                "Files of this repository are for accounts that were given access. Ask for it with "
                code { "hubkit access ask " (repo) }
                "."
            }
        }
        nav.tabs {
            @for (each, name, page) in &tabs {
                @if *each == tab {
                    a aria-current="page" href=(site.page(page)) { (name) }
                } @else {
                    a href=(site.page(page)) { (name) }
                }
            }
        }
    }
}

const MOST_TAGS: usize = 40;

/// The card. `html` is what [`hubkit_card::render`] made of it.
pub(super) fn card(html: Option<&hubkit_card::Rendered>) -> Markup {
    html! {
        @match html {
            Some(rendered) => {
                article { (PreEscaped(&rendered.html)) }
                @if !rendered.is_whole { p.notice { "The card is longer than what is shown here." } }
            }
            None => p { "This repository has no card." },
        }
    }
}

/// The files of a folder.
pub(super) fn files(
    site: Site<'_>,
    (repo, commit): (&Repo, CommitId),
    folder: Option<&RepoPath>,
    (entries, is_whole): (&[TreeEntry], bool),
) -> Markup {
    let place = |path: Option<&RepoPath>| site.page(&place_of(repo, commit.into(), path.cloned()));
    let shown = |path: &RepoPath| {
        site.page(&Page::File {
            repo: repo.clone(),
            revision: commit.into(),
            path: path.clone(),
        })
    };
    html! {
        p.facts {
            span { a href=(place(None)) { (repo.id.name()) } }
            @if let Some(folder) = folder { span { (folder) } }
            span { "commit " code { (commit.to_string()[..8]) } }
        }
        table.files {
            @for entry in entries {
                tr {
                    @match &entry.item {
                        TreeItem::Folder { path, .. } => {
                            td { a href=(place(Some(path))) { (path.file_name()) "/" } }
                            td.size {}
                        }
                        TreeItem::File(file) => {
                            td { a href=(shown(&file.path)) { (file.path.file_name()) } }
                            td.size { (size(file.size)) }
                        }
                    }
                }
            }
        }
        @if !is_whole { p.notice { "There are more files than are shown here." } }
    }
}

/// The page of a folder, or of the top.
fn place_of(repo: &Repo, revision: Revision, path: Option<RepoPath>) -> Page {
    Page::Files {
        repo: repo.clone(),
        revision,
        path,
    }
}

/// One file: its text, where it is one and short.
pub(super) fn file(
    site: Site<'_>,
    raw: &str,
    (path, length): (&RepoPath, u64),
    text: Option<&str>,
) -> Markup {
    html! {
        p.facts {
            span { (path) }
            span { (size(length)) }
            span { a href=(site.target(raw)) download { "Download" } }
        }
        @match text {
            Some(text) => pre { code { (text) } },
            None => p { "Not shown: this is no short text." },
        }
    }
}

/// A length as people read it, in decimal units.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if value < 9.95 {
        format!("{value:.1} {}", UNITS[unit])
    } else {
        format!("{value:.0} {}", UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn lengths_are_short_and_decimal() {
        for (bytes, shown) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (9_949, "9.9 kB"),
            (9_960, "10 kB"),
            (999_499, "999 kB"),
            (999_999, "1.0 MB"),
            (90_868_376, "91 MB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(size(bytes), shown, "{bytes}");
        }
    }
}
