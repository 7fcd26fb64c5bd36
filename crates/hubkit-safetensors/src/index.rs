//! The index of a model in several files.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    error, fmt,
};

use hubkit_types::{ParseRepoPathError, RepoPath};
use serde_core::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::error::shown;

/// The index of a model whose tensors lie in several files: `model.safetensors.index.json`.
///
/// Every file that it names is a path below the folder of the index, and ends with `.safetensors`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShardIndex {
    shards: Vec<RepoPath>,
    /// Indexes into `shards`, by tensor.
    tensors: BTreeMap<String, usize>,
    total_size: Option<u64>,
}

impl ShardIndex {
    /// The longest index that is read, in bytes.
    pub const LIMIT: usize = 250_000_000;
    /// The most files that an index may name.
    pub const MOST_SHARDS: usize = 10_000;

    /// Reads an index.
    ///
    /// # Errors
    ///
    /// Names the first fault: malformed JSON, a tensor given twice, a file that would lie outside the folder or is no
    /// safetensors file. Keys that are not known are passed over.
    pub fn parse(json: &[u8]) -> Result<Self, ShardIndexError> {
        if json.len() > Self::LIMIT {
            return Err(ShardIndexError::TooLong);
        }
        let malformed = |error: serde_json::Error| ShardIndexError::Json(shown(&error.to_string()));
        let document: Document = serde_json::from_slice(json).map_err(malformed)?;
        let weight_map = document.weight_map.ok_or(ShardIndexError::NoWeightMap)?.0;
        let mut shards = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut places = Vec::with_capacity(weight_map.len());
        for (tensor, file) in &weight_map {
            let place = if let Some(place) = known.get(file.as_str()) {
                *place
            } else {
                if shards.len() == Self::MOST_SHARDS {
                    return Err(ShardIndexError::TooManyShards);
                }
                shards.push(parse_shard(tensor, file)?);
                known.insert(file, shards.len() - 1);
                shards.len() - 1
            };
            places.push(place);
        }
        let mut tensors = BTreeMap::new();
        for ((tensor, _), place) in weight_map.into_iter().zip(places) {
            if let Some(_twice) = tensors.insert(tensor.clone(), place) {
                return Err(ShardIndexError::Duplicate { tensor });
            }
        }
        Ok(Self {
            shards,
            tensors,
            total_size: document.metadata.and_then(|metadata| metadata.total_size),
        })
    }

    /// The files, in the order in which the index first names them.
    pub fn shards(&self) -> &[RepoPath] {
        &self.shards
    }

    /// The file that holds this tensor.
    pub fn shard_of(&self, tensor: &str) -> Option<&RepoPath> {
        self.tensors.get(tensor).map(|place| &self.shards[*place])
    }

    /// Every tensor with its file, by the tensor's name.
    pub fn tensors(&self) -> impl ExactSizeIterator<Item = (&str, &RepoPath)> {
        self.tensors
            .iter()
            .map(|(tensor, place)| (tensor.as_str(), &self.shards[*place]))
    }

    /// How many bytes the tensors take together, if the index says so. A claim, not a measurement.
    pub fn total_size(&self) -> Option<u64> {
        self.total_size
    }

    /// The files that the index names and the listing lacks. The listing's paths start where the index lies.
    pub fn missing(&self, listing: &[RepoPath]) -> Vec<&RepoPath> {
        let listed: HashSet<&RepoPath> = listing.iter().collect();
        self.shards
            .iter()
            .filter(|shard| !listed.contains(shard))
            .collect()
    }
}

fn parse_shard(tensor: &str, file: &str) -> Result<RepoPath, ShardIndexError> {
    let path: RepoPath = file.parse().map_err(|error| ShardIndexError::Path {
        tensor: tensor.to_owned(),
        error,
    })?;
    if !path.as_str().ends_with(".safetensors") {
        return Err(ShardIndexError::NotSafetensors {
            tensor: tensor.to_owned(),
            path,
        });
    }
    Ok(path)
}

/// The bytes are not the index of a model in several safetensors files.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ShardIndexError {
    /// Longer than [`ShardIndex::LIMIT`].
    TooLong,
    /// Not the JSON of an index.
    Json(String),
    /// No `weight_map`.
    NoWeightMap,
    /// More files than [`ShardIndex::MOST_SHARDS`].
    TooManyShards,
    /// A tensor that is given twice.
    Duplicate {
        /// The tensor.
        tensor: String,
    },
    /// A file whose name is no path of a repository.
    Path {
        /// The tensor that would lie there.
        tensor: String,
        /// What is wrong with the path.
        error: ParseRepoPathError,
    },
    /// A file of another kind, such as a pickle.
    NotSafetensors {
        /// The tensor that would lie there.
        tensor: String,
        /// The file.
        path: RepoPath,
    },
}

impl fmt::Display for ShardIndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(
                f,
                "expected an index of at most {} bytes",
                ShardIndex::LIMIT
            ),
            Self::Json(message) => write!(f, "the index is malformed: {message}"),
            Self::NoWeightMap => f.write_str("the index has no `weight_map`"),
            Self::TooManyShards => write!(
                f,
                "expected an index of at most {} files",
                ShardIndex::MOST_SHARDS
            ),
            Self::Duplicate { tensor } => {
                write!(f, "the index gives tensor `{}` twice", shown(tensor))
            }
            Self::Path { tensor, .. } => write!(
                f,
                "the index puts tensor `{}` into a file it must not name",
                shown(tensor)
            ),
            Self::NotSafetensors { tensor, path } => write!(
                f,
                "the index puts tensor `{}` into `{path}`: expected a .safetensors file",
                shown(tensor)
            ),
        }
    }
}

impl error::Error for ShardIndexError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Path { error, .. } => Some(error),
            _ => None,
        }
    }
}

#[derive(Default)]
struct Document {
    metadata: Option<Metadata>,
    weight_map: Option<WeightMap>,
}

#[derive(Default)]
struct Metadata {
    total_size: Option<u64>,
}

/// Kept with repetitions, so that they are found.
struct WeightMap(Vec<(String, String)>);

/// Declares how an object of JSON is read: what is expected, and what to do with each entry.
macro_rules! read_object {
    ($name:ty, $expected:literal, |$map:ident| $body:block) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
                struct ObjectVisitor;

                impl<'de> Visitor<'de> for ObjectVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut $map: A) -> Result<$name, A::Error> {
                        $body
                    }
                }

                reader.deserialize_map(ObjectVisitor)
            }
        }
    };
}

read_object!(Document, "an object with a weight_map", |map| {
    let mut document = Document::default();
    while let Some(key) = map.next_key::<String>()? {
        let twice = match key.as_str() {
            "metadata" => document.metadata.replace(map.next_value()?).is_some(),
            "weight_map" => document.weight_map.replace(map.next_value()?).is_some(),
            _ => {
                map.next_value::<IgnoredAny>()?;
                false
            }
        };
        if twice {
            return Err(A::Error::custom(format_args!("`{key}` is given twice")));
        }
    }
    Ok(document)
});

read_object!(Metadata, "an object", |map| {
    let mut metadata = Metadata::default();
    while let Some(key) = map.next_key::<String>()? {
        if key == "total_size" {
            // Some writers have put a fraction here; the number is only a claim, and then an unknown one.
            metadata.total_size = map.next_value::<Value>()?.as_u64();
        } else {
            map.next_value::<IgnoredAny>()?;
        }
    }
    Ok(metadata)
});

read_object!(WeightMap, "an object from tensors to files", |map| {
    let mut entries = Vec::new();
    while let Some(entry) = map.next_entry()? {
        entries.push(entry);
    }
    Ok(WeightMap(entries))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let fault = ShardIndex::parse(json.as_bytes()).expect_err(json);
        assert_eq!(fault.to_string(), expected);
    }

    #[test]
    fn an_index_names_each_file_once_and_tells_what_is_missing() {
        let json = r#"{"metadata":{"total_size":12.5,"x":[1]},"more":null,
            "weight_map":{"b":"m-2.safetensors","a":"m-1.safetensors","c":"m-2.safetensors"}}"#;
        let index = ShardIndex::parse(json.as_bytes()).expect("an index");
        let names: Vec<&str> = index.shards().iter().map(RepoPath::as_str).collect();
        assert_eq!(names, ["m-2.safetensors", "m-1.safetensors"]);
        assert_eq!(index.shard_of("c"), Some(&index.shards()[0]));
        assert_eq!((index.tensors().len(), index.total_size()), (3, None));
        let listing = [index.shards()[1].clone()];
        assert_eq!(index.missing(&listing), [&index.shards()[0]]);
    }

    #[test]
    fn files_elsewhere_and_of_another_kind_are_refused() {
        check(
            r#"{"weight_map":{"a":"../x.safetensors"}}"#,
            "the index puts tensor `a` into a file it must not name",
        );
        check(
            r#"{"weight_map":{"a":"https://h/x.safetensors"}}"#,
            "the index puts tensor `a` into a file it must not name",
        );
        check(
            r#"{"weight_map":{"a":"pytorch_model.bin"}}"#,
            "the index puts tensor `a` into `pytorch_model.bin`: expected a .safetensors file",
        );
        check(
            r#"{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}"#,
            "the index gives tensor `a` twice",
        );
        check("{}", "the index has no `weight_map`");
        check(
            r#"{"weight_map":[]}"#,
            "the index is malformed: invalid type: sequence, expected an object from tensors to files at line 1 column 14",
        );
    }

    #[test]
    fn nesting_ends_in_an_error_and_not_in_the_stack() {
        let deep = format!("{{\"x\":{}", "[".repeat(100_000));
        assert!(ShardIndex::parse(deep.as_bytes()).is_err());
    }
}
