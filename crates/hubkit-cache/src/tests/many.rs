//! Many paths at a time are told of as each alone is.

use super::*;
use crate::Known;

/// Lookups of all paths at once and of each alone, which must be the same.
fn same(fixture: &Fixture, paths: &[&str]) -> Vec<Known> {
    let paths: Vec<RepoPath> = paths.iter().map(|path| repo_path(path)).collect();
    let each = paths.iter();
    let each: Vec<Known> = each
        .map(|path| fixture.repo.lookup(fixture.commit, path).unwrap().into())
        .collect();
    let many = fixture.repo.known(fixture.commit, &paths).unwrap();
    assert_eq!(many, each);
    many
}

#[test]
fn files_that_are_here_and_files_that_are_not() {
    let fixture = fixture();
    let all = ["b/c/two", "a", "plain", "none", "b/none", "z/marked"];
    let unknown = vec![Known::Unknown; all.len()];
    assert_eq!(same(&fixture, &all), unknown);
    fixture.publish(b"{}");
    assert_eq!(same(&fixture, &all), unknown);
    fixture.show("a");
    fixture.show("b/c/two");
    fs::write(fixture.on_disk(&format!("snapshots/{COMMIT}/plain")), "no").unwrap();
    let marked = repo_path("z/marked");
    fixture.repo.mark_absent(fixture.commit, &marked).unwrap();
    let is_here = |lookup: &Known| matches!(lookup, Known::Present { size: 2, .. });
    let found = same(&fixture, &all);
    assert!(found[..3].iter().all(is_here), "{found:?}");
    assert_eq!(found[3..5], [Known::Unknown, Known::Unknown]);
    assert_eq!(found[5], Known::Absent);
    // With a listing, what it names is told by it and all else is known not to be.
    let files = [
        listed("a", 2),
        listed("b/c/two", 2),
        listed("b/none", 2),
        listed("plain", 2),
    ];
    fixture.repo.write_listing(fixture.commit, &files).unwrap();
    let found = same(&fixture, &all);
    assert!(found[..3].iter().all(is_here), "{found:?}");
    let rest = [Known::Absent, Known::Unknown, Known::Absent];
    assert_eq!(found[3..], rest);
}

#[test]
fn files_that_are_no_longer_whole() {
    let fixture = fixture();
    fixture.publish(b"{}");
    fixture.show("a");
    fixture.show("b");
    let files = [listed("a", 2), listed("b", 3)];
    fixture.repo.write_listing(fixture.commit, &files).unwrap();
    let found = same(&fixture, &["a", "b"]);
    assert!(matches!(found[0], Known::Present { .. }));
    assert_eq!(found[1], Known::Unknown);
    let blob = fixture.on_disk(&format!("blobs/{EMPTY_OBJECT}"));
    for damage in ["", "{} ", "{"] {
        fs::write(&blob, damage).unwrap();
        assert_eq!(same(&fixture, &["a"]), [Known::Unknown], "{damage:?}");
    }
    fs::remove_file(blob).unwrap();
    assert_eq!(same(&fixture, &["a"]), [Known::Unknown]);
}

#[cfg(unix)]
#[test]
fn links_that_no_client_makes_go_the_long_way() {
    use std::os::unix::fs::symlink;

    let fixture = fixture();
    fixture.publish(b"{}");
    fixture.show("a");
    let snapshot = fixture.on_disk(&format!("snapshots/{COMMIT}"));
    let blobs = fixture.on_disk("blobs");
    let other = "E69DE29BB2D1D6434B8B29AE775AD8C2E48C5391";
    fs::write(blobs.join(other), b"{}").unwrap();
    fs::create_dir(snapshot.join("real")).unwrap();
    symlink("real", snapshot.join("folder")).unwrap();
    let to = |name: &str| format!("../../blobs/{name}");
    for (path, target) in [
        ("upper", to(other)),
        ("chained", "a".to_owned()),
        ("detour", format!("../../snapshots/../blobs/{EMPTY_OBJECT}")),
        ("absolute", blobs.join(EMPTY_OBJECT).display().to_string()),
        ("folder/a", format!("../../../blobs/{EMPTY_OBJECT}")),
        ("below", to(&format!("{EMPTY_OBJECT}/x"))),
        ("itself", "itself".to_owned()),
    ] {
        symlink(target, snapshot.join(path)).unwrap();
    }
    let within = ["upper", "chained", "detour", "absolute", "folder/a", "a"];
    let found = same(&fixture, &within);
    for (path, lookup) in within.iter().zip(&found) {
        assert!(matches!(lookup, Known::Present { .. }), "{path}");
    }
    let paths = |path: &str| [repo_path("a"), repo_path(path)];
    let secret = fixture.folder.path().join("secret");
    fs::write(&secret, b"{}").unwrap();
    let outside = fixture.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), b"{}").unwrap();
    symlink(&secret, snapshot.join("planted")).unwrap();
    symlink(&outside, snapshot.join("away")).unwrap();
    symlink(&secret, blobs.join("1".repeat(40))).unwrap();
    symlink(to(&"1".repeat(40)), snapshot.join("behind")).unwrap();
    for path in ["planted", "away/file", "behind"] {
        let refused = fixture.repo.known(fixture.commit, &paths(path));
        assert_eq!(refused.unwrap_err().kind(), CacheErrorKind::Corrupt);
    }
}

#[test]
fn of_a_name_that_a_listing_gives_twice_the_last_counts() {
    let fixture = fixture();
    let item =
        |path: &str, size: u8| format!(r#""{path}":{{"size":{size},"blob_id":"{EMPTY_OBJECT}"}}"#);
    let items = [item("b", 1), item("a", 2), item("\\u0062", 3), item("c", 4)];
    let text = format!(r#"{{"files":{{{}}},"format_version":1}}"#, items.join(","));
    fs::create_dir_all(fixture.on_disk("trees")).unwrap();
    fs::write(fixture.on_disk(&format!("trees/{COMMIT}.json")), text).unwrap();
    let listing = fixture.repo.listing(fixture.commit).unwrap().unwrap();
    assert_eq!(*listing, [listed("a", 2), listed("b", 3), listed("c", 4)]);
}

#[test]
fn many_are_told_of_in_their_order_and_faults_of_the_first() {
    let fixture = fixture();
    fixture.publish(b"{}");
    let names: Vec<String> = (0..2100).map(|n| format!("{}/{n}", n % 7)).collect();
    for name in names.iter().step_by(3) {
        fixture.show(name);
    }
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    let known = same(&fixture, &names);
    for (at, known) in known.iter().enumerate() {
        let is_here = matches!(known, Known::Present { .. });
        assert_eq!(is_here, at % 3 == 0, "{at}");
    }
    names.sort_unstable();
    let files: Vec<TreeFile> = names.iter().map(|name| listed(name, 2)).collect();
    fixture.repo.write_listing(fixture.commit, &files).unwrap();
    names.reverse();
    same(&fixture, &names);
    #[cfg(unix)]
    {
        let planted = fixture.on_disk(&format!("snapshots/{COMMIT}/{}", names[2000]));
        let _ = fs::remove_file(&planted);
        std::os::unix::fs::symlink("/dev/null", &planted).unwrap();
        let paths: Vec<RepoPath> = names.iter().map(|path| repo_path(path)).collect();
        let refused = fixture.repo.known(fixture.commit, &paths).unwrap_err();
        assert!(refused.to_string().contains(names[2000]), "{refused}");
    }
}
