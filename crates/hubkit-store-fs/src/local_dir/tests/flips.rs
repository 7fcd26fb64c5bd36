//! Folders that become links out of the tree while files are put into them.

use std::{
    os::unix::fs::symlink,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::*;

/// Changes a folder into a link and back, by renames, until told to stop; how often. It is a folder
/// for most of the time, so that something succeeds.
fn flip(folder: &Path, link: &Path, stop: &AtomicBool) -> usize {
    let aside = folder.with_file_name("aside");
    let mut flips = 0;
    while !stop.load(Ordering::Relaxed) {
        // Where the folder is not there yet, or is made anew meanwhile, there is nothing to flip.
        if fs::rename(folder, &aside).is_ok() {
            if fs::rename(link, folder).is_ok() {
                flips += 1;
                fs::rename(folder, link).expect("the link is nobody's");
            }
            if fs::rename(&aside, folder).is_err() {
                fs::remove_dir_all(&aside).expect("removed");
            }
        }
        thread::sleep(Duration::from_micros(1));
    }
    flips
}

/// A folder on a disk that takes no time, where there is one: more happens then.
fn in_memory(overwrite: Overwrite) -> Fixture {
    let memory = Path::new("/dev/shm");
    let folder = tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir());
    let folder = folder.expect("a folder");
    let store = LocalDirStore::new(folder.path().join("model"), overwrite);
    Fixture { folder, store }
}

fn put_while_it_flips(flipped: &str) {
    // A half that a link cut off counts as the user's own.
    let fixture = in_memory(Overwrite::Replace);
    let elsewhere = fixture.folder.path().join("elsewhere");
    let link = fixture.folder.path().join("link");
    let inside = ["victim", "victim.metadata", "config.json"];
    fs::create_dir(&elsewhere).expect("made");
    for name in inside {
        fs::write(elsewhere.join(name), b"precious").expect("written");
    }
    fs::create_dir_all(fixture.at(flipped)).expect("made");
    symlink(&elsewhere, &link).expect("linked");
    let stop = AtomicBool::new(false);
    let (flips, put) = thread::scope(|scope| {
        let flips = scope.spawn(|| flip(&fixture.at(flipped), &link, &stop));
        let putter = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let mut put = 0;
            for round in 0..400_u32 {
                let bytes = round.to_le_bytes();
                let files = [
                    file("a/b/victim", &bytes),
                    file("a/b/config.json", &bytes),
                    file(&format!("a/b/{round}"), &bytes),
                ];
                let recorded = async {
                    fixture.try_publish(&bytes).await?;
                    fixture.record(1, &files).await
                };
                let runtime = runtime.as_ref().expect("a runtime");
                put += usize::from(runtime.block_on(recorded).is_ok());
            }
            put
        });
        let put = putter.join();
        stop.store(true, Ordering::Relaxed);
        (flips.join().expect("ends"), put.expect("ends"))
    });
    let mut expected = inside.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(names(&elsewhere), expected, "{flips} flips, {put} put");
    for name in inside {
        let bytes = fs::read(elsewhere.join(name)).expect("read");
        assert_eq!(bytes, b"precious", "{name}");
    }
    assert!(flips > 0 && put > 0, "{flips} flips, {put} put");
}

#[test]
fn no_link_is_followed_however_late_it_comes() {
    for flipped in ["a/b", "a", ".cache/huggingface/download", ".cache"] {
        put_while_it_flips(flipped);
    }
}
