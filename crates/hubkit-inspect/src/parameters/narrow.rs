//! Types of fewer than 8 bits, by the texts that name them.

/// Texts that name a type of fewer than 8 bits. None of 6 bits: those have types of their own in safetensors.
const NARROW: [(&str, u64, &str); 7] = [
    ("nvfp4", 4, "NVFP4"),
    ("mxfp4", 4, "MXFP4"),
    ("fp4", 4, "FP4"),
    ("uint4", 4, "UINT4"),
    ("int4", 4, "INT4"),
    ("nf4", 4, "NF4"),
    ("int2", 2, "INT2"),
];

/// The bits of the type that a text names, and its name.
pub(super) fn narrow(text: &str) -> Option<(u64, &'static str)> {
    let text = text.to_ascii_lowercase();
    let found = NARROW.iter().find(|(name, ..)| text.contains(name));
    found.map(|(_, bits, name)| (*bits, *name))
}
