//! Addresses below an endpoint, which may have a path before all of its own.

use hubkit_types::{Endpoint, Origin};
use url::Url;

use crate::{Error, ErrorKind};

/// The address of a request that is given relative to the endpoint.
pub(crate) fn absolute(endpoint: &Endpoint, target: &str) -> Result<Url, Error> {
    Url::parse(&endpoint.url(target)).map_err(|error| {
        Error::new(ErrorKind::Protocol, "the address of a request is malformed").with_source(error)
    })
}

/// What of an address lies behind the endpoint, in origin form; `None` for an address that is not below it.
pub(crate) fn relative<'a>(endpoint: &Endpoint, url: &'a Url) -> Option<&'a str> {
    let (origin, rest) = Origin::split(url.as_str()).ok()?;
    let rest = rest.strip_prefix(endpoint.prefix())?;
    let below = rest.is_empty() || rest.starts_with(['/', '?']);
    (origin == *endpoint.origin() && below).then_some(rest)
}

/// Where a redirect leads: the value of `Location`, seen from the address that sent it.
///
/// A hub that does not know of the prefix before it writes paths without. Such a path is taken to lie below the
/// endpoint; who means another place on the same host writes the whole address.
pub(crate) fn redirected(endpoint: &Endpoint, from: &Url, location: &str) -> Option<Url> {
    let target = from.join(location).ok()?;
    let is_path = location.starts_with('/') && !location.starts_with("//");
    if is_path && relative(endpoint, from).is_some() {
        return below(endpoint, target);
    }
    Some(target)
}

/// Where the next page is: the target of a `Link`, seen from the page before it. `None` if it is not on the hub.
///
/// All pages lie below the endpoint, whether or not the hub knows of the prefix before it.
pub(crate) fn next_page(endpoint: &Endpoint, from: &Url, link: &str) -> Option<Url> {
    let target = from.join(link).ok()?;
    let origin = origin(&target)?;
    if origin != *endpoint.origin() {
        return None;
    }
    below(endpoint, target)
}

/// The scheme, host and port of an address that may be asked.
pub(crate) fn origin(url: &Url) -> Option<Origin> {
    let (origin, _) = Origin::split(url.as_str()).ok()?;
    Some(origin)
}

/// Puts the endpoint's prefix before an address on the same host that lacks it.
fn below(endpoint: &Endpoint, url: Url) -> Option<Url> {
    if relative(endpoint, &url).is_some() {
        return Some(url);
    }
    let (_, rest) = Origin::split(url.as_str()).ok()?;
    Url::parse(&endpoint.url(rest)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> Endpoint {
        text.parse().expect("an endpoint")
    }

    fn url(text: &str) -> Url {
        text.parse().expect("an address")
    }

    #[test]
    fn only_what_lies_below_the_endpoint_is_relative_to_it() {
        let hub = endpoint("https://h:8443/hf");
        let table = [
            ("https://h:8443/hf/api/models?x=1", Some("/api/models?x=1")),
            ("https://h:8443/hf", Some("")),
            ("https://h:8443/hfx/api", None),
            ("https://h:8443/api", None),
            ("https://h/hf/api", None),
            ("http://h:8443/hf/api", None),
        ];
        for (text, wanted) in table {
            assert_eq!(relative(&hub, &url(text)), wanted, "{text}");
        }
    }

    #[test]
    fn a_redirect_keeps_the_prefix_unless_it_names_a_whole_address() {
        let (hub, from) = (endpoint("https://h/hf/"), url("https://h/hf/a/b"));
        let table = [
            ("/hf/c/d", "https://h/hf/c/d"),
            ("/c/d?x", "https://h/hf/c/d?x"),
            ("/hfx", "https://h/hf/hfx"),
            ("d", "https://h/hf/a/d"),
            ("https://h/blobs/x", "https://h/blobs/x"),
            ("//cdn/x", "https://cdn/x"),
            ("https://cdn/x", "https://cdn/x"),
        ];
        for (location, wanted) in table {
            let found = redirected(&hub, &from, location);
            assert_eq!(found, Some(url(wanted)), "{location}");
        }
        // What another server says has nothing to do with the endpoint.
        let found = redirected(&hub, &url("https://cdn/x"), "/y");
        assert_eq!(found, Some(url("https://cdn/y")));
        assert_eq!(redirected(&hub, &from, "http://["), None);
    }

    #[test]
    fn the_next_page_is_on_the_hub_or_nowhere() {
        let (hub, from) = (endpoint("https://h/hf"), url("https://h/hf/api/models?a=1"));
        let table = [
            (
                "https://h/hf/api/models?c=2",
                Some("https://h/hf/api/models?c=2"),
            ),
            (
                "https://h:443/api/models?c=2",
                Some("https://h/hf/api/models?c=2"),
            ),
            ("/api/models?c=2", Some("https://h/hf/api/models?c=2")),
            ("/hf/api/models?c=2", Some("https://h/hf/api/models?c=2")),
            ("?c=2", Some("https://h/hf/api/models?c=2")),
            ("http://h/hf/api/models?c=2", None),
            ("https://evil/hf/api/models", None),
            ("//evil/x", None),
            ("file:///x", None),
            ("https://u:p@h/hf/api/models", None),
        ];
        for (link, wanted) in table {
            assert_eq!(next_page(&hub, &from, link), wanted.map(url), "{link}");
        }
    }
}
