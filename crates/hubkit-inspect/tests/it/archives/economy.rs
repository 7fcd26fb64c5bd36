//! A large checkpoint far away: what is asked for to tell what is in it.

use hubkit_inspect::{Format, Inspection, Inspector, Place, Verdict};

/// A file that is zeros but for a few parts.
#[derive(Default)]
struct Sparse {
    size: u64,
    parts: Vec<(u64, Vec<u8>)>,
}

impl Sparse {
    fn put(&mut self, bytes: Vec<u8>) {
        let length = bytes.len() as u64;
        self.parts.push((self.size, bytes));
        self.size += length;
    }

    fn read(&self, start: u64, end: u64) -> Vec<u8> {
        let mut read = vec![0; usize::try_from(end - start).expect("small")];
        for (from, bytes) in &self.parts {
            let (first, last) = (start.max(*from), end.min(from + bytes.len() as u64));
            if first < last {
                let at = |place: u64, base: u64| usize::try_from(place - base).expect("small");
                read[at(first, start)..at(last, start)]
                    .copy_from_slice(&bytes[at(first, *from)..at(last, *from)]);
            }
        }
        read
    }
}

/// Writes an archive of stored members; the content of a storage is zeros that nobody keeps.
#[derive(Default)]
struct Writer {
    file: Sparse,
    directory: Vec<u8>,
    count: u16,
}

impl Writer {
    fn member(&mut self, name: &str, content: &[u8], zeros: u32) {
        let checksum = checksum(content);
        let size = u32::try_from(content.len()).expect("small") + zeros;
        let name_length = u16::try_from(name.len()).expect("short");
        let header = u32::try_from(self.file.size).expect("below 4 GiB");
        let mut fields = vec![0; 10];
        fields[0] = 20;
        fields.extend(checksum.to_le_bytes());
        fields.extend([size.to_le_bytes(), size.to_le_bytes()].concat());
        fields.extend(name_length.to_le_bytes());
        fields.extend([0, 0]);
        self.file
            .put([b"PK\x03\x04", fields.as_slice(), name.as_bytes(), content].concat());
        self.file.size += u64::from(zeros);
        self.directory
            .extend([b"PK\x01\x02\x14\x00", fields.as_slice(), &[0; 10]].concat());
        self.directory.extend(header.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.count += 1;
    }

    fn finish(mut self) -> Sparse {
        let start = u32::try_from(self.file.size).expect("below 4 GiB");
        let length = u32::try_from(self.directory.len()).expect("small");
        self.file.put(self.directory);
        // With the record of large numbers, which PyTorch always writes.
        let (count, record) = (
            u64::from(self.count).to_le_bytes(),
            self.file.size.to_le_bytes(),
        );
        let numbers = [
            u64::from(length).to_le_bytes(),
            u64::from(start).to_le_bytes(),
        ]
        .concat();
        self.file.put(
            [
                b"PK\x06\x06\x2C\0\0\0\0\0\0\0".as_slice(),
                &[0; 12],
                &count,
                &count,
                &numbers,
            ]
            .concat(),
        );
        self.file
            .put([b"PK\x06\x07\0\0\0\0".as_slice(), &record, &[1, 0, 0, 0]].concat());
        let count = self.count.to_le_bytes();
        let numbers = [length.to_le_bytes(), start.to_le_bytes()].concat();
        self.file.put(
            [
                b"PK\x05\x06\0\0\0\0",
                count.as_slice(),
                &count,
                &numbers,
                &[0, 0],
            ]
            .concat(),
        );
        self.file
    }
}

fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg());
    !bytes
        .iter()
        .fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

/// A checkpoint of so many tensors of so many rows of 1,024 numbers.
fn checkpoint(tensors: usize, rows: u16) -> Sparse {
    let mut pickle = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
    let text = |text: &str| {
        [
            b"X",
            u32::try_from(text.len())
                .expect("short")
                .to_le_bytes()
                .as_slice(),
            text.as_bytes(),
        ]
        .concat()
    };
    let rows_bytes = rows.to_le_bytes();
    for number in 0..tensors {
        pickle.extend(text(&format!("model.layers.{number}.weight")));
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        pickle.extend(text("storage"));
        pickle.extend(b"ctorch\nFloatStorage\n");
        pickle.extend(text(&number.to_string()));
        pickle.extend(text("cpu"));
        pickle.extend(
            [
                b"J".as_slice(),
                &(u32::from(rows) * 1024).to_le_bytes(),
                b"tQK\0M",
            ]
            .concat(),
        );
        pickle.extend(
            [
                &rows_bytes[..],
                b"M\0\x04\x86M\0\x04K\x01\x86\x89ccollections\nOrderedDict\n)RtR",
            ]
            .concat(),
        );
    }
    pickle.extend(b"u.");
    let mut writer = Writer::default();
    writer.member("model/data.pkl", &pickle, 0);
    writer.member("model/byteorder", b"little", 0);
    for number in 0..tensors {
        writer.member(&format!("model/data/{number}"), &[], u32::from(rows) * 4096);
    }
    writer.member("model/version", b"3\n", 0);
    writer.finish()
}

/// What is told, and by how many requests and bytes.
fn remote(file: &Sparse) -> (Inspection, u64, u64) {
    let mut inspector = Inspector::new(file.size);
    let (mut requests, mut bytes) = (0, 0);
    while let Some(range) = inspector.need() {
        inspector.feed(&file.read(range.start(), range.end()));
        requests += 1;
        bytes += range.len();
    }
    (inspector.finish().expect("a checkpoint"), requests, bytes)
}

#[test]
fn a_checkpoint_of_a_hundred_megabytes_is_told_by_a_few_small_requests() {
    let file = checkpoint(200, 125);
    assert!(file.size > 100_000_000);
    let (told, requests, bytes) = remote(&file);
    assert!(
        requests <= 4 && bytes < 200_000,
        "{requests} requests, {bytes} bytes"
    );
    assert_eq!(
        (told.format, told.tensors.len(), told.bytes_read),
        (Format::PyTorch, 200, bytes)
    );
    assert_eq!(told.verdict(), Verdict::Sound, "{:?}", told.findings);
    let last = &told.tensors[199];
    assert_eq!(
        (last.name.as_str(), last.element.name()),
        ("model.layers.199.weight", "F32")
    );
    assert_eq!(
        (last.shape.as_slice(), last.bytes),
        ([125, 1024].as_slice(), Some(512_000))
    );
    let Place::Member {
        name,
        range: Some(range),
    } = &last.place
    else {
        panic!("{:?}", last.place);
    };
    assert_eq!(
        (name.as_str(), range.as_range()),
        ("model/data/199", 0..512_000)
    );
}

#[test]
fn more_tensors_cost_no_more_requests() {
    let file = checkpoint(4_000, 10);
    let (told, requests, bytes) = remote(&file);
    assert_eq!(told.tensors.len(), 4_000);
    assert_eq!(told.verdict(), Verdict::Sound, "{:?}", told.findings);
    assert!(
        requests <= 4 && bytes < 1_200_000,
        "{requests} requests, {bytes} bytes"
    );
}

#[test]
fn pickles_that_are_not_fetched_are_told() {
    let archive = |count: u32| {
        let (mut writer, content) = (Writer::default(), vec![0; 120_000]);
        for number in 0..count {
            writer.member(&format!("{number}.pkl"), &content, 0);
        }
        remote(&writer.finish())
    };
    let (told, requests, _) = archive(10);
    assert!(told.verdict() == Verdict::Sound && requests <= 12);
    let (told, requests, _) = archive(40);
    assert_eq!(told.verdict(), Verdict::Suspicious);
    assert!(requests <= 18, "{requests}");
    assert!(
        told.findings
            .iter()
            .any(|finding| finding.code == "not-analysed")
    );
}
