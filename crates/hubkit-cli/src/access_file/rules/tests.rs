use std::path::Path;

use super::*;

/// The example of the guide.
fn example() -> &'static str {
    let guide = include_str!("../../../../../docs/guides/access.md");
    let (_, rest) = guide.split_once("```toml\n").expect("an example");
    rest.split_once("```").expect("its end").0
}

fn fault(text: &str) -> String {
    let path = Path::new("access.toml");
    let fault = read(path, text).expect_err(text);
    fault.to_string()
}

#[test]
fn the_example_of_the_guide_is_read() {
    let access = read(Path::new("access.toml"), example()).expect("rules");
    let shown = format!("{access:?}");
    for name in [
        "ada", "bob", "eve", "engines", "secret", "gated", "survey", "old-demo",
    ] {
        assert!(shown.contains(name), "{name}: {shown}");
    }
    assert!(!shown.contains("c7ade88f"), "{shown}");
}

#[test]
fn an_empty_file_decides_nothing() {
    read(Path::new("access.toml"), "").expect("rules");
}

#[test]
fn every_key_of_the_example_is_needed_as_it_is_written() {
    // Whatever is misspelled is told, with its line and what was meant.
    for (right, wrong) in [
        ("anonymous = ", "anonymos = "),
        ("unlisted = ", "unlsted = "),
        ("[users.bob]", "[user.bob]"),
        ("full_name = ", "fullname = "),
        ("email = ", "e_mail = "),
        ("[[users.bob.tokens]]", "[[users.bob.token]]"),
        ("hash = ", "hsah = "),
        ("role = ", "rolle = "),
        ("created = ", "craeted = "),
        ("expires = ", "expire = "),
        ("[organisations.engines]", "[organizations.engines]"),
        ("members = ", "member = "),
        ("[models.\"engines/gated\"]", "[model.\"engines/gated\"]"),
        ("private = true", "privat = true"),
        ("readers = ", "reader = "),
        ("gated = \"manual\"", "gate = \"manual\""),
        ("accepted = ", "acepted = "),
        ("rejected = ", "rejeted = "),
        ("disabled = ", "disable = "),
        ("[moved.models]", "[moved.model]"),
    ] {
        assert!(example().contains(right), "{right}");
        let text = example().replacen(right, wrong, 1);
        let fault = fault(&text);
        let line = 1 + text
            .lines()
            .position(|line| line.contains(wrong))
            .expect("a line");
        let start = format!("access.toml:{line}: unknown key `");
        assert!(fault.starts_with(&start), "{wrong}: {fault}");
        assert!(fault.contains("did you mean `"), "{wrong}: {fault}");
    }
}

#[test]
fn what_can_not_be_meant_is_told_with_its_place() {
    let hash = format!("hash = \"sha256:{}\"", "0".repeat(64));
    let two = format!("[[users.a.tokens]]\n{hash}\n[[users.b.tokens]]\n{hash}");
    for (text, wanted) in [
        (
            "anonymous = 1",
            "1: `anonymous` is not `true` or `false`, but a value of the type integer",
        ),
        (
            "unlisted = \"privte\"",
            "1: `unlisted` is `privte`: did you mean `private`?",
        ),
        (
            "unlisted = \"x\"",
            "1: `unlisted` is `x`: expected one of `public`, `private`",
        ),
        (
            "[users.\"a/b\"]",
            "1: `users.\"a/b\"` is no name for an account",
        ),
        ("[users.a]\n[users.A]", ": `users."),
        (
            "[users.a]\n[organisations.A]",
            "2: `organisations.A` is the name of another account",
        ),
        (
            "[users.a]\ntokens = [{}]",
            "2: `users.a.tokens` has no `hash`",
        ),
        (
            "[[users.a.tokens]]\nhash = \"hf_secret\"",
            "2: `users.a.tokens.hash` is malformed: not a token's digest",
        ),
        (
            two.as_str(),
            "4: `users.b.tokens.hash` is the hash of a token of `a` already",
        ),
        (
            "[users.ada]\n[organisations.x]\nmembers = { adda = \"read\" }",
            "3: `organisations.x.members.adda` names `adda`, and there is no such account: did you mean `ada`?",
        ),
        (
            "[users.ada]\n[organisations.x]\nmembers = { ada = \"boss\" }",
            "3: `organisations.x.members.ada` is `boss`: expected one of `read`, `contributor`, `write`, `admin`",
        ),
        (
            "[models.\"a/b/c\"]",
            "1: `models.\"a/b/c\"` is no repository",
        ),
        (
            "[models.\"a/b\"]\n[models.\"A/b\"]",
            "stands here a second time",
        ),
        (
            "[models.\"a/b\"]\nreaders = [\"x\"]",
            "2: `models.\"a/b\".readers` names `x`",
        ),
        (
            "[models.\"a/b\"]\naccepted = []",
            "2: `models.\"a/b\".accepted` means nothing where there is no gate",
        ),
        (
            "[models.\"a/b\"]\ngated = true",
            "2: `models.\"a/b\".gated` is not a text in quotation marks",
        ),
        (
            "[[users.a.tokens]]\nexpires = \"tomorrow\"\nhash = \"sha256:0\"",
            "3: ",
        ),
        (
            "[moved.models]\n\"a/b\" = \"b/a\"\n\"b/a\" = \"a/b\"",
            "does not lead to a name that a repository has now",
        ),
        (
            "[moved.models]\n\"a/b\" = \"../x\"",
            "2: `moved.models.\"a/b\"` is malformed",
        ),
        ("x = ", "access.toml:1: "),
    ] {
        let fault = fault(text);
        assert!(fault.contains(wanted), "{text}\n{fault}");
    }
    let local = format!("[[users.a.tokens]]\n{hash}\nexpires = 2027-01-01");
    assert!(fault(&local).contains("3: `users.a.tokens.expires` is not a time in UTC"));
}

#[test]
fn no_fault_repeats_what_may_be_a_token() {
    let token = "hf_0123456789abcdef0123456789abcdef01234567";
    for text in [
        format!("[[users.a.tokens]]\nhash = \"{token}\""),
        format!("[[users.a.tokens]]\n{token} = 1"),
        format!(
            "[[users.a.tokens]]\nrole = \"{token}\"\nhash = \"sha256:{}\"",
            "0".repeat(64)
        ),
        format!("hash = {token}"),
        format!("hash = \"{token}"),
        format!("[users.a]\n[models.\"a/b\"]\nreaders = [\"{token}\"]"),
    ] {
        let fault = fault(&text);
        assert!(!fault.contains(token), "{fault}");
    }
}
