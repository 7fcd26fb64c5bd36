use super::*;
use crate::{Verdict, inspect_reader};

/// An array of version 1.0 with this header and so many bytes of elements.
fn array(header: &str, bytes: usize) -> Vec<u8> {
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend(u16::try_from(header.len()).expect("short").to_le_bytes());
    file.extend(header.bytes());
    file.extend(std::iter::repeat_n(0, bytes));
    file
}

fn told(file: &[u8]) -> Result<Inspection, String> {
    inspect_reader(&mut std::io::Cursor::new(file)).map_err(|fault| {
        let cause = std::error::Error::source(&fault).expect("the cause");
        cause.to_string()
    })
}

#[track_caller]
fn check(descr: &str, shape: &str, bytes: usize, element: (&str, Option<u64>)) -> Inspection {
    let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}   \n");
    let told = told(&array(&header, bytes)).expect(&header);
    assert_eq!(told.format, Format::NumPy);
    let tensor = &told.tensors[0];
    assert_eq!((tensor.element.name(), tensor.bytes), element, "{descr}");
    told
}

#[test]
fn every_kind_of_element_is_told() {
    for (descr, name, bytes) in [
        ("'<f4'", "F32", 4),
        ("'|b1'", "BOOL", 1),
        ("'>i2'", "I16", 2),
        ("'<c16'", "C128", 16),
        ("'<f16'", "f16", 16),
        ("'<U5'", "U5", 20),
        ("'|S3'", "S3", 3),
        ("'<M8[ns]'", "M8[ns]", 8),
        ("'|V2'", "V2", 2),
        (
            "[('a', '<f4'), (('title', 'b'), '<i8', (2, 3)), ('', '|V4')]",
            "struct",
            56,
        ),
        ("[('in', [('x', '<u2')], 4)]", "struct", 8),
    ] {
        let size = usize::try_from(bytes).expect("small") * 6;
        let told = check(descr, "(2, 3)", size, (name, Some(bytes * 6)));
        assert_eq!(told.verdict(), Verdict::Sound);
        assert_eq!(told.tensors[0].shape, [2, 3]);
        let Place::Here(range) = &told.tensors[0].place else {
            panic!("{:?}", told.tensors[0].place);
        };
        assert_eq!((range.end(), range.len()), (told.size, bytes * 6));
    }
    let scalar = check("'<f8'", "()", 8, ("F64", Some(8)));
    assert_eq!(scalar.tensors[0].elements(), Some(1));
    check("'<f8'", "(0, 18446744073709551615, 5)", 0, ("F64", Some(0)));
}

#[test]
fn objects_are_a_danger_wherever_they_hide() {
    for descr in [
        "'|O'",
        "[('a', '<f4'), ('b', '|O8')]",
        "[('a', [('b', ('|O', (2,)))])]",
    ] {
        let told = check(descr, "(2,)", 30, ("object", None));
        assert_eq!(told.verdict(), Verdict::Dangerous);
        assert_eq!(told.findings[0].code, "pickle");
    }
}

#[test]
fn what_does_not_fit_is_a_finding() {
    let cut = check("'<f4'", "(5,)", 19, ("F32", Some(20)));
    assert_eq!(cut.verdict(), Verdict::Malformed);
    assert_eq!(
        cut.findings[0].message,
        "expected 20 bytes of elements, found 19"
    );
    let vast = check(
        "'<f4'",
        "(9223372036854775807, 9223372036854775807)",
        0,
        ("F32", None),
    );
    assert_eq!(vast.findings[0].code, "overflow");
    let more = check("'>f4'", "(1,)", 6, ("F32", Some(4)));
    let codes: Vec<_> = more.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["trailing", "big-endian"]);
    assert_eq!(more.verdict(), Verdict::Sound);
}

#[test]
fn a_header_that_is_none_says_what_was_expected() {
    for (header, message) in [
        (
            "__import__('os')",
            "expected a value, found `__import__(\\'os\\')`",
        ),
        ("[]", "expected a dict, found a list"),
        (
            "{'descr': '<f4', 'shape': ()}",
            "expected descr, fortran_order and shape in the header",
        ),
        (
            "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}",
            "expected True or False as fortran_order, found a number",
        ),
        (
            "{'descr': '<f4', 'fortran_order': True, 'shape': (), 'shape': ()}",
            "shape stands in the header twice",
        ),
        (
            "{'descr': '<f4', 'fortran_order': True, 'shape': (), 'x\\n': ()}",
            "expected descr, fortran_order and shape in the header, found 'x\\n'",
        ),
        (
            "{'descr': '<f4', 'fortran_order': True, 'shape': (-1,)}",
            "expected a shape of whole numbers that are not negative",
        ),
        (
            "{'descr': '<q4', 'fortran_order': True, 'shape': ()}",
            "expected a type such as <f4, found '<q4'",
        ),
        (
            "{'descr': 4, 'fortran_order': True, 'shape': ()}",
            "expected a type, found a number",
        ),
    ] {
        let fault = told(&array(header, 0)).expect_err(header);
        assert_eq!(fault, format!("not a sound NumPy file: {message}"));
    }
    let cut = told(&array("{'descr'", 0)[..12]).expect_err("cut off");
    assert!(
        cut.starts_with("the file is cut off: expected 18 bytes"),
        "{cut}"
    );
    let fault = told(b"\x93NUMPY\x04\x00\x00\x00").expect_err("a version of the future");
    assert!(fault.ends_with("found 4.0"), "{fault}");
    let fault = told(b"\x93NUMPY\x02\x00\xff\xff\xff\xff").expect_err("a length without end");
    assert!(fault.ends_with("found one of 4294967295"), "{fault}");
}

#[test]
fn later_versions_have_longer_lengths_and_other_letters() {
    let header = "{'descr': [('é', '<f4')], 'fortran_order': True, 'shape': (2, 1), }\n";
    let file = |version: u8, header: &[u8]| {
        let mut file = b"\x93NUMPY".to_vec();
        file.extend([version, 0]);
        file.extend(u32::try_from(header.len()).expect("short").to_le_bytes());
        file.extend(header);
        file.extend([0; 8]);
        file
    };
    let latin: Vec<u8> = header
        .chars()
        .map(|character| u8::try_from(character).expect("Latin"))
        .collect();
    for (version, bytes) in [(2, latin.as_slice()), (3, header.as_bytes())] {
        let told = told(&file(version, bytes)).expect("a sound file");
        assert_eq!(told.variant, format!("{version}.0"));
        assert_eq!(told.metadata["descr"].as_text(), Some("[(é, <f4)]"));
        assert_eq!(told.findings[0].code, "fortran-order");
    }
    assert!(told(&file(3, &latin)).is_err());
}
