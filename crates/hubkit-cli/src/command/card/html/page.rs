//! A card as a page that stands alone.

use hubkit_card::Rendered;
use maud::{DOCTYPE, PreEscaped, html};

const STYLE: &str = include_str!("style.css");
/// The SHA-256 of the style: the policy of the page allows this one and no other.
const STYLE_DIGEST: &str = "sha256-3coyAIxMb3SxcdZiS+jLRH6O6UrFf3/LGshimE6Pufc=";

/// What a page is made of.
pub(super) struct Content<'a> {
    pub(super) title: &'a str,
    /// Where the card was found.
    pub(super) source: &'a str,
    /// Why its metadata can't be read.
    pub(super) fault: Option<String>,
    pub(super) facts: &'a Rendered,
    pub(super) text: &'a Rendered,
    pub(super) images: Images,
}

/// Which images are shown.
#[derive(Clone, Copy)]
pub(super) struct Images {
    /// Those beside the page.
    pub(super) near: bool,
    /// Those elsewhere.
    pub(super) remote: bool,
}

pub(super) fn whole(content: &Content<'_>) -> String {
    let title = written(content.title);
    let source = written(content.source);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(content.images));
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p { (source) }
                    @if let Some(fault) = &content.fault {
                        p.notice { "The metadata can't be read: " (written(fault)) }
                    }
                    (PreEscaped(&content.facts.html))
                }
                main {
                    article { (PreEscaped(&content.text.html)) }
                    @if !(content.facts.is_whole && content.text.is_whole) {
                        p.notice { "The card goes on; this page shows so much of it." }
                    }
                }
                footer { "Made by hubkit from the card of " (source) ". The words are its author's." }
            }
        }
    };
    page.into_string()
}

/// A text without what is no character: a page that holds one is malformed. What can't be seen was escaped before.
fn written(text: &str) -> String {
    let is_no_character =
        |c: char| matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    text.replace(is_no_character, "\u{fffd}")
}

/// Nothing runs, nothing is sent, and nothing is fetched but the images that were asked for.
fn policy(images: Images) -> String {
    let sources = match images {
        Images {
            near: false,
            remote: false,
        } => "'none'",
        Images {
            near: true,
            remote: false,
        } => "'self' file:",
        Images { remote: true, .. } => "'self' file: https: http:",
    };
    format!(
        "default-src 'none'; style-src '{STYLE_DIGEST}'; img-src {sources}; base-uri 'none'; form-action 'none'"
    )
}

#[cfg(test)]
mod tests {
    use hubkit::{BlobId, Sha256, store::Digester};

    use super::*;

    /// The bytes of a text in base64.
    fn decode(text: &str) -> Vec<u8> {
        const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
        for digit in text.trim_end_matches('=').chars() {
            let value = DIGITS.find(digit).expect("base64");
            bits = (bits << 6) | u32::try_from(value).expect("six bits");
            count += 6;
            if count >= 8 {
                count -= 8;
                bytes.push(u8::try_from(bits >> count & 0xff).expect("eight bits"));
            }
        }
        bytes
    }

    #[test]
    fn the_policy_allows_the_style_that_is_there() {
        let named = STYLE_DIGEST.strip_prefix("sha256-").expect("a digest");
        let named = decode(named).try_into().expect("32 bytes");
        let named = BlobId::Sha256(Sha256::from_bytes(named));
        let mut digester = Digester::for_blob(named, STYLE.len() as u64);
        digester.update(STYLE.as_bytes());
        assert_eq!(digester.finish(), named);
    }
}
