//! From what was found to where it stands.

use std::{
    cell::{Cell, OnceCell},
    ops::Range,
};

use super::{
    Finding,
    draft::{Draft, Place},
    rule::SECRET,
    settings::LintSettings,
    silence::Silence,
};
use crate::{
    Card, Diagnostic, FieldPath, Location, Step,
    syntax::{Content, Document},
};

/// Places findings, drops those that are not wanted, and sorts the rest by where they stand.
pub(super) fn findings(
    card: &Card<'_>,
    drafts: Vec<Draft>,
    settings: &LintSettings,
) -> Vec<Finding> {
    // Most cards have nothing to be found, and then nothing needs a place.
    if drafts.is_empty() {
        return Vec::new();
    }
    let places = Places::new(card);
    let silence = Silence::read(card, &places.lines);
    let mut findings = Vec::new();
    for draft in drafts {
        let Some(severity) = settings.severity(draft.rule) else {
            continue;
        };
        let (path, span, location) = places.find(card, &draft.place);
        if silence.covers(draft.rule, location.line, &draft.place) {
            continue;
        }
        findings.push(Finding {
            diagnostic: Diagnostic::new(severity, draft.rule.id, path, draft.message)
                .at(Some(location))
                .suggest(draft.suggestion),
            span,
            fix: draft.fix,
        });
    }
    redact(card, &mut findings);
    findings.sort_by_key(|finding| {
        let diagnostic = &finding.diagnostic;
        (diagnostic.location, diagnostic.rule)
    });
    findings
}

/// Takes secrets out of what is said of the places where they stand: a message ends up in logs.
fn redact(card: &Card<'_>, findings: &mut [Finding]) {
    let is_secret = |finding: &&Finding| finding.diagnostic.rule == SECRET.id;
    let secrets: Vec<_> = findings
        .iter()
        .filter(is_secret)
        .filter_map(|finding| finding.span.clone())
        .collect();
    if secrets.is_empty() {
        return;
    }
    let texts: Vec<&str> = secrets
        .iter()
        .filter_map(|span| {
            card.text
                .get(span.start..span.end.min(span.start + KNOWN_BY))
        })
        .collect();
    for finding in findings
        .iter_mut()
        .filter(|finding| !is_secret(&&**finding))
    {
        let touches = |span: &Range<usize>| {
            secrets
                .iter()
                .any(|secret| span.start < secret.end && secret.start < span.end)
        };
        let diagnostic = &mut finding.diagnostic;
        let path = diagnostic.path.to_string();
        let is_told = texts
            .iter()
            .any(|text| diagnostic.message.contains(text) || path.contains(text));
        if is_told || finding.span.as_ref().is_some_and(touches) {
            "what stands here looks like a secret, and is not shown"
                .clone_into(&mut diagnostic.message);
            diagnostic.suggestion = None;
            if texts.iter().any(|text| path.contains(text)) {
                diagnostic.path = FieldPath::root();
            }
        }
    }
}

/// The bytes that a secret is known by in a message, which may have cut it.
const KNOWN_BY: usize = 16;

/// Where the things stand that findings are about.
struct Places<'a> {
    lines: Lines,
    /// The block as it is written, which costs as much as reading it did: only what is about a field asks for it.
    document: OnceCell<Option<Document<'a>>>,
    block_text: Option<&'a str>,
    /// Where the block begins in the card.
    block: usize,
    /// Where the text begins in the card.
    body: usize,
}

impl<'a> Places<'a> {
    fn new(card: &Card<'a>) -> Self {
        Self {
            lines: Lines::new(card.text),
            document: OnceCell::new(),
            block_text: card.block,
            block: card.block.map_or(0, |block| offset(card.text, block)),
            body: offset(card.text, card.body),
        }
    }

    fn find(&self, card: &Card<'_>, place: &Place) -> (FieldPath, Option<Range<usize>>, Location) {
        let span = match place {
            Place::Value(path) => self.value(path),
            Place::Key(path) => self.key(path),
            Place::Bytes(span) => Some(span.clone()),
            Place::Metadata(_) | Place::Text => None,
        };
        let path = match place {
            Place::Value(path) | Place::Key(path) | Place::Metadata(path) => path.clone(),
            Place::Bytes(_) | Place::Text => FieldPath::root(),
        };
        let location = match (place, &span) {
            (_, Some(span)) => self.lines.location(card.text, span.start),
            // Below the last line there is nothing to point at.
            (Place::Text, None) => {
                let last = card.text.trim_end().len();
                self.lines.location(card.text, self.body.min(last))
            }
            (_, None) => {
                let fault = card.fault_location();
                fault.unwrap_or_else(|| self.lines.location(card.text, self.block))
            }
        };
        (path, span, location)
    }

    fn document(&self) -> Option<&Document<'a>> {
        let read = || self.block_text.and_then(Document::read);
        self.document.get_or_init(read).as_ref()
    }

    fn value(&self, path: &FieldPath) -> Option<Range<usize>> {
        let span = &self.document()?.get(path)?.span;
        Some(span.start + self.block..span.end + self.block)
    }

    /// Where the name of a field at the top stands.
    fn key(&self, path: &FieldPath) -> Option<Range<usize>> {
        let root = self.document()?.root.as_ref()?;
        let ([Step::Key(name)], Content::Mapping { entries, .. }) = (path.steps(), &root.content)
        else {
            return None;
        };
        let mut keys = entries.iter().map(|(key, _)| key);
        let span = &keys.find(|key| key.as_text() == Some(name))?.span;
        Some(span.start + self.block..span.end + self.block)
    }
}

/// Where every line begins. Lines end with LF, CRLF or CR, as YAML counts them.
pub(super) struct Lines {
    begins: Vec<usize>,
    /// A place that was asked for: the next one in its line is counted from there.
    last: Cell<(usize, Location)>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let is_end = |at: &usize| match bytes[*at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let ends = (0..bytes.len()).filter(is_end).map(|at| at + 1);
        Self {
            begins: [0].into_iter().chain(ends).collect(),
            last: Cell::new((0, Location { line: 1, column: 1 })),
        }
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.begins.partition_point(|begin| *begin <= at)
    }

    /// Where a line begins.
    pub(super) fn begin(&self, line: usize) -> usize {
        let at = line.saturating_sub(1);
        self.begins.get(at).copied().unwrap_or_default()
    }

    /// The place of a byte.
    pub(super) fn location(&self, text: &str, at: usize) -> Location {
        let line = self.line(at);
        let (last, known) = self.last.get();
        let (from, columns) = if known.line == line && last <= at {
            (last, known.column)
        } else {
            (self.begin(line), 1)
        };
        let between = text.get(from..at).unwrap_or_default();
        let column = columns + between.chars().count();
        let location = Location { line, column };
        self.last.set((at, location));
        location
    }
}

/// Where a part of a text begins in it.
pub(super) fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}
