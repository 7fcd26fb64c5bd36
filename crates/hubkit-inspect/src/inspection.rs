//! What is told of a file.

use std::collections::BTreeMap;

use hubkit_types::ByteRange;

use crate::{ElementType, Format, Graph};

/// What is in a file.
///
/// All names and texts come from the file: they are a stranger's, and have to be escaped where a person reads them.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Inspection {
    /// The format of the file.
    pub format: Format,
    /// The variant of the format, such as `v3` or `v3, big-endian`; empty where there is but one.
    pub variant: String,
    /// The tensors, in the file's own order.
    pub tensors: Vec<Tensor>,
    /// What the file says about itself.
    pub metadata: BTreeMap<String, MetadataValue>,
    /// The graph, where the file holds one.
    pub graph: Option<Graph>,
    /// The files within an archive.
    pub members: Vec<Member>,
    /// What is wrong with the file or remarkable about it, beside what could be told.
    pub findings: Vec<Finding>,
    /// The length of the file in bytes.
    pub size: u64,
    /// How many bytes of it were read for all this.
    pub bytes_read: u64,
}

/// One tensor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tensor {
    /// The name. May be empty.
    pub name: String,
    /// The type of the elements.
    pub element: ElementType,
    /// The length of each dimension, the slowest first; none for a scalar.
    pub shape: Vec<u64>,
    /// How many bytes it takes as stored, where that can be told.
    pub bytes: Option<u64>,
    /// Where its bytes are.
    pub place: Place,
}

impl Tensor {
    /// How many elements it has; `None` where they are more than 64 bits can count.
    pub fn elements(&self) -> Option<u64> {
        self.shape
            .iter()
            .try_fold(1_u64, |product, length| product.checked_mul(*length))
    }
}

/// Where the bytes of a tensor are.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Place {
    /// In this file.
    Here(ByteRange),
    /// In a file within the archive.
    Member {
        /// The name of that file.
        name: String,
        /// Which bytes of it, unpacked, where that is known.
        range: Option<ByteRange>,
    },
    /// In another file beside this one.
    Beside {
        /// The name, as this file gives it: not checked.
        file: String,
        /// Which bytes of it, where that is said.
        range: Option<ByteRange>,
    },
    /// In this file, in a form of which no range can be told.
    Within,
}

/// A value that a file gives in its metadata.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum MetadataValue {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i128),
    /// A number.
    Float(f64),
    /// A truth value.
    Boolean(bool),
    /// A list, of which the first few values are kept.
    List {
        /// The type of its values, as the format calls it.
        element: &'static str,
        /// How many there are.
        length: u64,
        /// The first ones.
        first: Vec<MetadataValue>,
    },
}

impl MetadataValue {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is a whole one that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }
}

/// A file within an archive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// The name, as the archive gives it: not checked.
    pub name: String,
    /// The length of what is in it, in bytes.
    pub size: u64,
    /// The length as packed, in bytes.
    pub packed: u64,
}

/// Something that is wrong with a file or remarkable about it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name for programs, such as `overlap`.
    pub code: &'static str,
    /// What was expected and what was found, without the name of the file. Texts of the file in it are escaped.
    pub message: String,
}

impl Finding {
    /// A finding of this severity.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Readers may differ about it, or it is often a sign of something worse.
    Warning,
    /// The file can run code when it is loaded in the usual way.
    Danger,
    /// The file is not what its format asks for: it should not be loaded.
    Fault,
}

/// What all findings come to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// Nothing is wrong with what was looked at. It says nothing of what was not.
    Sound,
    /// There is a warning.
    Suspicious,
    /// It can run code when it is loaded in the usual way.
    Dangerous,
    /// It is not what its format asks for.
    Malformed,
}

impl Inspection {
    /// What is told of a file of this format before anything else is.
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            variant: String::new(),
            tensors: Vec::new(),
            metadata: BTreeMap::new(),
            graph: None,
            members: Vec::new(),
            findings: Vec::new(),
            size: 0,
            bytes_read: 0,
        }
    }

    /// What all findings come to.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(&self.findings)
    }
}

impl Verdict {
    /// What these findings come to.
    pub fn of(findings: &[Finding]) -> Self {
        match findings.iter().map(|finding| finding.severity).max() {
            None | Some(Severity::Note) => Self::Sound,
            Some(Severity::Warning) => Self::Suspicious,
            Some(Severity::Danger) => Self::Dangerous,
            Some(Severity::Fault) => Self::Malformed,
        }
    }
}
