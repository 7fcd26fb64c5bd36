//! `hubkit lfs` as git and its users run it, with no hub to ask.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
};

/// The SHA-256 of no bytes.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn pointer(extension: &str, size: u64) -> String {
    format!(
        "version https://git-lfs.github.com/spec/v1\n{extension}oid sha256:{EMPTY}\nsize {size}\n"
    )
}

/// The command in a folder, with no settings but these.
fn hubkit(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hubkit"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("GIT_CEILING_DIRECTORIES", folder)
        .env("HF_ENDPOINT", "http://127.0.0.1:9")
        .envs(settings.iter().copied())
        .stdin(Stdio::null());
    command
}

fn smudge(folder: &Path, settings: &[(&str, &str)], input: &str) -> Output {
    let mut child = hubkit(folder, &["lfs", "smudge", "--", "model.bin"], settings)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut pipe = child.stdin.take().expect("a pipe");
    // A command that failed early has closed its end.
    let _ = pipe.write_all(input.as_bytes());
    drop(pipe);
    child.wait_with_output().expect("ended")
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_variable_of_git_lfs_is_read_as_git_lfs_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = pointer("", 10);
    for value in ["1", "yes", "true"] {
        let output = smudge(folder.path(), &[("GIT_LFS_SKIP_SMUDGE", value)], &text);
        assert!(output.status.success(), "{value}: {}", error(&output));
        assert_eq!(output.stdout, text.as_bytes(), "{value}");
    }
    for value in ["0", "no", "false", ""] {
        let output = smudge(folder.path(), &[("GIT_LFS_SKIP_SMUDGE", value)], &text);
        // It looks for the clone that the file is in.
        assert_eq!(output.status.code(), Some(3), "{value}: {}", error(&output));
        assert_eq!(output.stdout, b"", "{value}");
    }
}

#[test]
fn a_pointer_to_no_bytes_is_smudged_without_asking() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = smudge(folder.path(), &[], &pointer("", 0));
    assert!(output.status.success(), "{}", error(&output));
    assert_eq!(output.stdout, b"");
}

#[test]
fn a_pointer_with_an_extension_is_not_smudged_to_something_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let extension = format!("ext-0-packed sha256:{EMPTY}\n");
    let output = smudge(folder.path(), &[], &pointer(&extension, 10));
    assert_eq!(output.status.code(), Some(7), "{}", error(&output));
    assert_eq!(output.stdout, b"");
    assert!(error(&output).contains("`packed`"), "{}", error(&output));
}

fn pointers(folder: &Path, path: &str) -> Output {
    let mut command = hubkit(folder, &["lfs", "pointers", path], &[]);
    command.output().expect("ended")
}

/// What was printed for people, told in one text.
fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        error(output)
    )
}

/// A cache that holds a pointer in the place of a file; the folder of its snapshot.
#[cfg(unix)]
fn cache(folder: &Path) -> &'static str {
    let repo = folder.join("models--a--b");
    fs::create_dir_all(repo.join("blobs")).expect("made");
    fs::create_dir_all(repo.join("snapshots/c0/sub")).expect("made");
    fs::write(repo.join("blobs/x"), pointer("", 10)).expect("written");
    let link = repo.join("snapshots/c0/sub/model.bin");
    std::os::unix::fs::symlink("../../../blobs/x", link).expect("linked");
    "models--a--b/snapshots/c0"
}

#[test]
#[cfg(unix)]
fn a_link_counts_as_the_plain_file_it_leads_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = cache(folder.path());
    for path in [snapshot, "models--a--b", "."] {
        let output = pointers(folder.path(), path);
        assert_eq!(output.status.code(), Some(1), "{path}: {}", said(&output));
        let listed = String::from_utf8_lossy(&output.stdout).lines().count();
        assert_eq!(listed, 1, "{path}: {}", said(&output));
        assert!(said(&output).contains("sub/model.bin"), "{}", said(&output));
    }
}

#[test]
#[cfg(unix)]
fn what_cannot_be_read_is_told_and_the_search_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    // What leads to itself can be read by nobody, whoever runs this.
    std::os::unix::fs::symlink("loop", root.join("loop")).expect("linked");
    std::os::unix::fs::symlink("nowhere", root.join("dangling")).expect("linked");
    let output = pointers(root, ".");
    assert_eq!(output.status.code(), Some(8), "{}", said(&output));
    assert!(error(&output).contains("`loop`"), "{}", error(&output));
    assert!(!error(&output).contains("dangling"), "{}", error(&output));
    fs::write(root.join("model.bin"), pointer("", 10)).expect("written");
    let output = pointers(root, ".");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("model.bin"), "{}", said(&output));
    assert!(error(&output).contains("`loop`"), "{}", error(&output));
}

#[test]
#[cfg(unix)]
fn what_is_said_to_fetch_the_files_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let snapshot = cache(root);
    let said_of = |path: &str| error(&pointers(root, path));
    let cached = said_of(snapshot);
    assert!(cached.contains("`hubkit download REPO`"), "{cached}");
    assert!(!cached.contains("lfs pull"), "{cached}");
    fs::create_dir(root.join("plain")).expect("made");
    fs::write(root.join("plain/model.bin"), pointer("", 10)).expect("written");
    let plain = said_of("plain");
    assert!(plain.contains("1 pointer to 10 B lies"), "{plain}");
    assert!(
        plain.contains("`hubkit lfs pull PATH --repo REPO`"),
        "{plain}"
    );
    fs::create_dir(root.join("broken")).expect("made");
    let text = pointer("", 10).replace("size 10", "size ten");
    fs::write(root.join("broken/model.bin"), text).expect("written");
    let broken = said_of("broken");
    assert!(broken.contains("1 broken pointer lies"), "{broken}");
    assert!(!broken.contains("lfs pull"), "{broken}");
}

/// A repository that git made, with its own folder apart from the files; `false` without git.
fn init(root: &Path) -> bool {
    fs::create_dir(root.join("files")).expect("made");
    let init = ["init", "--quiet", "--bare", "own.git"];
    let made = Command::new("git").args(init).current_dir(root).status();
    made.is_ok_and(|made| made.success())
}

#[test]
fn the_filters_work_where_git_says_that_its_folder_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    if !init(root) {
        return;
    }
    let own = root.join("own.git");
    let files = root.join("files");
    let settings = [
        ("GIT_DIR", own.to_str().expect("text")),
        ("GIT_WORK_TREE", files.to_str().expect("text")),
    ];
    let mut clean = hubkit(&files, &["lfs", "clean"], &settings)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut pipe = clean.stdin.take().expect("a pipe");
    pipe.write_all(b"weights").expect("written");
    drop(pipe);
    let cleaned = clean.wait_with_output().expect("ended");
    assert!(cleaned.status.success());
    assert!(own.join("lfs/objects").is_dir());
    let pointer = String::from_utf8(cleaned.stdout).expect("a pointer");
    let smudged = smudge(&files, &settings, &pointer);
    assert_eq!(smudged.stdout, b"weights", "{}", error(&smudged));
}

/// A server that gives one answer to whoever asks.
fn server(status: &'static str, body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            // All that is asked has come when the brackets are closed.
            let mut asked = Vec::new();
            let mut buffer = [0; 4096];
            while !asked.ends_with(b"}") {
                match stream.read(&mut buffer) {
                    Ok(count) if count > 0 => asked.extend_from_slice(&buffer[..count]),
                    _ => break,
                }
            }
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/vnd.git-lfs+json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    format!("http://{address}")
}

#[test]
fn the_hint_fits_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    if !init(root) {
        return;
    }
    let own = root.join("own.git");
    let smudged = |address: &str| {
        let config = own.join("config");
        let text = format!("[core]\n\trepositoryformatversion = 0\n[lfs]\n\turl = {address}\n");
        fs::write(config, text).expect("written");
        let settings = [
            ("GIT_DIR", own.to_str().expect("text")),
            ("GIT_WORK_TREE", root.to_str().expect("text")),
        ];
        smudge(root, &settings, &pointer("", 10))
    };
    let refused = smudged(&server("403 Forbidden", "{}".to_owned()));
    assert_eq!(refused.status.code(), Some(4), "{}", error(&refused));
    assert!(
        error(&refused).contains("is not the hub"),
        "{}",
        error(&refused)
    );
    assert!(!error(&refused).contains("--token"), "{}", error(&refused));
    let object =
        format!(r#"{{"oid":"{EMPTY}","size":10,"error":{{"code":404,"message":"gone"}}}}"#);
    let missing = smudged(&server("200 OK", format!(r#"{{"objects":[{object}]}}"#)));
    assert_eq!(missing.status.code(), Some(3), "{}", error(&missing));
    assert!(
        error(&missing).contains("no such object"),
        "{}",
        error(&missing)
    );
    assert!(!error(&missing).contains("slash"), "{}", error(&missing));
}
