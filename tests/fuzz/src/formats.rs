//! Model files. What is told must be the same however the bytes come, and safe to print.

use hubkit_inspect::{InspectError, Inspection, Inspector, check_gguf_parts, gguf_part_names};

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[
    ("inspect-gguf", |data| {
        model(data);
        if let [tensors, entries, rest @ ..] = data {
            model(&gguf_behind_the_first_window(*tensors, *entries, rest));
        }
    }),
    ("inspect-gguf-parts", gguf_parts),
    ("inspect-onnx", |data| {
        model(data);
        model(&onnx_behind_the_first_window(data));
    }),
    ("inspect-numpy", model),
    ("inspect-tokenizer", model),
    ("inspect-hdf5", model),
];

/// The seeds: target, name, bytes.
pub fn format_seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let npy = b"\x93NUMPY\x01\x00\x40\x00{'descr': [('a', '<f4', (2,)), (('t', 'b'), '>U3')], 'shape': (1,), 'fortran_order': False}";
    let hdf5 = b"\x89HDF\r\n\x1a\n\x02\x08\x08\x00\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x30\0\0\0\0\0\0\0\x30\0\0\0\0\0\0\0\0\0\0\0";
    let tokenizer = br#"{"version":"1.0","truncation":{"max_length":7},"added_tokens":[{"content":"a","special":true}],"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"}]},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}"#;
    vec![
        (
            "inspect-gguf",
            "values",
            include_bytes!("../../fixtures/gguf/v_all_kv.gguf").to_vec(),
        ),
        (
            "inspect-gguf",
            "nested",
            include_bytes!("../../fixtures/gguf/v_nested_array.gguf").to_vec(),
        ),
        (
            "inspect-gguf",
            "blocks",
            include_bytes!("../../fixtures/gguf/v_q4_0.gguf").to_vec(),
        ),
        (
            "inspect-gguf",
            "template",
            include_bytes!("../../fixtures/gguf/s_chat_template_ssti.gguf").to_vec(),
        ),
        (
            "inspect-gguf",
            "version-1",
            include_bytes!("../../fixtures/gguf/x_version_1.gguf").to_vec(),
        ),
        (
            "inspect-gguf",
            "big-endian",
            include_bytes!("../../fixtures/gguf/x_big_endian.gguf").to_vec(),
        ),
        (
            "inspect-gguf-parts",
            "names",
            b"m-00001-of-00002.gguf\0\x00\x02\x02\x01\x02\x02".to_vec(),
        ),
        ("inspect-onnx", "model", onnx_seed()),
        ("inspect-numpy", "fields", npy.to_vec()),
        ("inspect-tokenizer", "bpe", tokenizer.to_vec()),
        ("inspect-hdf5", "superblock", hdf5.to_vec()),
    ]
}

/// Inspects a file whose bytes come as they are asked for, and by small pieces.
fn model(file: &[u8]) {
    let whole = inspected(file, usize::MAX);
    let pieces = inspected(file, 1 + file.len() / 7);
    match (whole, pieces) {
        (Ok(mut whole), Ok(mut pieces)) => {
            for finding in &whole.findings {
                printable(&finding.message);
            }
            assert!(whole.findings.len() < 1000);
            assert!(whole.bytes_read <= file.len() as u64);
            // A number that is none equals nothing, itself neither, but it is written the same.
            let metadata = [&mut whole, &mut pieces].map(|inspection| {
                inspection.bytes_read = 0;
                format!("{:?}", std::mem::take(&mut inspection.metadata))
            });
            assert_eq!(metadata[0], metadata[1]);
            assert_eq!(whole, pieces);
        }
        (Err(whole), Err(pieces)) => {
            assert_eq!(whole, pieces);
            printable(&whole.to_string());
        }
        (whole, pieces) => panic!("{whole:?} {pieces:?}"),
    }
}

fn inspected(file: &[u8], piece: usize) -> Result<Inspection, InspectError> {
    let mut inspector = Inspector::new(file.len() as u64);
    let mut requests = 0;
    while let Some(range) = inspector.need() {
        let at = |offset| usize::try_from(offset).expect("a place in memory");
        let (start, end) = (at(range.start()), at(range.end()));
        assert!(start < end && end <= file.len());
        inspector.feed(&file[start..end.min(start.saturating_add(piece))]);
        requests += 1;
        assert!(requests < 20_100);
    }
    inspector.finish()
}

fn printable(message: &str) {
    assert!(
        message.len() < 10_000 && !message.contains(char::is_control),
        "{message:?}"
    );
}

/// A name, and behind its end number, count and tensors of some parts.
fn gguf_parts(data: &[u8]) {
    let end = data
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(data.len());
    let name = String::from_utf8_lossy(&data[..end]).into_owned();
    if let Some(names) = gguf_part_names(&name) {
        assert!(names.contains(&name) && names.len() < 100_000);
    }
    let parts: Vec<Inspection> = data[end..]
        .chunks_exact(3)
        .take(20)
        .filter_map(|part| inspected(&gguf_part(part), usize::MAX).ok())
        .collect();
    let parts: Vec<(&str, &Inspection)> = parts.iter().map(|part| (name.as_str(), part)).collect();
    for finding in check_gguf_parts(&parts) {
        printable(&finding.message);
    }
}

fn gguf_part(part: &[u8]) -> Vec<u8> {
    let mut file = gguf_head(0, 3);
    for (key, byte) in ["split.no", "split.count", "split.tensors.count"]
        .iter()
        .zip(part)
    {
        file.extend((key.len() as u64).to_le_bytes());
        file.extend(key.bytes());
        file.extend([0, 0, 0, 0, *byte]);
    }
    file
}

fn gguf_head(tensors: u64, entries: u64) -> Vec<u8> {
    let mut file = b"GGUF\x03\0\0\0".to_vec();
    file.extend(tensors.to_le_bytes());
    file.extend(entries.to_le_bytes());
    file
}

/// So long that what follows has to be asked for.
const PADDING: usize = 100_000;

fn gguf_behind_the_first_window(tensors: u8, entries: u8, rest: &[u8]) -> Vec<u8> {
    let mut file = gguf_head(tensors.into(), u64::from(entries) + 1);
    file.extend(1_u64.to_le_bytes());
    file.extend(b"p\x08\0\0\0");
    file.extend((PADDING as u64).to_le_bytes());
    file.extend([b'p'; PADDING]);
    file.extend(rest);
    file
}

fn onnx_behind_the_first_window(graph: &[u8]) -> Vec<u8> {
    let mut description = vec![0x52];
    varint(PADDING, &mut description);
    description.extend([b'p'; PADDING]);
    let mut file = vec![0x08, 0x08, 0x3A];
    varint(description.len() + graph.len(), &mut file);
    file.extend(description);
    file.extend(graph);
    file
}

fn varint(mut number: usize, into: &mut Vec<u8>) {
    while number > 0x7F {
        into.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

/// A field with bytes in it. All are short.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, bytes.len() as u8], bytes].concat()
}

/// A model with a node, a graph in it, weights of each kind, an input and an output.
fn onnx_seed() -> Vec<u8> {
    let inner = field(6, &field(1, &field(4, b"Relu")));
    let node = [field(4, b"If"), field(7, b"own"), field(5, &inner)].concat();
    let raw = [&[0x08, 2, 0x10, 1][..], &field(8, b"w"), &field(9, &[0; 8])].concat();
    let place = [field(1, b"location"), field(2, b"../x")].concat();
    let external = [&[0x08, 2, 0x10, 1][..], &field(13, &place), &[0x70, 1]].concat();
    let shape = [field(1, &[0x08, 3]), field(1, &field(2, b"n"))].concat();
    let tensor = [&[0x08, 1][..], &field(2, &shape)].concat();
    let port = [field(1, b"x"), field(2, &field(1, &tensor))].concat();
    let graph = [
        field(1, &node),
        field(5, &raw),
        field(5, &external),
        field(11, &port),
        field(12, &port),
    ];
    let sets = field(8, &[0x10, 17]);
    [&[0x08, 8][..], &field(7, &graph.concat()), &sets].concat()
}
