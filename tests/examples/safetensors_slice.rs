//! A part of a tensor out of a safetensors file, without reading the rest of it:
//!
//! ```text
//! cargo run --example safetensors_slice -- model.safetensors 'embed.weight[0:2, :8]'
//! ```
//!
//! The file could as well be elsewhere: nothing here but `read_at` knows that it is not, and over HTTP that would be a
//! request with a `Range`.

use std::{
    env,
    error::Error,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
};

use hubkit_safetensors::{Probe, TensorQuery};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [path, tensor] = words.as_slice() else {
        return Err("name a safetensors file, and a tensor or a part of one".into());
    };
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();

    // The header: one read, or two where it is long.
    let mut probe = Probe::new(Some(size));
    while let Some(range) = probe.need() {
        probe.feed(&read_at(&mut file, range.start(), range.len())?);
    }
    let header = probe.finish()?;

    // The bytes of the part, wherever they lie.
    let part = header.select(&TensorQuery::new(tensor))?;
    let (mut bytes, mut read) = (Vec::new(), 0);
    for range in part.reads(4096, 1 << 20) {
        let piece = read_at(&mut file, range.start(), range.len())?;
        read += piece.len();
        bytes.extend(part.pick(range.start(), &piece).flatten());
    }

    let mut out = io::stdout();
    writeln!(out, "{} {:?}", part.dtype(), part.shape())?;
    match part.dtype().decode(&bytes) {
        Some(numbers) => {
            for number in numbers.take(8) {
                writeln!(out, "{number}")?;
            }
        }
        None => writeln!(
            out,
            "{} bytes, which are no floating-point numbers",
            bytes.len()
        )?,
    }
    writeln!(
        out,
        "{read} of {size} bytes were read for it, and the header"
    )?;
    Ok(())
}

fn read_at(file: &mut File, start: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
