use safetensors::tensor::TensorView as Theirs;
use tempfile::TempDir;

use super::*;

/// Names, dtypes and bytes.
type Tensors<'a> = &'a [(&'a str, safetensors::Dtype, Vec<u8>)];

/// A file as the reference writes it.
fn theirs(tensors: Tensors<'_>, metadata: Option<(&str, &str)>) -> Vec<u8> {
    let views = tensors.iter().map(|(name, dtype, bytes)| {
        let shape = vec![bytes.len() * 8 / dtype.bitsize()];
        (*name, Theirs::new(*dtype, shape, bytes).expect("a view"))
    });
    let metadata =
        metadata.map(|(key, value)| [(key.to_owned(), value.to_owned())].into_iter().collect());
    safetensors::serialize(views, metadata).expect("serialised")
}

fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("written");
    }
    folder
}

fn numbers(count: u8) -> Vec<u8> {
    (0..count).collect()
}

use safetensors::Dtype::{BF16, BOOL, F4, F16, F32, F64, I64, U8};

#[test]
fn what_is_merged_is_what_the_reference_writes_of_all() {
    let one = [
        ("b", F32, numbers(8)),
        ("a", U8, numbers(3)),
        ("flag", BOOL, vec![1]),
    ];
    let other = [
        ("é\"", I64, numbers(16)),
        ("c", F32, numbers(4)),
        ("none", BF16, vec![]),
        ("f", F4, numbers(3)),
    ];
    let all = [&one[..], &other[..]].concat();
    let metadata = Some(("format", "pt"));
    let folder = folder(&[
        ("1", theirs(&one, metadata)),
        ("2", theirs(&other, metadata)),
    ]);
    let rewrite = Rewrite::open(["1", "2"].map(|name| folder.path().join(name))).expect("both");
    let target = folder.path().join("all");
    let length = rewrite.write(&target, Existing::Keep).expect("written");
    let written = fs::read(&target).expect("there");
    assert_eq!(written, theirs(&all, metadata));
    assert_eq!((length, rewrite.tensors()), (written.len() as u64, 7));
    assert!(rewrite.dropped_metadata().is_empty());
}

#[test]
fn metadata_that_differ_are_dropped_and_told() {
    let folder = folder(&[
        ("1", theirs(&[("a", U8, vec![1])], Some(("by", "me")))),
        ("2", theirs(&[("b", U8, vec![2])], Some(("by", "you")))),
    ]);
    let rewrite = Rewrite::open(["1", "2"].map(|name| folder.path().join(name))).expect("both");
    assert_eq!(rewrite.dropped_metadata(), ["by"]);
    let target = folder.path().join("all");
    rewrite.write(&target, Existing::Keep).expect("written");
    assert_eq!(
        fs::read(&target).expect("there"),
        theirs(&[("a", U8, vec![1]), ("b", U8, vec![2])], None)
    );
}

#[test]
fn two_tensors_of_one_name_are_never_written() {
    let folder = folder(&[
        ("1", theirs(&[("a", U8, vec![1]), ("b", U8, vec![2])], None)),
        ("2", theirs(&[("a", U8, vec![1])], None)),
    ]);
    let paths = ["1", "2"].map(|name| folder.path().join(name));
    assert!(
        matches!(Rewrite::open(paths.clone()), Err(RewriteError::Duplicate { tensor, .. }) if tensor == "a")
    );
    let [one, _] = paths;
    let mut rewrite = Rewrite::open([one]).expect("one");
    assert_eq!(rewrite.rename(&["b=a".parse().expect("a rule")]), [1]);
    let target = folder.path().join("out");
    for result in [
        rewrite.write(&target, Existing::Keep).map(drop),
        rewrite
            .split(folder.path(), "out", 1, Existing::Keep)
            .map(drop),
    ] {
        assert!(
            matches!(
                result,
                Err(RewriteError::Layout(HeaderError::Duplicate { .. }))
            ),
            "{result:?}"
        );
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
}

#[test]
fn a_split_model_is_merged_into_the_same_file_again() {
    let tensors = [
        ("a", F32, numbers(40)),
        ("b", F32, numbers(8)),
        ("c", F16, numbers(12)),
        ("d", U8, numbers(9)),
    ];
    let whole = theirs(&tensors, Some(("format", "pt")));
    let folder = folder(&[("m", whole.clone())]);
    let rewrite = Rewrite::open([folder.path().join("m")]).expect("a file");
    let files = rewrite
        .split(folder.path(), "model", 20, Existing::Keep)
        .expect("split");
    let names: Vec<_> = files
        .iter()
        .map(|(path, _)| {
            path.file_name()
                .and_then(|name| name.to_str())
                .expect("text")
        })
        .collect();
    assert_eq!(
        names,
        [
            // Too large for any: a file of its own, before the one that is being filled.
            "model-00001-of-00003.safetensors",
            "model-00002-of-00003.safetensors",
            "model-00003-of-00003.safetensors",
            "model.safetensors.index.json",
        ]
    );
    assert_eq!(
        fs::read(&files[1].0).expect("there"),
        theirs(&tensors[1..3], Some(("format", "pt")))
    );
    let index = &files[3].0;
    let text = fs::read_to_string(index).expect("there");
    assert!(text.starts_with("{\n  \"metadata\": {\n    \"total_size\": 69\n  },\n  \"weight_map\": {\n    \"a\": \"model-00001"), "{text}");
    let target = folder.path().join("again");
    let merged = Rewrite::open_index(index).expect("the shards");
    merged.write(&target, Existing::Keep).expect("written");
    assert_eq!(fs::read(&target).expect("there"), whole);
    // All in one: no index.
    let one = rewrite
        .split(folder.path(), "small", 1000, Existing::Keep)
        .expect("split");
    assert_eq!(
        one,
        [(folder.path().join("small.safetensors"), whole.len() as u64)]
    );
}

#[test]
fn an_index_that_lies_is_refused() {
    let shard = theirs(&[("a", U8, vec![1])], None);
    let index =
        |tensor: &str| format!(r#"{{"weight_map":{{"{tensor}":"s.safetensors"}}}}"#).into_bytes();
    let folder = folder(&[
        ("s.safetensors", shard),
        ("good", index("a")),
        ("bad", index("b")),
    ]);
    assert!(Rewrite::open_index(&folder.path().join("good")).is_ok());
    let error = Rewrite::open_index(&folder.path().join("bad"));
    assert!(matches!(
        error,
        Err(RewriteError::Mismatch {
            finding: ShardFinding::Missing { .. },
            ..
        })
    ));
}

#[test]
fn only_wanted_numbers_are_cast() {
    let single = |numbers: &[f32]| {
        numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let folder = folder(&[(
        "m",
        theirs(
            &[
                ("norm", F32, single(&[1.0, 2.0])),
                ("weight", F32, single(&[1.0, -0.5])),
                ("double", F64, 0.25_f64.to_le_bytes().to_vec()),
                ("half", F16, vec![0x00, 0x3c]),
                ("ids", I64, numbers(8)),
            ],
            None,
        ),
    )]);
    let path = folder.path().join("m");
    let mut rewrite = Rewrite::open([path.clone()]).expect("a file");
    assert_eq!(rewrite.cast(FloatWidth::F16, |name| name != "norm"), 2);
    assert_eq!(rewrite.data_len(), 8 + 4 + 2 + 2 + 8);
    // Over the file that is read.
    rewrite.write(&path, Existing::Replace).expect("written");
    let expected = [
        ("norm", F32, single(&[1.0, 2.0])),
        ("weight", F16, vec![0x00, 0x3c, 0x00, 0xb8]),
        ("double", F16, vec![0x00, 0x34]),
        ("half", F16, vec![0x00, 0x3c]),
        ("ids", I64, numbers(8)),
    ];
    assert_eq!(fs::read(&path).expect("there"), theirs(&expected, None));
}

#[test]
fn what_ends_while_it_is_read_leaves_nothing() {
    let folder = folder(&[("m", theirs(&[("a", U8, numbers(100))], None))]);
    let path = folder.path().join("m");
    let rewrite = Rewrite::open([path.clone()]).expect("a file");
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("opened");
    file.set_len(80).expect("cut");
    let error = rewrite.write(&folder.path().join("out"), Existing::Keep);
    assert!(
        matches!(&error, Err(RewriteError::Io { path: found, .. }) if *found == path),
        "{error:?}"
    );
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    fs::write(folder.path().join("x"), b"PK\x03\x04....").expect("written");
    let zip = Rewrite::open([folder.path().join("x")]);
    assert!(matches!(zip, Err(RewriteError::Read { .. })));
}

#[test]
fn what_is_no_regular_file_is_not_opened() {
    let folder = folder(&[]);
    let check = |opened: Result<Rewrite, RewriteError>| {
        let (RewriteError::Io { path, error }
        | RewriteError::Read {
            path,
            error: ReadHeaderError::Io(error),
        }) = opened.expect_err("refused")
        else {
            panic!("expected an error of the system");
        };
        assert_eq!(path, folder.path());
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    };
    check(Rewrite::open([folder.path().to_owned()]));
    check(Rewrite::open_index(folder.path()));
}
