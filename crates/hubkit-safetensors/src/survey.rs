//! A header with all its faults, for those who look at files rather than load them.

use std::collections::BTreeMap;

use hubkit_types::ByteRange;

use crate::{Header, HeaderError, TensorInfo, Tensors};

/// What could be read of a header, and everything that is wrong with it. [`Header::survey`] makes it.
///
/// While there are findings, nothing else is certain of the tensors: they may overlap, share a name, lie behind the end
/// of the file, or say a size that no file has.
#[derive(Clone, Debug)]
pub struct Survey {
    pub(crate) header: Header,
    pub(crate) findings: Findings,
}

/// What is wrong with a header, the cause before what follows from it.
#[derive(Clone, Default, Debug)]
pub(crate) struct Findings {
    list: Vec<HeaderError>,
    omitted: usize,
    /// Whether there is a tensor, or something behind the readable part, whose place is not known.
    pub(crate) unreadable: bool,
}

impl Findings {
    pub(crate) fn push(&mut self, finding: HeaderError) {
        if self.list.len() == Survey::MOST_FINDINGS {
            self.omitted += 1;
        } else {
            self.list.push(finding);
        }
    }

    /// Puts a finding before all that follow from it.
    pub(crate) fn cause(&mut self, finding: HeaderError) {
        self.list.insert(0, finding);
    }

    /// Takes back that the JSON is malformed where it ends.
    pub(crate) fn forget_last_malformed(&mut self) {
        self.list
            .pop_if(|finding| matches!(finding, HeaderError::Json(_)));
    }

    pub(crate) fn extend(&mut self, findings: impl IntoIterator<Item = HeaderError>) {
        for finding in findings {
            self.push(finding);
        }
    }
}

impl Survey {
    /// How many findings are kept.
    pub const MOST_FINDINGS: usize = 1000;

    /// A survey of a file of which there is no header to read.
    pub(crate) fn nothing(finding: HeaderError) -> Self {
        let mut findings = Findings::default();
        findings.push(finding);
        Self {
            header: Header::default(),
            findings,
        }
    }

    /// The tensors that could be read, in the order of their data.
    pub fn tensors(&self) -> Tensors<'_> {
        self.header.tensors()
    }

    /// What could be read of `__metadata__`. The text is a stranger's.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        self.header.metadata()
    }

    /// The length of the header's JSON in bytes, its spaces included, as far as it is there.
    pub fn header_len(&self) -> u64 {
        self.header.header_len()
    }

    /// Where a tensor is said to lie in the file.
    pub fn file_range(&self, tensor: TensorInfo<'_>) -> ByteRange {
        self.header.file_range(tensor)
    }

    /// Everything that is wrong, causes first; no more than [`Survey::MOST_FINDINGS`].
    pub fn findings(&self) -> &[HeaderError] {
        &self.findings.list
    }

    /// How many findings there are beyond those.
    pub fn omitted(&self) -> usize {
        self.findings.omitted
    }

    /// The header, if nothing is wrong with it.
    ///
    /// # Errors
    ///
    /// The first finding.
    pub fn into_header(self) -> Result<Header, HeaderError> {
        match self.findings.list.into_iter().next() {
            Some(finding) => Err(finding),
            None => Ok(self.header),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, data_len: Option<u64>, tensors: &[&str], findings: &[&str]) {
        let survey = Header::survey(json.as_bytes(), data_len);
        let found: Vec<&str> = survey.tensors().map(|tensor| tensor.name()).collect();
        assert_eq!(found, tensors);
        let found: Vec<String> = survey.findings().iter().map(ToString::to_string).collect();
        assert_eq!(found, findings);
    }

    #[test]
    fn every_fault_is_told_and_the_sound_tensors_are_there() {
        check(
            r#"{"__metadata__":{"a":1,"b":"x"},
                "one":{"dtype":"F128","shape":[1],"data_offsets":[0,16]},
                "two":{"dtype":"U8","shape":[-1],"data_offsets":[16,17]},
                "three":{"dtype":"U8","shape":[3],"data_offsets":[18,20],"x":[[]]},
                "four":7,
                "five":{"dtype":["U8"],"shape":[1],"data_offsets":[20,21]},
                "six":{"dtype":"U8","shape":[1],"data_offsets":[22,21]},
                "seven":{"dtype":"U8","shape":[1],"data_offsets":[20,21,22]},
                "eight":{"shape":[1],"data_offsets":[20,21]},
                "nine":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[20,21]},
                "ten":{"dtype":"F4","shape":[3],"data_offsets":[30,32]},
                "ten":{"dtype":"U8","shape":[1],"data_offsets":[31,32]}}"#,
            Some(99),
            &["ten", "ten"],
            &[
                "`__metadata__` is malformed: `a` is not a text of at most 16 MiB",
                "tensor `one`: `F128` is not a dtype of safetensors: expected one such as F32 or BF16",
                "tensor `two`: expected `shape` to be an array of whole numbers",
                "tensor `three`: expected dtype, shape and data_offsets alone, found `x`",
                "tensor `four`: expected an object",
                "tensor `five`: expected `dtype` to be a text",
                "tensor `six`: the data ends at byte 21, before it starts at 22",
                "tensor `seven`: expected `data_offsets` to be an array of two whole numbers",
                "tensor `eight`: it has no `dtype`",
                "tensor `nine`: `dtype` is given twice",
                "tensor `ten`: the elements of F4 do not fill whole bytes",
                "tensor `ten`: expected data from byte 32 on, found 31: it overlaps another tensor",
                "there are two tensors named `ten`",
            ],
        );
    }

    #[test]
    fn places_are_judged_where_all_tensors_could_be_read() {
        let json = r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[6,7]}"#;
        let hole =
            "tensor `b`: expected data from byte 4 on, found 6: bytes between belong to no tensor";
        check(
            &format!("{json}}}"),
            Some(9),
            &["a", "b"],
            &[hole, "expected 7 bytes of data behind the header, found 9"],
        );
        check(
            &format!("{json},}}"),
            Some(9),
            &["a", "b"],
            &["the header is malformed: trailing comma at line 1 column 106"],
        );
        check(
            r#"{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"b""#,
            None,
            &[],
            &[
                "expected a header that starts with `{`, ends with `}` and has only spaces behind it",
            ],
        );
    }

    #[test]
    fn what_is_no_text_ends_the_reading_and_says_where() {
        let mut json = br#"{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"b"#.to_vec();
        json.extend_from_slice(b"\xff\":[]}");
        let survey = Header::survey(&json, None);
        assert_eq!(survey.tensors().len(), 1);
        let expected = HeaderError::Json("byte 54 is not UTF-8".to_owned());
        assert_eq!(survey.findings(), [expected]);
    }

    #[test]
    fn sizes_beyond_64_bits_are_findings_and_no_panic() {
        let json = r#"{"a":{"dtype":"U8","shape":[18446744073709551615,2],"data_offsets":[0,18446744073709551615]},
            "b":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[18446744073709551615,18446744073709551615]},
            "c":{"dtype":"U8","shape":[9223372036854775808,4,0],"data_offsets":[18446744073709551615,18446744073709551615]}}"#;
        let survey = Header::survey(json.as_bytes(), None);
        assert_eq!(survey.findings().len(), 5, "{:#?}", survey.findings());
        let elements: Vec<u64> = survey.tensors().map(|tensor| tensor.elements()).collect();
        assert_eq!(elements, [u64::MAX, 1 << 62, u64::MAX]);
        let ranges = survey.tensors().map(|tensor| survey.file_range(tensor));
        assert!(ranges.into_iter().all(|range| range.end() == u64::MAX));
    }

    #[test]
    fn texts_longer_than_any_writer_has_are_refused() {
        let long = "a".repeat((16 << 20) + 1);
        let entry = r#"{"dtype":"U8","shape":[],"data_offsets":[0,1]}"#;
        for (json, tensors, expected) in [
            (
                format!(r#"{{"\u0061{long}":{entry},"b":{entry}}}"#),
                1,
                "16 MiB",
            ),
            (
                format!(r#"{{"__metadata__":{{"k":"{long}"}},"b":{entry}}}"#),
                1,
                "`k` is not a text",
            ),
            (
                format!(r#"{{"__metadata__":{{"{long}":"v"}},"b":{entry}}}"#),
                1,
                "a key is longer",
            ),
        ] {
            let survey = Header::survey(json.as_bytes(), None);
            let finding = survey.findings()[0].to_string();
            assert!(
                finding.contains(expected) && finding.len() < 1000,
                "{finding}"
            );
            assert_eq!(survey.tensors().len(), tensors);
        }
    }

    #[test]
    fn findings_are_bounded_and_so_are_the_names_in_them() {
        let name = "é".repeat(900);
        let entries: Vec<String> = (0..1500)
            .map(|number| format!(r#""{name}{number}":[]"#))
            .collect();
        let survey = Header::survey(format!("{{{}}}", entries.join(",")).as_bytes(), None);
        assert_eq!((survey.findings().len(), survey.omitted()), (1000, 500));
        let HeaderError::Tensor { name, .. } = &survey.findings()[0] else {
            panic!("{:?}", survey.findings()[0]);
        };
        assert_eq!(name.len(), 1000);
    }
}
