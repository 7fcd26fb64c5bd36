//! The text of a card as HTML that can do no harm.

mod anchor;
mod link;
mod markup;
mod raw;
mod writer;

pub use anchor::ID_PREFIX;
pub use link::{Reference, Resolver};

/// The text of a card as HTML.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rendered {
    /// Well-formed: every element that is opened is closed.
    pub html: String,
    /// Whether all of the text is in it; false where the bound was reached.
    pub is_whole: bool,
}

/// Writes Markdown as HTML, about `longest` bytes of it at most.
///
/// The elements and attributes are this function's own. Tags, comments, scripts and styles in the text are dropped, and
/// the words between tags stay. Links lead to `http`, `https` and `mailto`, to headings of the same text, and to what
/// `resolver` makes of the rest. An image is shown only where `resolver` gives its address; others become links. Every
/// heading has an `id` that begins with [`ID_PREFIX`]. There is no inline style and no script, so the strictest
/// `Content-Security-Policy` fits.
///
/// Reads GitHub's flavour: tables, task lists, strikethrough, footnotes, alerts. Takes time in proportion to the text.
pub fn render(body: &str, resolver: &impl Resolver, longest: usize) -> Rendered {
    markup::render(body, resolver, longest)
}

#[cfg(test)]
mod tests;
