//! Finding repositories, and reading what is known of them.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use anyhow::Result;
use hubkit_tests::{FILTERS, Home, Outcome, Server};

const MODEL: &str = "hubkit-demo/tiny-bert";

/// Runs the command against a hub and returns what it left, with what differs from run to run hidden.
fn run(endpoint: &str, arguments: &[&str]) -> Result<Outcome> {
    Home::new()?.hubkit(arguments)?.at(endpoint).snapshot()
}

macro_rules! assert_outcome {
    ($outcome:expr, @$expected:literal) => {
        let outcome = $outcome;
        insta::with_settings!({ filters => FILTERS.to_vec() }, {
            insta::assert_snapshot!(outcome, @$expected);
        });
    };
}

/// A hub that gives everyone the same answer; ends with the process.
fn always(status: &str, headers: &str, body: &str) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\n{headers}content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client?;
            let mut request = [0; 8192];
            let _ = client.read(&mut request)?;
            client.write_all(answer.as_bytes())?;
        }
        std::io::Result::Ok(())
    });
    Ok(endpoint)
}

const FOUND: &str = r#"[
  {"id":"sentence-transformers/all-MiniLM-L6-v2","pipeline_tag":"sentence-similarity","downloads":123456789,"likes":4567,
   "lastModified":"2026-03-06T13:37:44.000Z","gated":false,"tags":["license:apache-2.0"],
   "cardData":{"license":"apache-2.0","language":["en"],"base_model":"nreimers/MiniLM-L6-H384-uncased"},
   "safetensors":{"parameters":{"F32":22713728},"total":22713728},"library_name":"sentence-transformers","future":{"x":1}},
  {"id":"a/b","likes":7,"lastModified":"2020-01-01T00:00:00.000Z"}
]"#;

#[test]
fn what_is_found_is_a_table_of_eighty_columns() -> Result<()> {
    let hub = always("200 OK", "", FOUND)?;
    let outcome = run(&hub, &["search", "mini", "lm", "--sort", "downloads"])?;
    assert!(
        outcome
            .stdout
            .lines()
            .all(|line| line.chars().count() <= 80),
        "{outcome}"
    );
    assert_outcome!(outcome, @r"
    exit code: 0
    ----- stdout -----
    REPOSITORY                              TASK        DOWNLOADS  LIKES  UPDATED
    sentence-transformers/all-MiniLM-L6-v2  sentence-…     123.4M   4.5k  2026-03-06
    a/b                                                                7  2020-01-01
    ----- stderr -----
    2 models
    ");
    let names = run(&hub, &["search", "-q"])?.success()?;
    assert_eq!(
        names.stdout,
        "sentence-transformers/all-MiniLM-L6-v2\na/b\n"
    );
    let one = run(&hub, &["search", "--limit", "1"])?.success()?;
    assert!(
        one.stderr.contains("1 model; `--limit` shows more"),
        "{one}"
    );
    let json = run(&hub, &["search", "--format", "json"])?
        .success()?
        .json()?;
    assert_eq!(json[0]["parameters"], 22_713_728);
    assert_eq!(json[0]["base_models"][0], "nreimers/MiniLM-L6-H384-uncased");
    assert_eq!(json[1]["downloads"], serde_json::Value::Null);
    Ok(())
}

#[test]
fn a_search_at_a_mirror() -> Result<()> {
    let hub = Server::demo()?;
    let found = run(hub.endpoint(), &["search", "TINY", "-q"])?.success()?;
    assert_eq!(
        found.stdout,
        "hubkit-demo/gated-tiny-bert\nhubkit-demo/tiny-bert\n"
    );
    let none = run(hub.endpoint(), &["search", "no-such-thing"])?.success()?;
    assert_eq!(
        (none.stdout.as_str(), none.stderr.as_str()),
        ("", "0 models\n")
    );
    let json = run(
        hub.endpoint(),
        &["search", "no-such-thing", "--format", "json"],
    )?
    .success()?;
    assert_eq!(json.stdout, "[]\n");
    Ok(())
}

#[test]
fn branches_and_history() -> Result<()> {
    let hub = Server::demo()?;
    assert_outcome!(run(hub.endpoint(), &["refs", MODEL])?, @r"
    exit code: 0
    ----- stdout -----
    branch  b1c84f70653adc8abeaa5d4a27f07d29b31d74dd  main
    ----- stderr -----
    1 reference of hubkit-demo/tiny-bert
    ");
    assert_outcome!(run(hub.endpoint(), &["log", MODEL])?, @r"
    exit code: 0
    ----- stdout -----
    b1c84f70653adc8abeaa5d4a27f07d29b31d74dd  1970-01-01 00:00
        import
    ----- stderr -----
    1 commit of hubkit-demo/tiny-bert
    ");
    let json = run(hub.endpoint(), &["log", MODEL, "--format", "json"])?
        .success()?
        .json()?;
    assert_eq!(json.as_array().map(Vec::len), Some(1));
    Ok(())
}

#[test]
fn files_as_a_tree_and_below_a_folder() -> Result<()> {
    let hub = Server::demo()?;
    assert_outcome!(run(hub.endpoint(), &["ls", MODEL, "--tree"])?, @r"
    exit code: 0
    ----- stdout -----
    .
    ├── training/  ([SIZE])
    │   └── loss.csv  ([SIZE])
    ├── .gitattributes  ([SIZE])
    ├── README.md  ([SIZE])
    ├── config.json  ([SIZE])
    ├── model.fp16.safetensors  ([SIZE])
    ├── model.safetensors  ([SIZE])
    ├── special_tokens_map.json  ([SIZE])
    ├── tokenizer.json  ([SIZE])
    ├── tokenizer_config.json  ([SIZE])
    └── vocab.txt  ([SIZE])
    ----- stderr -----
    10 files, [SIZE], at b1c84f70653adc8abeaa5d4a27f07d29b31d74dd
    ");
    let folder = run(hub.endpoint(), &["ls", MODEL, "training/"])?.success()?;
    assert_eq!(folder.stdout.lines().count(), 1, "{folder}");
    let absent = run(hub.endpoint(), &["ls", MODEL, "train"])?.expect_code(3)?;
    assert!(absent.stderr.contains("no folder `train`"), "{absent}");
    Ok(())
}

#[test]
fn files_with_the_commit_that_changed_them_last() -> Result<()> {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let tree = format!(
        r#"[{{"type":"directory","path":"d","oid":"{commit}","size":0}},
            {{"type":"file","path":"d/x.bin","oid":"{commit}","size":7,"securityFileStatus":{{"status":"safe"}},
              "lastCommit":{{"id":"{commit}","title":"Add all of the weights at once","date":"2026-03-06T13:37:44.000Z"}}}}]"#
    );
    let hub = always("200 OK", "", &tree)?;
    let arguments = ["ls", "a/b", "--revision", commit, "--expand"];
    assert_outcome!(run(&hub, &arguments)?, @r"
    exit code: 0
    ----- stdout -----
           [SIZE]  2026-03-06  safe  Add all of the weights …  d/x.bin
    ----- stderr -----
    1 file, [SIZE], at 0123456789abcdef0123456789abcdef01234567
    ");
    let json = run(&hub, &[&arguments[..], &["--format", "json"]].concat())?;
    let json = json.success()?.json()?;
    assert_eq!(json[0]["last_commit"]["date"], "2026-03-06T13:37:44.000Z");
    Ok(())
}

#[test]
fn what_changed_is_a_no_and_nothing_is_a_yes() -> Result<()> {
    let diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";
    let hub = always("200 OK", "", diff)?;
    let shown = run(&hub, &["diff", "a/b", "v1..main"])?.expect_code(1)?;
    assert_eq!(shown.stdout, diff);
    let nothing = run(&always("200 OK", "", "")?, &["diff", "a/b", "v1..main"])?.success()?;
    assert_eq!(nothing.stdout, "");
    let (old, new) = ("a".repeat(40), "b".repeat(40));
    let lines = format!(
        "T 12\t:100644 100644 {old} {new} M\tx\nB 7000000\t:000000 100644 {} {new} A\td/w.bin\n",
        "0".repeat(40)
    );
    let hub = always("200 OK", "", &lines)?;
    assert_outcome!(run(&hub, &["diff", "a/b", "v1..main", "--files"])?, @r"
    exit code: 1
    ----- stdout -----
    modified        [SIZE]  x
    added        [SIZE]  d/w.bin
    ----- stderr -----
    2 files changed
    ");
    let json = run(&hub, &["diff", "a/b", "main", "--format", "json"])?.expect_code(1)?;
    let json = json.json()?;
    assert_eq!(
        (&json[1]["status"], &json[1]["size"]),
        (&"added".into(), &7_000_000.into())
    );
    run(&hub, &["diff", "a/b", "a..b..c"])?.expect_code(2)?;
    Ok(())
}

#[test]
fn a_file_goes_to_standard_output_as_it_is() -> Result<()> {
    let (hub, home) = (Server::demo()?, Home::new()?);
    let cat = |arguments: &[&str]| -> Result<Outcome> {
        home.hubkit([&["cat"], arguments].concat())?
            .at(hub.endpoint())
            .run()
    };
    let whole = cat(&["hubkit-demo/tiny-bert/training/loss.csv"])?.success()?;
    assert_eq!(whole.stdout, "step,loss\n0,3.17\n100,1.02\n200,0.41\n");
    for arguments in [
        &[MODEL, "training/loss.csv"][..],
        &["hf://hubkit-demo/tiny-bert@main/training/loss.csv"][..],
        &["hubkit-demo/tiny-bert/training/loss.csv", "--offline"][..],
    ] {
        assert_eq!(
            cat(arguments)?.success()?.stdout,
            whole.stdout,
            "{arguments:?}"
        );
    }
    let pointer = cat(&["hubkit-demo/tiny-bert/model.safetensors", "--raw"])?.success()?;
    assert!(
        pointer.stdout.starts_with("version https://git-lfs"),
        "{pointer}"
    );
    assert_outcome!(cat(&[MODEL])?, @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: hubkit-demo/tiny-bert is a repository; name a file of it

    hint: `hubkit ls REPO` lists the files
    ");
    assert_outcome!(cat(&["hubkit-demo/tiny-bert/absent"])?, @r"
    exit code: 3
    ----- stdout -----

    ----- stderr -----
    error: `absent` of hubkit-demo/tiny-bert at http://127.0.0.1:[PORT]: file not found: absent does not exist (status 404)

    hint: `hubkit ls REPO` lists the files; a folder is named with a slash at its end
    ");
    cat(&["hubkit-demo/tiny-bert/a", "b"])?.expect_code(2)?;
    cat(&["hubkit-demo/tiny-bert/config.json", "--format", "json"])?.expect_code(2)?;
    Ok(())
}

#[test]
fn what_is_known_of_a_repository() -> Result<()> {
    let one = FOUND
        .trim_start_matches('[')
        .split_once("},\n  {\"id\":\"a/b\"");
    let hub = always("200 OK", "", &format!("{}}}", one.expect("two of them").0))?;
    assert_outcome!(run(&hub, &["info", "sentence-transformers/all-MiniLM-L6-v2"])?, @r"
    exit code: 0
    ----- stdout -----
    repository     sentence-transformers/all-MiniLM-L6-v2
    kind           model
    commit         unknown
    private        no
    gated          no
    task           sentence-similarity
    modality       text → embedding, number (by its task)
    library        sentence-transformers
    licence        apache-2.0
    languages      en
    base model     nreimers/MiniLM-L6-H384-uncased
    parameters     22713728
    last modified  [MOMENT]
    downloads      123456789
    likes          4567
    tags           license:apache-2.0
    ----- stderr -----
    ");
    Ok(())
}

#[test]
fn accounts() -> Result<()> {
    let body = r#"{"user":"ada","fullname":"Ada \u001b[31mL.","numModels":3,"numFollowers":12}"#;
    let hub = always("200 OK", "", body)?;
    assert_outcome!(run(&hub, &["user", "ada"])?, @r"
    exit code: 0
    ----- stdout -----
    name       ada
    kind       user
    full name  Ada /u{1b}[31mL.
    models     3
    followers  12
    ----- stderr -----
    ");
    let hub = Server::demo()?;
    assert_outcome!(run(hub.endpoint(), &["user", "nobody"])?, @r"
    exit code: 3
    ----- stdout -----

    ----- stderr -----
    error: the account `nobody`: http://127.0.0.1:[PORT]: the hub refused: Account not found (status 404)

    hint: check the name, and that HF_ENDPOINT is the address of a hub; a mirror may not tell of such things at all
    ");
    Ok(())
}

#[test]
fn a_limit_beyond_the_allowed_wait_says_when() -> Result<()> {
    let hub = always("429 Too Many Requests", "retry-after: 3600\r\n", "{}")?;
    let arguments = ["info", "a/b", "--max-wait", "10"];
    assert_outcome!(run(&hub, &arguments)?, @r"
    exit code: 6
    ----- stdout -----

    ----- stderr -----
    error: a/b at http://127.0.0.1:[PORT]: too many requests (status 429); it asks to wait 3600 seconds

    hint: try later, allow more time with `--max-wait`, or give a token: accounts may ask more often than strangers
    ");
    let failed = run(&hub, &[&arguments[..], &["--format", "json"]].concat())?.expect_code(6)?;
    assert!(
        failed.stderr.contains(r#""retry_after_seconds":3600"#),
        "{failed}"
    );
    Ok(())
}

#[test]
fn a_password_in_an_address_is_refused_and_never_repeated() -> Result<()> {
    let home = Home::new()?;
    for format in ["human", "json"] {
        let option = [
            "--endpoint",
            "https://ada:hunter2@hub.example",
            "env",
            "--format",
            format,
        ];
        let given = home.hubkit(option)?.run()?.expect_code(2)?;
        let variable = home.hubkit(["env", "--format", format])?;
        let set = variable
            .at("https://ada:hunter2@hub.example")
            .run()?
            .expect_code(2)?;
        for outcome in [given, set] {
            assert!(
                !outcome
                    .to_string()
                    .replace(&outcome.called, "")
                    .contains("hunter2"),
                "{outcome}"
            );
            assert!(outcome.stderr.contains("use a token"), "{outcome}");
        }
    }
    Ok(())
}
