//! Words broken into lines.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

use super::style::Style;

/// Words in one style. A line end in them is one that was asked for; other blanks are where lines may be broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) style: Style,
}

/// A line of a paragraph.
#[derive(Clone, Default, Debug)]
pub(super) struct Line {
    pub(super) runs: Vec<Run>,
    /// In columns.
    pub(super) width: usize,
}

/// What becomes of a word that is wider than a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LongWords {
    /// It stands in a line of its own, and can be copied.
    Whole,
    /// It is broken.
    Broken,
}

impl Line {
    fn push(&mut self, text: &str, style: Style) {
        match self.runs.last_mut() {
            Some(run) if run.style == style => run.text.push_str(text),
            _ => self.runs.push(Run {
                text: text.to_owned(),
                style,
            }),
        }
    }
}

/// Breaks words into lines of at most `width` columns.
pub(super) fn wrap(runs: &[Run], width: usize, long_words: LongWords) -> Vec<Line> {
    let mut wrapping = Wrapping {
        lines: Vec::new(),
        line: Line::default(),
        word: Line::default(),
        gap: None,
        previous: None,
        width: width.max(1),
        long_words,
    };
    for run in runs {
        for c in run.text.chars() {
            wrapping.character(c, run.style);
        }
    }
    wrapping.end_word();
    if !wrapping.line.runs.is_empty() {
        wrapping.end_line();
    }
    wrapping.lines
}

/// The width of the widest word, and of the widest line if there were room.
pub(super) fn widths(runs: &[Run]) -> (usize, usize) {
    let text: String = runs.iter().map(|run| run.text.as_str()).collect();
    let words = text.split(is_blank).map(UnicodeWidthStr::width);
    let lines = text.split('\n').map(|line| line.trim().width());
    (
        words.max().unwrap_or_default(),
        lines.max().unwrap_or_default(),
    )
}

struct Wrapping {
    lines: Vec<Line>,
    line: Line,
    word: Line,
    /// The style of the blank before the word, if there is one.
    gap: Option<Style>,
    previous: Option<char>,
    width: usize,
    long_words: LongWords,
}

impl Wrapping {
    fn character(&mut self, c: char, style: Style) {
        match c {
            '\n' => {
                self.end_word();
                self.end_line();
                self.previous = None;
            }
            c if is_blank(c) => {
                self.end_word();
                self.gap = Some(style);
                self.previous = None;
            }
            c => {
                if self.previous.is_some_and(|previous| may_break(previous, c)) {
                    self.end_word();
                }
                let mut buffer = [0; 4];
                self.word.push(c.encode_utf8(&mut buffer), style);
                self.previous = Some(c);
            }
        }
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if word.runs.is_empty() {
            return;
        }
        let text: String = word.runs.iter().map(|run| run.text.as_str()).collect();
        let width = text.width();
        let gap = self.gap.take().filter(|_| !self.line.runs.is_empty());
        let before = self.line.width + usize::from(gap.is_some());
        if before > 0 && before + width > self.width {
            if !self.line.runs.is_empty() {
                self.end_line();
            }
        } else if let Some(style) = gap {
            self.line.push(" ", style);
            self.line.width += 1;
        }
        if width > self.width && self.long_words == LongWords::Broken {
            self.broken(&word);
            return;
        }
        for run in word.runs {
            self.line.push(&run.text, run.style);
        }
        self.line.width += width;
    }

    fn broken(&mut self, word: &Line) {
        let mut buffer = [0; 4];
        for run in &word.runs {
            for c in run.text.chars() {
                // A selector makes an emoji of the sign before it, which is wider.
                let width = match c {
                    '\u{fe0f}' => 1,
                    c => c.width().unwrap_or_default(),
                };
                if width > 0 && c != '\u{fe0f}' && self.line.width + width > self.width {
                    self.end_line();
                }
                self.line.push(c.encode_utf8(&mut buffer), run.style);
                self.line.width += width;
            }
        }
    }

    fn end_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
        self.gap = None;
    }
}

/// Whether a line may be broken here, and the blank left out. A no-break space is no such blank.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

/// Whether a line may be broken between two characters: scripts without blanks between words allow it nearly anywhere.
fn may_break(before: char, after: char) -> bool {
    let is_unspaced = |c: char| matches!(c, '\u{2e80}'..='\u{30ff}' | '\u{31f0}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}');
    let begins_no_line = |c: char| {
        matches!(
            c,
            '、' | '。'
                | '，'
                | '．'
                | '：'
                | '；'
                | '？'
                | '！'
                | '）'
                | '」'
                | '』'
                | '】'
                | '》'
                | '〉'
                | '〕'
                | 'ー'
                | '々'
        ) || matches!(
            c,
            '.' | ',' | ':' | ';' | '?' | '!' | ')' | ']' | '}' | '"' | '\'' | '”' | '’' | '%'
        ) || c.width() == Some(0)
    };
    let ends_no_line = |c: char| {
        matches!(
            c,
            '（' | '「' | '『' | '【' | '《' | '〈' | '〔' | '(' | '[' | '{' | '“' | '‘'
        )
    };
    (is_unspaced(before) || is_unspaced(after)) && !begins_no_line(after) && !ends_no_line(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, width: usize, long_words: LongWords, wanted: &[&str]) {
        let run = Run {
            text: text.to_owned(),
            style: Style::default(),
        };
        let lines = wrap(&[run], width, long_words);
        let found: Vec<String> = lines
            .iter()
            .map(|line| line.runs.iter().map(|run| run.text.as_str()).collect())
            .collect();
        assert_eq!(found, wanted);
        for (line, text) in lines.iter().zip(&found) {
            assert_eq!(line.width, text.width(), "{text:?}");
        }
    }

    #[test]
    fn lines_are_broken_at_blanks() {
        check("one two  three", 7, LongWords::Whole, &["one two", "three"]);
        check("  a\nb\n\nc ", 9, LongWords::Whole, &["a", "b", "", "c"]);
        check("a longest b", 3, LongWords::Whole, &["a", "longest", "b"]);
        check(
            "a longest b",
            3,
            LongWords::Broken,
            &["a", "lon", "ges", "t b"],
        );
        check("a\u{a0}b c", 3, LongWords::Whole, &["a\u{a0}b", "c"]);
        check("", 3, LongWords::Whole, &[]);
    }

    #[test]
    fn characters_count_as_terminals_show_them() {
        check("你好，世界。", 6, LongWords::Whole, &["你好，", "世界。"]);
        check(
            "模型 model很小",
            8,
            LongWords::Whole,
            &["模型", "model很", "小"],
        );
        check(
            "e\u{301}e\u{301} x",
            4,
            LongWords::Whole,
            &["e\u{301}e\u{301} x"],
        );
        check("🤗🤗 a", 4, LongWords::Whole, &["🤗🤗", "a"]);
        check("❤\u{fe0f} a", 3, LongWords::Whole, &["❤\u{fe0f}", "a"]);
    }
}
