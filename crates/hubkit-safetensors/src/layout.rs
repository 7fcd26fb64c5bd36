//! How a file is laid out before it is written.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use crate::{Dtype, Header, HeaderError, TensorFault, TensorInfo, table::product};

/// A tensor that is to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTensor {
    /// The name; anything but `__metadata__`.
    pub name: String,
    /// The type of the elements.
    pub dtype: Dtype,
    /// The length of each dimension; none for a scalar.
    pub shape: Vec<u64>,
}

/// Where everything lies in a file that is to be written: the same, to the byte, as the format's reference library would
/// put it.
///
/// Tensors whose elements take more bytes come first, so that each starts at a multiple of their size, and of one type they
/// come by name. The header is filled up with spaces to a multiple of eight bytes. Metadata are written by key, where the
/// reference keeps no order.
///
/// ```
/// use std::{collections::BTreeMap, io::Write};
///
/// use hubkit_safetensors::{Dtype, Layout, NewTensor};
///
/// let tensor = NewTensor { name: "bias".to_owned(), dtype: Dtype::F32, shape: vec![2] };
/// let layout = Layout::new([tensor], &BTreeMap::new())?;
/// let mut file = Vec::new();
/// layout.write(&mut file, |_, out| out.write_all(&[0; 8]))?;
/// assert_eq!(file.len() as u64, layout.file_len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    json: Vec<u8>,
    header: Header,
}

impl Layout {
    /// Lays out these tensors.
    ///
    /// # Errors
    ///
    /// When two share a name, one is called `__metadata__`, its elements do not fill whole bytes, or a number does not fit
    /// 64 bits; when the header would be longer than [`Header::LIMIT`].
    pub fn new(
        tensors: impl IntoIterator<Item = NewTensor>,
        metadata: &BTreeMap<String, String>,
    ) -> Result<Self, HeaderError> {
        let mut tensors: Vec<NewTensor> = tensors.into_iter().collect();
        tensors.sort_by(|one, other| {
            (other.dtype.cmp(&one.dtype)).then_with(|| one.name.cmp(&other.name))
        });
        let mut json = String::from("{");
        if !metadata.is_empty() {
            json.push_str("\"__metadata__\":");
            json.push_str(&quoted(metadata));
        }
        let mut end = 0_u64;
        for tensor in &tensors {
            let fault = |fault| HeaderError::tensor(&tensor.name, fault);
            if tensor.name == "__metadata__" {
                return Err(fault(TensorFault::ReservedName));
            }
            let start = end;
            end = size(tensor)
                .and_then(|bytes| start.checked_add(bytes))
                .ok_or_else(|| fault(TensorFault::Overflow))?;
            let separator = if json.len() == 1 { "" } else { "," };
            json.push_str(separator);
            json.push_str(&quoted(&tensor.name));
            json.push_str(":{\"dtype\":\"");
            json.push_str(tensor.dtype.as_str());
            json.push_str("\",\"shape\":");
            json.push_str(&quoted(&tensor.shape));
            json.push_str(",\"data_offsets\":");
            json.push_str(&quoted(&[start, end]));
            json.push('}');
        }
        json.push('}');
        let mut json = json.into_bytes();
        json.resize(json.len().next_multiple_of(8), b' ');
        // Read as a stranger's would be: what can't be read is not written.
        let header = Header::parse(&json, Some(end))?;
        Ok(Self { json, header })
    }

    /// The header that the file will have.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How long the file will be, in bytes.
    pub fn file_len(&self) -> u64 {
        8 + self.header.header_len() + self.header.data_len()
    }

    /// Writes the file: the header, and then the data of each tensor, which `data` is asked to write, in the order of
    /// [`Header::tensors`]. Holds nothing of it in memory.
    ///
    /// # Errors
    ///
    /// Those of writing; `InvalidData` when more or fewer bytes are written for a tensor than it takes.
    pub fn write<W: Write>(
        &self,
        out: &mut W,
        mut data: impl FnMut(TensorInfo<'_>, &mut Counted<'_, W>) -> io::Result<()>,
    ) -> io::Result<()> {
        out.write_all(&self.header.header_len().to_le_bytes())?;
        out.write_all(&self.json)?;
        for tensor in self.header.tensors() {
            let mut counted = Counted {
                out,
                left: tensor.data().len(),
            };
            data(tensor, &mut counted)?;
            if counted.left > 0 {
                let message = format!(
                    "tensor `{}` lacks {} bytes",
                    crate::error::shown(tensor.name()),
                    counted.left
                );
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        out.flush()
    }
}

/// How many bytes a tensor takes; too many where its elements fill no whole bytes, which reading finds.
fn size(tensor: &NewTensor) -> Option<u64> {
    Some(
        product(&tensor.shape)?
            .checked_mul(tensor.dtype.bits())?
            .div_ceil(8),
    )
}

fn quoted(value: &impl serde_core::Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers are JSON")
}

/// Takes the data of one tensor, and not a byte more.
#[derive(Debug)]
pub struct Counted<'a, W> {
    out: &'a mut W,
    left: u64,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.left {
            let message = "more bytes than the tensor takes";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let written = self.out.write(bytes)?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(name: &str, dtype: Dtype, shape: &[u64]) -> NewTensor {
        NewTensor {
            name: name.to_owned(),
            dtype,
            shape: shape.to_vec(),
        }
    }

    #[test]
    fn what_can_not_be_read_again_is_not_written() {
        let check = |tensors: &[NewTensor], expected: &str| {
            let error = Layout::new(tensors.to_vec(), &BTreeMap::new()).expect_err(expected);
            assert_eq!(error.to_string(), expected);
        };
        let a = tensor("a", Dtype::U8, &[1]);
        check(&[a.clone(), a], "there are two tensors named `a`");
        check(
            &[tensor("__metadata__", Dtype::U8, &[1])],
            "tensor `__metadata__`: the name is the format's own",
        );
        check(
            &[tensor("a", Dtype::F4, &[3])],
            "tensor `a`: the elements of F4 do not fill whole bytes",
        );
        for shape in [&[1 << 40, 1 << 40][..], &[1 << 61]] {
            check(
                &[tensor("a", Dtype::F64, shape)],
                "tensor `a`: the size does not fit 64 bits",
            );
        }
        // Each of them fits, but not all sixteen.
        let large = ('a'..='p').map(|name| tensor(&name.to_string(), Dtype::U8, &[1 << 60]));
        let large: Vec<NewTensor> = large.collect();
        check(&large, "tensor `p`: the size does not fit 64 bits");
    }

    #[test]
    fn each_tensor_takes_its_bytes_and_no_other_number() {
        let layout =
            Layout::new([tensor("a", Dtype::U8, &[2])], &BTreeMap::new()).expect("a layout");
        for bytes in [1, 3] {
            let written = layout.write(&mut Vec::new(), |_, out| out.write_all(&vec![0; bytes]));
            let error = written.expect_err("another number");
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
    }
}
