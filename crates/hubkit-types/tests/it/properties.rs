//! What holds for every text.

use std::{
    fmt,
    path::{Component, Path},
    str::FromStr,
};

use hubkit_types::{
    BlobId, ByteRange, CommitId, Endpoint, Etag, GitOid, HfUri, Origin, Repo, RepoId, RepoKind,
    RepoPath, Revision, Sha256,
};
use proptest::prelude::*;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// What is accepted must print as a text that is accepted again, as the same value.
fn check<T>(text: &str) -> Result<(), TestCaseError>
where
    T: FromStr + fmt::Display + PartialEq + fmt::Debug,
    T::Err: fmt::Display + PartialEq + fmt::Debug,
{
    match text.parse::<T>() {
        Ok(value) => prop_assert_eq!(value.to_string().parse::<T>(), Ok(value)),
        Err(error) => {
            let message = error.to_string();
            prop_assert!(!message.is_empty() && message.len() < 2000);
            prop_assert!(!message.chars().any(char::is_control));
        }
    }
    Ok(())
}

fn check_all(text: &str) -> Result<(), TestCaseError> {
    check::<RepoKind>(text)?;
    check::<RepoId>(text)?;
    check::<Revision>(text)?;
    check::<CommitId>(text)?;
    check::<RepoPath>(text)?;
    check::<Etag>(text)?;
    check::<Sha256>(text)?;
    check::<GitOid>(text)?;
    check::<BlobId>(text)?;
    check::<Origin>(text)?;
    check::<Endpoint>(text)?;
    check::<ByteRange>(text)?;
    check::<HfUri>(text)?;
    if let Some(repo) = Repo::from_folder_name(text) {
        prop_assert_eq!(repo.folder_name(), text);
    }
    Ok(())
}

/// Texts that are often accepted by one type or another, and often not.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,60}",
        "[a-cA-C0-9_./-]{0,12}",
        "[a-z]{1,3}/[a-zA-Z0-9._-]{1,6}",
        "(models|datasets|spaces|kernels)(--[a-z.-]{1,4}){1,3}",
        "(refs/(pr|heads|convert)/)?[a-z0-9.@{~/-]{1,8}",
        "[0-9a-fA-F]{40}|[0-9a-fA-F]{64}",
        "(W/)?\"?[!-~]{0,12}\"?",
        "(?i:https?)://[a-zA-Z0-9.\\[\\]:@_-]{1,14}(:[0-9]{0,6})?(/[a-z.%~?#]{0,5}){0,3}/?",
        "[0-9]{1,21}-[0-9]{1,21}",
        "hf://((models|datasets|spaces|kernels)/)?[a-z]{1,3}(/[a-z]{1,3})?(@[a-z%2F./-]{1,9})?(/[a-z.]{1,3}){0,3}/?",
    ]
}

fn paths() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-zA-Z0-9._ -]{1,6}",
        1 => "[a.]{1,3}",
        1 => "(?i:con|nul|com[0-9]|lpt¹|clock\\$|aux)([. ][a-z]{0,3})?",
        1 => "\\.(?i:git|huggingface|cache)|git~1|huggingface",
        1 => ".{1,4}",
        1 => "[a\u{200b}\u{200c}\u{202e}\u{2028}\u{7f}\u{9b}é\u{301}]{1,3}",
    ];
    proptest::collection::vec(part, 0..5).prop_map(|parts| parts.join("/"))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_printed_is_read_as_it_was(text in texts()) {
        check_all(&text)?;
    }

    #[test]
    fn digests_are_printed_and_read_from_any_bytes(long in any::<[u8; 32]>(), short in any::<[u8; 20]>()) {
        let sha256 = Sha256::from_bytes(long);
        prop_assert_eq!(sha256.to_string().parse(), Ok(sha256));
        prop_assert_eq!(sha256.to_string().parse(), Ok(BlobId::Sha256(sha256)));
        let oid = GitOid::from_bytes(short);
        prop_assert_eq!(oid.to_string().parse(), Ok(oid));
        prop_assert_eq!(Etag::of(oid.into()).blob_id(), Some(BlobId::Git(oid)));
        let commit = CommitId::from_bytes(short);
        prop_assert_eq!(commit.to_string().parse(), Ok(commit));
        prop_assert_eq!(Revision::from(commit).as_commit(), Some(commit));
    }

    #[test]
    fn a_path_stays_below_the_folder_that_it_is_joined_to(text in paths()) {
        check::<RepoPath>(&text)?;
        let Ok(path) = text.parse::<RepoPath>() else {
            return Ok(());
        };
        let components: Vec<Component<'_>> = Path::new(path.as_str()).components().collect();
        prop_assert!(components.iter().all(|part| matches!(part, Component::Normal(_))));
        prop_assert_eq!(components.len(), path.parts().count());
        let folder = Path::new("folder");
        let joined = folder.join(path.as_str());
        prop_assert!(joined.starts_with(folder));
        prop_assert_eq!(joined.components().count(), 1 + components.len());
    }

    #[test]
    fn an_accepted_path_holds_nothing_of_what_is_refused(text in paths()) {
        let Ok(path) = text.parse::<RepoPath>() else {
            return Ok(());
        };
        let text = path.as_str();
        prop_assert!(!text.is_empty() && text.len() <= 4096);
        prop_assert!(!text.chars().any(char::is_control));
        prop_assert!(!text.contains(['\\', ':', '*', '?', '"', '<', '>', '|']));
        let unseen = ['\u{200b}', '\u{202e}', '\u{2028}', '\u{feff}'];
        prop_assert!(!text.contains(unseen));
        for part in path.parts() {
            prop_assert!(!part.is_empty() && part.len() <= 255 && part != "." && part != "..");
            prop_assert!(!part.ends_with(['.', ' ']));
            let visible = part.replace(['\u{200c}', '\u{200d}'], "").to_ascii_lowercase();
            prop_assert!(visible != ".git" && visible != "git~1");
            let stem = visible.split('.').next().unwrap_or_default().trim_end();
            let devices = ["con", "prn", "aux", "nul", "clock$", "com1", "lpt9", "lpt¹"];
            prop_assert!(!devices.contains(&stem));
        }
        let folder = format!("{}/", text.to_ascii_lowercase());
        prop_assert!(!folder.starts_with(".huggingface/"));
        prop_assert!(!folder.starts_with(".cache/huggingface/"));
    }

    #[test]
    fn a_range_lies_within_the_file_it_is_cut_to(start in any::<u64>(), end in any::<u64>(), size in any::<u64>()) {
        if let Some(range) = ByteRange::new(start, end) {
            let cut = range.within(size);
            prop_assert!(cut.end() <= size && cut.len() <= range.len());
            if !range.is_empty() {
                prop_assert_eq!(range.to_string().parse(), Ok(range));
            }
        }
    }
}
