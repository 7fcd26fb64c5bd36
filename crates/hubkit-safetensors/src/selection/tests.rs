use proptest::prelude::*;

use super::*;

fn header(dtype: &str, shape: &[u64], bytes: u64) -> Header {
    let json = format!(
        r#"{{"before":{{"dtype":"U8","shape":[3],"data_offsets":[0,3]}},"x":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[3,{}]}}}}"#,
        3 + bytes
    );
    Header::parse(json.as_bytes(), None).expect("a header")
}

fn select(dtype: &str, shape: &[u64], bytes: u64, query: &str) -> Result<TensorSlice, SelectError> {
    header(dtype, shape, bytes).select(&TensorQuery::new(query))
}

/// Ranges from the first byte of the tensor on.
fn ranges(dtype: &str, shape: &[u64], bytes: u64, query: &str) -> Vec<(u64, u64)> {
    let header = header(dtype, shape, bytes);
    let slice = header.select(&TensorQuery::new(query)).expect(query);
    let start = header.tensor_range("x").expect("it is there").start();
    let ranges = slice.ranges();
    ranges
        .map(|range| (range.start() - start, range.end() - start))
        .collect()
}

#[test]
fn ranges_that_touch_are_one() {
    let shape = [4, 3, 8];
    assert_eq!(ranges("I16", &shape, 192, "x"), [(0, 192)]);
    assert_eq!(ranges("I16", &shape, 192, "x[1:3]"), [(48, 144)]);
    assert_eq!(ranges("I16", &shape, 192, "x[-1]"), [(144, 192)]);
    assert_eq!(ranges("I16", &shape, 192, "x[2, 1:3]"), [(112, 144)]);
    assert_eq!(ranges("I16", &shape, 192, "x[2, 1, 3]"), [(118, 120)]);
    assert_eq!(
        ranges("I16", &shape, 192, "x[0:2, 2]"),
        [(32, 48), (80, 96)]
    );
    assert_eq!(
        ranges("I16", &shape, 192, "x[0:2, 1:, :2]"),
        [(16, 20), (32, 36), (64, 68), (80, 84)]
    );
    assert!(ranges("I16", &shape, 192, "x[2:2]").is_empty());
    assert!(ranges("I16", &shape, 192, "x[..., 9:]").is_empty());
}

#[test]
fn elements_smaller_than_a_byte_are_sliced_at_whole_bytes() {
    assert_eq!(ranges("F4", &[4, 6], 12, "x[1:3]"), [(3, 9)]);
    assert_eq!(ranges("F4", &[2, 6], 6, "x[:, 2:4]"), [(1, 2), (4, 5)]);
    assert_eq!(
        ranges("F6_E2M3", &[2, 8], 12, "x[:, 4:]"),
        [(3, 6), (9, 12)]
    );
    for part in ["x[:, 1:3]", "x[0, 0]", "x[0, 0:1]"] {
        let error = select("F4", &[4, 6], 12, part).expect_err(part);
        assert_eq!(error, SelectError::Misaligned(Dtype::F4), "{part}");
    }
    let odd = select("F4", &[2, 3], 3, "x[1]").expect_err("half a byte");
    assert_eq!(odd, SelectError::Misaligned(Dtype::F4));
}

#[test]
fn scalars_and_empty_tensors_have_parts_too() {
    assert_eq!(ranges("F32", &[], 4, "x"), [(0, 4)]);
    assert_eq!(ranges("F32", &[], 4, "x[...]"), [(0, 4)]);
    let rank = SelectError::TooManyIndexes { given: 1, rank: 0 };
    assert_eq!(select("F32", &[], 4, "x[0]"), Err(rank));
    // A length that no other could be multiplied with.
    let empty = select("F32", &[0, 1 << 62, 1 << 62], 0, "x[:, 1:3]").expect("nothing of it");
    assert_eq!((empty.len(), empty.shape()), (0, &[0, 2, 1 << 62][..]));
    assert_eq!(empty.reads(0, 10).count(), 0);
    let (dimension, index, length) = (0, 0, 0);
    let out_of_range = SelectError::OutOfRange {
        dimension,
        index,
        length,
    };
    assert_eq!(select("F32", &[0], 0, "x[0]"), Err(out_of_range));
}

#[test]
fn what_is_not_there_is_named() {
    let check = |query: &str, expected: &str| {
        let error = select("U8", &[2, 3], 6, query).expect_err(query);
        assert_eq!(error.to_string(), expected);
    };
    check("y", "there is no tensor `y`");
    check(
        "x[a]",
        "`[a]` is not a part of a tensor: expected a number, a range such as 10:20, or `...`, found `a`",
    );
    check(
        "x[0, 3]",
        "expected a place in dimension 1 of length 3, found 3",
    );
    check(
        "x[-3]",
        "expected a place in dimension 0 of length 2, found -3",
    );
    check("x[0, 0, 0]", "3 dimensions are named, and the tensor has 2");
}

#[test]
fn what_is_near_is_read_at_once_and_never_more_than_a_thousand_times() {
    let slice = select("U8", &[5000, 100], 500_000, "x[:, 0:2]").expect("a part");
    assert_eq!(slice.ranges().count(), 5000);
    assert_eq!(slice.reads(97, u64::MAX).count(), 1);
    // Joined whatever lies between: five thousand are too many.
    assert_eq!(slice.reads(98, u64::MAX).count(), 1);
    let slice = select("U8", &[500, 1000], 500_000, "x[:, 0:2]").expect("a part");
    assert_eq!(slice.reads(997, u64::MAX).count(), 500);
    assert_eq!(slice.reads(998, u64::MAX).count(), 1);
    let longest: Vec<u64> = slice.reads(998, 300_000).map(ByteRange::len).collect();
    assert_eq!(longest, [300_000, 199_002]);
}

fn item() -> impl Strategy<Value = String> {
    let bound = proptest::option::of(-6..6_i64);
    let text = |bound: Option<i64>| bound.map_or(String::new(), |bound| bound.to_string());
    prop_oneof![
        1 => (-5..5_i64).prop_map(|index| index.to_string()),
        4 => (bound.clone(), bound).prop_map(move |(start, stop)| format!("{}:{}", text(start), text(stop))),
        1 => Just("...".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What is picked out of the reads, however they are cut and joined, are the elements that counting would find.
    #[test]
    fn what_is_picked_is_what_the_part_names(
        shape in proptest::collection::vec(0..5_u64, 0..4),
        items in proptest::collection::vec(item(), 1..4),
        near in 0..20_u64,
        longest in 1..40_u64,
    ) {
        let query = format!("x[{}]", items.join(","));
        let elements: u64 = shape.iter().product();
        let header = header("I16", &shape, elements * 2);
        let Ok(slice) = header.select(&TensorQuery::new(&query)) else {
            return Ok(());
        };
        // A file in which every element of the tensor is its own number.
        let start = header.tensor_range("x").expect("it is there").start();
        let mut file = vec![0xff; usize::try_from(start).expect("small")];
        for element in 0..elements {
            file.extend_from_slice(&u16::try_from(element).expect("small").to_le_bytes());
        }
        let mut picked = Vec::new();
        let mut read = 0;
        for range in slice.reads(near, longest) {
            prop_assert!(range.len() <= longest && range.start() >= read);
            read = range.end();
            let bytes = &file[usize::try_from(range.start()).expect("small")..usize::try_from(range.end()).expect("small")];
            picked.extend(slice.pick(range.start(), bytes).flatten().copied());
        }
        let found: Vec<u64> = picked.as_chunks().0.iter().map(|bytes| u16::from_le_bytes(*bytes).into()).collect();
        let (expected, expected_shape) = counted(&shape, &items);
        prop_assert_eq!(slice.len(), 2 * expected.len() as u64);
        prop_assert_eq!(found, expected);
        prop_assert_eq!(slice.shape(), expected_shape);
    }
}

/// The elements of a part and its shape, by looking at every element.
fn counted(shape: &[u64], items: &[String]) -> (Vec<u64>, Vec<u64>) {
    let given = items.iter().filter(|item| *item != "...").count();
    let mut full: Vec<&str> = Vec::new();
    for item in items {
        if item == "..." {
            full.resize(full.len() + shape.len() - given, ":");
        } else {
            full.push(item);
        }
    }
    full.resize(shape.len(), ":");
    let mut kept = Vec::new();
    let mut wanted: Vec<Vec<u64>> = Vec::new();
    for (item, length) in full.iter().zip(shape) {
        let length = i64::try_from(*length).expect("small");
        let place = |text: &str| {
            let place: i64 = text.parse().expect("a number");
            if place < 0 { place + length } else { place }
        };
        let places: Vec<i64> = match item.split_once(':') {
            None => vec![place(item)],
            Some((start, stop)) => {
                let start = if start.is_empty() {
                    0
                } else {
                    place(start).max(0)
                };
                let stop = if stop.is_empty() {
                    length
                } else {
                    place(stop).min(length)
                };
                (start..stop).collect()
            }
        };
        if item.contains(':') {
            kept.push(places.len() as u64);
        }
        wanted.push(
            places
                .into_iter()
                .map(|place| u64::try_from(place).expect("not negative"))
                .collect(),
        );
    }
    let mut elements = vec![0];
    for (places, length) in wanted.iter().zip(shape) {
        elements = elements
            .iter()
            .flat_map(|element| places.iter().map(move |place| element * length + place))
            .collect();
    }
    (elements, kept)
}
