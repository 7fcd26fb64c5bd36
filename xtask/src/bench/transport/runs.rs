//! One run of a program that fetches and throws away.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::process::ask;

/// Who fetches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Version {
    One,
    Two,
    Curl,
}

impl Version {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::One => "HTTP/1.1",
            Self::Two => "HTTP/2",
            Self::Curl => "curl",
        }
    }
}

/// What is fetched.
pub(super) enum Fetch {
    Whole {
        url: String,
        size: u64,
    },
    Ranges {
        url: String,
        size: u64,
        part: u64,
        in_flight: u32,
    },
    Files {
        list: String,
        in_flight: u32,
    },
}

/// What it took.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Run {
    pub(super) seconds: f64,
    pub(super) bytes: f64,
    /// Seconds of processor time of the whole process.
    pub(super) cpu: f64,
    pub(super) rss_mib: f64,
}

pub(super) struct Fetcher<'a> {
    /// The rig's program that starts another and tells what it used.
    pub(super) time: PathBuf,
    pub(super) program: PathBuf,
    pub(super) authority: PathBuf,
    pub(super) scratch: &'a Path,
}

impl Fetcher<'_> {
    pub(super) fn run(&self, fetch: &Fetch, version: Version) -> Result<Run> {
        let used = self.scratch.join("used.json");
        let mut command = Command::new(&self.time);
        command.arg("time").arg(&used);
        if version == Version::Curl {
            let Fetch::Whole { url, .. } = fetch else {
                bail!("curl is compared by one file alone");
            };
            command.args(["curl", "-sSf", "-o", "/dev/null", "-w"]);
            command.args(["1 requests, %{size_download} bytes, 0 ms", url]);
        } else {
            command
                .arg(&self.program)
                .arg("--root")
                .arg(&self.authority);
            if version == Version::One {
                command.arg("--bulk");
            }
            self.describe(fetch, &mut command)?;
        }
        let said = ask(&mut command)?;
        let (bytes, time) = read(&said).with_context(|| format!("the program said: {said}"))?;
        let used: Used = serde_json::from_str(&fs::read_to_string(&used)?)?;
        if used.rc != 0 {
            bail!("the program ended with {}: {said}", used.rc);
        }
        if let Fetch::Whole { size, .. } | Fetch::Ranges { size, .. } = fetch
            && *size != bytes
        {
            bail!("{bytes} bytes came of {size}");
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "for rates, and far below 2^53 bytes"
        )]
        let bytes = bytes as f64;
        Ok(Run {
            seconds: if time > 0.0 { time } else { used.wall },
            bytes,
            cpu: used.user + used.sys,
            rss_mib: used.rss_kib / 1024.0,
        })
    }

    fn describe(&self, fetch: &Fetch, command: &mut Command) -> Result<()> {
        let in_flight = match fetch {
            Fetch::Whole { url, .. } => {
                command.arg(url);
                1
            }
            Fetch::Ranges {
                url,
                size,
                part,
                in_flight,
            } => {
                command.args(["--part", &part.to_string(), "--of", &size.to_string(), url]);
                *in_flight
            }
            Fetch::Files { list, in_flight } => {
                let file = self.scratch.join("list.txt");
                fs::write(&file, list)?;
                command.arg("--list").arg(file);
                *in_flight
            }
        };
        command.args(["--in-flight", &in_flight.to_string()]);
        Ok(())
    }
}

#[derive(Deserialize)]
struct Used {
    rc: i32,
    wall: f64,
    user: f64,
    sys: f64,
    rss_kib: f64,
}

/// Bytes and seconds of `2000 requests, 21776190 bytes, 4084 ms`.
fn read(said: &str) -> Result<(u64, f64)> {
    let mut parts = said.trim().split(", ");
    let mut number = |unit: &str| {
        let text = parts.next().and_then(|part| part.strip_suffix(unit));
        text.with_context(|| format!("there are no{unit}"))
    };
    number(" requests")?;
    let bytes = number(" bytes")?.parse()?;
    let milliseconds: f64 = number(" ms")?.parse()?;
    Ok((bytes, milliseconds / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_says_is_read() -> Result<()> {
        let (bytes, seconds) = read("2000 requests, 21776190 bytes, 4084 ms\n")?;
        assert_eq!(bytes, 21_776_190);
        assert!((seconds - 4.084).abs() < 1e-9);
        assert!(read("no connection").is_err());
        Ok(())
    }
}
