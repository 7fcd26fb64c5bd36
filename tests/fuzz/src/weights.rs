//! Headers, indexes and slices of weights.

use std::collections::BTreeMap;

use hubkit_safetensors::{
    Header, Layout, NewTensor, ShardIndex, Slice, Survey, TensorInfo, TensorQuery,
};
use hubkit_types::ByteRange;

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[
    ("safetensors-header", header),
    ("safetensors-index", index),
    ("tensor-slice", slice),
];

/// As the JSON of a header, and as a whole file.
fn header(data: &[u8]) {
    let survey = Header::survey(data, None);
    told(&survey);
    match (Header::parse(data, None), survey.findings().first()) {
        (Ok(header), None) => sound(&header),
        (Err(error), Some(first)) => assert_eq!(error, *first),
        (parsed, first) => panic!("{parsed:?} and {first:?}"),
    }
    let size = data.len() as u64;
    told(&Survey::of_start(data, Some(size)));
    told(&Survey::of_start(data, None));
    if let Some(range) = Survey::needs(data, Some(size)) {
        panic!("the file is here, and {range} is needed");
    }
}

fn told(survey: &Survey) {
    for finding in survey.findings() {
        assert!(!finding.to_string().contains('\n'), "{finding}");
    }
    for tensor in survey.tensors() {
        let _ = (tensor.elements(), survey.file_range(tensor));
    }
    assert!(survey.findings().len() <= Survey::MOST_FINDINGS + 1);
}

/// The tensors cover the data, each is found by its name, and all of it can be written again.
fn sound(header: &Header) {
    let mut end = 0;
    for tensor in header.tensors() {
        assert_eq!(tensor.data().start(), end);
        end = tensor.data().end();
        assert_eq!(header.tensor(tensor.name()), Some(tensor));
        assert_eq!(
            tensor.elements() * tensor.dtype().bits(),
            tensor.data().len() * 8
        );
    }
    assert_eq!(end, header.data_len());
    let new = header.tensors().map(|tensor| NewTensor {
        name: tensor.name().to_owned(),
        dtype: tensor.dtype(),
        shape: tensor.shape().to_vec(),
    });
    let layout = Layout::new(new, header.metadata()).expect("what was read can be written");
    let sorted = |header: &Header| -> BTreeMap<String, String> {
        let told = |tensor: TensorInfo<'_>| format!("{} {:?}", tensor.dtype(), tensor.shape());
        let tensors = header.tensors();
        tensors
            .map(|tensor| (tensor.name().to_owned(), told(tensor)))
            .collect()
    };
    assert_eq!(sorted(layout.header()), sorted(header));
    assert_eq!(layout.header().metadata(), header.metadata());
}

fn index(data: &[u8]) {
    match ShardIndex::parse(data) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(index) => {
            for (tensor, shard) in index.tensors() {
                assert_eq!(index.shard_of(tensor), Some(shard));
                let parts: Vec<&str> = shard.parts().collect();
                assert!(!parts.contains(&"..") && !shard.as_str().starts_with('/'));
            }
            let none: [(&hubkit_types::RepoPath, _); 0] = [];
            let _: [(_, hubkit_safetensors::Tensors<'_>); 0] = none;
            assert_eq!(index.check(none).len(), index.shards().len());
        }
    }
}

/// A byte for the rank, one for each length, and then the text of a part.
fn slice(data: &[u8]) {
    let [rank, rest @ ..] = data else {
        return;
    };
    let Some((lengths, text)) = rest.split_at_checked(usize::from(rank % 5)) else {
        return;
    };
    let Ok(text) = str::from_utf8(text) else {
        return;
    };
    let query = TensorQuery::new(text);
    assert!(query.candidates().count() <= 2);
    let Ok(slice) = text.parse::<Slice>() else {
        return;
    };
    let again: Slice = slice.to_string().parse().expect("what is printed is read");
    assert_eq!(slice, again);
    let shape: Vec<u64> = lengths.iter().map(|length| u64::from(length % 9)).collect();
    let bytes: u64 = shape.iter().product();
    let json = format!(r#"{{"x":{{"dtype":"U8","shape":{shape:?},"data_offsets":[0,{bytes}]}}}}"#);
    let header = Header::parse(json.as_bytes(), None).expect("a header");
    let tensor = header.tensor("x").expect("it is there");
    let Ok(part) = header.slice(tensor, &slice) else {
        return;
    };
    let whole = header.file_range(tensor);
    let file: Vec<u8> = (0..whole.end()).map(|place| (place % 251) as u8).collect();
    let at = |range: ByteRange| &file[range.start() as usize..range.end() as usize];
    let mut expected = Vec::new();
    for range in part.ranges() {
        assert!(range.start() >= whole.start() && range.end() <= whole.end());
        expected.extend_from_slice(at(range));
    }
    assert_eq!(expected.len() as u64, part.len());
    assert_eq!(part.shape().iter().product::<u64>(), part.len());
    for (near, longest) in [(0, 7), (3, 64), (1000, 1000)] {
        let reads = part.reads(near, longest);
        let picked: Vec<u8> = reads
            .flat_map(|range| {
                part.pick(range.start(), at(range))
                    .flatten()
                    .copied()
                    .collect::<Vec<u8>>()
            })
            .collect();
        assert_eq!(picked, expected);
    }
}
