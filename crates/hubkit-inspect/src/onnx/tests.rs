use hubkit_types::ByteRange;

use super::*;
use crate::{Dimension, Inspector, Place, Port, PortKind, Verdict};

/// A number as Protocol Buffers write it.
fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7F {
        bytes.push(u8::try_from(number & 0x7F).expect("seven bits") | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).expect("seven bits"));
    bytes
}

/// A field with a number in it.
fn number(field: u64, number: u64) -> Vec<u8> {
    [varint(field << 3), varint(number)].concat()
}

/// A field with bytes in it.
fn bytes(field: u64, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [&varint(field << 3 | 2), &varint(bytes.len() as u64), bytes].concat()
}

fn message(field: u64, fields: &[Vec<u8>]) -> Vec<u8> {
    bytes(field, fields.concat())
}

/// An input or output: a tensor of single precision with these dimensions.
fn port(field: u64, name: &str, dimensions: &[Vec<u8>]) -> Vec<u8> {
    let dimensions: Vec<_> = dimensions
        .iter()
        .map(|dimension| bytes(1, dimension))
        .collect();
    let tensor = message(1, &[number(1, 1), message(2, &dimensions)]);
    message(field, &[bytes(1, name), message(2, &[tensor])])
}

fn node(operator: &str, domain: &str) -> Vec<u8> {
    message(1, &[bytes(1, "x"), bytes(4, operator), bytes(7, domain)])
}

fn raw_tensor(name: &str, shape: &[u64], raw: impl AsRef<[u8]>) -> Vec<u8> {
    let shape = shape
        .iter()
        .map(|length| number(1, *length))
        .collect::<Vec<_>>();
    message(
        5,
        &[shape.concat(), number(2, 1), bytes(8, name), bytes(9, raw)],
    )
}

fn external_tensor(location: &str) -> Vec<u8> {
    let pair = |key: &str, value: &str| message(13, &[bytes(1, key), bytes(2, value)]);
    let place = [
        pair("location", location),
        pair("offset", "16"),
        pair("length", "8"),
    ]
    .concat();
    message(
        5,
        &[
            number(1, 2),
            number(2, 1),
            bytes(8, "w"),
            place,
            number(14, 1),
        ],
    )
}

/// A model around a graph.
fn model(graph: &[Vec<u8>]) -> Vec<u8> {
    let set = message(8, &[number(2, 17)]);
    [number(1, 8), bytes(2, "maker"), message(7, graph), set].concat()
}

fn told(file: &[u8]) -> Result<Inspection, InspectError> {
    let mut inspector = Inspector::new(file.len() as u64);
    while let Some(range) = inspector.need() {
        let at = |offset| usize::try_from(offset).expect("small");
        inspector.feed(&file[at(range.start())..at(range.end())]);
    }
    inspector.finish()
}

fn codes(inspection: &Inspection) -> Vec<&'static str> {
    inspection
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect()
}

fn whole() -> Vec<u8> {
    let kept = [node("Identity", ""), raw_tensor("w", &[1], [0; 4])];
    let branch = message(5, &[bytes(1, "then_branch"), message(6, &kept)]);
    let value = message(5, &[number(1, 3), number(2, 2), bytes(9, [1, 2, 3])]);
    let value = message(5, &[bytes(1, "value"), value]);
    let constant = message(1, &[bytes(2, "constant"), bytes(4, "Constant"), value]);
    let condition = message(1, &[bytes(4, "If"), branch]);
    let sequence = message(4, &[message(1, &[message(1, &[number(1, 7)])])]);
    let graph = [
        node("MatMul", ""),
        node("MatMul", "ai.onnx"),
        node("Gelu", "com.microsoft"),
        condition,
        constant,
        bytes(2, "main"),
        raw_tensor("w", &[2, 3], [0; 24]),
        message(
            5,
            &[
                bytes(1, [2, 2]),
                number(2, 22),
                bytes(8, "packed"),
                bytes(9, [0; 2]),
            ],
        ),
        message(
            5,
            &[
                number(1, 2),
                number(2, 7),
                bytes(7, [1, 2]),
                bytes(8, "typed"),
            ],
        ),
        port(
            11,
            "x",
            &[bytes(2, "batch"), number(1, 3), vec![], number(1, u64::MAX)],
        ),
        port(11, "w", &[number(1, 2), number(1, 3)]),
        port(12, "y", &[]),
        message(12, &[bytes(1, "z"), message(2, &[sequence])]),
    ];
    let properties = message(14, &[bytes(1, "author"), bytes(2, "ada")]);
    let microsoft = message(8, &[bytes(1, "com.microsoft"), number(2, 1)]);
    [model(&graph), microsoft, properties].concat()
}

#[test]
fn what_goes_in_and_comes_out_is_told() {
    let told = told(&whole()).expect("a sound model");
    assert_eq!((told.format, told.variant.as_str()), (Format::Onnx, "IR 8"));
    assert_eq!(codes(&told), Vec::<&str>::new());
    let graph = told.graph.as_ref().expect("a graph");
    let tensor = |name: &str, shape| Port {
        name: name.to_owned(),
        kind: PortKind::Tensor,
        element: element::of(1),
        shape: Some(shape),
    };
    let lengths = vec![
        Dimension::Named("batch".to_owned()),
        Dimension::Fixed(3),
        Dimension::Free,
        Dimension::Free,
    ];
    assert_eq!(graph.inputs, [tensor("x", lengths)]);
    let sequence = Port {
        name: "z".to_owned(),
        kind: PortKind::Sequence,
        element: element::of(7),
        shape: None,
    };
    assert_eq!(graph.outputs, [tensor("y", vec![]), sequence]);
    assert_eq!(graph.name, "main");
    let sets: Vec<_> = graph
        .operators
        .sets
        .iter()
        .map(|(domain, version)| (domain.as_str(), *version))
        .collect();
    assert_eq!(sets, [("ai.onnx", 17), ("com.microsoft", 1)]);
    let uses: Vec<_> = graph
        .operators
        .uses
        .iter()
        .map(|(name, uses)| (name.as_str(), *uses))
        .collect();
    assert_eq!(
        uses,
        [
            ("Constant", 1),
            ("Identity", 1),
            ("If", 1),
            ("MatMul", 2),
            ("com.microsoft.Gelu", 1)
        ]
    );
    let tensors: Vec<_> = told
        .tensors
        .iter()
        .map(|each| {
            (
                each.name.as_str(),
                each.element.name(),
                each.shape.as_slice(),
                each.bytes,
            )
        })
        .collect();
    let want = [
        ("w", "F32", &[2, 3][..], Some(24)),
        ("packed", "I4", &[2, 2][..], Some(2)),
        ("typed", "I64", &[2][..], Some(2)),
        ("w", "F32", &[1][..], Some(4)),
        ("constant", "U8", &[3][..], Some(3)),
    ];
    assert_eq!(tensors, want);
    assert!(matches!(&told.tensors[0].place, Place::Here(range) if range.len() == 24));
    assert_eq!(told.tensors[2].place, Place::Within);
    assert_eq!(
        told.metadata["metadata_props.author"].as_text(),
        Some("ada")
    );
    assert_eq!(told.metadata["producer_name"].as_text(), Some("maker"));
}

#[test]
fn weights_are_passed_over_on_the_way_to_what_stands_behind_them() {
    const WEIGHT: u64 = 2_500_000;
    let weight = vec![0; usize::try_from(WEIGHT).expect("small")];
    let mut graph = vec![node("Add", ""); 2000];
    for index in 0..20 {
        graph.push(raw_tensor(&format!("w{index}"), &[WEIGHT / 4], &weight));
        graph.push(raw_tensor(&format!("b{index}"), &[4], [0; 16]));
    }
    graph.push(port(12, "y", &[number(1, 1)]));
    let file = model(&graph);
    assert!(file.len() > 50_000_000);
    let mut inspector = Inspector::new(file.len() as u64);
    let mut requests = 0;
    while let Some(range) = inspector.need() {
        let at = |offset| usize::try_from(offset).expect("small");
        inspector.feed(&file[at(range.start())..at(range.end())]);
        requests += 1;
    }
    let told = inspector.finish().expect("a sound model");
    assert_eq!(told.verdict(), Verdict::Sound, "{:?}", told.findings);
    assert_eq!(told.tensors.len(), 40);
    assert_eq!(told.graph.expect("a graph").outputs[0].name, "y");
    assert!(requests <= 22, "{requests} requests");
    assert!(told.bytes_read < 500_000, "{} bytes", told.bytes_read);
}

#[test]
fn weights_in_other_files_are_told_and_may_not_lie_elsewhere() {
    let file = |location: &str| model(&[external_tensor(location)]);
    for sound in ["model.onnx_data", "weights/1.bin", "a..b", "..."] {
        let told = told(&file(sound)).expect("a sound model");
        assert_eq!(codes(&told), Vec::<&str>::new(), "{sound}");
        let range = ByteRange::new(16, 24);
        assert_eq!(
            told.tensors[0].place,
            Place::Beside {
                file: sound.to_owned(),
                range
            }
        );
        assert_eq!(told.tensors[0].bytes, Some(8));
        assert_eq!(told.graph.expect("a graph").external_files, [sound]);
    }
    for hostile in [
        "",
        "../x",
        "a/../../x",
        "..\\x",
        "/etc/passwd",
        "C:x",
        "\\\\host\\x",
        "https://x/y",
        "file:x",
        "~/x",
        "a\nb",
        ".. /x",
    ] {
        let told = told(&file(hostile)).expect("something is told");
        assert_eq!(codes(&told), ["external-path"], "{hostile}");
        assert_eq!(told.verdict(), Verdict::Malformed);
        assert!(!told.findings[0].message.contains(char::is_control));
    }
}

#[test]
fn what_does_not_fit_together_is_a_finding() {
    for (graph, want) in [
        (vec![raw_tensor("w", &[2], [0; 9])], vec!["length"]),
        (
            vec![raw_tensor("w", &[2], [0; 8]), raw_tensor("w", &[1], [0; 4])],
            vec!["duplicate-tensor"],
        ),
        (
            vec![raw_tensor("w", &[u64::MAX, 2], [0; 8])],
            vec!["overflow"],
        ),
        (
            vec![message(5, &[number(1, 2), number(2, 1), bytes(8, "w")])],
            vec!["no-data"],
        ),
        (
            vec![message(5, &[number(1, 2), bytes(8, "w"), bytes(9, [0])])],
            vec!["type"],
        ),
        (
            vec![node("X", "own.domain")],
            vec!["operator-set", "operators"],
        ),
    ] {
        let told = told(&model(&graph)).expect("something is told");
        assert_eq!(codes(&told), want);
    }
    let two = [model(&[node("A", "")]), message(7, &[node("A", "")])].concat();
    assert_eq!(codes(&told(&two).expect("something is told")), ["graph"]);
    let own = message(
        25,
        &[
            bytes(1, "X"),
            bytes(10, "own.domain"),
            message(7, &[bytes(4, "Add")]),
        ],
    );
    let own = [model(&[node("X", "own.domain")]), own].concat();
    let own = told(&own).expect("something is told");
    assert_eq!(codes(&own), Vec::<&str>::new());
    assert_eq!(own.metadata["functions"].as_u64(), Some(1));
}

#[test]
fn hostile_numbers_lengths_and_depths_are_faults() {
    let mut deep = node("Deep", "");
    for _ in 0..2000 {
        deep = message(1, &[bytes(4, "If"), message(5, &[message(6, &[deep])])]);
    }
    let mut sequence = message(4, &[]);
    for _ in 0..200 {
        sequence = message(4, &[message(1, &[sequence])]);
    }
    let inside = |graph: &[u8]| model(&[node("A", ""), graph.to_vec()]);
    for file in [
        model(&[deep]),
        model(&[
            node("A", ""),
            message(12, &[bytes(1, "y"), message(2, &[sequence])]),
        ]),
        // Longer than the graph that it stands in, without end, and no field at all.
        inside(&[0x2A, 0x7F, 1]),
        inside(&[
            0x2A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01,
        ]),
        inside(&[
            0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01,
        ]),
        inside(&[0x00, 0x00]),
        inside(&[0x0B, 0x0C]),
        inside(&[0x0F]),
        inside(&[0x08]),
        model(&[node("A", ""), message(5, &[bytes(1, [1; 300])])]),
        model(
            &(0..20_000)
                .map(|index| node(&format!("A{index}"), ""))
                .collect::<Vec<_>>(),
        ),
        model(&vec![message(5, &[]); 100_001]),
    ] {
        let fault = told(&file).expect_err("no sound model");
        assert!(
            matches!(
                fault,
                InspectError::Malformed {
                    format: Format::Onnx,
                    ..
                }
            ),
            "{fault}"
        );
    }
    let cut = &whole()[..100];
    assert!(matches!(told(cut), Err(InspectError::Truncated { .. })));
}

#[test]
fn other_bytes_are_no_model() {
    let file = whole();
    assert!(is_model(&file, file.len() as u64));
    let safetensors = |length: u64| [&length.to_le_bytes()[..], b"{}                 "].concat();
    let saved_model = [number(1, 1), message(2, &[bytes(1, "\u{1}\u{2}")])].concat();
    for other in [
        &b""[..],
        b"\x08",
        b"\x08\x07",
        b"\x08\x07\x3a",
        b"\x08\x07\x3a\x05",
        b"\x08\x07\x3a\x00",
        b"\n\x07caffe x",
        b"{\"a\": 1}",
        b"\x1c\0\0\0TFL3",
        &safetensors(0x08),
        &safetensors(0x003A_0708),
        &safetensors(0x053A_0708),
        &saved_model,
    ] {
        assert!(!is_model(other, 1 << 30), "{other:?}");
    }
}

#[test]
fn no_change_of_a_byte_makes_trouble() {
    let file = whole();
    for position in 0..file.len() {
        for change in [1, 0x80, 0xFF, 0x38] {
            let mut changed = file.clone();
            changed[position] ^= change;
            let _ = told(&changed);
        }
        let _ = told(&file[..position]);
    }
}
