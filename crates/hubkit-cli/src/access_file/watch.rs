//! Rules that change while a mirror runs.

use std::{
    convert::Infallible,
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use hubkit_mirror::Mirror;

use super::AccessFile;
use crate::ui::{Ui, trouble};

/// How often the file is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// What shows that a file was changed.
type Stamp = Option<(SystemTime, u64)>;

/// Reads the file again whenever it was changed, and on SIGHUP, and has the mirror go by it. A file with a fault changes
/// nothing: the fault is told, and the rules from before stay in force.
///
/// # Cancellation
///
/// Goes on until it is dropped, which leaves the mirror with the rules it has.
pub(crate) async fn follow(file: Option<&AccessFile>, mirror: &Mirror, ui: &Ui) -> Infallible {
    let Some(file) = file else {
        return std::future::pending().await;
    };
    let mut hang_ups = HangUps::listen();
    let mut used = stamp(&file.path);
    let mut before = used;
    loop {
        let is_asked = tokio::select! {
            () = hang_ups.next() => true,
            () = tokio::time::sleep(EVERY) => false,
        };
        let now = stamp(&file.path);
        // Who writes a file does so in more than one step: it counts once it stands still.
        let has_settled = now != used && now == before;
        before = now;
        if is_asked || has_settled {
            used = now;
            read_again(file, mirror, ui);
        }
    }
}

fn read_again(file: &AccessFile, mirror: &Mirror, ui: &Ui) {
    match tokio::task::block_in_place(|| file.read()) {
        Ok(access) => {
            mirror.replace_access(access);
            ui.remark(&format!("{} was read again", file.path.display()));
        }
        Err(fault) => trouble(&format!("{fault}; the rules from before stay in force")),
    }
}

fn stamp(path: &Path) -> Stamp {
    let found = fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}

/// The signals by which services are told to read their files again.
struct HangUps {
    #[cfg(unix)]
    signals: Option<tokio::signal::unix::Signal>,
}

impl HangUps {
    fn listen() -> Self {
        Self {
            #[cfg(unix)]
            signals: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signals) = &mut self.signals
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
