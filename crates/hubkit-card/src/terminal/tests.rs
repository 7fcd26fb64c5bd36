use super::*;
use crate::{LinkKind, Outline, Reference};

struct Near;

impl Resolver for Near {
    fn link(&self, reference: &Reference<'_>) -> Option<String> {
        match reference {
            Reference::File { path, .. } => Some(path.to_string()),
            Reference::Hub(path) => Some(format!("https://hub{path}")),
        }
    }

    fn image(&self, reference: &Reference<'_>) -> Option<String> {
        self.link(reference)
    }
}

#[track_caller]
fn check(body: &str, wanted: &str) {
    let lines = lay_out(body, &Near, &Layout::new(40));
    assert!(lines.is_whole);
    assert_eq!(lines.text, wanted, "{body:?}");
}

#[test]
fn headings_are_told_from_text() {
    check(
        "# A *long* heading\ntext\n## B\n### C\nd",
        "A long heading\n══════════════\n\ntext\n\nB\n─\n\n### C\n\nd\n",
    );
    check("#\n\na", "a\n");
}

#[test]
fn paragraphs_and_lists_are_wrapped_where_they_stand() {
    check(
        "one two three four five six seven eight nine",
        "one two three four five six seven eight\nnine\n",
    );
    check(
        "- one two three four five six seven eight nine\n  - b\n- [x] c\n\n9. d\n10. e",
        "• one two three four five six seven\n  eight nine\n  ◦ b\n• [x] c\n\n9. d\n10. e\n",
    );
    check("- a\n\n  b\n- c", "• a\n\n  b\n\n• c\n");
    check("- \n- a", "•\n• a\n");
    check("a  \nb<br>c", "a\nb\nc\n");
}

#[test]
fn quotations_and_alerts_have_a_bar() {
    check("> a\n>\n> > b\n\nc", "│ a\n│\n│ │ b\n\nc\n");
    check("> [!NOTE]\n> a", "│ Note\n│ a\n");
}

#[test]
fn footnotes_stand_behind_their_names() {
    check(
        "a[^1]\n\n[^1]: one two three four five six seven eight",
        "a[^1]\n\n[^1] one two three four five six seven\n     eight\n",
    );
    check(
        "a[^long-name]\n\n[^long-name]: one two three four five six seven",
        "a[^long-name]\n\n[^long-name]\n    one two three four five six seven\n",
    );
}

#[test]
fn code_is_indented_and_stays_as_it_is() {
    let long = "x".repeat(60);
    check(
        &format!("```py title\n\tif a:\n{long}\n```\nb `c`"),
        &format!("  py:\n        if a:\n    {long}\n\nb `c`\n"),
    );
}

#[test]
fn addresses_are_numbered_and_told_before_the_next_heading() {
    check(
        "[a](https://b) [c](d.md) [e](#f) <https://g> [h](https://b) [x](javascript:y)\n# I\n[c](d.md)",
        "a\u{a0}[1] c\u{a0}[2] e https://g h\u{a0}[1] x\n\n[1] https://b\n[2] d.md\n\nI\n═\n\nc\u{a0}[2]\n\n[2] d.md\n",
    );
    check(
        "[![build](b.svg)](https://c) ![](d.png)",
        "[image: build]\u{a0}[1] [image]\u{a0}[2]\n\n[1] https://c\n[2] d.png\n",
    );
}

#[test]
fn tables_fit() {
    check(
        "| a | b |\n|---|--:|\n| 1 | 22 |\n| x |",
        "a   b\n─  ──\n1  22\nx\n",
    );
    check(
        "| name | what it is |\n|---|---|\n| one | a text that is longer than the line can be |\n| two | b |",
        "name  what it is\n────  ──────────────────────────────────\none   a text that is longer than the\n      line can be\n┈┈┈┈  ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈\ntwo   b\n",
    );
    let row = |cell: &str| format!("|{}\n", format!("{cell}|").repeat(12));
    let wide = format!("{}{}{}", row("head"), row("-"), row("cells"));
    let lines = lay_out(&wide, &Near, &Layout::new(40)).text;
    assert_eq!(lines.lines().next(), Some("head: cells"));
    assert_eq!(lines.lines().count(), 12);
    check(
        "| 模型 | b |\n|---|---|\n| a | c |",
        "模型  b\n────  ─\na     c\n",
    );
}

#[test]
fn what_a_terminal_would_obey_is_seen() {
    check("a\u{1b}[31mb\u{9b}c\u{7}", "a\\u{1b}[31mb\\u{9b}c\\u{7}\n");
    check("`\u{202e}a`\n\u{200b}b", "`a` b\n");
    check("    a\u{202e}b\u{1b}", "    a\\u{202e}b\\u{1b}\n");
    check("&#27;[31m", "\\u{1b}[31m\n");
    check("[a](<https://b/\u{1b}[31m>)", "a\n");
}

#[test]
fn stress_is_by_sequences_where_that_was_asked() {
    let layout = Layout::new(40).stress(Stress::Sequences);
    let lines = lay_out("**a** *b* ~~c~~ `d`", &Near, &layout).text;
    assert_eq!(
        lines,
        "\u{1b}[1ma\u{1b}[0m \u{1b}[3mb\u{1b}[0m \u{1b}[9mc\u{1b}[0m \u{1b}[36md\u{1b}[0m\n"
    );
}

#[test]
fn a_part_is_shown_with_what_it_refers_to() {
    let body = "# A\n> ## B\n> [c][d]\n\n# E\n\n[d]: https://f\n";
    let outline = Outline::read(body);
    assert_eq!(outline.links[0].kind, LinkKind::Link);
    let part = outline.section("b").map(|section| section.range.clone());
    let lines = lay_out(body, &Near, &Layout::new(40).part(part));
    assert_eq!(lines.text, "B\n─\n\nc\u{a0}[1]\n\n[1] https://f\n");
}

#[test]
fn deep_nesting_leaves_room_for_words_and_a_bound_is_kept() {
    let deep = lay_out(
        &format!("{}a b", "> ".repeat(5000)),
        &Near,
        &Layout::new(40),
    );
    assert!(
        deep.text.lines().all(|line| columns(line) <= 40),
        "{}",
        deep.text
    );
    let mut layout = Layout::new(40);
    layout.longest = 1000;
    let lines = lay_out(&"a\n\n".repeat(10_000), &Near, &layout);
    assert!(!lines.is_whole && lines.text.len() < 1100);
}

#[test]
fn a_field_too_narrow_for_its_label_stands_below_it() {
    let metadata = crate::Metadata::read("license: mit\nlanguage: [en, sw]\n").expect("metadata");
    let contract = crate::Contract::of(&metadata);
    let told = |width| {
        let lines = contract.lay_out("x", &Layout::new(width), crate::Extent::Brief);
        lines.text
    };
    assert_eq!(told(22), "x\n\nLicense    MIT\nLanguages  en, sw\n");
    assert_eq!(told(20), "x\n\nLicense\n  MIT\nLanguages\n  en, sw\n");
}
