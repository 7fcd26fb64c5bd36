//! GGUF files of tensors in blocks of every size.

use anyhow::{Context as _, Result};

/// Files: a name, tensors as `NAME:TYPE:3x2` with the fastest dimension first, apart by spaces, and how many parameters that is.
pub(crate) const BLOCKS: &[(&str, &str, u64)] = &[
    (
        "plain.gguf",
        "token_embd.weight:F32:64x100 output_norm.weight:F32:64 output.weight:F16:64x100 x:BF16:7",
        2 * 6400 + 64 + 7,
    ),
    (
        "tied.gguf",
        "token_embd.weight:Q8_0:64x100 output_norm.weight:F32:64",
        6464,
    ),
    (
        "experts.gguf",
        "token_embd.weight:Q6_K:256x10 blk.0.ffn_up_exps.weight:Q4_K:256x3x4 blk.0.ffn_gate_inp.weight:F32:256x4 blk.0.ffn_down_exps.weight:MXFP4:32x2x4",
        2560 + 3072 + 1024 + 256,
    ),
];

/// The number of a type, and so many elements in so many bytes.
const TYPES: [(&str, u32, u64, u64); 7] = [
    ("F32", 0, 1, 4),
    ("F16", 1, 1, 2),
    ("Q8_0", 8, 32, 34),
    ("Q4_K", 12, 256, 144),
    ("Q6_K", 14, 256, 210),
    ("BF16", 30, 1, 2),
    ("MXFP4", 39, 32, 17),
];

/// A file of version 3 with such tensors, all zero.
pub(crate) fn file_of(tensors: &str) -> Result<Vec<u8>> {
    let tensors: Vec<&str> = tensors.split_whitespace().collect();
    let mut file = b"GGUF".to_vec();
    file.extend(3_u32.to_le_bytes());
    file.extend((tensors.len() as u64).to_le_bytes());
    file.extend(1_u64.to_le_bytes());
    text(&mut file, "general.architecture");
    file.extend(8_u32.to_le_bytes());
    text(&mut file, "llama");
    let mut data = 0_u64;
    for tensor in tensors {
        let parts: Vec<&str> = tensor.split(':').collect();
        let [name, kind, lengths] = parts[..] else {
            anyhow::bail!("expected NAME:TYPE:SHAPE, found {tensor}");
        };
        let shape = lengths
            .split('x')
            .map(str::parse)
            .collect::<Result<Vec<u64>, _>>()?;
        let (_, number, elements, bytes) = TYPES
            .iter()
            .find(|(name, ..)| *name == kind)
            .context("a known type")?;
        text(&mut file, name);
        file.extend(u32::try_from(shape.len())?.to_le_bytes());
        for length in &shape {
            file.extend(length.to_le_bytes());
        }
        file.extend(number.to_le_bytes());
        file.extend(data.to_le_bytes());
        data += (shape.iter().product::<u64>() / elements * bytes).next_multiple_of(32);
    }
    let start = file.len().next_multiple_of(32);
    file.resize(start + usize::try_from(data)?, 0);
    Ok(file)
}

fn text(file: &mut Vec<u8>, text: &str) {
    file.extend((text.len() as u64).to_le_bytes());
    file.extend_from_slice(text.as_bytes());
}
