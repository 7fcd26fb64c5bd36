//! The body of `POST /api/{kind}/{id}/paths-info/{revision}`.

use std::{collections::BTreeSet, error, fmt};

use http::HeaderMap;
use hubkit_types::RepoPath;
use serde_json::Value;

use crate::{header, target};

/// How many paths one request may name.
pub const MOST_PATHS: usize = 1000;

/// What is wrong with the body.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PathsInfoFault {
    /// It is neither a form nor JSON, or names no list of paths.
    Malformed,
    /// It names more than [`MOST_PATHS`] paths.
    TooMany,
}

impl fmt::Display for PathsInfoFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("the body is neither a form nor JSON with `paths`"),
            Self::TooMany => write!(f, "the body names more than {MOST_PATHS} paths"),
        }
    }
}

impl error::Error for PathsInfoFault {}

/// What the body asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PathsAsked {
    /// The paths, each once, in the order of their first mention.
    pub paths: Vec<RepoPath>,
    /// Whether to tell the last commit and the security scan of each as well.
    pub expand: bool,
}

/// Reads what is asked for: a form (`paths=a&paths=b`) or JSON (`{"paths": ["a", "b"]}`), each with
/// `expand` if it is to be.
///
/// What is no path of a repository is left out: nothing is stored there, and a path that is not there is not answered.
/// It counts nevertheless, as does what is named twice, when there are too many.
pub fn read_paths_info(headers: &HeaderMap, body: &[u8]) -> Result<PathsAsked, PathsInfoFault> {
    let (texts, expand) = read_texts(headers, body).ok_or(PathsInfoFault::Malformed)?;
    if texts.len() > MOST_PATHS {
        return Err(PathsInfoFault::TooMany);
    }
    let trimmed = texts.iter().map(|path| path.trim_end_matches('/'));
    let mut known = BTreeSet::new();
    let paths = trimmed
        .filter(|path| known.insert(*path))
        .filter_map(|path| path.parse().ok())
        .collect();
    Ok(PathsAsked { paths, expand })
}

fn read_texts(headers: &HeaderMap, body: &[u8]) -> Option<(Vec<String>, bool)> {
    if header::has_media_type(headers, "application/x-www-form-urlencoded") {
        let pairs = target::decode_form(std::str::from_utf8(body).ok()?)?;
        let expand = pairs
            .iter()
            .any(|(key, value)| key == "expand" && target::is_true(value));
        let paths = pairs
            .into_iter()
            .filter(|(key, _)| key == "paths" || key == "paths[]");
        return Some((paths.map(|(_, path)| path).collect(), expand));
    }
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let expand = value.get("expand") == Some(&Value::Bool(true));
    let texts = match value.get_mut("paths")?.take() {
        Value::String(path) => vec![path],
        Value::Array(paths) => {
            let texts = paths.into_iter().map(|path| match path {
                Value::String(text) => text,
                // No text is no path; an empty one stands for it, so that it counts.
                _ => String::new(),
            });
            texts.collect()
        }
        _ => return None,
    };
    Some((texts, expand))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_json_are_read_alike() {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        for (media_type, body, wanted) in [
            (form, "paths=a%2Fb&paths=c+d&expand=false", Some("a/b,c d")),
            (form, "paths=..%2Fx&paths=y", Some("y")),
            (form, "paths=y&expand=True", Some("y expand")),
            ("", r#"{"paths":["y"],"expand":true}"#, Some("y expand")),
            (form, "", Some("")),
            (form, "paths=%zz", None),
            (
                "application/json",
                r#"{"paths":["a/b","c d/"],"expand":false}"#,
                Some("a/b,c d"),
            ),
            ("", r#"{"paths":"a"}"#, Some("a")),
            ("", r#"{"paths":[7,"../x","y"]}"#, Some("y")),
            ("", r#"{"paths":["a","b/","a","b"]}"#, Some("a,b")),
            ("", r#"{"paths":["a","../x"],"paths":["c"]}"#, Some("c")),
            ("", "{}", None),
            ("", "[", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", media_type.parse().expect("a value"));
            let asked = read_paths_info(&headers, body.as_bytes());
            let found = asked.ok().map(|asked| {
                let texts: Vec<&str> = asked.paths.iter().map(RepoPath::as_str).collect();
                texts.join(",") + if asked.expand { " expand" } else { "" }
            });
            assert_eq!(found.as_deref(), wanted, "{media_type} {body}");
        }
    }

    #[test]
    fn too_many_paths_are_refused_even_if_they_are_all_the_same_or_none() {
        let mut form = HeaderMap::new();
        let media_type = "application/x-www-form-urlencoded";
        form.insert("content-type", media_type.parse().expect("a value"));
        for (count, wanted) in [
            (MOST_PATHS, Ok(1)),
            (MOST_PATHS + 1, Err(PathsInfoFault::TooMany)),
        ] {
            let count_of = |headers: &HeaderMap, body: &str| {
                read_paths_info(headers, body.as_bytes()).map(|asked| asked.paths.len())
            };
            let json = format!("{{\"paths\":[{}\"d\"]}}", "\"d\",".repeat(count - 1));
            assert_eq!(count_of(&HeaderMap::new(), &json), wanted, "{count}");
            let odd = format!("{{\"paths\":[{}\"d\"]}}", "7,".repeat(count - 1));
            assert_eq!(count_of(&HeaderMap::new(), &odd), wanted, "{count}");
            let pairs = "paths=d&".repeat(count);
            assert_eq!(count_of(&form, &pairs), wanted, "{count}");
        }
    }
}
