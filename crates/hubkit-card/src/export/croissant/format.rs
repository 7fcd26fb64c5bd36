//! Formats of data files, by their names.

/// What a data file is, as far as its name tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum DataFormat {
    Parquet,
    JsonLines,
    /// JSON, or JSON lines: only a look into it tells.
    Json,
    Csv,
    Tsv,
    /// Lines of text.
    Text,
    Image,
    Audio,
    Video,
    /// Data whose columns nothing here can describe: Arrow, archives, HDF5, …
    Other,
}

impl DataFormat {
    /// The format of a file that `datasets` would load; `None` for anything else.
    pub(super) fn of(path: &str) -> Option<Self> {
        let (name, _) = uncompressed(path);
        Some(match ending(name).as_str() {
            "parquet" | "geoparquet" | "gpq" => Self::Parquet,
            "jsonl" | "ndjson" => Self::JsonLines,
            "json" => Self::Json,
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "txt" => Self::Text,
            "jpg" | "jpeg" | "png" | "gif" | "bmp" | "tif" | "tiff" | "webp" => Self::Image,
            "wav" | "mp3" | "flac" | "ogg" | "opus" | "m4a" | "aiff" => Self::Audio,
            "mp4" | "mkv" | "avi" | "mov" | "webm" | "mpeg" => Self::Video,
            "arrow" | "tar" | "zip" | "xml" | "h5" | "hdf5" | "conll" | "conllu" | "eval"
            | "lance" | "tsfile" | "pdf" | "nii" => Self::Other,
            _ => return None,
        })
    }

    /// The format that stands for all that one reader takes: lines of JSON are read as JSON is.
    pub(super) fn reader(self) -> Self {
        match self {
            Self::JsonLines => Self::Json,
            other => other,
        }
    }

    /// Whether the rows of a file are described by columns of a name.
    pub(super) fn has_columns(self) -> bool {
        matches!(
            self,
            Self::Parquet | Self::JsonLines | Self::Json | Self::Csv | Self::Tsv
        )
    }

    /// Whether the first bytes of a file tell its columns.
    pub(super) fn tells_columns(self) -> bool {
        self.has_columns() && self != Self::Parquet
    }
}

/// The media types of a file: of its content, then of its compression.
pub(super) fn media_types(path: &str) -> Vec<&'static str> {
    let (name, compression) = uncompressed(path);
    std::iter::once(media_type(&ending(name)))
        .chain(compression)
        .collect()
}

/// Those that mlcroissant knows are in its spelling.
fn media_type(ending: &str) -> &'static str {
    match ending {
        "parquet" | "geoparquet" | "gpq" => "application/x-parquet",
        "jsonl" | "ndjson" => "application/jsonlines",
        "json" => "application/json",
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "txt" => "text/plain",
        "md" => "text/markdown",
        "html" | "htm" => "text/html",
        "xml" => "application/xml",
        "yaml" | "yml" => "application/yaml",
        "py" => "text/x-python",
        "pdf" => "application/pdf",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "bmp" => "image/bmp",
        "webp" => "image/webp",
        "tif" | "tiff" => "image/tiff",
        "svg" => "image/svg+xml",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "flac" => "audio/flac",
        "ogg" | "opus" => "audio/ogg",
        "m4a" => "audio/mp4",
        "aiff" => "audio/aiff",
        "mp4" => "video/mp4",
        "mkv" => "video/matroska",
        "avi" => "video/vnd.avi",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mpeg" => "video/mpeg",
        "arrow" => "application/vnd.apache.arrow.file",
        "h5" | "hdf5" => "application/x-hdf5",
        "tar" => "application/x-tar",
        "zip" => "application/zip",
        "npy" | "npz" => "application/x-npy",
        _ => "application/octet-stream",
    }
}

/// The name without the ending of a compression, and the media type of that.
fn uncompressed(path: &str) -> (&str, Option<&'static str>) {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let compressions = [
        (".gz", "application/gzip"),
        (".zst", "application/zstd"),
        (".bz2", "application/x-bzip2"),
        (".xz", "application/x-xz"),
        (".lz4", "application/x-lz4"),
    ];
    for (ending, media_type) in compressions {
        if let Some(name) = name.strip_suffix(ending) {
            return (name, Some(media_type));
        }
    }
    (name, None)
}

/// Whether mlcroissant and its like can't read a file because of how it is compressed: they know gzip alone.
pub(super) fn is_compressed_otherwise(path: &str) -> bool {
    uncompressed(path)
        .1
        .is_some_and(|media_type| media_type != "application/gzip")
}

pub(super) fn is_compressed(path: &str) -> bool {
    uncompressed(path).1.is_some()
}

fn ending(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_formats() {
        for (path, format, types) in [
            (
                "a/train.CSV",
                Some(DataFormat::Csv),
                &["text/csv"] as &[&str],
            ),
            (
                "x.jsonl.gz",
                Some(DataFormat::JsonLines),
                &["application/jsonlines", "application/gzip"],
            ),
            (
                "x.parquet",
                Some(DataFormat::Parquet),
                &["application/x-parquet"],
            ),
            ("README.md", None, &["text/markdown"]),
            ("a.csv/LICENSE", None, &["application/octet-stream"]),
            (".gitattributes", None, &["application/octet-stream"]),
        ] {
            assert_eq!(DataFormat::of(path), format, "{path}");
            assert_eq!(media_types(path), types, "{path}");
        }
        assert!(is_compressed_otherwise("a.csv.zst") && !is_compressed_otherwise("a.csv.gz"));
    }
}
