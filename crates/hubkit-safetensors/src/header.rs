//! The header of a file.

use std::collections::BTreeMap;

use hubkit_types::ByteRange;

use crate::{Dtype, HeaderError, TensorFault, json};

/// The header of a safetensors file: which tensors it holds, and where.
///
/// Once it is here, the tensors cover the data without a hole or an overlap, no two share a name, and no number is
/// larger than the file could be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    tensors: Vec<TensorInfo>,
    /// Indexes into `tensors`, by name.
    by_name: Vec<usize>,
    metadata: BTreeMap<String, String>,
    length: u64,
    data_len: u64,
    parameters: u64,
}

/// One tensor of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TensorInfo {
    pub(crate) name: String,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<u64>,
    pub(crate) data: ByteRange,
}

impl TensorInfo {
    /// The name. May be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of the elements.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// The length of each dimension; none for a scalar.
    pub fn shape(&self) -> &[u64] {
        &self.shape
    }

    /// Where the data lies, counted from the first byte behind the header. See [`Header::file_range`].
    pub fn data(&self) -> ByteRange {
        self.data
    }

    /// How many elements.
    pub fn elements(&self) -> u64 {
        // The product was checked when the header was read.
        self.shape.iter().product()
    }

    fn check(&self, start: u64) -> Result<u64, TensorFault> {
        let found = self.data.start();
        if found > start {
            return Err(TensorFault::Hole {
                expected: start,
                found,
            });
        }
        if found < start {
            return Err(TensorFault::Overlap {
                expected: start,
                found,
            });
        }
        let elements = self
            .shape
            .iter()
            .try_fold(1_u64, |product, length| product.checked_mul(*length))
            .ok_or(TensorFault::Overflow)?;
        let bits = elements
            .checked_mul(self.dtype.bits())
            .ok_or(TensorFault::Overflow)?;
        if !bits.is_multiple_of(8) {
            return Err(TensorFault::Misaligned(self.dtype));
        }
        if bits / 8 != self.data.len() {
            return Err(TensorFault::Size {
                expected: bits / 8,
                found: self.data.len(),
            });
        }
        Ok(elements)
    }
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
        let header_len = header_json.len() as u64;
        if header_len > Self::LIMIT {
            return Err(HeaderError::TooLong { length: header_len });
        }
        let spaces = header_json
            .iter()
            .rev()
            .take_while(|byte| **byte == b' ')
            .count();
        let object = &header_json[..header_json.len() - spaces];
        if !object.starts_with(b"{") || !object.ends_with(b"}") {
            return Err(HeaderError::NotAnObject);
        }
        let json::Document {
            mut tensors,
            metadata,
        } = json::read(object)?;
        tensors.sort_by_key(|tensor| (tensor.data.start(), tensor.data.end()));

        let (mut end, mut parameters) = (0, 0_u64);
        for tensor in &tensors {
            let fault = |fault| HeaderError::Tensor {
                name: tensor.name.clone(),
                fault,
            };
            let elements = tensor.check(end).map_err(fault)?;
            end = tensor.data.end();
            parameters = parameters
                .checked_add(elements)
                .ok_or_else(|| fault(TensorFault::Overflow))?;
        }
        if let Some(found) = data_len
            && found != end
        {
            return Err(HeaderError::DataLength {
                expected: end,
                found,
            });
        }
        Ok(Self {
            by_name: order_by_name(&tensors)?,
            tensors,
            metadata,
            length: header_len,
            data_len: end,
            parameters,
        })
    }

    /// The tensors, in the order of their data.
    pub fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    /// The tensor of this name.
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.by_name
            .binary_search_by(|index| self.tensors[*index].name.as_str().cmp(name))
            .ok()
            .map(|found| &self.tensors[self.by_name[found]])
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
        for tensor in &self.tensors {
            *parameters.entry(tensor.dtype).or_default() += tensor.elements();
        }
        parameters
    }

    /// Where the data of one of this header's tensors lies in the file.
    pub fn file_range(&self, tensor: &TensorInfo) -> ByteRange {
        let data_start = 8 + self.length;
        ByteRange::new(
            data_start.saturating_add(tensor.data.start()),
            data_start.saturating_add(tensor.data.end()),
        )
        .expect("a range moved forward still runs forward")
    }

    /// Where the data of the tensor of this name lies in the file.
    pub fn tensor_range(&self, name: &str) -> Option<ByteRange> {
        self.tensor(name).map(|tensor| self.file_range(tensor))
    }
}

fn order_by_name(tensors: &[TensorInfo]) -> Result<Vec<usize>, HeaderError> {
    let name = |index: &usize| tensors[*index].name.as_str();
    let mut by_name: Vec<usize> = (0..tensors.len()).collect();
    by_name.sort_by(|left, right| name(left).cmp(name(right)));
    match by_name
        .windows(2)
        .find(|pair| name(&pair[0]) == name(&pair[1]))
    {
        Some(pair) => Err(HeaderError::Duplicate {
            name: name(&pair[0]).to_owned(),
        }),
        None => Ok(by_name),
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
