use super::*;

fn ids<T>(list: &[T], id: fn(&T) -> &'static str) -> Vec<&'static str> {
    let mut ids: Vec<_> = list.iter().map(id).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn every_name_is_listed_once() {
    for mut names in [
        ids(licenses(), |license| license.id),
        ids(tasks(), |task| task.id),
        ids(libraries(), |library| library.id),
        ids(dataset_libraries(), |library| library.id),
        ids(evaluation_frameworks(), |framework| framework.id),
        ids(&COLORS, |word| word),
        ids(&SDKS, |word| word),
        ids(&SIZE_CATEGORIES, |word| word),
    ] {
        let length = names.len();
        names.dedup();
        assert!(length > 3 && names.len() == length, "{names:?}");
    }
}

#[test]
fn lists_say_where_they_are_from() {
    for (source, date) in [
        (licenses().source, licenses().date),
        (tasks().source, tasks().date),
        (libraries().source, libraries().date),
        (special_languages().source, special_languages().date),
        (COLORS.source, COLORS.date),
    ] {
        assert!(!source.is_empty());
        assert_eq!(date.len(), "2026-08-22".len());
    }
}

#[test]
fn licences_are_found_by_both_names() {
    let mit = license("mit").expect("a licence");
    assert_eq!((mit.name, mit.spdx), ("MIT", Some("MIT")));
    assert_eq!(license("MIT"), None);
    assert_eq!(license_of_spdx("apache-2.0"), license("apache-2.0"));
    let llama = license("llama3.1").expect("a licence");
    assert!(llama.spdx.is_none() && llama.text.is_some());
    // Two licences of one name in SPDX could not be told apart on the way back.
    let mut spdx: Vec<_> = licenses()
        .iter()
        .filter_map(|license| license.spdx)
        .collect();
    let length = spdx.len();
    spdx.sort_unstable();
    spdx.dedup();
    assert_eq!(spdx.len(), length);
}

#[test]
fn tasks_say_what_goes_in_and_comes_out() {
    let task = task("image-text-to-text").expect("a task");
    assert_eq!(task.inputs, [Medium::Image, Medium::Text]);
    assert_eq!(task.outputs, [Medium::Text]);
    assert!(task.is_for_models && task.is_for_datasets && modalities().contains(&task.modality));
    let renamed = renamed_task("text2text-generation").expect("a task");
    assert_eq!(renamed.id, "text-generation");
    assert!(super::task("text2text-generation").is_none() && renamed_task("fill-mask").is_none());
    assert!(task_ids().any(|id| id == "natural-language-inference"));
    for library in libraries().iter() {
        for task in library.tasks {
            assert!(super::task(task).is_some(), "{}: {task}", library.id);
        }
    }
}

#[test]
fn media_have_names_of_their_own() {
    for medium in Medium::ALL {
        let same = Medium::ALL
            .iter()
            .filter(|other| other.as_str() == medium.as_str());
        assert_eq!(same.count(), 1, "{medium}");
    }
}

#[test]
fn languages_are_codes_or_special() {
    for code in [
        "en",
        "no",
        "aa",
        "zu",
        "aaa",
        "zzj",
        "eng",
        "ger",
        "ber",
        "code",
        "unk",
        "multilingual",
    ] {
        assert!(is_language(code), "{code}");
    }
    for word in [
        "", "e", "EN", "en-GB", "english", "xx", "zzz", "ñ", "日", "no\n",
    ] {
        assert!(!is_language(word), "{word}");
    }
}

#[test]
fn the_nearest_is_what_was_meant() {
    let names = || licenses().iter().map(|license| license.id);
    for (word, meant) in [
        ("apache2", Some("apache-2.0")),
        ("Apache 2.0", Some("apache-2.0")),
        ("MIT", Some("mit")),
        ("cc-by-4", Some("cc-by-4.0")),
        ("CC BY-NC-SA 4.0", Some("cc-by-nc-sa-4.0")),
        ("gpl3", Some("gpl-3.0")),
        ("proprietary", None),
        ("", None),
        ("--", None),
    ] {
        assert_eq!(nearest(names(), word), meant, "{word}");
    }
    assert_eq!(nearest(COLORS.iter().copied(), "grey"), Some("gray"));
    assert_eq!(nearest(COLORS.iter().copied(), "bleu"), Some("blue"));
    let tasks = || tasks().iter().map(|task| task.id);
    assert_eq!(nearest(tasks(), "text_generation"), Some("text-generation"));
    assert_eq!(nearest(tasks(), &"x".repeat(1 << 20)), None);
}
