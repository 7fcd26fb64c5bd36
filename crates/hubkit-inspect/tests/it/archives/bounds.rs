//! Files made to cost: time and memory follow their bytes, not the numbers in them.

use hubkit_inspect::{InspectError, ReadInspectionError, Severity, Verdict};

use super::inspect;

#[track_caller]
fn not_analysed(file: &[u8]) {
    let inspection = inspect(file).expect("something to tell");
    assert!(
        inspection.verdict() > Verdict::Sound,
        "{:?}",
        inspection.findings
    );
    let told = |word| {
        inspection
            .findings
            .iter()
            .any(|finding| finding.message.contains(word))
    };
    assert!(
        told("not fully analysed") || told("was not analysed to its end"),
        "{:?}",
        inspection.findings
    );
}

fn pickle(body: &[u8]) -> Vec<u8> {
    [b"\x80\x04", body, b"."].concat()
}

#[test]
fn a_pickle_of_very_many_values_is_given_up() {
    not_analysed(&pickle(&b")".repeat(3_300_000)));
}

#[test]
fn calls_upon_calls_are_given_up() {
    let call = b"h\x00)R";
    let mut body = b"ccollections\nOrderedDict\nq\x00".to_vec();
    body.extend(call.repeat(700_000));
    not_analysed(&pickle(&body));
}

#[test]
fn values_that_hold_each_other_are_looked_at_once() {
    // Each list holds the one before twice: two to the power of 500 ways.
    let mut body = b"K\x01".to_vec();
    body.extend(b"2\x86".repeat(500));
    not_analysed(&pickle(&body));
    // A list that holds itself.
    let inspection = inspect(&pickle(b"]\x94h\x00a")).expect("something to tell");
    assert_eq!(inspection.verdict(), Verdict::Sound);
}

#[test]
fn a_length_is_not_believed() {
    for body in [
        b"\x8E\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F".as_slice(),
        b"\x96\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        b"\x8D\xFF\xFF\xFF\xFF\x00\x00\x00\x00",
        b"\x8B\xFF\xFF\xFF\x7F",
        b"B\xFF\xFF\xFF\xFF",
        b"T\xFF\xFF\xFF\xFF",
    ] {
        not_analysed(&pickle(body));
    }
}

#[test]
fn a_long_line_is_read_to_an_end() {
    let mut body = b"V".to_vec();
    body.extend(b"x".repeat(3_000_000));
    not_analysed(&pickle(&body));
}

/// An archive of one deflated member, whose directory says it has so many bytes.
fn deflated(packed: &[u8], size: u32) -> Vec<u8> {
    let mut fields = Vec::new();
    fields.extend([20, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
    fields.extend(0_u32.to_le_bytes());
    fields.extend(u32::try_from(packed.len()).expect("small").to_le_bytes());
    fields.extend(size.to_le_bytes());
    fields.extend([1, 0, 0, 0]);
    let mut file = [b"PK\x03\x04", fields.as_slice(), b"a"].concat();
    file.extend(packed);
    let start = u32::try_from(file.len()).expect("small");
    let record = [b"PK\x01\x02\x14\x00", fields.as_slice(), &[0; 14], b"a"].concat();
    file.extend(&record);
    file.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    file.extend(u32::try_from(record.len()).expect("small").to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}

#[test]
fn what_unpacks_to_more_than_is_promised_is_a_fault() {
    // Stored blocks of deflate: 65,535 bytes each, the last one marked.
    let block = |last: u8| [vec![last, 0xFF, 0xFF, 0, 0], vec![7; 65_535]].concat();
    let packed = [block(0), block(1)].concat();
    for size in [0, 10, 131_071, 200_000] {
        let inspection = inspect(&deflated(&packed, size)).expect("an archive");
        assert_eq!(inspection.verdict(), Verdict::Malformed, "{size}");
        assert!(
            inspection
                .findings
                .iter()
                .any(|finding| finding.code == "size"),
            "{:?}",
            inspection.findings
        );
    }
}

#[test]
fn a_directory_of_very_many_members_is_refused() {
    let record = [b"PK\x01\x02".as_slice(), &[0; 42]].concat();
    let mut file = b"PK\x03\x04".to_vec();
    file.extend(record.repeat(300_001));
    let length = u32::try_from(file.len() - 4).expect("small");
    file.extend(b"PK\x05\x06\0\0\0\0\0\0\0\0");
    file.extend(length.to_le_bytes());
    file.extend([4, 0, 0, 0, 0, 0]);
    let fault = inspect(&file).expect_err("too many");
    assert!(matches!(
        fault,
        ReadInspectionError::Inspect(InspectError::Malformed { .. })
    ));
}

#[test]
fn very_many_dangers_are_few_findings() {
    let mut body = Vec::new();
    for number in 0..5_000 {
        body.extend(format!("cmodule{number}\nname\n0").bytes());
    }
    body.push(b'N');
    let inspection = inspect(&pickle(&body)).expect("something to tell");
    let dangers = inspection
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Danger);
    assert_eq!(dangers.count(), 21);
    assert!(
        inspection
            .findings
            .iter()
            .any(|finding| finding.message.starts_with("4980 more"))
    );
}
