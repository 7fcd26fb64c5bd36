use super::*;
use crate::{Card, Reference};

const BODY: &str = "\
<h1 align=\"center\">Tiny</h1>

See [the *files*](docs/files.md#x \"t\") and https://a.b.

## How to use

![logo](img/a.png) <img src=\"https://c.d/e.png\" alt=\"e\">

```Python
import x
x.from_pretrained('a/b')
```

### Data

```json
{}
```

## Results

| task | *score* |
|---|---|
| a | `1` |

    git clone https://huggingface.co/a/b
";

fn at(line: usize, column: usize) -> Location {
    Location { line, column }
}

#[test]
fn a_text_is_made_of_sections() {
    let outline = Outline::read(BODY);
    assert!(outline.is_whole);
    assert_eq!(outline.title(), Some("Tiny"));
    let sections: Vec<_> = outline
        .sections
        .iter()
        .map(|section| {
            (
                section.level,
                section.anchor.as_str(),
                section.location.line,
            )
        })
        .collect();
    let wanted = [
        (1, "tiny", 1),
        (2, "how-to-use", 5),
        (3, "data", 14),
        (2, "results", 20),
    ];
    assert_eq!(sections, wanted);
    let text = |name| &BODY[outline.section(name).expect("a section").range.clone()];
    assert_eq!(text("#tiny"), BODY);
    assert!(text("HOW TO USE").starts_with("## How") && text("how-to-use").ends_with("```\n\n"));
    assert!(text("res").starts_with("## Results"));
    assert!(outline.section("none").is_none() && outline.section("").is_none());
    assert!(outline.has_anchor("data") && !outline.has_anchor("date"));
}

#[test]
fn links_and_images_are_found_in_markdown_and_html() {
    let outline = Outline::read(BODY);
    let links: Vec<_> = outline
        .links
        .iter()
        .map(|link| {
            (
                link.kind,
                link.to.as_str(),
                link.text.as_str(),
                link.location,
            )
        })
        .collect();
    let wanted = [
        (LinkKind::Link, "docs/files.md#x", "the files", at(3, 5)),
        (LinkKind::Link, "https://a.b", "https://a.b", at(3, 44)),
        (LinkKind::Image, "img/a.png", "logo", at(7, 1)),
        (LinkKind::Image, "https://c.d/e.png", "e", at(7, 20)),
    ];
    assert_eq!(links, wanted);
    let Some(Target::Near(Reference::File { path, fragment })) = outline.links[0].target() else {
        panic!("{:?}", outline.links[0].target());
    };
    assert_eq!((path.as_str(), fragment), ("docs/files.md", Some("x")));
}

#[test]
fn code_that_shows_how_to_use_something_is_known() {
    let outline = Outline::read(BODY);
    let blocks: Vec<_> = outline
        .code
        .iter()
        .map(|block| {
            (
                block.language.as_deref(),
                block.first_line.line,
                block.is_snippet(),
            )
        })
        .collect();
    let wanted = [
        (Some("python"), 10, true),
        (Some("json"), 17, false),
        (None, 26, true),
    ];
    assert_eq!(blocks, wanted);
    let call = Call {
        name: "from_pretrained",
        location: at(11, 3),
    };
    assert_eq!(outline.code[0].calls, [call]);
    assert_eq!(outline.code[0].section, Some(1));
    assert_eq!(outline.snippets().count(), 2);
}

#[test]
fn tables_are_words() {
    let outline = Outline::read(BODY);
    let table = &outline.tables[0];
    assert_eq!(table.header, ["task", "score"]);
    assert_eq!(table.rows, [["a", "1"]]);
    assert_eq!(table.location, at(22, 1));
}

#[test]
fn lines_of_a_card_count_its_metadata() {
    let card = Card::read("---\r\na: b\r\n---\r\n\r\n# A\r\n[b](c)\r\n");
    let outline = card.outline();
    assert_eq!(outline.sections[0].location, at(5, 1));
    assert_eq!(outline.links[0].location, at(6, 1));
}

#[test]
fn what_is_kept_has_a_bound() {
    let columns = 3000;
    let head = format!("{}|\n{}|\n", "|a".repeat(columns), "|-".repeat(columns));
    let table = format!("{head}{}", "|a\n".repeat(1000));
    let outline = Outline::read(&table);
    assert!(!outline.is_whole);
    let cells: usize = outline.tables[0].rows.iter().map(Vec::len).sum();
    assert!(cells < table.len() * 20, "{cells} of {}", table.len());
    let nested = format!(
        "{}{}{}",
        "![".repeat(5000),
        "word ".repeat(5000),
        "](b)".repeat(5000)
    );
    let outline = Outline::read(&nested);
    let bytes: usize = outline.links.iter().map(|link| link.text.len()).sum();
    assert!(
        outline.links.len() > 10 && bytes < nested.len() * 5,
        "{bytes}"
    );
}
