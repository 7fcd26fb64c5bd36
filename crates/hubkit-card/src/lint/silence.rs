//! What the author of a card does not want to hear.

use super::{
    Rule,
    draft::Place,
    place::{Lines, offset},
};
use crate::Card;

/// Rules that the author has switched off, and where.
///
/// In the metadata a remark `# hubkit: allow RULE` covers its line, and the next one where it stands alone on its own; there
/// it also covers what is missing. In the text `<!-- hubkit-lint-disable RULE -->` covers what follows, up to
/// `<!-- hubkit-lint-enable RULE -->`. Several rules are separated by commas or blanks.
#[derive(Debug, Default)]
pub(super) struct Silence<'a> {
    spans: Vec<Span<'a>>,
}

#[derive(Debug)]
struct Span<'a> {
    rule: &'a str,
    first: usize,
    last: usize,
    /// Whether it covers what is missing.
    is_general: bool,
    is_of_text: bool,
}

impl<'a> Silence<'a> {
    /// So many are read of a card.
    const MOST: usize = 200;

    pub(super) fn read(card: &Card<'a>, lines: &Lines) -> Self {
        let mut silence = Self::default();
        if let Some(block) = card.block {
            silence.read_block(block, offset(card.text, block), lines);
        }
        silence.read_text(card, lines);
        silence
    }

    pub(super) fn covers(&self, rule: &Rule, line: usize, place: &Place) -> bool {
        self.spans.iter().any(|span| {
            let is_covered = match place {
                Place::Metadata(_) => span.is_general && !span.is_of_text,
                Place::Text => span.is_general && span.is_of_text,
                _ => (span.first..=span.last).contains(&line),
            };
            is_covered && span.rule == rule.id
        })
    }

    fn push(&mut self, span: Span<'a>) {
        if self.spans.len() < Self::MOST {
            self.spans.push(span);
        }
    }

    fn read_block(&mut self, block: &'a str, begin: usize, lines: &Lines) {
        const SIGN: &str = "hubkit: allow ";
        for (at, _) in block.match_indices(SIGN).take(Self::MOST) {
            let line = lines.line(begin + at);
            let before = block.get(lines.begin(line).saturating_sub(begin)..at);
            let Some(before) = before.and_then(|text| text.trim_end().strip_suffix('#')) else {
                continue;
            };
            let is_alone = before.trim().is_empty();
            let listed = block[at + SIGN.len()..].lines().next().unwrap_or_default();
            for rule in names(listed) {
                self.push(Span {
                    rule,
                    first: line,
                    last: if is_alone { line + 1 } else { line },
                    is_general: is_alone,
                    is_of_text: false,
                });
            }
        }
    }

    fn read_text(&mut self, card: &Card<'a>, lines: &Lines) {
        const SIGN: &str = "<!-- hubkit-lint-";
        let begin = offset(card.text, card.body);
        for (at, _) in card.body.match_indices(SIGN).take(Self::MOST) {
            let line = lines.line(begin + at);
            let rest = &card.body[at + SIGN.len()..];
            let Some((order, _)) = rest.split_once("-->") else {
                return;
            };
            let order = order.trim();
            let (order, listed) = order.split_once(char::is_whitespace).unwrap_or((order, ""));
            for rule in names(listed) {
                match order {
                    "disable" => self.push(Span {
                        rule,
                        first: line,
                        last: usize::MAX,
                        is_general: true,
                        is_of_text: true,
                    }),
                    "enable" => {
                        let open = self.spans.iter_mut();
                        for span in open.filter(|span| span.rule == rule && span.last == usize::MAX)
                        {
                            span.last = line;
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The names of a list.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split(|c: char| c == ',' || c.is_whitespace());
    names.filter(|name| !name.is_empty()).take(Silence::MOST)
}
