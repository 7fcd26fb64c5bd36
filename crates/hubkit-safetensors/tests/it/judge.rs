//! Compared with the `safetensors` crate: what it writes is read, what it refuses is refused.

use std::{
    collections::{BTreeMap, HashMap},
    io::Cursor,
};

use hubkit_safetensors::{Header, ReadHeaderError, read_header};
use proptest::prelude::*;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

const DTYPES: [Dtype; 22] = [
    Dtype::BOOL,
    Dtype::F4,
    Dtype::F6_E2M3,
    Dtype::F6_E3M2,
    Dtype::U8,
    Dtype::I8,
    Dtype::F8_E5M2,
    Dtype::F8_E4M3,
    Dtype::F8_E8M0,
    Dtype::F8_E4M3FNUZ,
    Dtype::F8_E5M2FNUZ,
    Dtype::I16,
    Dtype::U16,
    Dtype::F16,
    Dtype::BF16,
    Dtype::I32,
    Dtype::U32,
    Dtype::F32,
    Dtype::C64,
    Dtype::F64,
    Dtype::I64,
    Dtype::U64,
];

fn read(file: &[u8]) -> Result<Header, ReadHeaderError> {
    read_header(&mut Cursor::new(file))
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn tensors() -> impl Strategy<Value = HashMap<String, (Dtype, Vec<usize>)>> {
    let tensor = (
        proptest::sample::select(&DTYPES[..]),
        proptest::collection::vec(0..5_usize, 0..4),
    );
    // A last dimension of four lets the smallest types fill whole bytes.
    let tensor = tensor.prop_map(|(dtype, mut shape)| {
        shape.push(4);
        (dtype, shape)
    });
    proptest::collection::hash_map("[a-z.\"\\\\é\u{1}]{0,6}", tensor, 0..12)
}

fn serialize(
    tensors: &HashMap<String, (Dtype, Vec<usize>)>,
    metadata: Option<HashMap<String, String>>,
) -> Vec<u8> {
    let zeros = vec![0; 5 * 5 * 5 * 4 * 8];
    let views = tensors.iter().map(|(name, (dtype, shape))| {
        let bytes = shape.iter().product::<usize>() * dtype.bitsize() / 8;
        let view = TensorView::new(*dtype, shape.clone(), &zeros[..bytes]).expect("a view");
        (name, view)
    });
    // Its maps are another crate's, or the standard library's, by a feature.
    let metadata = metadata.map(|metadata| metadata.into_iter().collect());
    safetensors::serialize(views, metadata).expect("serialised")
}

/// Everything of the reference's answer that ours can be compared with.
fn compare(file: &[u8], header: &Header) {
    let (header_len, expected) = SafeTensors::read_metadata(file).expect("the judge accepts");
    assert_eq!(header.header_len(), header_len as u64);
    assert_eq!(header.data_len(), expected.data_len() as u64);
    assert_eq!(header.tensors().len(), expected.tensors().len());
    for (name, info) in expected.tensors() {
        let ours = header.tensor(&name).expect("of the same name");
        let shape: Vec<u64> = info.shape.iter().map(|length| *length as u64).collect();
        assert_eq!(ours.dtype().as_str(), info.dtype.to_string());
        assert_eq!(ours.dtype().bits(), info.dtype.bitsize() as u64);
        assert_eq!(ours.shape(), shape);
        let (start, end) = info.data_offsets;
        assert_eq!(ours.data().as_range(), start as u64..end as u64);
    }
    let metadata: BTreeMap<String, String> = expected
        .metadata()
        .clone()
        .unwrap_or_default()
        .into_iter()
        .collect();
    assert_eq!(header.metadata(), &metadata);
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_the_reference_writes_is_read_equal(
        tensors in tensors(),
        // The reference writes no JSON where there is neither a tensor nor an entry, so at least one.
        metadata in proptest::option::of(proptest::collection::hash_map(".{0,5}", ".{0,9}", 1..4)),
    ) {
        let file = serialize(&tensors, metadata);
        compare(&file, &read(&file).expect("a header"));
    }

    #[test]
    fn what_the_reference_refuses_is_refused(
        tensors in tensors(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), change()), 1..4),
    ) {
        let mut file = serialize(&tensors, None);
        let header_len = usize::from(file[0]) + 256 * usize::from(file[1]);
        for (at, change) in changes {
            change.apply(&mut file, at.index(8 + header_len));
        }
        if let Ok(header) = read(&file) {
            prop_assert!(SafeTensors::read_metadata(&file).is_ok());
            compare(&file, &header);
        }
    }

    #[test]
    fn no_bytes_are_too_odd_to_be_judged(
        length in 0..200_u64,
        json in "[\\[\\]{}\":,a0-9. -]{0,200}",
        bytes in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut file = length.to_le_bytes().to_vec();
        file.extend_from_slice(json.as_bytes());
        for file in [&file, &bytes] {
            if read(file).is_ok() {
                prop_assert!(SafeTensors::read_metadata(file).is_ok());
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Change {
    Put(u8),
    Insert(u8),
    Remove,
    Cut,
}

impl Change {
    fn apply(self, file: &mut Vec<u8>, at: usize) {
        if at >= file.len() {
            return;
        }
        match self {
            Self::Put(byte) => file[at] = byte,
            // The length before the header stays right, so that more than the length is tried.
            Self::Insert(byte) => {
                file.insert(at.max(8).min(file.len()), byte);
                file[0] = file[0].wrapping_add(1);
            }
            Self::Remove => {
                file.remove(at);
                file[0] = file[0].wrapping_sub(1);
            }
            Self::Cut => file.truncate(at),
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let byte = || proptest::sample::select(&b"0123456789{}[]\":, \n\0aFeE.-_\x80"[..]);
    prop_oneof![
        4 => byte().prop_map(Change::Put),
        4 => byte().prop_map(Change::Insert),
        2 => Just(Change::Remove),
        1 => Just(Change::Cut),
    ]
}

#[test]
fn gaps_of_the_reference_are_closed() {
    let entry = r#"{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#;
    let judge = |json: String| {
        let mut file = (json.len() as u64).to_le_bytes().to_vec();
        file.extend_from_slice(json.as_bytes());
        read(&file).is_ok()
    };
    assert!(judge(format!(r#"{{"a":{entry}}}"#)));
    for json in [
        format!(r#" {{"a":{entry}}}"#),
        format!(r#"{{"a":{entry},"__metadata__":null}}"#),
        format!(r#"{{"a":{entry},"a":{entry}}}"#),
        format!(r#"{{"a":{entry},"\u0061":{entry}}}"#),
        format!(r#"{{"a":{}}}"#, entry.replace("]}", r#"],"x":1}"#)),
        format!(r#"{{"__metadata__":{{"a":"1","a":"2"}},"a":{entry}}}"#),
        format!(r#"{{"a":{entry}}}{}"#, "\n"),
    ] {
        assert!(!judge(json.clone()), "{json}");
    }
}

#[test]
fn nesting_ends_in_an_error_and_not_in_the_stack() {
    for json in [
        format!(r#"{{"a":{}{}}}"#, "[".repeat(50_000), "]".repeat(50_000)),
        format!("{}{}", r#"{"a":"#.repeat(50_000), "}".repeat(50_000)),
    ] {
        assert!(Header::parse(json.as_bytes(), None).is_err());
    }
}
