//! What every page has around its content.

use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use hubkit_api::server::Page;
use hubkit_types::RepoKind;
use maud::{DOCTYPE, Markup, html};

/// Nothing runs, nothing is fetched from elsewhere, and no other site can frame a page or be sent a form.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

const STYLE: &str = include_str!("style.css");

/// Where this hub's pages begin: what stands before every address on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'a> {
    prefix: &'a str,
}

impl<'a> Site<'a> {
    pub(crate) fn new(prefix: &'a str) -> Self {
        Self { prefix }
    }

    /// The address of a page.
    pub(super) fn page(self, page: &Page) -> String {
        self.target(&page.target())
    }

    /// The address of any target in origin form.
    pub(super) fn target(self, target: &str) -> String {
        format!("{}{target}", self.prefix)
    }
}

/// A whole page.
pub(super) fn page(
    site: Site<'_>,
    status: StatusCode,
    title: &str,
    content: &Markup,
) -> Response<Bytes> {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href=(site.page(&Page::Style));
            }
            body {
                header {
                    strong { a href=(site.page(&Page::Home)) { "hub" } }
                    nav {
                        @for kind in RepoKind::ALL {
                            a href=(site.page(&Page::all(kind))) { (plural(kind)) }
                            " "
                        }
                    }
                }
                main { (content) }
                footer { "Served by hubkit. Point clients here with HF_ENDPOINT." }
            }
        }
    };
    let mut response = Response::new(Bytes::from(markup.into_string()));
    *response.status_mut() = status;
    guard(&mut response, "text/html; charset=utf-8");
    response
}

/// The style of all pages.
pub(super) fn style() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(STYLE.as_bytes()));
    guard(&mut response, "text/css; charset=utf-8");
    response
}

fn guard(response: &mut Response<Bytes>, content_type: &'static str) {
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// The kind's name at the head of a list.
pub(super) fn plural(kind: RepoKind) -> &'static str {
    match kind {
        RepoKind::Model => "Models",
        RepoKind::Dataset => "Datasets",
        RepoKind::Space => "Spaces",
        RepoKind::Kernel => "Kernels",
    }
}
