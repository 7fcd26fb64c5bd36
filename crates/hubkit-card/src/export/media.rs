//! Media types of files.

use hubkit_types::RepoPath;

/// The media type that the ending of a name is registered for; `None` for those without one, as `.safetensors`.
pub(super) fn media_type(path: &RepoPath) -> Option<&'static str> {
    let (_, ending) = path.file_name().rsplit_once('.')?;
    let types = TYPES
        .iter()
        .find(|(known, _)| ending.eq_ignore_ascii_case(known));
    types.map(|(_, media)| *media)
}

/// IANA's registry of media types.
const TYPES: &[(&str, &str)] = &[
    ("csv", "text/csv"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("md", "text/markdown"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("parquet", "application/vnd.apache.parquet"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
    ("wav", "audio/vnd.wave"),
    ("webp", "image/webp"),
    ("xml", "application/xml"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("zip", "application/zip"),
];
