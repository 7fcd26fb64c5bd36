//! Access tokens and private keys that were left in a card.

use crate::lint::{
    draft::{Draft, Drafts, Place},
    rule::SECRET,
};

/// What a token looks like.
struct Shape {
    prefix: &'static str,
    /// How many characters follow the prefix.
    least: usize,
    most: usize,
    is_body: fn(u8) -> bool,
    what: &'static str,
}

const fn shape(
    prefix: &'static str,
    (least, most): (usize, usize),
    is_body: fn(u8) -> bool,
    what: &'static str,
) -> Shape {
    Shape {
        prefix,
        least,
        most,
        is_body,
        what,
    }
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

const LONG: usize = 400;

const SHAPES: &[Shape] = &[
    shape(
        "hf_",
        (30, 60),
        alphanumeric,
        "a token of the Hugging Face Hub",
    ),
    shape(
        "api_org_",
        (30, 60),
        alphanumeric,
        "a token of the Hugging Face Hub",
    ),
    shape("sk-", (32, LONG), word, "a key of a provider of models"),
    shape("AKIA", (16, 16), capital, "a key of Amazon Web Services"),
    shape("ASIA", (16, 16), capital, "a key of Amazon Web Services"),
    shape("AIza", (35, 35), word, "a key of Google"),
    shape("ghp_", (36, 36), alphanumeric, "a token of GitHub"),
    shape("gho_", (36, 36), alphanumeric, "a token of GitHub"),
    shape("ghs_", (36, 36), alphanumeric, "a token of GitHub"),
    shape("ghu_", (36, 36), alphanumeric, "a token of GitHub"),
    shape("github_pat_", (60, 100), word, "a token of GitHub"),
    shape("glpat-", (20, 60), word, "a token of GitLab"),
    shape("xoxb-", (20, 100), word, "a token of Slack"),
    shape("xoxp-", (20, 100), word, "a token of Slack"),
    shape("pypi-", (60, LONG), word, "a token of PyPI"),
    shape("npm_", (36, 36), alphanumeric, "a token of npm"),
];

const KEY_BEGIN: &str = "-----BEGIN ";
const KEY_END: &str = "PRIVATE KEY-----";

pub(in crate::lint) fn check(text: &str, drafts: &mut Drafts) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let is_inside = at > 0 && (word(bytes[at - 1]));
        if is_inside
            || !matches!(
                bytes[at],
                b'h' | b'a' | b's' | b'A' | b'g' | b'x' | b'p' | b'n'
            )
        {
            if bytes[at] == b'-' && bytes[at..].starts_with(KEY_BEGIN.as_bytes()) {
                key(text, at, drafts);
                at += KEY_BEGIN.len();
                continue;
            }
            at += 1;
            continue;
        }
        match token(&bytes[at..]) {
            Some((shape, length)) => {
                // Nothing of the token is repeated but what every such token begins with.
                let message = format!(
                    "this looks like {} (`{}…`): revoke it, and take it out",
                    shape.what, shape.prefix
                );
                drafts.push(Draft::new(&SECRET, Place::Bytes(at..at + length), message));
                at += length;
            }
            None => at += 1,
        }
    }
}

fn token(bytes: &[u8]) -> Option<(&'static Shape, usize)> {
    SHAPES.iter().find_map(|shape| {
        let body = bytes.strip_prefix(shape.prefix.as_bytes())?;
        let window = &body[..body.len().min(LONG + 1)];
        let length = window
            .iter()
            .take_while(|byte| (shape.is_body)(**byte))
            .count();
        let goes_on = window.get(length).is_some_and(|byte| word(*byte));
        let is_long = (shape.least..=shape.most).contains(&length);
        (is_long && !goes_on && is_random(&body[..length]))
            .then_some((shape, shape.prefix.len() + length))
    })
}

/// Whether characters look as if they had been drawn: `xxxxxxxx` and words with hyphens stand in examples.
fn is_random(body: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in body {
        seen[usize::from(*byte)] = true;
    }
    let distinct = seen.iter().filter(|seen| **seen).count();
    let has = |is: fn(&u8) -> bool| body.iter().any(is);
    let kinds = [
        has(u8::is_ascii_digit),
        has(u8::is_ascii_lowercase),
        has(u8::is_ascii_uppercase),
    ];
    distinct >= 10 && kinds.into_iter().filter(|has| *has).count() >= 2
}

/// A private key: what follows its first line is not a name of a place for it.
fn key(text: &str, at: usize, drafts: &mut Drafts) {
    const LONGEST: usize = 60;
    let bytes = text.as_bytes();
    let line = &bytes[at..bytes.len().min(at + LONGEST)];
    let mut places = line.windows(KEY_END.len());
    let Some(end) = places.position(|window| window == KEY_END.as_bytes()) else {
        return;
    };
    let after = &text[at + end + KEY_END.len()..];
    let body = after.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let length = body
        .take(64)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
        .count();
    if length >= 40 {
        let span = at..at + end + KEY_END.len();
        let message = "this looks like a private key: revoke it, and take it out";
        drafts.push(Draft::new(&SECRET, Place::Bytes(span), message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_text(text: &str, count: usize) {
        let mut drafts = Drafts::default();
        check(text, &mut drafts);
        let found = drafts.finish();
        assert_eq!(found.len(), count, "{text}");
    }

    /// Put together here, so that no scanner takes this file for one with secrets.
    fn made(prefix: &str, length: usize) -> String {
        let letters = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7";
        let body: String = letters.chars().cycle().take(length).collect();
        format!("{prefix}{body}")
    }

    #[test]
    fn tokens_are_told_without_being_repeated() {
        for token in [
            made("hf_", 34),
            made("sk-proj-", 48),
            format!("AKIA{}", made("", 16).to_uppercase()),
            made("ghp_", 36),
            made("AIza", 35),
            made("glpat-", 20),
        ] {
            for text in [
                format!("token: {token}\n"),
                format!("`--token={token}`"),
                format!("https://user:{token}@huggingface.co"),
            ] {
                let mut drafts = Drafts::default();
                check(&text, &mut drafts);
                let found = drafts.finish();
                assert_eq!(found.len(), 1, "{text}");
                let Place::Bytes(span) = &found[0].place else {
                    panic!("a place")
                };
                assert_eq!(text[span.clone()], token);
                assert!(!found[0].message.contains(&token[token.len() - 12..]));
            }
        }
        let key = format!("-----BEGIN RSA {KEY_END}\n{}\n", made("MII", 60));
        check_text(&key, 1);
    }

    #[test]
    fn what_stands_for_a_token_is_none() {
        for text in [
            "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_owned(),
            "hf_your_token_goes_here_and_is_very_long_indeed".to_owned(),
            "sk-learn-is-a-library-of-many-words-without-digits".to_owned(),
            "sk-...".to_owned(),
            "$HF_TOKEN".to_owned(),
            made("xhf_", 34),
            made("hf_", 10),
            made("ghp_", 37),
            format!("-----BEGIN {KEY_END}\n...\n"),
        ] {
            check_text(&text, 0);
        }
    }
}
