//! The environment: the variables that Python's client reads, with the same meaning.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use hubkit_auth::Token;
use hubkit_types::Endpoint;

/// A variable that is read, for reference pages.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What holds when it is not set.
    pub default: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

/// Every variable that [`Environment::read`] looks at, in the order of the reference page.
pub const VARIABLES: &[Variable] = &[
    variable(
        "HF_ENDPOINT",
        "https://huggingface.co",
        "Where the hub lives; a path behind the host is kept, a user or a password in it refused.",
    ),
    variable(
        "HF_TOKEN",
        "",
        "The access token. Sent to the hub's own origin only.",
    ),
    variable(
        "HUGGING_FACE_HUB_TOKEN",
        "",
        "The older name of `HF_TOKEN`.",
    ),
    variable(
        "HF_TOKEN_PATH",
        "$HF_HOME/token",
        "The file that holds the token where no variable does.",
    ),
    variable(
        "HF_HUB_DISABLE_IMPLICIT_TOKEN",
        "off",
        "Send a token only where one was given explicitly.",
    ),
    variable(
        "HF_HOME",
        "$XDG_CACHE_HOME/huggingface",
        "The folder of everything that is kept; `~` and `$NAME` are expanded.",
    ),
    variable(
        "XDG_CACHE_HOME",
        "~/.cache",
        "The folder that holds `huggingface` where `HF_HOME` is not set.",
    ),
    variable(
        "HF_HUB_CACHE",
        "$HF_HOME/hub",
        "The cache of repositories, shared with Python's client.",
    ),
    variable(
        "HUGGINGFACE_HUB_CACHE",
        "",
        "The older name of `HF_HUB_CACHE`.",
    ),
    variable(
        "HF_HUB_OFFLINE",
        "off",
        "Send no request; use what the cache holds.",
    ),
    variable(
        "TRANSFORMERS_OFFLINE",
        "off",
        "The older name of `HF_HUB_OFFLINE`.",
    ),
    variable(
        "HF_HUB_DOWNLOAD_TIMEOUT",
        "30",
        "Seconds without a byte after which a connection is given up.",
    ),
    variable(
        "HF_HUB_USER_AGENT_ORIGIN",
        "",
        "Appended to the user agent as `origin/VALUE`.",
    ),
    variable(
        "HF_HUB_DISABLE_PROGRESS_BARS",
        "off",
        "Draw no progress bar.",
    ),
    variable(
        "HUBKIT_CA_BUNDLE",
        "",
        "A PEM file of certificates to trust besides the platform's.",
    ),
];

const fn variable(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable {
        name,
        default,
        meaning,
    }
}

/// What the environment says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Environment {
    /// Where the hub lives.
    pub endpoint: Endpoint,
    /// The token of a variable, if one was set and may be used unasked.
    pub token: Option<Token>,
    /// The file that may hold a token; `None` where tokens may not be used unasked.
    pub token_path: Option<PathBuf>,
    /// The folder of everything that is kept.
    pub home: PathBuf,
    /// The cache of repositories.
    pub cache: PathBuf,
    /// No request may be sent.
    pub offline: bool,
    /// Seconds without a byte after which a connection is given up.
    pub download_timeout: Option<u64>,
    /// What to append to the user agent.
    pub user_agent_origin: Option<String>,
    /// Whether a program may draw progress bars.
    pub progress_bars: bool,
    /// A PEM file of certificates to trust besides the platform's.
    pub certificates: Option<PathBuf>,
}

impl Environment {
    /// Reads the variables of this process.
    ///
    /// # Errors
    ///
    /// When a variable has a value that can't be meant, such as an endpoint that is no URL. The value is not repeated.
    pub fn read() -> Result<Self, EnvironmentError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place below the command that reads the environment"
        )]
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self::from_variables(&variables, std::env::home_dir().as_deref())
    }

    /// Reads variables from a map; `home` is the user's home folder.
    ///
    /// # Errors
    ///
    /// As [`Environment::read`].
    pub fn from_variables(
        variables: &BTreeMap<String, String>,
        home: Option<&Path>,
    ) -> Result<Self, EnvironmentError> {
        let get = |name: &str| {
            variables
                .get(name)
                .map(|value| value.trim())
                .filter(|value| !value.is_empty())
        };
        let fault = |variable, fault: &dyn fmt::Display| EnvironmentError {
            variable,
            fault: fault.to_string(),
        };
        let path = |name: &str| get(name).map(|value| expand(value, variables, home));
        let user_home = home.map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        let caches = path("XDG_CACHE_HOME").unwrap_or_else(|| user_home.join(".cache"));
        let hf_home = path("HF_HOME").unwrap_or_else(|| caches.join("huggingface"));
        let cache = path("HF_HUB_CACHE").or_else(|| path("HUGGINGFACE_HUB_CACHE"));
        let endpoint = get("HF_ENDPOINT").unwrap_or("https://huggingface.co");
        let implicit = !is_on(get("HF_HUB_DISABLE_IMPLICIT_TOKEN"));
        let token_variable = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]
            .into_iter()
            .find_map(|name| Some((name, get(name)?)))
            .filter(|_| implicit);
        Ok(Self {
            endpoint: endpoint
                .parse()
                .map_err(|error| fault("HF_ENDPOINT", &error))?,
            token: token_variable
                .map(|(name, value)| Token::from_str(value).map_err(|error| fault(name, &error)))
                .transpose()?,
            token_path: implicit
                .then(|| path("HF_TOKEN_PATH").unwrap_or_else(|| hf_home.join("token"))),
            cache: cache.unwrap_or_else(|| hf_home.join("hub")),
            home: hf_home,
            offline: is_on(get("HF_HUB_OFFLINE")) || is_on(get("TRANSFORMERS_OFFLINE")),
            download_timeout: get("HF_HUB_DOWNLOAD_TIMEOUT")
                .map(|seconds| seconds.parse::<u64>().ok().filter(|seconds| *seconds > 0))
                .map(|seconds| {
                    seconds.ok_or_else(|| {
                        fault(
                            "HF_HUB_DOWNLOAD_TIMEOUT",
                            &"expected whole seconds, at least 1",
                        )
                    })
                })
                .transpose()?,
            user_agent_origin: get("HF_HUB_USER_AGENT_ORIGIN")
                .filter(|origin| origin.bytes().all(|byte| byte.is_ascii_graphic()))
                .map(str::to_owned),
            progress_bars: !is_on(get("HF_HUB_DISABLE_PROGRESS_BARS")),
            certificates: path("HUBKIT_CA_BUNDLE"),
        })
    }
}

/// `1`, `ON`, `YES` and `TRUE` in any case are on, as Python's client has it.
fn is_on(value: Option<&str>) -> bool {
    value.is_some_and(|value| {
        ["1", "on", "yes", "true"].contains(&value.to_ascii_lowercase().as_str())
    })
}

/// Expands a leading `~` and every `$NAME` or `${NAME}` that is set, as Python does.
fn expand(value: &str, variables: &BTreeMap<String, String>, home: Option<&Path>) -> PathBuf {
    let mut text = String::new();
    let mut rest = value;
    while let Some(at) = rest.find('$') {
        text.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let braced = behind
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'));
        let (name, length) = if let Some((name, _)) = braced {
            (name, name.len() + 2)
        } else {
            let end = behind
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(behind.len());
            (&behind[..end], end)
        };
        match variables.get(name) {
            Some(value) => text.push_str(value),
            None => text.push_str(&rest[at..=at + length]),
        }
        rest = &behind[length..];
    }
    text.push_str(rest);
    match (text.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home.to_owned(),
        (Some(below), Some(home)) if below.starts_with(['/', '\\']) => home.join(&below[1..]),
        _ => PathBuf::from(text),
    }
}

/// A variable has a value that can't be meant. Never repeats the value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentError {
    variable: &'static str,
    fault: String,
}

impl fmt::Display for EnvironmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the environment variable {}: {}",
            self.variable, self.fault
        )
    }
}

impl std::error::Error for EnvironmentError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, EnvironmentError> {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Environment::from_variables(&variables, Some(Path::new("/people/ada")))
    }

    #[test]
    fn nothing_set_means_the_public_hub_and_the_usual_folders() {
        let environment = read(&[]).expect("defaults");
        assert_eq!(environment.endpoint.to_string(), "https://huggingface.co");
        assert_eq!(
            environment.cache,
            Path::new("/people/ada/.cache/huggingface/hub")
        );
        assert_eq!(
            environment.token_path.as_deref(),
            Some(Path::new("/people/ada/.cache/huggingface/token"))
        );
        assert!(environment.token.is_none() && !environment.offline);
    }

    #[test]
    fn folders_follow_each_other_and_are_expanded() {
        let environment =
            read(&[("HF_HOME", "~/hf/${USER}/$NONE"), ("USER", "x")]).expect("folders");
        assert_eq!(environment.cache, Path::new("/people/ada/hf/x/$NONE/hub"));
        let environment =
            read(&[("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HUB_CACHE", "/new")]).expect("folders");
        assert_eq!(environment.cache, Path::new("/new"));
        let environment = read(&[("XDG_CACHE_HOME", "/c")]).expect("folders");
        assert_eq!(environment.home, Path::new("/c/huggingface"));
    }

    #[test]
    fn switches_are_read_as_python_reads_them() {
        for value in ["1", "on", "Yes", "TRUE"] {
            assert!(
                read(&[("HF_HUB_OFFLINE", value)])
                    .expect("a switch")
                    .offline,
                "{value}"
            );
        }
        for value in ["", "0", "off", "2"] {
            assert!(
                !read(&[("HF_HUB_OFFLINE", value)])
                    .expect("a switch")
                    .offline,
                "{value}"
            );
        }
    }

    #[test]
    fn a_token_may_be_kept_from_being_sent_unasked() {
        let environment = read(&[
            ("HF_TOKEN", "hf_x\n"),
            ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"),
        ])
        .expect("read");
        assert!(environment.token.is_none() && environment.token_path.is_none());
        assert_eq!(
            read(&[("HF_TOKEN", " hf_x\n")])
                .expect("read")
                .token
                .expect("a token")
                .expose(),
            "hf_x"
        );
    }

    #[test]
    fn an_impossible_value_is_named_by_its_variable_and_not_repeated() {
        let endpoint = read(&[("HF_ENDPOINT", "https://u:hunter2@h")])
            .expect_err("user information")
            .to_string();
        assert!(
            endpoint.contains("HF_ENDPOINT") && !endpoint.contains("hunter2"),
            "{endpoint}"
        );
        let token = read(&[("HF_TOKEN", "hf x")])
            .expect_err("a blank")
            .to_string();
        assert!(
            token.contains("HF_TOKEN") && !token.contains("hf x"),
            "{token}"
        );
    }
}
