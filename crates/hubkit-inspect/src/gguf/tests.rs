use std::{fs, path::Path};

use hubkit_types::ByteRange;

use super::*;
use crate::{InspectError, Inspector, Place, Verdict};

/// Writes files as the specification says.
struct Writer {
    version: u32,
    big: bool,
    bytes: Vec<u8>,
}

impl Writer {
    fn new(version: u32, big: bool, tensors: u64, entries: u64) -> Self {
        let bytes = MARK.to_vec();
        Self {
            version,
            big,
            bytes,
        }
        .number(version, 4)
        .length(tensors)
        .length(entries)
    }

    /// The lowest bytes of a number, in the order of the file.
    fn number(mut self, number: impl Into<u64>, bytes: usize) -> Self {
        let mut number = number.into().to_le_bytes()[..bytes].to_vec();
        if self.big {
            number.reverse();
        }
        self.bytes.extend(number);
        self
    }

    fn length(self, length: u64) -> Self {
        let bytes = if self.version == 1 { 4 } else { 8 };
        self.number(length, bytes)
    }

    fn text(self, text: &[u8]) -> Self {
        let mut writer = self.length(text.len() as u64);
        writer.bytes.extend(text);
        writer
    }

    fn entry(self, key: &str, kind: u32) -> Self {
        self.text(key.as_bytes()).number(kind, 4)
    }

    fn tensor(self, name: &str, shape: &[u64], kind: u32, offset: u64) -> Self {
        let writer = self.text(name.as_bytes()).number(shape.len() as u64, 4);
        let writer = shape
            .iter()
            .rev()
            .fold(writer, |writer, length| writer.length(*length));
        writer.number(kind, 4).number(offset, 8)
    }

    fn padded(mut self, data: u64) -> Vec<u8> {
        let start = self.bytes.len().next_multiple_of(32);
        self.bytes
            .resize(start + usize::try_from(data).expect("small"), 0);
        self.bytes
    }
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

fn fixtures() -> impl Iterator<Item = (String, Vec<u8>, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/gguf");
    let labels = fs::read_to_string(folder.join("labels.tsv")).expect("the labels");
    let rows: Vec<Vec<String>> = labels
        .lines()
        .skip(1)
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect();
    assert!(rows.len() > 30);
    rows.into_iter().map(move |row| {
        let file = fs::read(folder.join(&row[0])).expect("a labelled file");
        let verdicts = [&row[1], &row[2]].map(|labels| labels.split('|').map(str::to_owned));
        let verdicts = verdicts
            .into_iter()
            .flatten()
            .filter(|label| !label.is_empty());
        (row[0].clone(), file, verdicts.collect())
    })
}

#[test]
fn every_labelled_file_is_what_its_label_says() {
    for (name, file, labels) in fixtures() {
        let told = told(&file);
        let verdict = match &told {
            Ok(told) => match told.verdict() {
                Verdict::Sound => "valid",
                Verdict::Suspicious => "suspicious",
                Verdict::Dangerous => "dangerous",
                Verdict::Malformed => "malformed",
            },
            Err(_) => "malformed",
        };
        assert!(
            labels.iter().any(|label| label == verdict),
            "{name}: {told:?}"
        );
        let messages = match &told {
            Ok(told) => told
                .findings
                .iter()
                .map(|finding| finding.message.clone())
                .collect(),
            Err(fault) => vec![fault.to_string()],
        };
        for message in messages {
            assert!(!message.contains(char::is_control), "{name}: {message:?}");
            assert!(message.len() < 400, "{name}: {message}");
        }
    }
}

#[test]
fn every_version_and_order_is_read() {
    for (version, big) in [(1, false), (2, false), (3, false), (2, true), (3, true)] {
        let values = [0xFE_u64, 0xFE, 0xFFFE, 0xFFFE, 0xFFFF_FFFE, 0xFFFF_FFFE];
        let mut writer = Writer::new(version, big, 2, 13);
        for (kind, (value, bytes)) in (0..).zip(values.into_iter().zip([1, 1, 2, 2, 4, 4])) {
            writer = writer.entry(&format!("k{kind}"), kind).number(value, bytes);
        }
        let file = writer
            .entry("k6", 6)
            .number(1.5_f32.to_bits(), 4)
            .entry("k7", 7)
            .number(1_u64, 1)
            .entry("k8", 8)
            .text("é".as_bytes())
            .entry("k9", 9)
            .number(8_u64, 4)
            .length(2)
            .text(b"a")
            .text(b"b")
            .entry("k10", 10)
            .number(u64::MAX, 8)
            .entry("k11", 11)
            .number(u64::MAX, 8)
            .entry("k12", 12)
            .number(1.5_f64.to_bits(), 8)
            .tensor("x", &[2, 64], 2, 0)
            .tensor("y", &[5], 30, 96)
            .padded(106);
        let told = told(&file).expect("a sound file");
        assert_eq!(codes(&told), Vec::<&str>::new());
        assert_eq!(told.format, Format::Gguf);
        assert_eq!(
            told.variant,
            format!("v{version}{}", if big { ", big-endian" } else { "" })
        );
        let integers =
            [0, 1, 2, 3, 4, 5, 10, 11].map(|kind| told.metadata[&format!("k{kind}")].clone());
        let want = [254, -2, 65534, -2, 4_294_967_294, -2, u64::MAX.into(), -1];
        assert_eq!(integers, want.map(MetadataValue::Integer));
        assert_eq!(told.metadata["k6"], MetadataValue::Float(1.5));
        assert_eq!(told.metadata["k7"], MetadataValue::Boolean(true));
        assert_eq!(told.metadata["k8"].as_text(), Some("é"));
        let first = ["a", "b"].map(|text| MetadataValue::Text(text.to_owned()));
        let list = MetadataValue::List {
            element: "STRING",
            length: 2,
            first: first.into(),
        };
        assert_eq!(told.metadata["k9"], list);
        assert_eq!(told.metadata["k12"], MetadataValue::Float(1.5));
        let start = told.size - 106;
        let here =
            |from, to| Place::Here(ByteRange::new(start + from, start + to).expect("forward"));
        let [x, y] = told.tensors.as_slice() else {
            panic!("{:?}", told.tensors);
        };
        assert_eq!(
            (x.shape.as_slice(), x.bytes, &x.place),
            (&[2, 64][..], Some(72), &here(0, 72))
        );
        assert_eq!((y.element.name(), &y.place), ("BF16", &here(96, 106)));
    }
}

#[test]
fn a_large_vocabulary_costs_a_handful_of_requests_and_few_weights() {
    const TOKENS: u64 = 256_000;
    let mut writer = Writer::new(3, false, 1, 4)
        .entry("tokenizer.ggml.tokens", 9)
        .number(8_u64, 4)
        .length(TOKENS);
    for token in 0..TOKENS {
        writer = writer.text(format!("token{token}").as_bytes());
    }
    writer = writer
        .entry("tokenizer.ggml.scores", 9)
        .number(6_u64, 4)
        .length(TOKENS);
    writer.bytes.extend(vec![0; 4 * 256_000]);
    writer = writer
        .entry("tokenizer.ggml.merges", 9)
        .number(8_u64, 4)
        .length(TOKENS);
    for token in 0..TOKENS {
        writer = writer.text(format!("to ken{token}").as_bytes());
    }
    let head = writer
        .entry("after", 8)
        .text(b"all")
        .tensor("weight", &[1 << 31], 1, 0)
        .padded(0);
    let size = head.len() as u64 + (1 << 32);
    let mut inspector = Inspector::new(size);
    let (mut requests, mut widest) = (0, 0);
    while let Some(range) = inspector.need() {
        let at = usize::try_from(range.start())
            .expect("small")
            .min(head.len());
        let mut bytes =
            head[at..head.len().min(usize::try_from(range.end()).expect("small"))].to_vec();
        bytes.resize(usize::try_from(range.len()).expect("small"), 0);
        inspector.feed(&bytes);
        requests += 1;
        widest = widest.max(range.end());
    }
    let told = inspector.finish().expect("a sound file");
    assert_eq!(told.metadata["after"].as_text(), Some("all"));
    assert_eq!(told.verdict(), Verdict::Sound);
    assert!(requests <= 8, "{requests} requests");
    // The scores were passed over.
    assert!(
        told.bytes_read < head.len() as u64 + (4 << 20),
        "{} bytes",
        told.bytes_read
    );
    assert!(widest <= head.len() as u64 + (4 << 20));
}

#[test]
fn what_names_a_number_without_end_takes_no_time_and_no_memory() {
    let head = |tensors, entries| Writer::new(3, false, tensors, entries);
    for file in [
        head(u64::MAX, 0).padded(100),
        head(0, u64::MAX).padded(100),
        head(MOST_TENSORS, MOST_ENTRIES).padded(100),
        head(0, 1).text(&[0xFF; 5]).padded(0),
        head(0, 1).length(u64::MAX).padded(100),
        head(0, 1).entry("a", 8).length(1 << 40).padded(100),
        head(0, 1)
            .entry("a", 9)
            .number(0_u64, 4)
            .length(1 << 40)
            .padded(100),
        head(0, 1)
            .entry("a", 9)
            .number(10_u64, 4)
            .length(1_000_000)
            .padded(100),
        head(0, 1).entry("a", 77).padded(100),
        head(1, 0)
            .text(b"t")
            .number(u64::from(u32::MAX), 4)
            .padded(100),
    ] {
        assert!(told(&file).is_err());
    }
}

#[test]
fn what_can_not_be_stored_so_is_a_fault() {
    let file = |shape: &[u64], kind, offset| {
        Writer::new(3, false, 1, 0)
            .tensor("t", shape, kind, offset)
            .padded(256)
    };
    for (shape, kind, offset, want) in [
        (&[2, 32][..], 0, 0, vec![]),
        (&[][..], 0, 0, vec![]),
        (&[0, 5][..], 0, 0, vec![]),
        (&[2, 32][..], 0, 32, vec!["out-of-bounds"]),
        (&[2][..], 0, 7, vec!["unaligned", "gap"]),
        (&[2][..], 0, 32, vec!["gap"]),
        (&[32, 2][..], 2, 0, vec!["block"]),
        (&[1 << 32, 1 << 31][..], 0, 0, vec!["overflow"]),
        (&[0, u64::MAX][..], 0, 0, vec!["overflow"]),
        (&[1 << 61][..], 0, 0, vec!["overflow"]),
        (&[1, 1, 1, 1, 1][..], 0, 0, vec!["dimensions"]),
        (&[1][..], 31, 0, vec!["type"]),
        (&[1][..], 1000, 0, vec!["type"]),
        (&[1][..], 0, u64::MAX - 31, vec!["out-of-bounds"]),
    ] {
        let told = told(&file(shape, kind, offset)).expect("something is told");
        assert_eq!(
            codes(&told),
            want,
            "{shape:?} {kind} {offset}: {:?}",
            told.findings
        );
    }
    let twice = Writer::new(3, false, 2, 0)
        .tensor("t", &[2], 0, 0)
        .tensor("t", &[16], 0, 0)
        .padded(256);
    let told = told(&twice).expect("something is told");
    assert_eq!(codes(&told), ["duplicate-tensor", "overlap"]);
    assert_eq!(told.findings[1].message, "'t' and 't' share bytes");
}

#[test]
fn q2_0_has_blocks_of_two_sizes() {
    let file = |second, room| {
        let writer = Writer::new(3, false, 2, 0).tensor("a", &[128, 128], 42, 0);
        writer.tensor("b", &[128, 128], 42, second).padded(room)
    };
    for (second, room, bytes, want) in [
        (4608, 9216, 4608, vec![]),
        (4352, 8704, 4352, vec!["type"]),
        (4352, 4352, 4608, vec!["out-of-bounds", "out-of-bounds"]),
    ] {
        let told = told(&file(second, room)).expect("something is told");
        assert_eq!(told.tensors[0].bytes, Some(bytes));
        assert_eq!(codes(&told), want, "{second} {room}");
    }
}

#[test]
fn names_are_shown_without_what_controls_a_terminal() {
    let file = Writer::new(3, false, 1, 0)
        .tensor("a\u{1b}[31m\n", &[1], 31, 0)
        .padded(4);
    let told = told(&file).expect("something is told");
    assert_eq!(told.tensors[0].name, "a\u{1b}[31m\n");
    assert!(
        told.findings
            .iter()
            .all(|finding| !finding.message.contains(char::is_control))
    );
    assert_eq!(codes(&told), ["control-characters", "type"]);
}

#[test]
fn the_parts_of_a_model_are_told_and_held_against_each_other() {
    assert_eq!(
        gguf_part_names("q8/a-b-00002-of-00002.gguf"),
        Some(vec![
            "q8/a-b-00001-of-00002.gguf".to_owned(),
            "q8/a-b-00002-of-00002.gguf".to_owned()
        ])
    );
    for other in [
        "a.gguf",
        "a-00003-of-00002.gguf",
        "a-00000-of-00002.gguf",
        "a-1-of-2.gguf",
        "-00001-of-00002.gguf",
        "a-00001-of-00002.bin",
    ] {
        assert_eq!(gguf_part_names(other), None, "{other}");
    }
    let part = |number: u64, count: u64, name: &str| {
        let file = Writer::new(3, false, 1, 3)
            .entry("split.no", 2)
            .number(number, 2)
            .entry("split.count", 2)
            .number(count, 2)
            .entry("split.tensors.count", 5)
            .number(2_u64, 4)
            .tensor(name, &[1], 0, 0)
            .padded(4);
        told(&file).expect("something is told")
    };
    let (first, second) = (part(0, 2, "a"), part(1, 2, "b"));
    assert_eq!(first.verdict(), Verdict::Sound);
    assert_eq!(
        first.findings[0].message,
        "part 1 of 2: the other parts are files beside it"
    );
    assert_eq!(part(2, 2, "a").verdict(), Verdict::Malformed);
    let check = |parts: &[(&str, &Inspection)]| {
        let findings = check_gguf_parts(parts);
        findings
            .iter()
            .map(|finding| finding.code)
            .collect::<Vec<_>>()
    };
    let names = ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"];
    assert_eq!(
        check(&[(names[0], &first), (names[1], &second)]),
        Vec::<&str>::new()
    );
    assert_eq!(
        check(&[(names[1], &first), (names[0], &second)]),
        ["part-name", "part-name"]
    );
    assert_eq!(
        check(&[(names[0], &first)]),
        ["missing-part", "tensor-count"]
    );
    assert_eq!(
        check(&[(names[0], &first), (names[0], &first)]),
        ["duplicate-tensor", "part", "missing-part", "tensor-count"]
    );
    assert_eq!(
        check(&[(names[0], &first), (names[1], &part(1, 3, "b"))]),
        ["part", "part-name"]
    );
    let whole = told(&Writer::new(3, false, 0, 0).padded(0)).expect("sound");
    assert_eq!(check(&[("m.gguf", &whole)]), ["part"]);
}

#[test]
fn no_change_of_a_byte_makes_trouble() {
    for (_, file, _) in fixtures().filter(|(_, file, _)| file.len() < 1000) {
        for position in 0..file.len() {
            for change in [1, 0x80, 0xFF] {
                let mut changed = file.clone();
                changed[position] ^= change;
                let _ = told(&changed);
            }
            let _ = told(&file[..position]);
        }
    }
}
