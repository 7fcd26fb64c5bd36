//! What the text of a card says of the data set as a whole.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A longer description is cut, in characters; a longer citation is none, in bytes.
const LONGEST: usize = 2_000;
const LONGEST_CITATION: usize = 16 << 10;

/// What templates of cards leave for their authors.
const UNFILLED: [&str; 3] = [
    "more information needed",
    "needs more information",
    "provide a quick summary",
];

/// Words by which an author says nothing.
const EMPTY: [&str; 4] = ["n/a", "none", "tbd", "todo"];

/// The description of a data set and how to cite it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Prose {
    /// The first paragraph that says something.
    pub(super) description: Option<String>,
    /// The first block of code that is BibTeX.
    pub(super) citation: Option<String>,
}

impl Prose {
    pub(super) fn read(body: &str) -> Self {
        let mut prose = Self::default();
        let mut short = None;
        let (mut depth, mut text, mut is_code) = (0usize, None::<String>, false);
        let mut images = 0usize;
        for event in Parser::new_ext(body, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES) {
            match event {
                Event::Start(Tag::Paragraph) if depth == 0 => text = Some(String::new()),
                Event::Start(Tag::CodeBlock(
                    CodeBlockKind::Fenced(_) | CodeBlockKind::Indented,
                )) => {
                    is_code = true;
                    text = Some(String::new());
                }
                Event::Start(Tag::Image { .. }) => images += 1,
                Event::End(TagEnd::Image) => images = images.saturating_sub(1),
                Event::Start(
                    Tag::List(_)
                    | Tag::BlockQuote(_)
                    | Tag::Table(_)
                    | Tag::FootnoteDefinition(_)
                    | Tag::HtmlBlock,
                ) => depth += 1,
                Event::End(
                    TagEnd::List(_)
                    | TagEnd::BlockQuote(_)
                    | TagEnd::Table
                    | TagEnd::FootnoteDefinition
                    | TagEnd::HtmlBlock,
                ) => depth = depth.saturating_sub(1),
                Event::Text(piece) | Event::Code(piece) if images == 0 => {
                    if let Some(text) = &mut text {
                        text.push_str(&piece);
                    }
                }
                Event::SoftBreak | Event::HardBreak => {
                    if let Some(text) = &mut text {
                        text.push(' ');
                    }
                }
                Event::End(TagEnd::Paragraph) if depth == 0 => {
                    prose.paragraph(&text.take().unwrap_or_default(), &mut short);
                }
                Event::End(TagEnd::CodeBlock) if is_code => {
                    is_code = false;
                    prose.code(&text.take().unwrap_or_default());
                }
                _ => {}
            }
            if prose.description.is_some() && prose.citation.is_some() {
                break;
            }
        }
        // In few letters much can be said, as in Chinese; it only counts where nobody says more.
        prose.description = prose.description.or(short);
        prose
    }

    fn paragraph(&mut self, text: &str, short: &mut Option<String>) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let lower = text.to_lowercase();
        let is_unfilled = UNFILLED.iter().any(|words| lower.contains(words));
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        if self.description.is_none() && letters > 10 && !is_unfilled {
            let mut kept: String = text.chars().take(LONGEST).collect();
            if kept.len() < text.len() {
                kept.push('…');
            }
            self.description = Some(kept);
        } else if short.is_none() && letters > 0 && !is_unfilled && !EMPTY.contains(&lower.as_str())
        {
            *short = Some(text);
        }
    }

    fn code(&mut self, text: &str) {
        let text = text.trim();
        let entry = text.strip_prefix('@').and_then(|rest| rest.split_once('{'));
        let is_entry = entry.is_some_and(|(kind, _)| {
            let kind = kind.trim();
            !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphabetic())
        });
        if self.citation.is_none() && is_entry && text.len() <= LONGEST_CITATION {
            self.citation = Some(text.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_describes_itself_in_its_first_real_paragraph() {
        let body = "
# Dataset Card for Words

![a badge](https://x/y.svg) [![c](d)](e)

- **Homepage:** [Needs More Information]

[More Information Needed]

> A quotation that is long enough to be one.

<div>Markup that is long enough to be a text</div>

Words in *two* languages,
with `labels` and [a link](x).

A second paragraph, which is longer than that.

```python
@decorated
```

```
@inproceedings{a,
  title={{T}}
}
```
";
        let prose = Prose::read(body);
        let description = "Words in two languages, with labels and a link.";
        assert_eq!(prose.description.as_deref(), Some(description));
        let citation = "@inproceedings{a,\n  title={{T}}\n}";
        assert_eq!(prose.citation.as_deref(), Some(citation));
        assert_eq!(
            Prose::read("# Title\n\n- a list of things\n"),
            Prose::default()
        );
        let long = "word ".repeat(1_000);
        let cut = Prose::read(&long).description.expect("a description");
        assert_eq!(cut.chars().count(), LONGEST + 1);
    }

    #[test]
    fn a_short_paragraph_counts_where_there_is_no_longer_one() {
        let described = |body: &str| Prose::read(body).description;
        let chinese = "# 单词\n\n斯瓦希里语单词表。\n";
        assert_eq!(described(chinese).as_deref(), Some("斯瓦希里语单词表。"));
        assert_eq!(
            described("Words.\n\nWords of Swahili, one a line.").as_deref(),
            Some("Words of Swahili, one a line.")
        );
        for nothing in ["TODO", "N/A", "[Needs More Information]", "12", ""] {
            assert_eq!(described(nothing), None, "{nothing}");
        }
    }
}
