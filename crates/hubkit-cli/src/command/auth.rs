//! `hubkit auth`.

use serde_json::json;

use crate::{
    args::Global,
    exit::Exit,
    failure::Failure,
    target,
    ui::{Ui, plain},
};

pub(crate) async fn run(global: &Global, ui: &Ui) -> Result<Exit, Failure> {
    let hub = target::hub(global, 1)?;
    let identity = hub.client().who_am_i().await?;
    let organisations: Vec<String> = identity
        .organisations
        .iter()
        .map(|found| found.name.clone())
        .collect();
    ui.result(
        || {
            let mut text = plain(&identity.name);
            if !organisations.is_empty() {
                text.push_str("\norganisations: ");
                text.push_str(&plain(&organisations.join(", ")));
            }
            if let Some(role) = &identity.token_role {
                text.push_str("\ntoken: ");
                text.push_str(&plain(role));
            }
            text
        },
        || {
            json!({
                "name": identity.name, "full_name": identity.fullname, "organisations": organisations,
                "token_name": identity.token_name, "token_role": identity.token_role,
                "endpoint": hub.client().endpoint().to_string(),
            })
        },
    )?;
    Ok(Exit::Done)
}
