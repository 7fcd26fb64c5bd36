//! The labelled pointers of the project, and git itself as the judge of attributes.

mod git;
mod git_lfs;
mod tree;

use std::{fs, path::Path};

use hubkit_lfs::{Extension, Pointer, Recognition, recognise};
use hubkit_types::Sha256;
use proptest::prelude::*;

pub(crate) const FIXTURES: &str = "../../tests/fixtures/lfs";

#[test]
fn every_labelled_file_is_what_its_label_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FIXTURES);
    let labels = fs::read_to_string(folder.join("labels.tsv")).expect("the labels");
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in labels.lines().skip(1) {
        let mut columns = line.split('\t');
        let mut column = || columns.next().expect("a column");
        let (name, expected, also) = (column(), column(), column());
        let recognition = recognise(&fs::read(folder.join(name)).expect(name));
        let found = match recognition {
            Recognition::Pointer(_) => "pointer",
            Recognition::Unusual(_) => "noncanonical",
            _ => "invalid",
        };
        if found != expected && !also.split(',').any(|also| also == found) {
            wrong.push(format!(
                "{name}: {expected} expected, {recognition:?} found"
            ));
        }
        match name {
            "annex_pointer" | "xet_pointer_toml" => {
                assert!(
                    matches!(recognition, Recognition::OtherPointer(_)),
                    "{name}"
                );
            }
            "merge_conflict" => assert_eq!(recognition, Recognition::MergeConflict),
            "empty" => assert_eq!(recognition, Recognition::Empty),
            _ => {}
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 40, "the labels were read");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_pointer_that_is_printed_is_canonical_and_read_again_the_same(
        oid in any::<[u8; 32]>(),
        size in 1..=Pointer::LARGEST,
        extensions in proptest::collection::vec((0..10_u8, "[a-z_0-9][^ \r\n]{0,8}", any::<[u8; 32]>()), 0..4),
    ) {
        let extensions: Vec<Extension> = extensions
            .into_iter()
            .filter_map(|(priority, name, oid)| Extension::new(priority, &name, Sha256::from_bytes(oid)).ok())
            .collect();
        let Ok(pointer) = Pointer::new(Sha256::from_bytes(oid), size).with_extensions(extensions) else {
            // Two of one priority.
            return Ok(());
        };
        let text = pointer.to_string();
        prop_assert_eq!(Pointer::parse(text.as_bytes()), Ok(pointer.clone()));
        prop_assert_eq!(Pointer::parse_canonical(text.as_bytes()), Ok(pointer.clone()));
        prop_assert_eq!(recognise(text.as_bytes()), Recognition::Pointer(pointer));
    }

    #[test]
    fn what_is_read_is_read_again_after_printing(
        start in "(version https://git-lfs.github.com/spec/v1 ?\r?\n)?(ext-[0-9]{1,2}-[a-z]{0,3} sha256:[0-9a-f]{64}\n){0,3}",
        end in "(oid sha256:[0-9a-fA]{64}\r?\n)?(size [0-9]{1,21}\n?)?.{0,2}",
    ) {
        let text = start + &end;
        if let Ok(pointer) = Pointer::parse(text.as_bytes()) {
            prop_assert_eq!(pointer.to_string().parse(), Ok(pointer));
        }
        recognise(text.as_bytes());
    }

    #[test]
    fn no_bytes_are_too_odd_to_be_judged(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        recognise(&bytes);
        let _ = hubkit_lfs::Attributes::parse(&bytes);
    }
}
