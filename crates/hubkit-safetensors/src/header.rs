//! The header of a file.

use std::{cmp::Ordering, collections::BTreeMap, fmt};

use hubkit_types::ByteRange;

use crate::{
    Dtype, HeaderError, Survey, TensorFault, TensorInfo, Tensors, json,
    names::Names,
    survey::Findings,
    table::{Entry, Table, product},
};

/// The header of a safetensors file: which tensors it holds, and where.
///
/// Once it is here, the tensors cover the data without a hole or an overlap, no two share a name, and no number is
/// larger than the file could be.
#[derive(Clone, Default)]
pub struct Header {
    table: Table,
    names: Names,
    metadata: BTreeMap<String, String>,
    length: u64,
    data_len: u64,
    parameters: u64,
}

impl Header {
    /// The longest header that is read, in bytes: the limit of the format's reference library.
    pub const LIMIT: u64 = 100_000_000;

    /// Reads the JSON of a header: what follows the eight bytes of the length.
    ///
    /// `data_len` is how many bytes follow the header in the file; `None` where nobody knows, and then it isn't
    /// checked.
    ///
    /// # Errors
    ///
    /// Everything that [`HeaderError`] names, but for what is about the file around the header. Takes memory in
    /// proportion to `header_json`, never to a number in it.
    pub fn parse(header_json: &[u8], data_len: Option<u64>) -> Result<Self, HeaderError> {
        Self::survey(header_json, data_len).into_header()
    }

    /// Reads the same for those who want to see what is wrong with a file: all that could be read, and every fault.
    ///
    /// Takes no more time or memory than [`Header::parse`], and finds no fault where that succeeds.
    pub fn survey(header_json: &[u8], data_len: Option<u64>) -> Survey {
        read(header_json, data_len, Extent::Whole)
    }

    /// The tensors, in the order of their data.
    pub fn tensors(&self) -> Tensors<'_> {
        self.table.iter()
    }

    /// The tensor of this name.
    pub fn tensor(&self, name: &str) -> Option<TensorInfo<'_>> {
        let index = self.names.find(&self.table, name)?;
        Some(self.table.get(index))
    }

    /// What the writer of the file noted under `__metadata__`. The text is a stranger's.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// The length of the header's JSON in bytes, its spaces included.
    pub fn header_len(&self) -> u64 {
        self.length
    }

    /// The length of the data behind the header in bytes.
    pub fn data_len(&self) -> u64 {
        self.data_len
    }

    /// How many elements all tensors have together.
    ///
    /// Of what is stored: a quantised model may pack several parameters of the network into one element.
    pub fn parameters(&self) -> u64 {
        self.parameters
    }

    /// How many elements there are of each type.
    pub fn parameters_by_dtype(&self) -> BTreeMap<Dtype, u64> {
        let mut parameters = BTreeMap::new();
        for tensor in self.tensors() {
            *parameters.entry(tensor.dtype()).or_default() += tensor.elements();
        }
        parameters
    }

    /// Where the data of one of this header's tensors lies in the file.
    pub fn file_range(&self, tensor: TensorInfo<'_>) -> ByteRange {
        let data_start = 8 + self.length;
        ByteRange::new(
            data_start.saturating_add(tensor.data().start()),
            data_start.saturating_add(tensor.data().end()),
        )
        .expect("a range moved forward still runs forward")
    }

    /// Where the data of the tensor of this name lies in the file.
    pub fn tensor_range(&self, name: &str) -> Option<ByteRange> {
        self.tensor(name).map(|tensor| self.file_range(tensor))
    }
}

impl PartialEq for Header {
    fn eq(&self, other: &Self) -> bool {
        self.length == other.length
            && self.metadata == other.metadata
            && self.tensors().eq(other.tensors())
    }
}

impl Eq for Header {}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("tensors", &self.tensors())
            .field("metadata", &self.metadata)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// Whether all of a header is there to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extent {
    Whole,
    /// The file ends first. That is noted elsewhere.
    Cut,
}

/// The one reading of a header.
pub(crate) fn read(header_json: &[u8], data_len: Option<u64>, extent: Extent) -> Survey {
    let length = header_json.len() as u64;
    if length > Header::LIMIT {
        return Survey::nothing(HeaderError::TooLong { length });
    }
    let spaces = header_json
        .iter()
        .rev()
        .take_while(|byte| **byte == b' ')
        .count();
    let object = &header_json[..header_json.len() - spaces];
    let ends = extent == Extent::Cut || object.ends_with(b"}");
    if !object.starts_with(b"{") || !ends {
        return Survey::nothing(HeaderError::NotAnObject);
    }
    let json::Document {
        mut table,
        metadata,
        mut findings,
    } = json::read(object);
    if extent == Extent::Cut {
        findings.forget_last_malformed();
    }
    let place = |entry: &Entry| (entry.data.start(), entry.data.end());
    if !table.entries.is_sorted_by_key(place) {
        table.entries.sort_by_key(place);
    }
    let is_whole = extent == Extent::Whole && !findings.unreadable;
    let (data_end, parameters) = check_places(&table, is_whole, &mut findings);
    if let Some(found) = data_len
        && found != data_end
        && is_whole
    {
        findings.push(HeaderError::DataLength {
            expected: data_end,
            found,
        });
    }
    let (names, duplicates) = Names::of(&table);
    let duplicates = duplicates.into_iter().map(|index| table.get(index).name());
    findings.extend(duplicates.map(HeaderError::duplicate));
    Survey {
        header: Header {
            table,
            names,
            metadata,
            length,
            data_len: data_end,
            parameters,
        },
        findings,
    }
}

/// Checks each tensor by itself and against its neighbours. Returns where the data ends, and how many elements there are.
///
/// Where not all tensors could be read, bytes between two may be those of a third, so they are no fault.
fn check_places(table: &Table, is_whole: bool, findings: &mut Findings) -> (u64, u64) {
    let (mut end, mut parameters) = (0, 0_u64);
    for tensor in table.iter() {
        let data = tensor.data();
        let (expected, found) = (end, data.start());
        let place = match found.cmp(&expected) {
            Ordering::Greater if is_whole => Some(TensorFault::Hole { expected, found }),
            Ordering::Less => Some(TensorFault::Overlap { expected, found }),
            _ => None,
        };
        let size = check_size(tensor).err();
        let faults = place.into_iter().chain(size);
        findings.extend(faults.map(|fault| HeaderError::tensor(tensor.name(), fault)));
        end = end.max(data.end());
        let sum = parameters.checked_add(tensor.elements());
        if sum.is_none() {
            findings.push(HeaderError::tensor(tensor.name(), TensorFault::Overflow));
        }
        parameters = sum.unwrap_or(u64::MAX);
    }
    (end, parameters)
}

fn check_size(tensor: TensorInfo<'_>) -> Result<(), TensorFault> {
    let bits = product(tensor.shape())
        .and_then(|elements| elements.checked_mul(tensor.dtype().bits()))
        .ok_or(TensorFault::Overflow)?;
    if !bits.is_multiple_of(8) {
        return Err(TensorFault::Misaligned(tensor.dtype()));
    }
    let (expected, found) = (bits / 8, tensor.data().len());
    if expected == found {
        Ok(())
    } else {
        Err(TensorFault::Size { expected, found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, data_len: Option<u64>, expected: &str) {
        let found = match Header::parse(json.as_bytes(), data_len) {
            Ok(header) => header.parameters().to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn spaces_behind_the_header_are_padding_and_nothing_else_is() {
        let json = r#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#;
        check(&format!("{json}   "), Some(2), "2");
        check(json, None, "2");
        for wrong in [format!(" {json}"), format!("{json}\n"), format!("{json}\0")] {
            assert_eq!(
                Header::parse(wrong.as_bytes(), None),
                Err(HeaderError::NotAnObject)
            );
        }
    }

    #[test]
    fn each_fault_names_the_tensor_and_the_numbers() {
        check(
            r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}}"#,
            None,
            "tensor `a`: shape and dtype take 8 bytes, the offsets span 9",
        );
        check(
            r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#,
            None,
            "tensor `b`: expected data from byte 1 on, found 2: bytes between belong to no tensor",
        );
        check(
            r#"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}"#,
            None,
            "tensor `a`: the elements of F4 do not fill whole bytes",
        );
        check(
            r#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#,
            None,
            "there are two tensors named `a`",
        );
        check(
            r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
            Some(5),
            "expected 1 bytes of data behind the header, found 5",
        );
    }

    #[test]
    fn a_tensor_is_found_by_name_and_placed_in_the_file() {
        let json = r#"{"z":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"I16","shape":[],"data_offsets":[2,4]}}"#;
        let header = Header::parse(json.as_bytes(), Some(4)).expect("a header");
        let start = 8 + json.len() as u64;
        assert_eq!(
            header.tensor_range("a"),
            ByteRange::new(start + 2, start + 4)
        );
        assert_eq!(header.tensor_range("b"), None);
        assert_eq!(
            header.parameters_by_dtype(),
            BTreeMap::from([(Dtype::U8, 2), (Dtype::I16, 1)])
        );
    }
}
