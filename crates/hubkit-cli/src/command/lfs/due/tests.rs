use std::process::Command;

use super::*;

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:6b17fe2f2a6ba0ddc4bc53b5b0d1e9c4a5dd1e3ab5a9a5b6e2ea1b9d2c3f4a50\nsize 5\n";

/// A clone with all kinds of pointers in it. `None` without git.
fn clone() -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(folder.path());
        command.args(["-c", "user.name=a", "-c", "user.email=a@b.example"]);
        command.args(["-c", "filter.lfs.clean=", "-c", "filter.lfs.process="]);
        command.args(["-c", "filter.lfs.required=false"]);
        let output = command.args(arguments).output().ok()?;
        assert!(output.status.success(), "{output:?}");
        Some(())
    };
    git(&["init", "--quiet"])?;
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("written");
    };
    write(".gitattributes", "*.bin filter=lfs -text\n");
    write("a.bin", POINTER);
    write("d/b.bin", POINTER);
    let extended =
        "ext-0-foo sha256:6b17fe2f2a6ba0ddc4bc53b5b0d1e9c4a5dd1e3ab5a9a5b6e2ea1b9d2c3f4a51\noid";
    write("extended.bin", &POINTER.replace("oid", extended));
    write(
        "conflict.bin",
        &format!("<<<<<<< HEAD\n{POINTER}=======\n{POINTER}>>>>>>> other\n"),
    );
    write("about.txt", &POINTER.replace("size", "length"));
    #[cfg(unix)]
    write("col:on.bin", POINTER);
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "--message", "All"])?;
    write("d/own.bin", POINTER);
    Some(folder)
}

fn due(sorted: &Sorted) -> Vec<&str> {
    sorted.due.iter().map(|due| due.path.as_str()).collect()
}

fn skipped(sorted: &Sorted) -> Vec<(&str, Exit)> {
    let skipped = sorted.skipped.iter();
    skipped.map(|one| (&*one.path, one.exit)).collect()
}

#[test]
fn every_pointer_of_a_clone_is_due_or_told() {
    let Some(folder) = clone() else { return };
    let root = folder.path();
    let clone = WorkTree::discover(root).expect("a clone");
    let all = Selection::new::<&str>([], []);
    let sort = |named: &Path, takes_all: bool| {
        let below = Below::new(&clone, named).expect("a folder");
        of_clone(&clone, &below, &all, takes_all).expect("a clone")
    };
    let found = sort(root, false);
    assert_eq!(due(&found), ["a.bin", "d/b.bin"]);
    let mut expected = vec![
        ("conflict.bin", Exit::No),
        ("d/own.bin", Exit::Done),
        ("extended.bin", Exit::No),
    ];
    if cfg!(unix) {
        expected.insert(0, ("col:on.bin", Exit::No));
    }
    assert_eq!(skipped(&found), expected);
    let found = sort(&root.join("d"), true);
    assert_eq!(due(&found), ["d/b.bin", "d/own.bin"]);
    assert!(found.skipped.is_empty() && found.is_any_known);
}

#[test]
fn every_pointer_of_a_folder_is_due_or_told() {
    let Some(folder) = clone() else { return };
    let all = Selection::new([], ["about*"]);
    let found = of_folder(folder.path(), &all).expect("a folder");
    assert_eq!(due(&found), ["a.bin", "d/b.bin", "d/own.bin"]);
    let told = skipped(&found);
    assert!(told.contains(&("conflict.bin", Exit::No)), "{told:?}");
    assert_eq!(told.len(), if cfg!(unix) { 3 } else { 2 });
}
