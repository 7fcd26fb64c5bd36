//! The forms in which a tensor is written.

use std::{io::Write as _, path::Path};

use hubkit::safetensors::{Dtype, Existing, FloatWidth, NewFile, Stop, TensorSlice, npy_header};
use serde_json::{Value, json};

use crate::{
    args::Format,
    command::safetensors::unusable,
    failure::Failure,
    output::{Output, Reader},
};

/// Where a tensor is written to: standard output, or a file that is there as a whole or not at all.
pub(super) enum Sink {
    Standard(Output),
    File {
        file: NewFile,
        path: std::path::PathBuf,
    },
}

impl Sink {
    pub(super) fn open(path: Option<&Path>, force: bool, stop: &Stop) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self::Standard(Output::new()));
        };
        let existing = if force {
            Existing::Replace
        } else {
            Existing::Keep
        };
        let file =
            NewFile::create_until(path, existing, stop).map_err(|error| unusable(path, &error))?;
        let path = path.to_owned();
        Ok(Self::File { file, path })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Reader, Failure> {
        match self {
            Self::Standard(output) => output.write(bytes),
            Self::File { file, path } => {
                file.write_all(bytes)
                    .map_err(|error| unusable(path, &error))?;
                Ok(Reader::There)
            }
        }
    }

    fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Standard(mut output) => output.finish(),
            Self::File { file, path } => file.publish().map_err(|error| unusable(&path, &error)),
        }
    }
}

/// A tensor that is being written.
pub(super) struct Form {
    sink: Sink,
    dtype: Dtype,
    /// Whether numbers are written as singles.
    is_single: bool,
    /// What stands before the next element of a list; none where there is no list.
    separator: Option<&'static str>,
}

impl Form {
    pub(super) fn begin(
        format: Format,
        is_single: bool,
        slice: &TensorSlice,
        mut sink: Sink,
    ) -> Result<Self, Failure> {
        let dtype = slice.dtype();
        let written = if is_single { Dtype::F32 } else { dtype };
        let mut separator = None;
        match format {
            Format::Raw => {}
            // Nothing else than these is taken.
            Format::Human | Format::Npy | Format::Sarif | Format::Github => {
                sink.write(&npy_header(written, slice.shape()))?;
            }
            Format::Json => {
                let head = json!({ "name": slice.name(), "dtype": written.as_str(), "shape": slice.shape() }).to_string();
                let open = head.strip_suffix('}').unwrap_or(&head);
                sink.write(format!("{open},\"values\":[").as_bytes())?;
                separator = Some("");
            }
        }
        Ok(Self {
            sink,
            dtype,
            is_single,
            separator,
        })
    }

    /// Writes elements: whole ones, as they are stored.
    pub(super) fn chunk(&mut self, bytes: &[u8]) -> Result<Reader, Failure> {
        let single = self.is_single.then(|| singles(self.dtype, bytes)).flatten();
        let (dtype, bytes) = match &single {
            Some(bytes) => (Dtype::F32, bytes.as_slice()),
            None => (self.dtype, bytes),
        };
        let Some(separator) = &mut self.separator else {
            return self.sink.write(bytes);
        };
        let width = usize::try_from(dtype.bits().div_ceil(8)).expect("a few bytes");
        let mut text = String::new();
        for element in bytes.chunks_exact(width) {
            text.push_str(separator);
            text.push_str(&value(dtype, element).to_string());
            *separator = ",";
        }
        self.sink.write(text.as_bytes())
    }

    pub(super) fn end(mut self) -> Result<(), Failure> {
        if self.separator.is_some() {
            self.sink.write(b"]}\n")?;
        }
        self.sink.finish()
    }
}

fn singles(dtype: Dtype, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut singles = Vec::with_capacity(bytes.len());
    for number in dtype.decode(bytes)? {
        FloatWidth::F32.encode(number, &mut singles);
    }
    Some(singles)
}

/// An element as JSON. What is no number there is a text: `NaN`, `Infinity`, `-Infinity`.
fn value(dtype: Dtype, bytes: &[u8]) -> Value {
    fn whole<const N: usize>(bytes: &[u8]) -> [u8; N] {
        *bytes.first_chunk().expect("a whole element")
    }
    match dtype {
        Dtype::Bool => Value::from(bytes[0] != 0),
        Dtype::U8 => bytes[0].into(),
        Dtype::I8 => i8::from_le_bytes(whole(bytes)).into(),
        Dtype::U16 => u16::from_le_bytes(whole(bytes)).into(),
        Dtype::I16 => i16::from_le_bytes(whole(bytes)).into(),
        Dtype::U32 => u32::from_le_bytes(whole(bytes)).into(),
        Dtype::I32 => i32::from_le_bytes(whole(bytes)).into(),
        Dtype::U64 => u64::from_le_bytes(whole(bytes)).into(),
        Dtype::I64 => i64::from_le_bytes(whole(bytes)).into(),
        Dtype::F64 => double(f64::from_le_bytes(whole(bytes))),
        Dtype::C64 => bytes
            .chunks_exact(4)
            .map(|part| value(Dtype::F32, part))
            .collect(),
        _ => {
            let number = dtype.decode(bytes).and_then(|mut numbers| numbers.next());
            single(number.unwrap_or(f32::NAN))
        }
    }
}

fn double(number: f64) -> Value {
    if number.is_finite() {
        number.into()
    } else {
        not_finite(number)
    }
}

/// With as many digits as a single takes, and not those of the double nearest to it.
fn single(number: f32) -> Value {
    if !number.is_finite() {
        return not_finite(number.into());
    }
    let shortest: Option<f64> = number.to_string().parse().ok();
    shortest.unwrap_or_else(|| number.into()).into()
}

fn not_finite(number: f64) -> Value {
    if number.is_nan() {
        "NaN".into()
    } else if number > 0.0 {
        "Infinity".into()
    } else {
        "-Infinity".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_numbers_where_json_has_them() {
        let check = |dtype, bytes: &[u8], expected: &str| {
            assert_eq!(value(dtype, bytes).to_string(), expected, "{dtype}");
        };
        check(Dtype::Bool, &[1], "true");
        check(Dtype::I8, &[0xff], "-1");
        check(Dtype::U64, &[0xff; 8], "18446744073709551615");
        check(Dtype::F32, &0.1_f32.to_le_bytes(), "0.1");
        check(
            Dtype::F32,
            &f32::NEG_INFINITY.to_le_bytes(),
            "\"-Infinity\"",
        );
        check(Dtype::F64, &0.1_f64.to_le_bytes(), "0.1");
        check(Dtype::Bf16, &[0x80, 0x3f], "1.0");
        check(Dtype::F16, &[0x00, 0x7e], "\"NaN\"");
        check(Dtype::F8E4M3, &[0x7e], "448.0");
        check(Dtype::C64, &[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], "[1.0,-2.0]");
    }
}
