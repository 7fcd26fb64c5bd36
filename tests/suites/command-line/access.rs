//! Rules, tokens and requests for access, from the file to the client.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use hubkit_tests::{Home, Outcome, Served, Server};
use tempfile::TempDir;

/// A mirror with rules: `boss` owns everything of `lab`, `eve` wants in.
struct Lab {
    folder: TempDir,
    home: Home,
    served: Served,
    boss: String,
    eve: String,
}

const RULES: &str = "
[organisations.lab]
members = { boss = \"admin\" }

[models.\"lab/secret\"]
private = true

[models.\"lab/gated\"]
gated = \"manual\"

[moved.models]
\"lab/old\" = \"lab/open\"
";

impl Lab {
    fn new() -> Result<Self> {
        let home = Home::new()?;
        let new = |user: &str, role: &str| {
            let made = home.hubkit([
                "token", "new", "--format", "json", "--user", user, "--role", role,
            ]);
            let made = made?.run()?.success()?.json()?;
            let text = |key: &str| made[key].as_str().map(str::to_owned).context("a text");
            anyhow::Ok((text("token")?, text("toml")?))
        };
        let (boss, boss_lines) = new("boss", "write")?;
        let (eve, eve_lines) = new("eve", "read")?;
        let mut served = Served::new()?;
        for name in ["open", "secret", "gated"] {
            served = served.file(&format!("models/lab/{name}"), "config.json", "{}")?;
        }
        let folder = tempfile::tempdir()?;
        let lab = Self {
            folder,
            home,
            served,
            boss,
            eve,
        };
        lab.write_rules(&format!("{boss_lines}\n\n{eve_lines}\n{RULES}"))?;
        Ok(lab)
    }

    fn rules(&self) -> PathBuf {
        self.folder.path().join("access.toml")
    }

    /// Puts the rules in place of what was there at once, as editors do.
    fn write_rules(&self, text: &str) -> Result<()> {
        let new = self.folder.path().join("new.toml");
        fs::write(&new, text)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&new, fs::Permissions::from_mode(0o600))?;
        }
        fs::rename(new, self.rules())?;
        Ok(())
    }

    fn serve(&self) -> Result<Server> {
        let rules = self.rules();
        Server::start_with([
            self.served.path().as_os_str(),
            "--access".as_ref(),
            rules.as_os_str(),
        ])
    }

    fn ask(&self, server: &Server, token: &str, arguments: &[&str]) -> Result<Outcome> {
        let command = self.home.hubkit(arguments)?.at(server.endpoint());
        if token.is_empty() {
            return command.run();
        }
        command.env("HF_TOKEN", token).run()
    }
}

#[test]
fn a_private_repository_is_there_for_its_owner_alone() -> Result<()> {
    let lab = Lab::new()?;
    let server = lab.serve()?;
    let hidden = lab
        .ask(&server, "", &["info", "lab/secret"])?
        .expect_code(3)?;
    let missing = lab
        .ask(&server, "", &["info", "lab/absent"])?
        .expect_code(3)?;
    ensure!(
        hidden.stderr.replace("secret", "absent") == missing.stderr,
        "{hidden}\n{missing}"
    );
    lab.ask(&server, &lab.eve, &["info", "lab/secret"])?
        .expect_code(3)?;
    lab.ask(&server, &lab.boss, &["info", "lab/secret"])?
        .success()?;
    lab.ask(&server, "", &["download", "lab/old"])?.success()?;
    let wrong = lab
        .ask(&server, "hf_nobody", &["info", "lab/open"])?
        .expect_code(4)?;
    ensure!(!wrong.stderr.contains("hf_nobody"), "{wrong}");
    Ok(())
}

#[test]
fn what_was_asked_for_and_granted_outlives_the_mirror() -> Result<()> {
    let lab = Lab::new()?;
    let server = lab.serve()?;
    lab.ask(&server, &lab.eve, &["download", "lab/gated"])?
        .expect_code(4)?;
    let asked = [
        "access",
        "ask",
        "lab/gated",
        "--field",
        "Why=for research",
        "--format",
        "json",
    ];
    let asked = lab.ask(&server, &lab.eve, &asked)?.success()?.json()?;
    ensure!(asked["status"] == "pending", "{asked}");
    lab.ask(&server, &lab.eve, &["access", "status", "lab/gated"])?
        .expect_code(1)?;
    lab.ask(&server, &lab.eve, &["download", "lab/gated"])?
        .expect_code(4)?;
    let accept = ["access", "accept", "lab/gated", "eve"];
    lab.ask(&server, &lab.eve, &accept)?.expect_code(4)?;
    let waiting = ["access", "requests", "lab/gated", "--format", "json"];
    lab.ask(&server, &lab.eve, &waiting)?.expect_code(4)?;
    let waiting = lab.ask(&server, &lab.boss, &waiting)?.success()?.json()?;
    ensure!(waiting[0]["user"] == "eve", "{waiting}");
    ensure!(waiting[0]["answers"]["Why"] == "for research", "{waiting}");
    lab.ask(&server, &lab.boss, &accept)?.success()?;
    lab.ask(&server, &lab.eve, &["access", "status", "lab/gated"])?
        .success()?;
    lab.ask(&server, &lab.eve, &["download", "lab/gated"])?
        .success()?;
    let report = lab.ask(&server, &lab.boss, &["access", "report", "lab/gated"])?;
    ensure!(report.success()?.stdout.contains("eve,,,accepted,"));
    let kept = fs::read_to_string(lab.rules().with_extension("requests.json"))?;
    ensure!(
        kept.contains("\"eve\"") && kept.contains("\"accepted\""),
        "{kept}"
    );
    // Killed, not told to end.
    drop(server);
    let server = lab.serve()?;
    let again = ["download", "lab/gated", "--local-dir", "again"];
    lab.ask(&server, &lab.eve, &again)?.success()?;
    let reject = ["access", "reject", "lab/gated", "eve", "--reason", "enough"];
    lab.ask(&server, &lab.boss, &reject)?.success()?;
    lab.ask(&server, &lab.eve, &["access", "ask", "lab/gated"])?
        .expect_code(4)?;
    let grant = ["access", "grant", "lab/gated", "nobody"];
    lab.ask(&server, &lab.boss, &grant)?.expect_code(3)?;
    let reopen = ["access", "reopen", "lab/gated", "eve"];
    lab.ask(&server, &lab.boss, &reopen)?.success()?;
    let cancel = ["access", "cancel", "lab/gated"];
    lab.ask(&server, &lab.eve, &cancel)?.success()?;
    Ok(())
}

#[test]
fn rules_that_change_are_read_again_and_those_with_a_fault_change_nothing() -> Result<()> {
    let lab = Lab::new()?;
    let server = lab.serve()?;
    lab.ask(&server, "", &["info", "lab/open"])?.success()?;
    let before = fs::read_to_string(lab.rules())?;
    lab.write_rules(&format!(
        "{before}\n[models.\"lab/open\"]\nprivate = true\n"
    ))?;
    until(|| Ok(lab.ask(&server, "", &["info", "lab/open"])?.code == Some(3)))?;
    lab.write_rules("anonymos = true")?;
    until(|| {
        // Meanwhile the rules from before hold.
        lab.ask(&server, "", &["info", "lab/open"])?
            .expect_code(3)?;
        Ok(server.stderr()?.contains("unknown key `anonymos`"))
    })?;
    ensure!(
        server
            .stderr()?
            .contains("the rules from before stay in force")
    );
    lab.ask(&server, "", &["info", "lab/open"])?
        .expect_code(3)?;
    lab.ask(&server, &lab.boss, &["info", "lab/open"])?
        .success()?;
    lab.write_rules(&before)?;
    until(|| Ok(lab.ask(&server, "", &["info", "lab/open"])?.code == Some(0)))
}

#[test]
fn a_file_with_a_fault_is_not_served_by() -> Result<()> {
    let lab = Lab::new()?;
    lab.write_rules("[users.ada]\ntoken = \"hf_secret\"\n")?;
    let rules = lab.rules();
    let arguments = [
        "serve".as_ref(),
        lab.served.path().as_os_str(),
        "--access".as_ref(),
        rules.as_os_str(),
    ];
    let refused = lab.home.hubkit(arguments)?.run()?.expect_code(2)?;
    ensure!(
        refused
            .stderr
            .contains("access.toml:2: unknown key `token`"),
        "{refused}"
    );
    ensure!(
        refused.stderr.contains("did you mean `tokens`?"),
        "{refused}"
    );
    ensure!(!refused.stderr.contains("hf_secret"), "{refused}");
    Ok(())
}

#[test]
fn a_token_is_made_once_and_its_hash_again() -> Result<()> {
    let home = Home::new()?;
    let made = home
        .hubkit(["token", "new", "--user", "ada", "--format", "json"])?
        .run()?;
    let made = made.success()?.json()?;
    let token = made["token"].as_str().context("a token")?;
    ensure!(token.len() == 43 && token.starts_with("hf_"), "{token}");
    let again = home
        .hubkit(["token", "new", "--user", "ada", "--format", "json"])?
        .run()?;
    ensure!(again.success()?.json()?["token"] != token);
    let lines = made["toml"].as_str().context("lines")?;
    ensure!(!lines.contains(token), "{lines}");
    ensure!(
        lines.contains(made["hash"].as_str().context("a hash")?),
        "{lines}"
    );
    home.hubkit(["token", "new", "--user", "a\"b"])?
        .run()?
        .expect_code(2)?;
    Ok(())
}

/// Asks until the answer is yes; each question takes its time.
fn until(mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    for _ in 0..2000 {
        if is_so()? {
            return Ok(());
        }
        std::thread::yield_now();
    }
    bail!("it never came to be so")
}
