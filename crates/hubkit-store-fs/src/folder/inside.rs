//! Whether what was opened lies in the folder that is served.

use std::{fs::File, path::Path};

/// Whether an open file lies below a folder, whose path has no links in it.
///
/// A path is looked at first and opened later, and whoever writes in the folder can put a link to elsewhere in its place
/// in between. Where the system tells which file was opened that is found out; where it does not, the look has to do.
pub(super) fn lies_in(file: &File, folder: &Path) -> bool {
    real_path(file).is_none_or(|path| path.starts_with(folder))
}

#[cfg(target_os = "linux")]
fn real_path(file: &File) -> Option<std::path::PathBuf> {
    use std::os::fd::AsRawFd as _;
    std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

#[cfg(not(target_os = "linux"))]
fn real_path(_: &File) -> Option<std::path::PathBuf> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_a_link_led_out_of_the_folder_is_not_in_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let outer = folder.path().canonicalize().expect("a path");
        let inner = outer.join("repo");
        std::fs::create_dir(&inner).expect("room");
        std::fs::write(outer.join("secret"), "x").expect("room");
        std::fs::write(inner.join("file"), "x").expect("room");
        symlink("../secret", inner.join("out")).expect("a link");
        symlink("file", inner.join("in")).expect("a link");
        symlink("..", inner.join("up")).expect("a link");
        for (name, is_inside) in [
            ("file", true),
            ("in", true),
            ("out", false),
            ("up/secret", false),
        ] {
            let file = File::open(inner.join(name)).expect("a file");
            assert_eq!(lies_in(&file, &inner), is_inside, "{name}");
        }
    }
}
