//! From the first request to the last.

use std::{cell::Cell, path::Path};

use hubkit_mirror::Mirror;

use crate::{
    access_log::AccessLog,
    exit::Exit,
    failure::Failure,
    server::Server,
    signals::{HangUp, hung_up, told_to_end},
    ui::{Ui, count},
};

pub(super) fn open_log(path: &Path) -> Result<AccessLog, Failure> {
    AccessLog::open(path).map_err(|error| {
        let message = format!("{} can't be written: {error}", path.display());
        Failure::new(Exit::Disk, "access_log", message)
    })
}

/// Serves until the process is told to end. What is under way then is finished, unless it is told so again.
pub(super) async fn serve(
    server: Server,
    mirror: Mirror,
    log: Option<AccessLog>,
    hang_up: HangUp,
    ui: &Ui,
) -> Exit {
    let exit = Cell::new(Exit::Done);
    let end = async {
        exit.set(told_to_end(hang_up).await);
        ui.remark("ends when what is under way is answered; ctrl-c ends it now");
    };
    let serving = server.run(mirror, log.as_ref().map(AccessLog::observer), end);
    let reopening = async {
        match &log {
            Some(log) => hung_up(|| log.reopen()).await,
            None => std::future::pending().await,
        }
    };
    let in_a_hurry = async {
        // The first time is the server's to hear.
        told_to_end(hang_up).await;
        told_to_end(hang_up).await;
    };
    tokio::select! {
        ended = serving => if ended.cut_off > 0 {
            let answers = count(ended.cut_off, "answer", "answers");
            ui.remark(&format!("warning: {answers} took too long and was cut off"));
        },
        () = in_a_hurry => {}
        never = reopening => match never {},
    }
    exit.get()
}
