//! The labelled files, each with its verdict.

use hubkit_inspect::Severity;

use super::{fixture, inspect, labelled, verdict};

/// Files about which more is said than their label asks for.
const STRICTER: &[(&str, &str)] = &[
    // An import that only a list of harmful ones would let pass: there is none, what is not known is dangerous.
    ("s_joblib_inline.joblib", "dangerous"),
    ("s_lightning.ckpt", "dangerous"),
    ("s_sklearn_like.pkl", "dangerous"),
    // Malformed beside dangerous: four pickles of five, a name that is no path, two members of one name, flags of a
    // member that no reader unpacks, a tensor whose storage is missing.
    ("m_legacy_sysinfo.pth", "malformed"),
    ("m_zip_backslash.pt", "malformed"),
    ("m_zip_dup_mal_first.pt", "malformed"),
    ("m_zip_flag_0x20.pt", "malformed"),
    ("m_zip_flag_0x40.pt", "malformed"),
    ("m_zip_two_tops.pt", "malformed"),
    // Packed as a whole: said to be so, and not analysed.
    ("m_bz2.pkl.bz2", "malformed"),
    ("m_xz.joblib", "malformed"),
    ("m_zlib.joblib", "malformed"),
    // A pickle of objects within an array, which can run code whatever it holds today.
    ("b_object.npy", "dangerous"),
];

#[test]
fn every_pickle_is_what_its_label_says() {
    let labels = labelled("pickle");
    assert!(labels.len() > 190, "{}", labels.len());
    for (name, allowed) in labels {
        let file = fixture("pickle", &name);
        let told = verdict(&file);
        let stricter = STRICTER.contains(&(name.as_str(), told));
        assert!(
            stricter || allowed.iter().any(|word| word == told),
            "{name}: {told}\n{:#?}",
            inspect(&file)
        );
        let clean = allowed.iter().any(|word| word == "safe");
        assert!(clean || told != "safe", "{name}");
    }
}

#[test]
fn what_is_dangerous_in_a_file_is_told_beside_what_is_wrong_with_it() {
    for (name, told) in STRICTER.iter().filter(|(name, _)| name.starts_with("m_")) {
        let Ok(inspection) = inspect(&fixture("pickle", name)) else {
            continue;
        };
        assert_eq!(*told, "malformed");
        let danger = inspection
            .findings
            .iter()
            .any(|finding| finding.severity == Severity::Danger);
        assert!(danger, "{name}: {:#?}", inspection.findings);
    }
}

#[test]
fn every_archive_is_what_its_label_says() {
    let labels = labelled("archive");
    assert!(labels.len() > 50, "{}", labels.len());
    for (name, allowed) in labels {
        let file = fixture("archive", &name);
        let told = if verdict(&file) == "safe" {
            "accept"
        } else {
            "reject"
        };
        assert!(
            allowed.iter().any(|word| word == told),
            "{name}: {told}\n{:#?}",
            inspect(&file)
        );
    }
}

#[test]
fn a_name_of_a_stranger_is_escaped_in_every_message() {
    for (folder, name) in [
        ("pickle", "m_ansi_in_name.pkl"),
        ("pickle", "m_newline_in_name.pkl"),
        ("archive", "r_ansi.zip"),
        ("archive", "r_newline.zip"),
        ("archive", "r_tag_chars.zip"),
    ] {
        let inspection = inspect(&fixture(folder, name)).expect("something to tell");
        for finding in &inspection.findings {
            let plain = finding
                .message
                .chars()
                .all(|character| !character.is_control());
            assert!(plain, "{name}: {:?}", finding.message);
        }
    }
}

#[test]
fn a_header_whose_length_looks_like_a_pickle_is_none() {
    // 0x80, 2 and the opcode of a mark.
    let length = 0x0028_0280;
    let json = r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
    let json = json.to_owned() + &" ".repeat(length - json.len());
    let file = [&(length as u64).to_le_bytes(), json.as_bytes(), &[0]].concat();
    let inspection = inspect(&file).expect("a sound file");
    assert_eq!(
        (inspection.format.as_str(), inspection.tensors.len()),
        ("safetensors", 1)
    );
}
