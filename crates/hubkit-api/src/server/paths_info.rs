//! The body of `POST /api/{models|datasets|spaces}/{id}/paths-info/{revision}`.

use http::HeaderMap;
use hubkit_types::RepoPath;
use serde_json::Value;

use crate::{header, target};

/// Reads which paths are asked for: a form (`paths=a&paths=b`) or JSON (`{"paths": ["a", "b"]}`). `None` when it is
/// neither.
///
/// What is no path of a repository is left out: nothing is stored there, and a path that is not there is not answered.
pub fn read_paths_info(headers: &HeaderMap, body: &[u8]) -> Option<Vec<RepoPath>> {
    let texts = if header::has_media_type(headers, "application/x-www-form-urlencoded") {
        let pairs = target::decode_form(std::str::from_utf8(body).ok()?)?;
        let paths = pairs
            .into_iter()
            .filter(|(key, _)| key == "paths" || key == "paths[]");
        paths.map(|(_, path)| path).collect()
    } else {
        let value: Value = serde_json::from_slice(body).ok()?;
        match value.get("paths")? {
            Value::String(path) => vec![path.clone()],
            Value::Array(paths) => {
                let texts = paths.iter().filter_map(Value::as_str);
                texts.map(str::to_owned).collect()
            }
            _ => return None,
        }
    };
    let trimmed = texts.iter().map(|path: &String| path.trim_end_matches('/'));
    Some(trimmed.filter_map(|path| path.parse().ok()).collect())
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
            (form, "", Some("")),
            (form, "paths=%zz", None),
            (
                "application/json",
                r#"{"paths":["a/b","c d/"],"expand":false}"#,
                Some("a/b,c d"),
            ),
            ("", r#"{"paths":"a"}"#, Some("a")),
            ("", r#"{"paths":[7,"../x","y"]}"#, Some("y")),
            ("", "{}", None),
            ("", "[", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", media_type.parse().expect("a value"));
            let paths = read_paths_info(&headers, body.as_bytes());
            let found = paths.map(|paths| {
                let texts: Vec<&str> = paths.iter().map(RepoPath::as_str).collect();
                texts.join(",")
            });
            assert_eq!(found.as_deref(), wanted, "{media_type} {body}");
        }
    }
}
