//! `hubkit env`.

use serde_json::{Map, Value};

use crate::{
    args::Global,
    exit::Exit,
    failure::Failure,
    target,
    ui::{Ui, table},
};

pub(crate) fn run(global: &Global, ui: &Ui) -> Result<Exit, Failure> {
    let hub = target::hub(global, 1)?;
    let environment = hub.environment();
    let token = if global.token.is_some() {
        "given with --token"
    } else if environment.token.is_some() {
        "given by a variable"
    } else if environment
        .token_path
        .as_ref()
        .is_some_and(|path| path.exists())
    {
        "given by the token file"
    } else {
        "none"
    };
    let show = |path: &std::path::Path| path.display().to_string();
    let rows = [
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        (
            "platform",
            format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        ),
        ("endpoint", environment.endpoint.to_string()),
        ("home", show(&environment.home)),
        ("cache", show(&environment.cache)),
        ("token", token.to_owned()),
        (
            "token file",
            environment
                .token_path
                .as_deref()
                .map_or_else(|| "not used".to_owned(), show),
        ),
        (
            "offline",
            if environment.offline { "yes" } else { "no" }.to_owned(),
        ),
        (
            "certificates",
            environment
                .certificates
                .as_deref()
                .map_or_else(|| "the platform's".to_owned(), show),
        ),
    ];
    ui.result(
        || {
            table(
                &rows
                    .iter()
                    .map(|(name, value)| vec![(*name).to_owned(), value.clone()])
                    .collect::<Vec<_>>(),
            )
        },
        || {
            let object: Map<String, Value> = rows
                .iter()
                .map(|(name, value)| (name.replace(' ', "_"), value.clone().into()))
                .collect();
            object.into()
        },
    )?;
    Ok(Exit::Done)
}
