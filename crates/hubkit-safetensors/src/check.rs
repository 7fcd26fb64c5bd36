//! An index held against the files that it names.

use std::{
    collections::{BTreeMap, HashMap},
    error, fmt,
};

use hubkit_types::RepoPath;

use crate::{ShardIndex, Tensors, error::shown};

/// A difference between an index and the headers of its files.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ShardFinding {
    /// No header was given of a file that the index names.
    MissingShard {
        /// The file.
        shard: RepoPath,
    },
    /// A header was given of a file that the index does not name.
    ExtraShard {
        /// The file.
        shard: RepoPath,
    },
    /// No file holds a tensor that the index names.
    Missing {
        /// The tensor.
        tensor: String,
        /// Where it should lie.
        shard: RepoPath,
    },
    /// A tensor lies in another file than the index says.
    Misplaced {
        /// The tensor.
        tensor: String,
        /// Where it should lie.
        expected: RepoPath,
        /// Where it lies.
        found: RepoPath,
    },
    /// A file holds a tensor that the index does not name.
    Extra {
        /// The tensor.
        tensor: String,
        /// The file.
        shard: RepoPath,
    },
    /// Two files hold a tensor of one name, and which of them counts depends on the reader.
    Duplicate {
        /// The tensor.
        tensor: String,
        /// The two files; there may be more.
        shards: [RepoPath; 2],
    },
    /// The index gives another size for all tensors than they have.
    TotalSize {
        /// What the index says, in bytes.
        expected: u64,
        /// What the tensors take, in bytes.
        found: u64,
    },
}

impl ShardFinding {
    /// Whether a program that goes by the index finds a tensor missing, or another than it should. Tensors that the index
    /// does not name are never looked for, and the total size is a claim that nothing depends on.
    pub fn breaks_loading(&self) -> bool {
        match self {
            Self::MissingShard { .. }
            | Self::Missing { .. }
            | Self::Misplaced { .. }
            | Self::Duplicate { .. } => true,
            Self::ExtraShard { .. } | Self::Extra { .. } | Self::TotalSize { .. } => false,
        }
    }
}

impl ShardIndex {
    /// Compares the index with the tensors of its files, which [`Header::tensors`](crate::Header::tensors) gives.
    ///
    /// The total size is compared where every file is there and holds what it should.
    pub fn check<'a>(
        &self,
        shards: impl IntoIterator<Item = (&'a RepoPath, Tensors<'a>)>,
    ) -> Vec<ShardFinding> {
        let mut findings = Vec::new();
        // By tensor, where it lies; by file, whether it was given.
        let mut places: HashMap<&str, &RepoPath> = HashMap::with_capacity(self.tensors().len());
        let mut given: BTreeMap<&str, bool> = BTreeMap::new();
        let (mut size, mut duplicates) = (0_u64, BTreeMap::new());
        for shard in self.shards() {
            given.insert(shard.as_str(), false);
        }
        for (shard, tensors) in shards {
            match given.get_mut(shard.as_str()) {
                Some(given) => *given = true,
                None => findings.push(ShardFinding::ExtraShard {
                    shard: shard.clone(),
                }),
            }
            for tensor in tensors {
                size = size.saturating_add(tensor.data().len());
                let name = tensor.name();
                match places.get(name) {
                    Some(first) if *first != shard => {
                        let shards = [(*first).clone(), shard.clone()];
                        duplicates.entry(name).or_insert(shards);
                    }
                    Some(_) => {}
                    None => {
                        places.insert(name, shard);
                        if self.shard_of(name).is_none() {
                            findings.push(ShardFinding::Extra {
                                tensor: name.to_owned(),
                                shard: shard.clone(),
                            });
                        }
                    }
                }
            }
        }
        let missing = self.shards().iter().filter(|shard| !given[shard.as_str()]);
        findings.extend(missing.map(|shard| ShardFinding::MissingShard {
            shard: shard.clone(),
        }));
        for (tensor, shard) in self.tensors() {
            match places.get(tensor) {
                Some(found) if *found != shard && !duplicates.contains_key(tensor) => {
                    findings.push(ShardFinding::Misplaced {
                        tensor: tensor.to_owned(),
                        expected: shard.clone(),
                        found: (*found).clone(),
                    });
                }
                None if given[shard.as_str()] => findings.push(ShardFinding::Missing {
                    tensor: tensor.to_owned(),
                    shard: shard.clone(),
                }),
                _ => {}
            }
        }
        findings.extend(
            duplicates
                .into_iter()
                .map(|(tensor, shards)| ShardFinding::Duplicate {
                    tensor: tensor.to_owned(),
                    shards,
                }),
        );
        if let Some(expected) = self.total_size()
            && expected != size
            && findings.is_empty()
        {
            let found = size;
            findings.push(ShardFinding::TotalSize { expected, found });
        }
        findings
    }
}

impl fmt::Display for ShardFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingShard { shard } => {
                write!(f, "`{shard}`, which the index names, is not there")
            }
            Self::ExtraShard { shard } => write!(f, "the index does not name `{shard}`"),
            Self::Missing { tensor, shard } => write!(
                f,
                "the index puts tensor `{}` into `{shard}`, which does not hold it",
                shown(tensor)
            ),
            Self::Misplaced {
                tensor,
                expected,
                found,
            } => write!(
                f,
                "the index puts tensor `{}` into `{expected}`, and it lies in `{found}`",
                shown(tensor)
            ),
            Self::Extra { tensor, shard } => write!(
                f,
                "the index does not name tensor `{}` of `{shard}`",
                shown(tensor)
            ),
            Self::Duplicate {
                tensor,
                shards: [one, other],
            } => write!(
                f,
                "`{one}` and `{other}` both hold a tensor `{}`",
                shown(tensor)
            ),
            Self::TotalSize { expected, found } => write!(
                f,
                "the index says that all tensors take {expected} bytes, and they take {found}"
            ),
        }
    }
}

impl error::Error for ShardFinding {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Header;

    const INDEX: &str = r#"{"metadata":{"total_size":4},"weight_map":{
        "a":"1.safetensors","b":"1.safetensors","c":"2.safetensors","d":"2.safetensors"}}"#;

    fn header(names: &str) -> Header {
        let entry = |(place, name)| {
            let end = place + 1;
            format!(r#""{name}":{{"dtype":"U8","shape":[1],"data_offsets":[{place},{end}]}}"#)
        };
        let entries: Vec<String> = names.chars().enumerate().map(entry).collect();
        Header::parse(format!("{{{}}}", entries.join(",")).as_bytes(), None).expect("a header")
    }

    #[track_caller]
    fn check(shards: &[(&str, &str)], expected: &[&str]) {
        let index = ShardIndex::parse(INDEX.as_bytes()).expect("an index");
        let shards: Vec<(RepoPath, Header)> = shards
            .iter()
            .map(|(path, names)| (path.parse().expect("a path"), header(names)))
            .collect();
        let findings = index.check(shards.iter().map(|(path, header)| (path, header.tensors())));
        let found: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_index_that_tells_the_truth_has_no_findings() {
        check(&[("1.safetensors", "ab"), ("2.safetensors", "dc")], &[]);
    }

    #[test]
    fn what_is_missing_extra_misplaced_or_twice_is_told() {
        check(
            &[("1.safetensors", "abx"), ("2.safetensors", "c")],
            &[
                "the index does not name tensor `x` of `1.safetensors`",
                "the index puts tensor `d` into `2.safetensors`, which does not hold it",
            ],
        );
        check(
            &[("1.safetensors", "abd"), ("2.safetensors", "c")],
            &["the index puts tensor `d` into `2.safetensors`, and it lies in `1.safetensors`"],
        );
        check(
            &[("1.safetensors", "abd"), ("2.safetensors", "cd")],
            &["`1.safetensors` and `2.safetensors` both hold a tensor `d`"],
        );
        check(
            &[("1.safetensors", "ab"), ("3.safetensors", "")],
            &[
                "the index does not name `3.safetensors`",
                "`2.safetensors`, which the index names, is not there",
            ],
        );
    }

    #[test]
    fn the_total_size_is_compared_with_the_sum() {
        let index = ShardIndex::parse(
            br#"{"metadata":{"total_size":7},"weight_map":{"a":"1.safetensors"}}"#,
        );
        let index = index.expect("an index");
        let (path, header) = (index.shards()[0].clone(), header("a"));
        let findings = index.check([(&path, header.tensors())]);
        let (expected, found) = (7, 1);
        assert_eq!(findings, [ShardFinding::TotalSize { expected, found }]);
        assert!(!findings[0].breaks_loading());
    }
}
