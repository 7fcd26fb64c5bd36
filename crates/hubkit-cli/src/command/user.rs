//! `hubkit user`.

use hubkit::{
    AccountName, ErrorKind,
    api::{Account, AccountKind},
};
use serde_json::json;

use crate::{
    args::{Global, User},
    exit::Exit,
    failure::Failure,
    target,
    ui::{Ui, plain, table},
};

pub(crate) async fn run(global: &Global, arguments: &User, ui: &Ui) -> Result<Exit, Failure> {
    let name: AccountName = arguments
        .name
        .parse()
        .map_err(|error| Failure::usage(format!("{error}")))?;
    let hub = target::hub(global, 1)?;
    // A name belongs to one of the two; which, a person need not know.
    let asked = hub.client().account(AccountKind::User, &name).await;
    let (kind, account) = match asked {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let kind = AccountKind::Organisation;
            (kind, hub.client().account(kind, &name).await?)
        }
        account => (AccountKind::User, account?),
    };
    ui.result(
        || text(kind, &account),
        || {
            json!({
                "name": account.name, "kind": word(kind), "fullname": account.fullname, "details": account.details,
                "models": account.models, "datasets": account.datasets, "spaces": account.spaces,
                "followers": account.followers,
            })
        },
    )?;
    Ok(Exit::Done)
}

fn word(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::User => "user",
        AccountKind::Organisation => "organisation",
    }
}

fn text(kind: AccountKind, account: &Account) -> String {
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let rows = [
        ("name", Some(account.name.clone())),
        ("kind", Some(word(kind).to_owned())),
        ("full name", account.fullname.clone()),
        ("details", account.details.clone()),
        ("models", number(account.models)),
        ("datasets", number(account.datasets)),
        ("Spaces", number(account.spaces)),
        ("followers", number(account.followers)),
    ];
    let row = |(name, value): (&str, Option<String>)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(vec![name.to_owned(), plain(&value)])
    };
    table(&rows.into_iter().filter_map(row).collect::<Vec<_>>())
}
