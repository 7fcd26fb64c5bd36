//! Where the large files of a clone come from.

use std::{fs, path::PathBuf};

use git2::Config;
use hubkit_types::{Endpoint, Revision};

use crate::{GitError, GitErrorKind, WorkTree, repository::own_commit};

/// The LFS server of a clone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LfsRemote {
    /// Where it is.
    pub place: LfsPlace,
    /// Who says so.
    pub told_by: ToldBy,
}

/// Where an LFS server is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LfsPlace {
    /// At an address.
    Server(Endpoint),
    /// A repository on this machine, whose objects can be read.
    Folder(PathBuf),
}

/// Who names an LFS server.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ToldBy {
    /// The configuration of whoever uses the clone, or the address that it was cloned from.
    User,
    /// A file `.lfsconfig` that came with the repository, and so a stranger. The address is at another origin than the one
    /// that was cloned from: send nothing there that is anybody's secret.
    Stranger,
}

impl WorkTree {
    /// The address that the remote of this clone has, as git knows it; `None` where there is no remote.
    pub fn remote_url(&self) -> Option<String> {
        let config = self.inner.config().ok()?;
        let name = self.remote_name(&config)?;
        // As `url.BASE.insteadOf` makes it.
        let remote = self.inner.find_remote(&name).ok()?;
        remote.url().ok().map(str::to_owned)
    }

    /// What a hub may know of what is checked out, the nearest first: the commit, which may not be pushed yet, the commit that
    /// the remote had for the branch when it was last asked, and the branch's name there.
    pub fn revisions(&self) -> Vec<Revision> {
        let mut revisions: Vec<Revision> = self.head().map(Revision::from).into_iter().collect();
        let head = self.inner.head().ok();
        let Some(name) = head.as_ref().and_then(|head| head.name().ok()) else {
            return revisions;
        };
        let upstream = self.inner.branch_upstream_name(name).ok();
        let upstream = upstream.and_then(|upstream| {
            let reference = self.inner.find_reference(upstream.as_str().ok()?).ok()?;
            own_commit(reference.peel_to_commit().ok()?.id()).ok()
        });
        revisions.extend(upstream.map(Revision::from));
        if let Some(branch) = name.strip_prefix("refs/heads/") {
            let config = self.inner.config().ok();
            let merged = config
                .and_then(|config| config.get_string(&format!("branch.{branch}.merge")).ok())
                .and_then(|name| name.strip_prefix("refs/heads/").map(str::to_owned));
            let branch = merged.unwrap_or_else(|| branch.to_owned());
            revisions.extend(branch.parse().ok());
        }
        revisions.dedup();
        revisions
    }

    /// Where large files come from, by the rules of git-lfs: `lfs.url` and `remote.NAME.lfsurl` of the configuration, then of
    /// `.lfsconfig`, then the remote's own address with `.git/info/lfs` behind it.
    ///
    /// # Errors
    ///
    /// Of kind `NotFound` where nothing names one, and `Unsupported` where it is not reached by HTTP.
    pub fn lfs_remote(&self) -> Result<LfsRemote, GitError> {
        let fault = |fault| GitError::of("git's configuration can't be read", fault);
        let own = self.inner.config().map_err(fault)?;
        let remote = self.remote_name(&own);
        let keys = |config: &Config| {
            let of_remote = remote.as_ref().map(|name| format!("remote.{name}.lfsurl"));
            let keys = ["lfs.url".to_owned()].into_iter().chain(of_remote);
            keys.filter_map(|key| config.get_string(&key).ok())
                .find(|url| !url.is_empty())
        };
        let cloned_from = self.remote_url();
        if let Some(url) = keys(&own) {
            return of_url(&url, ToldBy::User);
        }
        if let Some(url) = self.lfsconfig().as_ref().and_then(keys) {
            let told = of_url(&url, ToldBy::Stranger)?;
            let derived = cloned_from.as_deref().and_then(|url| derived(url).ok());
            return Ok(LfsRemote {
                told_by: told_by(&told.place, derived.as_ref()),
                ..told
            });
        }
        let Some(url) = cloned_from else {
            let message = "the clone has no remote, and nothing else names an LFS server";
            return Err(GitError::new(GitErrorKind::NotFound, message));
        };
        Ok(LfsRemote {
            place: derived(&url)?,
            told_by: ToldBy::User,
        })
    }

    fn remote_name(&self, config: &Config) -> Option<String> {
        let head = self.inner.find_reference("HEAD").ok();
        let branch = head
            .and_then(|head| head.symbolic_target().ok().flatten().map(str::to_owned))
            .and_then(|name| name.strip_prefix("refs/heads/").map(str::to_owned));
        let of_branch =
            branch.and_then(|branch| config.get_string(&format!("branch.{branch}.remote")).ok());
        if let Some(name) = of_branch.filter(|name| name != ".") {
            return Some(name);
        }
        let remotes = self.inner.remotes().ok()?;
        let names: Vec<&str> = remotes.iter().flatten().flatten().collect();
        match names[..] {
            [only] => Some(only.to_owned()),
            _ => names.contains(&"origin").then(|| "origin".to_owned()),
        }
    }

    /// The file `.lfsconfig` of the work tree, where it is a plain and short one. It may include no other file.
    fn lfsconfig(&self) -> Option<Config> {
        const LONGEST: u64 = 64 << 10;
        let path = self.root().join(".lfsconfig");
        let found = fs::symlink_metadata(&path).ok()?;
        let includes = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
            text.contains("[include")
        };
        if !found.is_file() || found.len() > LONGEST || includes(&fs::read(&path).ok()?) {
            return None;
        }
        Config::open(&path).ok()
    }
}

fn told_by(place: &LfsPlace, derived: Option<&LfsPlace>) -> ToldBy {
    match (place, derived) {
        (LfsPlace::Server(told), Some(LfsPlace::Server(derived)))
            if told.origin() == derived.origin() =>
        {
            ToldBy::User
        }
        _ => ToldBy::Stranger,
    }
}

fn of_url(url: &str, told_by: ToldBy) -> Result<LfsRemote, GitError> {
    let place = match url.split_once("://") {
        Some((scheme, path)) if scheme.eq_ignore_ascii_case("file") && told_by == ToldBy::User => {
            LfsPlace::Folder(path.into())
        }
        _ => LfsPlace::Server(endpoint(url)?),
    };
    Ok(LfsRemote { place, told_by })
}

/// Where the objects of a remote are, when nothing says otherwise.
fn derived(url: &str) -> Result<LfsPlace, GitError> {
    let with_suffix = |url: &str| {
        let url = url.trim_end_matches('/');
        let git = if url.ends_with(".git") { "" } else { ".git" };
        endpoint(&format!("{url}{git}/info/lfs")).map(LfsPlace::Server)
    };
    if let Some((helper, _)) = url.split_once("::")
        && is_scheme(helper)
    {
        return Err(no_way(helper));
    }
    if let Some((scheme, rest)) = url.split_once("://") {
        return match scheme.to_ascii_lowercase().as_str() {
            scheme @ ("http" | "https") => with_suffix(&format!("{scheme}://{rest}")),
            "file" => Ok(LfsPlace::Folder(rest.into())),
            // SSH reaches the repository; large files come by HTTPS from the same host, at its usual port.
            "ssh" | "git+ssh" | "ssh+git" => {
                let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
                with_suffix(&format!("https://{}/{path}", without_port(authority)))
            }
            _ => Err(no_way(scheme)),
        };
    }
    match url.split_once(':') {
        // `git@host:path`, and not a drive or a path with a colon.
        Some((host, path)) if host.len() > 1 && !host.contains(['/', '\\']) => {
            // A word and no host: what git would look for in `~/.ssh/config`, and nothing that HTTPS reaches.
            if !host.contains(['@', '.']) && host != "localhost" {
                return Err(no_way(host));
            }
            let path = path.trim_start_matches('/');
            with_suffix(&format!("https://{host}/{path}"))
        }
        _ => Ok(LfsPlace::Folder(url.into())),
    }
}

fn is_scheme(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    !text.is_empty() && text.bytes().all(legal)
}

/// The host of an authority with its user, which [`endpoint`] drops, and without its port: that is SSH's.
fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

fn no_way(scheme: &str) -> GitError {
    let scheme: String = if is_scheme(scheme) {
        scheme.chars().take(40).collect()
    } else {
        "?".to_owned()
    };
    let message = format!(
        "the remote's address starts with `{scheme}:`, and how its large files are reached is not known: expected one by \
         http, https, ssh or file, or a folder; `git config lfs.url` can name the LFS server"
    );
    GitError::new(GitErrorKind::Unsupported, message)
}

/// An address without the user that may stand in it: what is secret there is not ours to send.
fn endpoint(url: &str) -> Result<Endpoint, GitError> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let scheme = scheme.to_ascii_lowercase();
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    // Before the path an `@` ends a user; behind it stands for itself, which an endpoint wants written out.
    let path = path.replace('@', "%40");
    let plain = format!("{scheme}://{host}{path}");
    plain.parse().map_err(|error| {
        // Never the address itself: it may hold a password.
        let message = format!("the address of the LFS server is of no use: {error}");
        GitError::new(GitErrorKind::Unsupported, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_has_its_objects_beside_it() {
        for (url, expected) in [
            ("https://h/a/b", "https://h/a/b.git/info/lfs"),
            ("https://h/a/b.git", "https://h/a/b.git/info/lfs"),
            ("https://h/a/b/", "https://h/a/b.git/info/lfs"),
            (
                "http://me:secret@h:8080/a/b",
                "http://h:8080/a/b.git/info/lfs",
            ),
            ("git@h:a/b", "https://h/a/b.git/info/lfs"),
            ("h.example:a/b", "https://h.example/a/b.git/info/lfs"),
            ("git@h:/a/b@c", "https://h/a/b%40c.git/info/lfs"),
            ("ssh://git@h:22/a/b.git", "https://h/a/b.git/info/lfs"),
            ("ssh://git@h/a/b@c.git", "https://h/a/b%40c.git/info/lfs"),
            ("SSH://h/a/b", "https://h/a/b.git/info/lfs"),
            ("HTTPS://h/a/b", "https://h/a/b.git/info/lfs"),
        ] {
            let expected = LfsPlace::Server(expected.parse().expect("an address"));
            assert_eq!(derived(url).expect("a place"), expected, "{url}");
        }
        for (url, expected) in [
            ("/srv/git/a.git", "/srv/git/a.git"),
            ("../a", "../a"),
            ("file:///srv/a", "/srv/a"),
        ] {
            let expected = LfsPlace::Folder(expected.into());
            assert_eq!(derived(url).expect("a place"), expected, "{url}");
        }
    }

    #[test]
    fn what_no_large_file_is_reached_by_is_refused() {
        for url in [
            "git://h/a/b",
            "ftp://h/a/b",
            "hf:a/b",
            "hf::https://h/a/b",
            "ext::sh -c secret",
            "x::y",
        ] {
            let error = derived(url).expect_err(url);
            assert_eq!(error.kind(), GitErrorKind::Unsupported, "{url}");
            let scheme = url.split(':').next().expect("a scheme");
            assert!(error.to_string().contains(&format!("`{scheme}:`")), "{url}");
            assert!(!format!("{error:?}").contains("secret"), "{url}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for url in [
            "https://",
            "https://user:secret@/x",
            "https://user:secret@h/a b",
        ] {
            let error = derived(url).expect_err("no address");
            assert_eq!(error.kind(), GitErrorKind::Unsupported, "{url}");
            assert!(!format!("{error:?}").contains("secret"), "{url}");
        }
    }
}
