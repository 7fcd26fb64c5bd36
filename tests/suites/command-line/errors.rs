//! Errors name the thing, the cause and the next step, and each kind has its exit code.

use anyhow::Result;
use hubkit_tests::{FILTERS, Home, Meddler, NOWHERE, Outcome, Served, Server};

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

#[test]
fn no_such_repository() -> Result<()> {
    let hub = Server::demo()?;
    let outcome = run(hub.endpoint(), &["download", "nobody/nothing"])?;
    assert_outcome!(outcome, @r#"
    exit code: 3
    ----- stdout -----

    ----- stderr -----
    error: nobody/nothing at http://127.0.0.1:[PORT]: repository not found (status 401)

    hint: check the name, and `--repo-type` for a dataset or a Space; a private repository needs a token of someone who may see it (`--token`, or the variable HF_TOKEN)
    "#);
    Ok(())
}

#[test]
fn no_such_revision() -> Result<()> {
    let hub = Server::demo()?;
    let outcome = run(
        hub.endpoint(),
        &["download", "hubkit-demo/tiny-bert", "--revision", "v9"],
    )?;
    assert_outcome!(outcome, @r#"
    exit code: 3
    ----- stdout -----

    ----- stderr -----
    error: hubkit-demo/tiny-bert at http://127.0.0.1:[PORT]: revision not found: Invalid rev id: v9 (status 404)

    hint: leave out `--revision` for the default branch, `main`
    "#);
    Ok(())
}

#[test]
fn no_such_file() -> Result<()> {
    let hub = Server::demo()?;
    let outcome = run(
        hub.endpoint(),
        &["download", "hubkit-demo/tiny-bert", "absent.txt"],
    )?;
    assert_outcome!(outcome, @r#"
    exit code: 3
    ----- stdout -----

    ----- stderr -----
    error: `absent.txt` of hubkit-demo/tiny-bert at http://127.0.0.1:[PORT]: file not found: absent.txt does not exist (status 404)

    hint: `hubkit ls REPO` lists the files; a folder is named with a slash at its end
    "#);
    let outcome = run(
        hub.endpoint(),
        &[
            "download",
            "hubkit-demo/tiny-bert",
            "absent.txt",
            "config.json",
        ],
    )?;
    assert_outcome!(outcome, @r#"
    exit code: 3
    ----- stdout -----

    ----- stderr -----
    error: hubkit-demo/tiny-bert at b1c84f70653adc8abeaa5d4a27f07d29b31d74dd has no file `absent.txt`

    hint: `hubkit ls REPO` lists the files; a folder is named with a slash at its end
    "#);
    Ok(())
}

#[test]
fn no_token_where_one_is_needed() -> Result<()> {
    let hub = Server::demo()?;
    let outcome = run(hub.endpoint(), &["download", "hubkit-demo/gated-tiny-bert"])?;
    assert_outcome!(outcome, @r#"
    exit code: 4
    ----- stdout -----

    ----- stderr -----
    error: hubkit-demo/gated-tiny-bert at http://127.0.0.1:[PORT]: access to the repository is gated: Access to hubkit-demo/gated-tiny-bert is restricted: log in with an account that has access (status 401)

    hint: ask for access on the repository's page, then give the token of the accepted account with `--token` or the variable HF_TOKEN
    "#);
    let outcome = run(hub.endpoint(), &["auth", "whoami"])?;
    assert_outcome!(outcome, @r#"
    exit code: 4
    ----- stdout -----

    ----- stderr -----
    error: http://127.0.0.1:[PORT]: a token is needed: No token was sent (status 401)

    hint: give a valid token with `--token` or the variable HF_TOKEN; over plain http to another machine it also takes `--allow-insecure`
    "#);
    Ok(())
}

#[test]
fn a_bad_token() -> Result<()> {
    let hub = Server::demo()?;
    let token = "hf_this_is_nobody";
    let outcome = run(
        hub.endpoint(),
        &["download", "hubkit-demo/gated-tiny-bert", "--token", token],
    )?;
    assert!(
        !outcome.to_string().contains(token),
        "a token is never printed"
    );
    assert_outcome!(outcome, @r#"
    exit code: 4
    ----- stdout -----

    ----- stderr -----
    error: hubkit-demo/gated-tiny-bert at http://127.0.0.1:[PORT]: the token is not valid: Invalid credentials in Authorization header (status 401)

    hint: give a valid token with `--token` or the variable HF_TOKEN; over plain http to another machine it also takes `--allow-insecure`
    "#);
    let outcome = run(hub.endpoint(), &["auth", "whoami", "--token", "two words"])?;
    assert_outcome!(outcome, @r#"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `--token`: not a token: it holds a blank, a control character or a character outside ASCII
    "#);
    Ok(())
}

#[test]
fn a_server_that_is_no_hub() -> Result<()> {
    let network = Meddler::login_page()?;
    let outcome = run(network.endpoint(), &["download", "a/b"])?;
    assert_outcome!(outcome, @r#"
    exit code: 5
    ----- stdout -----

    ----- stderr -----
    error: a/b at http://127.0.0.1:[PORT]: the answer does not look like a Hub's: expected JSON, found a web page

    hint: if the message does not explain it: check that HF_ENDPOINT is the address of a hub, and that no login page or proxy stands before it
    "#);
    let outcome = run(network.endpoint(), &["download", "a/b", "config.json"])?;
    assert_outcome!(outcome, @r#"
    exit code: 5
    ----- stdout -----

    ----- stderr -----
    error: `config.json` of a/b at http://127.0.0.1:[PORT]: the answer does not look like a Hub's: no `x-repo-commit` came with config.json (status 200)

    hint: if the message does not explain it: check that HF_ENDPOINT is the address of a hub, and that no login page or proxy stands before it
    "#);
    Ok(())
}

#[test]
fn nobody_answers() -> Result<()> {
    let outcome = run(NOWHERE, &["info", "a/b"])?;
    assert_outcome!(outcome, @r#"
    exit code: 5
    ----- stdout -----

    ----- stderr -----
    no connection to 127.0.0.1:[PORT]; trying again in [TIME]
    no connection to 127.0.0.1:[PORT]; trying again in [TIME]
    error: a/b: tried 3 times: no connection to 127.0.0.1:[PORT]
      Caused by: [REFUSED]

    hint: check the address (HF_ENDPOINT) and the connection; `--offline` uses what the cache holds
    "#);
    Ok(())
}

#[test]
fn an_error_for_programs_is_one_value_with_a_code() -> Result<()> {
    let hub = Server::demo()?;
    let outcome = run(
        hub.endpoint(),
        &["info", "nobody/nothing", "--format", "json"],
    )?
    .expect_code(3)?;
    let value: serde_json::Value = serde_json::from_str(&outcome.stderr)?;
    assert_eq!(value["error"]["code"], "repo_not_found");
    assert_eq!(value["error"]["exit"], 3);
    assert!(value["error"]["hint"].is_string() && outcome.stdout.is_empty());
    Ok(())
}

#[test]
fn a_command_line_that_can_not_be_meant_is_told_to_programs_too() -> Result<()> {
    for arguments in [
        &["download", "--format", "json"][..],
        &["download", "a/b", "--bogus", "--format=json"],
        &["demo", "--offline", "--format", "json"],
    ] {
        let outcome = run(NOWHERE, arguments)?.expect_code(2)?;
        let value: serde_json::Value = serde_json::from_str(&outcome.stderr)?;
        assert_eq!(value["error"]["code"], "usage");
    }
    Ok(())
}

#[test]
fn a_model_that_lacks_a_shard_is_not_called_whole() -> Result<()> {
    let index = r#"{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}"#;
    let header = br#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
    let mut shard = u64::try_from(header.len())?.to_le_bytes().to_vec();
    shard.extend_from_slice(header);
    shard.push(7);
    let served = Served::new()?
        .file("models/a/b", "model.safetensors.index.json", index)?
        .file("models/a/b", "model-00001-of-00002.safetensors", shard)?;
    let hub = Server::start(served.path())?;
    let outcome = run(hub.endpoint(), &["inspect", "a/b"])?;
    let whole = outcome.clone().expect_code(2)?;
    assert!(
        whole.stderr.contains("model-00002-of-00002.safetensors"),
        "{whole}"
    );
    let shard = "hf://a/b/model-00001-of-00002.safetensors";
    let outcome = run(hub.endpoint(), &["inspect", shard, "--tensors"])?.success()?;
    assert!(outcome.stdout.contains("1 tensor in 1 file"), "{outcome}");
    Ok(())
}

#[test]
fn what_is_not_in_the_cache_while_offline() -> Result<()> {
    let outcome = Home::new()?
        .hubkit(["download", "a/b"])?
        .offline()
        .snapshot()?;
    assert_outcome!(outcome, @r#"
    exit code: 3
    ----- stdout -----

    ----- stderr -----
    error: `main` of a/b is not in the store, and the client is offline

    hint: run the same command once without `--offline` and HF_HUB_OFFLINE; a `--local-dir` remembers commits only, so name one there with `--revision`
    "#);
    Ok(())
}

#[test]
fn a_name_that_can_not_be_a_repository() -> Result<()> {
    assert_outcome!(run(NOWHERE, &["download", "a/b/c"])?, @r#"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `a/b/c` is not a repository id: expected at most one slash, as in `namespace/name`

    hint: repositories are called NAMESPACE/NAME, as in `openai-community/gpt2`
    "#);
    Ok(())
}

#[test]
fn a_token_over_plain_http_to_another_machine() -> Result<()> {
    let outcome = run("http://hub.invalid", &["info", "a/b", "--token", "hf_x"])?;
    assert_outcome!(outcome, @r#"
    exit code: 4
    ----- stdout -----

    ----- stderr -----
    error: a/b: a token is not sent to http://hub.invalid: others could read it on the way

    hint: give a valid token with `--token` or the variable HF_TOKEN; over plain http to another machine it also takes `--allow-insecure`
    "#);
    Ok(())
}

#[test]
fn a_variable_that_can_not_be_meant_is_named_and_not_repeated() -> Result<()> {
    let outcome = run("https://ada:hunter2@hub.example", &["env"])?;
    assert_outcome!(outcome, @r#"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: the environment variable HF_ENDPOINT: a user or password in the URL is not supported; use a token

    hint: correct the variable or unset it
    "#);
    Ok(())
}

#[test]
fn a_pointer_is_not_a_model() -> Result<()> {
    let home = Home::new()?;
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 4900000000\n";
    std::fs::write(home.path().join("model.safetensors"), pointer)?;
    assert_outcome!(home.hubkit(["inspect", "model.safetensors"])?.snapshot()?, @r#"
    exit code: 7
    ----- stdout -----

    ----- stderr -----
    error: model.safetensors is a Git LFS pointer to [SIZE] (sha256 4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393), not the file

    hint: `hubkit lfs pull` in the clone puts the file in its place, and `hubkit download REPO` fetches it
    "#);
    std::fs::write(
        home.path().join("page.safetensors"),
        "<!DOCTYPE html><html></html>",
    )?;
    assert_outcome!(home.hubkit(["inspect", "page.safetensors"])?.snapshot()?, @r#"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: page.safetensors: expected a model file, found a web page

    hint: look at what it is with `file`, or fetch it again if it should be a model
    "#);
    Ok(())
}
