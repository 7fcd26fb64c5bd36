//! Properties that hold for every text.

use hubkit_card::{Card, CardData, split};
use proptest::prelude::*;

use crate::{lines, pages};

/// Texts made of what cards are made of, and of what attacks are made of.
fn texts() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "---",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        ":",
        "- ",
        "a",
        "license: mit",
        "&a ",
        "*a",
        "<<: ",
        "[",
        "]",
        "{",
        "}",
        "!",
        "(",
        ")",
        "<",
        ">",
        "\"",
        "'",
        "`",
        "#",
        "|",
        "\\",
        "javascript:",
        "https://b",
        "<script>",
        "</script>",
        "<!--",
        "<b>",
        "</b>",
        "<a href=x>",
        "</a>",
        "<td>",
        "<li>",
        "<h2>",
        "<img src=a alt=b>",
        "> ",
        "|-|-|",
        "\u{202e}",
        "你好",
        "longwordwithoutanend",
        "www.a.b",
        "-->",
        "&lt;",
        "&#60;",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\0",
        "\u{1b}",
        "é",
        "../",
        "%2e",
        "//",
        "~",
        "?",
        "=",
    ];
    proptest::collection::vec(proptest::sample::select(PIECES), 0..60)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_text_makes_a_harmless_page(text in texts()) {
        pages::check(&text, &text);
    }

    #[test]
    fn every_text_makes_harmless_lines(text in texts()) {
        lines::check(&text, &text);
    }

    #[test]
    fn every_text_is_read_without_harm(text in texts()) {
        let card = Card::read(&text);
        let _ = (CardData::of(&card.metadata), card.metadata.to_json());
        prop_assert!(text.ends_with(card.body));
    }

    #[test]
    fn metadata_and_text_are_told_apart_where_they_were_joined(
        block in "[a-z: \n]{0,30}",
        body in "[ -~\n]{0,30}",
    ) {
        let text = format!("---\nx: y\n{block}\n---\n{body}");
        let parts = split(&text);
        prop_assert_eq!(parts.body, body.as_str());
        let block = format!("x: y\n{block}");
        prop_assert_eq!(parts.block, Some(block.trim_end_matches('\n')));
    }
}
