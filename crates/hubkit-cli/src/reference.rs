//! The reference pages, made from what the command really takes.

use std::fmt::Write as _;

use clap::CommandFactory as _;
use hubkit::VARIABLES;

use crate::{
    args::{Cli, Page},
    exit::Exit,
};

/// Variables that the command reads besides the library's.
const OF_THE_COMMAND: [(&str, &str, &str); 2] = [
    ("NO_COLOR", "", "Print no colour, if it is set to anything."),
    (
        "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY",
        "",
        "Which proxy to go through, and for which hosts not.",
    ),
];

pub(crate) fn page(page: Page) -> String {
    match page {
        Page::Cli => cli(),
        Page::ExitCodes => exit_codes(),
        Page::Environment => environment(),
        Page::CardRules => card_rules(),
    }
}

fn environment() -> String {
    let mut text =
        "# Environment variables\n\n| variable | default | meaning |\n|---|---|---|\n".to_owned();
    let library = VARIABLES
        .iter()
        .map(|variable| (variable.name, variable.default, variable.meaning));
    for (name, default, meaning) in library.chain(OF_THE_COMMAND) {
        let default = if default.is_empty() {
            String::new()
        } else {
            format!("`{default}`")
        };
        let _ = writeln!(text, "| {name} | {default} | {meaning} |");
    }
    text.push_str("\nSwitches are on when they are `1`, `ON`, `YES` or `TRUE`, in any case.\n");
    text
}

fn card_rules() -> String {
    let mut text = "# The rules for cards\n\nWhat `hubkit card lint` looks for. An error is what a hub refuses, or a secret; \
        a warning is what misleads readers, a note is something to know.\n\n\
        | rule | severity | what is looked for | `--fix` |\n|---|---|---|---|\n"
        .to_owned();
    for rule in hubkit_card::RULES {
        let fix = if rule.is_fixable {
            "mends it where there is no doubt"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {fix} |",
            rule.id, rule.severity, rule.summary
        );
    }
    text.push_str(
        "\n`hubkit.toml` says how much a rule counts: `rules = { missing-license = \"error\", unpinned-snippet = \"off\" }` in its \
         table `card.lint`, and so does `--rule RULE=LEVEL`. In a card, `# hubkit: allow RULE` switches a rule off for its line of \
         the metadata (on a line of its own: for the next one, and for what is missing), and \
         `<!-- hubkit-lint-disable RULE -->` for the text below it, up to `<!-- hubkit-lint-enable RULE -->`.\n",
    );
    text
}

fn exit_codes() -> String {
    let mut text = "# Exit codes\n\n| code | meaning |\n|--:|---|\n".to_owned();
    for exit in Exit::ALL {
        let _ = writeln!(text, "| {} | {} |", exit.code(), exit.meaning());
    }
    text
}

fn cli() -> String {
    let mut text = "# The command `hubkit`\n".to_owned();
    let mut root = Cli::command();
    root.build();
    describe(&root, "hubkit", &mut text);
    text
}

fn describe(command: &clap::Command, path: &str, text: &mut String) {
    let about = command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    let _ = write!(text, "\n## {path}\n\n{about}.\n\n```text\n{usage}\n```\n");
    let arguments: Vec<_> = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
        .collect();
    let is_root = path == "hubkit";
    let shown: Vec<_> = arguments
        .iter()
        .filter(|argument| is_root || !argument.is_global_set())
        .collect();
    if !shown.is_empty() {
        text.push_str("\n| argument | meaning |\n|---|---|\n");
        for argument in shown {
            let help = argument
                .get_help()
                .map(ToString::to_string)
                .unwrap_or_default()
                .replace('|', "\\|");
            let short = argument
                .get_short()
                .map(|short| format!("-{short}, "))
                .unwrap_or_default();
            let long = argument.to_string().replace('|', "\\|");
            let _ = writeln!(text, "| `{short}{long}` | {help} |");
        }
    }
    if let Some(examples) = command.get_after_help() {
        let _ = write!(text, "\n```text\n{examples}\n```\n");
    }
    for inner in command
        .get_subcommands()
        .filter(|inner| !inner.is_hide_set() && inner.get_name() != "help")
    {
        describe(inner, &format!("{path} {}", inner.get_name()), text);
    }
}
