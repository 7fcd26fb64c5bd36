//! Pointers in a folder, by the crate that knows nothing of files and git.

use std::fs;

use anyhow::Result;
use hubkit_tests::{Home, example};

#[test]
fn pointers_are_found_and_told_apart() -> Result<()> {
    let home = Home::new()?;
    let oid = "ab".repeat(32);
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 4900000000\n");
    let write = |path: &str, text: &str| -> Result<()> {
        let path = home.path().join("clone").join(path);
        fs::create_dir_all(path.parent().unwrap_or(home.path()))?;
        Ok(fs::write(path, text)?)
    };
    write(".gitattributes", "*.bin filter=lfs\n")?;
    write("tests/.gitattributes", "*.bin -filter\n")?;
    write("model.bin", &pointer)?;
    write("tests/fixture.bin", &pointer)?;
    write("broken.bin", &pointer.replace("sha256", "md5"))?;
    write("real.bin", &"weights ".repeat(1000))?;
    write(".git/model.bin", &pointer)?;
    let run = home.program(&example("lfs_pointers")?, ["clone"]).run()?;
    let outcome = run.success()?;
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    let told = format!("is a Git LFS pointer to 4.9 GB (sha256 {oid}), not the file");
    let expected = [
        "broken.bin: not a git-lfs pointer: expected a line `oid sha256:…` with 64 lower-case hex digits".to_owned(),
        format!("model.bin {told}"),
        format!("tests/fixture.bin {told}"),
        "tests/fixture.bin: and no .gitattributes keeps it in LFS".to_owned(),
        "2 pointers to 9800000000 bytes".to_owned(),
    ];
    assert_eq!(lines, expected);
    Ok(())
}
