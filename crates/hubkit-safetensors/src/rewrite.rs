//! New files made of the tensors of others, a piece at a time.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    error, fmt,
    fs::{self, File},
    io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
};

use hubkit_types::ByteRange;

use crate::{
    Dtype, Existing, FloatWidth, Header, HeaderError, Layout, NewFile, NewTensor, ReadHeaderError,
    RenameRule, ShardFinding, ShardIndex, ShardIndexError, Stop, error::shown, output::unfit,
    read_header,
};

/// How much is in memory at a time. A multiple of the size of every element.
const PIECE: usize = 1 << 20;

/// The tensors of one or several files, to be written into others: merged, split, renamed, of another type.
///
/// Reads headers when it is made, and data only while it writes, a megabyte at a time. Nothing is changed in the files
/// that are read, which stay open.
#[derive(Debug)]
pub struct Rewrite {
    sources: Vec<Source>,
    tensors: Vec<Planned>,
    metadata: BTreeMap<String, String>,
    dropped_metadata: Vec<String>,
    findings: Vec<ShardFinding>,
    stop: Stop,
}

#[derive(Debug)]
struct Source {
    path: PathBuf,
    file: File,
}

#[derive(Debug)]
struct Planned {
    new: NewTensor,
    source: usize,
    range: ByteRange,
    from: Dtype,
    cast: Option<FloatWidth>,
}

impl Rewrite {
    /// Opens files, whose tensors will be together in what is written.
    ///
    /// Metadata stay where no two files differ about them; [`Rewrite::dropped_metadata`] names the others.
    ///
    /// # Errors
    ///
    /// When a file can't be read or is no regular one, its header is not correct, or two hold a tensor of one name.
    pub fn open(paths: impl IntoIterator<Item = PathBuf>) -> Result<Self, RewriteError> {
        let mut headers = Vec::new();
        let mut sources = Vec::new();
        for path in paths {
            let (file, header) = open(&path)?;
            sources.push(Source { path, file });
            headers.push(header);
        }
        Self::of(sources, &headers)
    }

    /// Opens the files that an index names, beside which it lies.
    ///
    /// # Errors
    ///
    /// Those of [`Rewrite::open`]; when the index can't be read or does not tell the truth about its files, which
    /// [`ShardFinding::breaks_loading`] says.
    pub fn open_index(path: &Path) -> Result<Self, RewriteError> {
        let bytes = read_index(path).map_err(|error| RewriteError::io(path, error))?;
        let index = ShardIndex::parse(&bytes).map_err(|error| RewriteError::Index {
            path: path.to_owned(),
            error,
        })?;
        let (mut sources, mut headers) = (Vec::new(), Vec::new());
        for shard in index.shards() {
            let path = path.with_file_name(shard.as_str());
            let (file, header) = open(&path)?;
            sources.push(Source { path, file });
            headers.push(header);
        }
        let tensors = headers.iter().map(Header::tensors);
        let findings = index.check(index.shards().iter().zip(tensors));
        let (broken, harmless): (Vec<_>, _) =
            findings.into_iter().partition(ShardFinding::breaks_loading);
        if let Some(finding) = broken.into_iter().next() {
            let path = path.to_owned();
            return Err(RewriteError::Mismatch { path, finding });
        }
        let mut rewrite = Self::of(sources, &headers)?;
        rewrite.findings = harmless;
        Ok(rewrite)
    }

    fn of(sources: Vec<Source>, headers: &[Header]) -> Result<Self, RewriteError> {
        let mut tensors = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let (mut metadata, mut differing) = (BTreeMap::new(), BTreeSet::new());
        for (source, header) in headers.iter().enumerate() {
            for tensor in header.tensors() {
                if let Some(first) = places.insert(tensor.name(), source) {
                    return Err(RewriteError::Duplicate {
                        tensor: tensor.name().to_owned(),
                        paths: [first, source].map(|place| sources[place].path.clone()),
                    });
                }
                tensors.push(Planned {
                    new: NewTensor {
                        name: tensor.name().to_owned(),
                        dtype: tensor.dtype(),
                        shape: tensor.shape().to_vec(),
                    },
                    source,
                    range: header.file_range(tensor),
                    from: tensor.dtype(),
                    cast: None,
                });
            }
            for (key, value) in header.metadata() {
                if metadata.entry(key.clone()).or_insert_with(|| value.clone()) != value {
                    differing.insert(key.clone());
                }
            }
        }
        metadata.retain(|key, _| !differing.contains(key));
        Ok(Self {
            sources,
            tensors,
            metadata,
            dropped_metadata: differing.into_iter().collect(),
            findings: Vec::new(),
            stop: Stop::new(),
        })
    }

    /// Lets another thread stop the writing, which is an error then. What stands at its place stays.
    #[must_use]
    pub fn until(mut self, stop: &Stop) -> Self {
        self.stop = stop.clone();
        self
    }

    /// How many tensors there are.
    pub fn tensors(&self) -> usize {
        self.tensors.len()
    }

    /// The names of the tensors as they will be written, in the order of the files that are read.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.iter().map(|tensor| tensor.new.name.as_str())
    }

    /// How many bytes of data will be written, if everything goes into one file.
    pub fn data_len(&self) -> u64 {
        let sizes = self.tensors.iter().map(Planned::bytes);
        sizes.fold(0, u64::saturating_add)
    }

    /// The keys of metadata that the files differ about, and that are therefore not written.
    pub fn dropped_metadata(&self) -> &[String] {
        &self.dropped_metadata
    }

    /// What the index that was opened says wrong, and nothing depends on: the total size, or a tensor that it leaves out.
    pub fn findings(&self) -> &[ShardFinding] {
        &self.findings
    }

    /// Gives tensors other names: the first rule that is about a name changes it. Returns for each rule how many names
    /// it changed.
    pub fn rename(&mut self, rules: &[RenameRule]) -> Vec<usize> {
        let mut counts = vec![0; rules.len()];
        for tensor in &mut self.tensors {
            let mut renamed = rules.iter().zip(&mut counts);
            let renamed =
                renamed.find_map(|(rule, count)| Some((rule.apply(&tensor.new.name)?, count)));
            if let Some((name, count)) = renamed {
                tensor.new.name = name;
                *count += 1;
            }
        }
        counts
    }

    /// Rounds those tensors of `F64`, `F32`, `F16` and `BF16` whose names are wanted to another type; others stay as they
    /// are. Returns how many will change.
    ///
    /// Numbers of `F64` become singles first, as PyTorch does it.
    pub fn cast(&mut self, to: FloatWidth, wanted: impl Fn(&str) -> bool) -> usize {
        let mut count = 0;
        for tensor in &mut self.tensors {
            let is_number = matches!(
                tensor.from,
                Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::Bf16
            );
            if is_number && tensor.from != to.dtype() && wanted(&tensor.new.name) {
                tensor.new.dtype = to.dtype();
                tensor.cast = Some(to);
                count += 1;
            }
        }
        count
    }

    /// Writes everything into one file, which is there as a whole or not at all. It may be one of those that are read.
    /// Returns its length.
    ///
    /// # Errors
    ///
    /// When two tensors came to share a name, or a file can't be read or written.
    pub fn write(&self, target: &Path, existing: Existing) -> Result<u64, RewriteError> {
        let all: Vec<&Planned> = self.tensors.iter().collect();
        let (file, length) = self.stage(&all, target, existing)?;
        file.publish()
            .map_err(|error| RewriteError::io(target, error))?;
        Ok(length)
    }

    /// Writes everything into files of at most `max_size` bytes of data each, with the names and the index that
    /// transformers gives: `STEM-00001-of-00002.safetensors` and `STEM.safetensors.index.json`. A tensor that is larger
    /// has a file of its own; where one file takes everything, it is `STEM.safetensors` and there is no index.
    ///
    /// The files get their names when all of them are whole, the index last. Returns the paths of all with their lengths,
    /// the index last.
    ///
    /// # Errors
    ///
    /// Those of [`Rewrite::write`]; when there would be more files than [`ShardIndex::MOST_SHARDS`].
    pub fn split(
        &self,
        folder: &Path,
        stem: &str,
        max_size: u64,
        existing: Existing,
    ) -> Result<Vec<(PathBuf, u64)>, RewriteError> {
        let shards = self.shards(max_size);
        if shards.len() > ShardIndex::MOST_SHARDS {
            return Err(RewriteError::TooManyShards {
                found: shards.len(),
            });
        }
        let mut names = HashSet::new();
        for tensor in &self.tensors {
            if !names.insert(tensor.new.name.as_str()) {
                return Err(RewriteError::Layout(HeaderError::duplicate(
                    &tensor.new.name,
                )));
            }
        }
        let count = shards.len();
        let name = |place: usize| match count {
            1 => format!("{stem}.safetensors"),
            _ => format!("{stem}-{:05}-of-{count:05}.safetensors", place + 1),
        };
        let (mut staged, mut written, mut weight_map) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (place, shard) in shards.iter().enumerate() {
            let path = folder.join(name(place));
            let (mut file, length) = self.stage(shard, &path, existing)?;
            // There may be more shards than files that can be open.
            file.finish()
                .map_err(|error| RewriteError::io(&path, error))?;
            weight_map.extend(
                shard
                    .iter()
                    .map(|tensor| (tensor.new.name.as_str(), name(place))),
            );
            staged.push((path.clone(), file));
            written.push((path, length));
        }
        if count > 1 {
            let path = folder.join(format!("{stem}.safetensors.index.json"));
            let index = index_json(self.data_len(), &weight_map);
            let write = || {
                let mut file = NewFile::create_until(&path, existing, &self.stop)?;
                file.write_all(&index)?;
                file.finish()?;
                Ok(file)
            };
            let file = write().map_err(|error| RewriteError::io(&path, error))?;
            staged.push((path.clone(), file));
            written.push((path, index.len() as u64));
        }
        for (path, file) in staged {
            file.publish()
                .map_err(|error| RewriteError::io(&path, error))?;
        }
        Ok(written)
    }

    /// The tensors of each file, in the order of the files that are read: one that does not fit any more starts the next.
    fn shards(&self, max_size: u64) -> Vec<Vec<&Planned>> {
        let mut shards = Vec::new();
        let (mut current, mut size) = (Vec::new(), 0_u64);
        for tensor in &self.tensors {
            let bytes = tensor.bytes();
            if bytes > max_size {
                shards.push(vec![tensor]);
                continue;
            }
            if size + bytes > max_size {
                shards.push(std::mem::take(&mut current));
                size = 0;
            }
            current.push(tensor);
            size += bytes;
        }
        if !current.is_empty() || shards.is_empty() {
            shards.push(current);
        }
        shards
    }

    /// Writes some tensors into a file that has no name yet.
    fn stage(
        &self,
        tensors: &[&Planned],
        target: &Path,
        existing: Existing,
    ) -> Result<(NewFile, u64), RewriteError> {
        let new = tensors.iter().map(|tensor| tensor.new.clone());
        let layout = Layout::new(new, &self.metadata).map_err(RewriteError::Layout)?;
        let by_name: HashMap<&str, &Planned> = tensors
            .iter()
            .map(|tensor| (tensor.new.name.as_str(), *tensor))
            .collect();
        let failed = |error| RewriteError::io(target, error);
        let file = NewFile::create_until(target, existing, &self.stop).map_err(failed)?;
        let mut out = BufWriter::with_capacity(PIECE, file);
        let mut unread = None;
        let mut buffer = vec![0; PIECE];
        let written = layout.write(&mut out, |tensor, out| {
            let planned = by_name[tensor.name()];
            let source = &self.sources[planned.source];
            let copied = planned.copy(&source.file, &mut buffer, out);
            copied.map_err(|failure| match failure {
                Failure::Write(error) => error,
                Failure::Read(error) => {
                    unread = Some(RewriteError::io(&source.path, error));
                    io::Error::other("what was to be written can't be read")
                }
            })
        });
        if let Some(error) = unread {
            return Err(error);
        }
        written.map_err(failed)?;
        let file = out
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        Ok((file, layout.file_len()))
    }
}

/// Which side of a copy failed.
enum Failure {
    Read(io::Error),
    Write(io::Error),
}

impl Planned {
    /// How many bytes it takes as it is written.
    fn bytes(&self) -> u64 {
        match self.cast {
            None => self.range.len(),
            // Small enough: the range is that of a file, and grows to twice its length at most.
            Some(to) => self.range.len() / (self.from.bits() / 8) * (to.dtype().bits() / 8),
        }
    }

    fn copy(
        &self,
        mut source: &File,
        buffer: &mut [u8],
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        source
            .seek(SeekFrom::Start(self.range.start()))
            .map_err(Failure::Read)?;
        let mut left = self.range.len();
        let mut rounded = Vec::new();
        while left > 0 {
            let length = usize::try_from(left)
                .unwrap_or(usize::MAX)
                .min(buffer.len());
            let piece = &mut buffer[..length];
            source.read_exact(piece).map_err(Failure::Read)?;
            let numbers = self
                .cast
                .and_then(|to| Some((to, self.from.decode(piece)?)));
            let written = match numbers {
                None => out.write_all(piece),
                Some((to, numbers)) => {
                    rounded.clear();
                    numbers.for_each(|number| to.encode(number, &mut rounded));
                    out.write_all(&rounded)
                }
            };
            written.map_err(Failure::Write)?;
            left -= length as u64;
        }
        Ok(())
    }
}

fn open(path: &Path) -> Result<(File, Header), RewriteError> {
    let read = || {
        let mut file = open_regular(path)?;
        let header = read_header(&mut file)?;
        Ok((file, header))
    };
    read().map_err(|error| RewriteError::Read {
        path: path.to_owned(),
        error,
    })
}

/// Looks before it opens: to open a named pipe is to wait for its writer.
fn open_regular(path: &Path) -> io::Result<File> {
    if !fs::metadata(path)?.is_file() {
        return Err(unfit(path, "is no regular file"));
    }
    File::open(path)
}

fn read_index(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = ShardIndex::LIMIT as u64 + 1;
    open_regular(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// As transformers writes it: keys in order, two spaces, a line's end.
fn index_json(total_size: u64, weight_map: &BTreeMap<&str, String>) -> Vec<u8> {
    let index = serde_json::json!({
        "metadata": { "total_size": total_size },
        "weight_map": weight_map,
    });
    let mut text = serde_json::to_vec_pretty(&index).expect("texts and numbers are JSON");
    text.push(b'\n');
    text
}

/// Files could not be made of others.
#[derive(Debug)]
#[non_exhaustive]
pub enum RewriteError {
    /// The header of a file could not be read, or is not correct.
    Read {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: ReadHeaderError,
    },
    /// An index is not correct.
    Index {
        /// The index.
        path: PathBuf,
        /// What is wrong with it.
        error: ShardIndexError,
    },
    /// An index does not tell the truth about its files.
    Mismatch {
        /// The index.
        path: PathBuf,
        /// The first difference.
        finding: ShardFinding,
    },
    /// Two files hold a tensor of one name.
    Duplicate {
        /// The tensor.
        tensor: String,
        /// The files.
        paths: [PathBuf; 2],
    },
    /// The tensors do not fit into one file: two share a name, or the header would be too long.
    Layout(HeaderError),
    /// There would be more files than an index may name.
    TooManyShards {
        /// How many.
        found: usize,
    },
    /// A file could not be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl RewriteError {
    fn io(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        Self::Io { path, error }
    }
}

impl fmt::Display for RewriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, .. } | Self::Index { path, .. } => {
                write!(f, "{} can't be used", path.display())
            }
            Self::Mismatch { path, .. } => {
                write!(f, "{} does not agree with its files", path.display())
            }
            Self::Duplicate {
                tensor,
                paths: [one, other],
            } => write!(
                f,
                "{} and {} both hold a tensor `{}`",
                one.display(),
                other.display(),
                shown(tensor)
            ),
            Self::Layout(_) => f.write_str("the tensors can't stand in one file"),
            Self::TooManyShards { found } => write!(
                f,
                "expected at most {} files, and there would be {found}",
                ShardIndex::MOST_SHARDS
            ),
            Self::Io { path, .. } => write!(f, "{} can't be read or written", path.display()),
        }
    }
}

impl error::Error for RewriteError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Read { error, .. } => Some(error),
            Self::Index { error, .. } => Some(error),
            Self::Mismatch { finding, .. } => Some(finding),
            Self::Layout(error) => Some(error),
            Self::Io { error, .. } => Some(error),
            Self::Duplicate { .. } | Self::TooManyShards { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests;
