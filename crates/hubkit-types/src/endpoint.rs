//! Where a hub lives.

use std::{error, fmt, str::FromStr};

use crate::Origin;

/// The address of a hub: an origin and, for a hub behind a proxy, a path before all of its own.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Endpoint {
    origin: Origin,
    prefix: String,
}

impl Endpoint {
    /// Scheme, host and port.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Empty, or a path that starts with a slash and does not end with one.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The URL of a path on this hub. `path_and_query` starts with a slash.
    pub fn url(&self, path_and_query: &str) -> String {
        format!("{self}{path_and_query}")
    }
}

impl FromStr for Endpoint {
    type Err = ParseEndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (origin, rest) =
            Origin::split(text.trim()).map_err(|fault| ParseEndpointError(fault.0))?;
        let prefix = rest.trim_end_matches('/');
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte);
        if !prefix.bytes().all(legal) || prefix.split('/').any(|part| part == "..") {
            return Err(ParseEndpointError(
                "the path may hold letters, digits and -._~% only",
            ));
        }
        Ok(Self {
            origin,
            prefix: prefix.to_owned(),
        })
    }
}

impl From<Origin> for Endpoint {
    fn from(origin: Origin) -> Self {
        Self {
            origin,
            prefix: String::new(),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.prefix)
    }
}

/// The text is not the address of a hub. Never repeats the text, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseEndpointError(&'static str);

impl fmt::Display for ParseEndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl error::Error for ParseEndpointError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_final_slash_makes_no_difference_and_a_prefix_stays() {
        let endpoint: Endpoint = "https://proxy.example:8443/api/hub/"
            .parse()
            .expect("an endpoint");
        assert_eq!(endpoint.to_string(), "https://proxy.example:8443/api/hub");
        assert_eq!(
            endpoint.url("/api/models/x"),
            "https://proxy.example:8443/api/hub/api/models/x"
        );
        assert_eq!(
            "https://huggingface.co/"
                .parse::<Endpoint>()
                .expect("plain")
                .prefix(),
            ""
        );
    }

    #[test]
    fn a_query_a_climb_or_a_password_is_refused() {
        for wrong in [
            "https://a?x",
            "https://a/#b",
            "https://a/../b",
            "https://u:secret@a",
            "a.b",
        ] {
            let fault = wrong.parse::<Endpoint>().expect_err(wrong);
            assert!(!fault.to_string().contains("secret"));
        }
    }
}
