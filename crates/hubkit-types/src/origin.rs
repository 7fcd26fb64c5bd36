//! Web origins: what a token belongs to.

use std::{error, fmt, net::Ipv6Addr, str::FromStr};

/// How an origin is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

impl Scheme {
    /// The scheme's name in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Scheme, host and port (RFC 6454). Two URLs share credentials only if their origins are equal.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    port: u16,
}

impl Origin {
    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host in lower case; an IPv6 address in its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, the scheme's own where the URL named none.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether what is sent there never leaves this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self.host == "[::1]"
            || self
                .host
                .parse::<std::net::Ipv4Addr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// Splits an absolute `http` or `https` URL into its origin and the rest, which is empty or starts with `/`, `?`
    /// or `#`.
    pub fn split(url: &str) -> Result<(Self, &str), ParseOriginError> {
        let (scheme, rest) = if let Some(rest) = strip_prefix_ignoring_case(url, "https://") {
            (Scheme::Https, rest)
        } else if let Some(rest) = strip_prefix_ignoring_case(url, "http://") {
            (Scheme::Http, rest)
        } else {
            return Err(ParseOriginError(
                "expected a URL that starts with http:// or https://",
            ));
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        if authority.contains('@') {
            return Err(ParseOriginError(
                "a user or password in the URL is not supported; use a token",
            ));
        }
        let (host, port) = split_port(authority)?;
        let port = port.map_or(Ok(scheme.default_port()), |digits| {
            digits
                .parse()
                .map_err(|_| ParseOriginError("the port is not a number from 0 to 65535"))
        })?;
        Ok((
            Self {
                scheme,
                host: read_host(host)?,
                port,
            },
            rest,
        ))
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn split_port(authority: &str) -> Result<(&str, Option<&str>), ParseOriginError> {
    let after_host = if authority.starts_with('[') {
        authority
            .find(']')
            .ok_or(ParseOriginError("the IPv6 address has no closing bracket"))?
            + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, rest) = authority.split_at(after_host);
    match rest.strip_prefix(':') {
        Some("") => Ok((host, None)),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok((host, Some(digits)))
        }
        None if rest.is_empty() => Ok((host, None)),
        _ => Err(ParseOriginError("the port is not a number from 0 to 65535")),
    }
}

fn read_host(host: &str) -> Result<String, ParseOriginError> {
    if let Some(inner) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let address: Ipv6Addr = inner
            .parse()
            .map_err(|_| ParseOriginError("the IPv6 address is malformed"))?;
        return Ok(format!("[{address}]"));
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if host.is_empty() || host.len() > 253 || !host.bytes().all(legal) {
        return Err(ParseOriginError(
            "the host is not a name of letters, digits, dots and dashes",
        ));
    }
    Ok(host.to_ascii_lowercase())
}

impl FromStr for Origin {
    type Err = ParseOriginError;

    /// Reads `scheme://host[:port]`, with at most one slash behind it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Self::split(text)? {
            (origin, "" | "/") => Ok(origin),
            _ => Err(ParseOriginError("expected only scheme, host and port")),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.port != self.scheme.default_port() {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

/// The text is not an origin. Never repeats the text, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseOriginError(pub(crate) &'static str);

impl fmt::Display for ParseOriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl error::Error for ParseOriginError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(
            text.parse::<Origin>().map(|origin| origin.to_string()),
            Ok(expected.to_owned())
        );
    }

    #[test]
    fn case_default_ports_and_a_final_slash_make_no_difference() {
        check("https://HuggingFace.co", "https://huggingface.co");
        check("HTTPS://huggingface.co:443/", "https://huggingface.co");
        check("http://localhost:8080", "http://localhost:8080");
        check("http://[::0001]:80", "http://[::1]");
    }

    #[test]
    fn what_is_no_plain_web_origin_is_refused() {
        for wrong in [
            "",
            "huggingface.co",
            "ftp://a",
            "file:///etc",
            "http://",
            "http://a:x",
            "http://a:70000",
            "http://a b",
            "http://[::1",
            "http://a/path",
            "//a",
            "https://a\\b",
            "http://a%2fb",
        ] {
            assert!(wrong.parse::<Origin>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        let fault = "https://user:hunter2@host"
            .parse::<Origin>()
            .expect_err("user information");
        assert!(
            !fault.to_string().contains("hunter2") && !format!("{fault:?}").contains("hunter2")
        );
    }

    #[test]
    fn loopback_is_told_from_the_rest() {
        let loopback = |text: &str| text.parse::<Origin>().expect("an origin").is_loopback();
        assert!(
            loopback("http://127.0.0.1:9")
                && loopback("http://localhost")
                && loopback("http://[::1]")
        );
        assert!(!loopback("http://127.0.0.1.example.org") && !loopback("http://10.0.0.1"));
    }
}
