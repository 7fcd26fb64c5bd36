//! What a decent hub would answer.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Asked, Question, Reply};

/// The one commit there is.
pub const COMMIT: &str = "1d0c3f5a7b9e2468ace013579bdf02468ace1357";

/// A file of a repository.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its path.
    pub path: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// Whether it is kept as a large object, named by its SHA-256; else it is named as git does.
    pub is_large: bool,
    digest: String,
}

impl Asset {
    /// A large object.
    pub fn large(path: &str, content: Vec<u8>) -> Self {
        Self {
            path: path.to_owned(),
            digest: hex(&Sha256::digest(&content)),
            content,
            is_large: true,
        }
    }

    /// A regular file.
    pub fn small(path: &str, content: &[u8]) -> Self {
        Self {
            path: path.to_owned(),
            digest: git_digest(content),
            content: content.to_vec(),
            is_large: false,
        }
    }

    /// The digest that it is named by.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    fn pointer(&self) -> String {
        let (digest, size) = (self.digest(), self.content.len());
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n")
    }

    /// The entry of a listing.
    pub fn entry(&self) -> Value {
        let (path, size) = (&self.path, self.content.len());
        if !self.is_large {
            return json!({"type": "file", "oid": self.digest(), "size": size, "path": path});
        }
        let pointer = self.pointer();
        let lfs = json!({"oid": self.digest(), "size": size, "pointerSize": pointer.len()});
        let oid = git_digest(pointer.as_bytes());
        json!({"type": "file", "oid": oid, "size": size, "lfs": lfs, "path": path})
    }
}

/// Bytes that differ from each other and are the same in every run.
pub fn content(length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 4);
    let mut number = 1_u32;
    while bytes.len() < length {
        number = number.wrapping_mul(2_654_435_761).wrapping_add(12_345);
        bytes.extend_from_slice(&number.rotate_left(7).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// The answer of a decent hub.
pub fn honest(asked: &Asked<'_>) -> Reply {
    match asked.question {
        Question::Info => Reply::json(&info(asked)),
        Question::Tree => {
            let entries = asked.assets().iter().map(Asset::entry);
            Reply::json(&Value::Array(entries.collect()))
        }
        Question::Paths => {
            let asset = asked.assets().iter();
            let body = String::from_utf8_lossy(&asked.request.body);
            let named = asset.filter(|asset| body.contains(&asset.path));
            Reply::json(&Value::Array(named.map(Asset::entry).collect()))
        }
        Question::Head | Question::Get => file(asked).with("x-repo-commit", COMMIT),
        Question::Elsewhere => file(asked),
        Question::Other => {
            let body = json!({"error": "Repository not found"}).to_string();
            let reply = Reply::new(404).with("x-error-code", "RepoNotFound");
            reply
                .with("content-type", "application/json")
                .body(body.into_bytes())
        }
    }
}

fn info(asked: &Asked<'_>) -> Value {
    let siblings = asked.assets().iter();
    let siblings: Vec<Value> = siblings
        .map(|asset| json!({"rfilename": asset.path}))
        .collect();
    let id = format!("faults/{}", asked.repo());
    json!({
        "_id": "0", "id": id, "modelId": id, "author": "faults", "sha": COMMIT, "private": false, "disabled": false,
        "gated": false, "downloads": 0, "likes": 0, "tags": [], "siblings": siblings,
        "lastModified": "2026-01-01T00:00:00.000Z", "createdAt": "2026-01-01T00:00:00.000Z",
    })
}

/// The file, or the part of it that was asked for, on condition that it is still the same.
fn file(asked: &Asked<'_>) -> Reply {
    let asset = asked.asset();
    let tag = format!("\"{}\"", asset.digest());
    let length = asset.content.len();
    let full = Reply::new(200)
        .with("etag", &tag)
        .with("accept-ranges", "bytes")
        .with("content-type", "application/octet-stream");
    let full = if asset.is_large && asked.question != Question::Elsewhere {
        full.with("x-linked-etag", &tag)
            .with("x-linked-size", &length.to_string())
    } else {
        full
    };
    let fits = asked.header("if-range").is_none_or(|guard| guard == tag);
    match asked
        .header("range")
        .filter(|_| fits)
        .and_then(|range| part(range, length))
    {
        None => full.body(asset.content.clone()),
        Some((start, end)) if start < end => {
            let range = format!("bytes {start}-{}/{length}", end - 1);
            let part = asset.content[start..end].to_vec();
            full.status(206).with("content-range", &range).body(part)
        }
        Some(_) => full
            .status(416)
            .with("content-range", &format!("bytes */{length}")),
    }
}

/// The start of one range, and the byte behind it.
fn part(range: &str, length: usize) -> Option<(usize, usize)> {
    let (start, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = last.parse::<usize>().map_or(length, |last| last + 1);
    Some((start.parse().ok()?, end.min(length)))
}

/// As git names a file.
pub(crate) fn git_digest(content: &[u8]) -> String {
    let mut hasher = sha1::Sha1::default();
    sha1::Digest::update(&mut hasher, format!("blob {}\0", content.len()));
    sha1::Digest::update(&mut hasher, content);
    hex(&sha1::Digest::finalize(hasher))
}

/// In lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
