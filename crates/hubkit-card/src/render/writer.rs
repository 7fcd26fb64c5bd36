//! HTML as it is written: text is escaped, elements are closed, and there is an end to it.

/// Writes HTML up to a bound.
pub(super) struct Writer {
    html: String,
    longest: usize,
    open: Vec<&'static str>,
    is_full: bool,
}

impl Writer {
    pub(super) fn new(longest: usize) -> Self {
        Self {
            html: String::new(),
            longest,
            open: Vec::new(),
            is_full: false,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Opens an element.
    pub(super) fn open(&mut self, name: &'static str, attributes: &[(&'static str, &str)]) {
        if self.single(name, attributes) {
            self.open.push(name);
        }
    }

    /// Writes an element that has no content. Tells whether there was room for it.
    pub(super) fn single(
        &mut self,
        name: &'static str,
        attributes: &[(&'static str, &str)],
    ) -> bool {
        let mut tag = format!("<{name}");
        for (key, value) in attributes {
            tag.push(' ');
            tag.push_str(key);
            tag.push_str("=\"");
            escape(value, &mut tag);
            tag.push('"');
        }
        tag.push('>');
        self.put(&tag)
    }

    /// Closes the element that was opened last, which is of this name.
    pub(super) fn close(&mut self, name: &'static str) {
        // Past the bound, elements were passed over, and so are their ends.
        if self.is_full || self.open.last() != Some(&name) {
            return;
        }
        self.open.pop();
        self.html.push_str("</");
        self.html.push_str(name);
        self.html.push('>');
    }

    pub(super) fn text(&mut self, text: &str) {
        let mut escaped = String::with_capacity(text.len());
        escape(text, &mut escaped);
        self.put(&escaped);
    }

    /// Puts a line end between blocks, for whoever reads the source.
    pub(super) fn line(&mut self) {
        if !self.is_full && !self.html.is_empty() && !self.html.ends_with('\n') {
            self.html.push('\n');
        }
    }

    pub(super) fn finish(mut self) -> (String, bool) {
        while let Some(name) = self.open.pop() {
            self.html.push_str("</");
            self.html.push_str(name);
            self.html.push('>');
        }
        (self.html, !self.is_full)
    }

    fn put(&mut self, html: &str) -> bool {
        self.is_full |= self.html.len() + html.len() > self.longest;
        if !self.is_full {
            self.html.push_str(html);
        }
        !self.is_full
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // HTML has no such characters, and a terminal that shows the source obeys them.
            c if c.is_control() && c != '\n' && c != '\t' || is_no_character(c) => {
                out.push('\u{fffd}');
            }
            c => out.push(c),
        }
    }
}

/// Code points that Unicode keeps free of characters.
fn is_no_character(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}
