//! The text of a card as HTML that can do no harm.

mod anchor;
mod contract;
pub(crate) mod link;
mod markup;
mod writer;

pub(crate) use anchor::Anchors;
pub use anchor::ID_PREFIX;
pub use link::{Reference, Resolver, Target};

/// The text of a card as HTML.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rendered {
    /// Well-formed: every element that is opened is closed.
    pub html: String,
    /// Whether all of the text is in it; false where the bound was reached.
    pub is_whole: bool,
}

/// What becomes of an image that lies neither in the repository nor on its hub.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum RemoteImages {
    /// It becomes a link, so that reading the text asks nobody for anything.
    #[default]
    Linked,
    /// It is shown: whoever serves it learns who reads the text, and when.
    Shown,
}

/// Writes Markdown as HTML, about `longest` bytes of it at most.
///
/// The elements and attributes are this function's own. HTML in the text becomes what Markdown would have said (links,
/// images, headings, lists, tables, stress) or leaves its words; scripts, styles and comments leave nothing. Links lead
/// to `http`, `https` and `mailto`, to headings of the same text, and to what `resolver` makes of the rest. An image is
/// shown only where `resolver` gives its address; others become links. Every `id` begins with [`ID_PREFIX`]. There is
/// no inline style and no script, so the strictest `Content-Security-Policy` fits.
///
/// Reads GitHub's flavour: tables, task lists, strikethrough, footnotes, alerts, addresses in the text. Takes time in
/// proportion to the text.
pub fn render(body: &str, resolver: &impl Resolver, longest: usize) -> Rendered {
    render_with(body, resolver, longest, RemoteImages::Linked)
}

/// As [`render`], and says what becomes of images that lie elsewhere.
pub fn render_with(
    body: &str,
    resolver: &impl Resolver,
    longest: usize,
    remote_images: RemoteImages,
) -> Rendered {
    markup::render(body, resolver, longest, remote_images)
}

#[cfg(test)]
mod tests;
