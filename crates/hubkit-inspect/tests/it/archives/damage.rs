//! Files with faults put into them: whatever is told, it is told.

use hubkit_inspect::Inspector;

use super::{fixture, inspect, labelled, verdict};

/// The small files of both folders.
fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for folder in ["archive", "pickle"] {
        for (name, _) in labelled(folder) {
            let file = fixture(folder, &name);
            if (1..2_400).contains(&file.len()) {
                files.push((format!("{folder}/{name}"), file));
            }
        }
    }
    assert!(files.len() > 200);
    files
}

#[test]
fn a_byte_that_is_another_breaks_nothing() {
    for (number, (_, file)) in files().into_iter().enumerate() {
        for at in (number % 9..file.len()).step_by(9) {
            for change in [0xFF, 1 << (at % 8)] {
                let mut changed = file.clone();
                changed[at] ^= change;
                let _ = inspect(&changed);
            }
        }
    }
}

#[test]
fn a_part_of_a_file_breaks_nothing() {
    for (number, (_, file)) in files().into_iter().enumerate() {
        for length in (number % 7..file.len()).step_by(7) {
            let _ = inspect(&file[..length]);
            let _ = inspect(&file[length..]);
        }
    }
}

#[test]
fn an_archive_or_a_pickle_that_is_cut_off_is_never_sound() {
    for (folder, name) in [
        ("archive", "v_plain.zip"),
        ("pickle", "b_torch_zip.pt"),
        ("pickle", "b_torch_legacy.pth"),
        ("pickle", "b_p4_framed.pkl"),
        ("pickle", "b_torch_tar.pt"),
    ] {
        let file = fixture(folder, name);
        // A tar archive is whole when its first block of zeros is there; a row of pickles when one of them is.
        let whole = if name == "b_torch_tar.pt" {
            4096
        } else {
            file.len()
        };
        let pickles = if name == "b_torch_legacy.pth" { 20 } else { 1 };
        for length in pickles..whole {
            assert_ne!(verdict(&file[..length]), "safe", "{name}: {length}");
        }
    }
}

#[test]
fn however_the_bytes_come_the_same_is_told() {
    for (name, file) in files() {
        let whole = inspect(&file).ok();
        let mut inspector = Inspector::new(file.len() as u64);
        while let Some(range) = inspector.need() {
            let start = usize::try_from(range.start()).expect("small");
            let end = usize::try_from(range.end()).expect("small");
            inspector.feed(&file[start..end.min(start + 100)]);
        }
        assert_eq!(inspector.finish().ok(), whole, "{name}");
    }
}
