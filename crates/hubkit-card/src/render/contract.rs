//! What a card promises, as HTML.

use super::{Rendered, Resolver, writer::Writer};
use crate::Contract;

impl Contract {
    /// Writes it as HTML: the facts as a list of terms (`dl`), the results as a table. About `longest` bytes at most.
    ///
    /// The same holds as for [`render`](super::render()).
    pub fn render(&self, resolver: &impl Resolver, longest: usize) -> Rendered {
        let mut out = Writer::new(longest);
        if !self.facts.is_empty() {
            out.open("dl", &[]);
            for fact in &self.facts {
                out.line();
                out.open("dt", &[]);
                out.text(fact.label);
                out.close("dt");
                for worth in &fact.values {
                    out.open("dd", &[]);
                    match worth.address(resolver) {
                        Some(address) => {
                            let rel = "nofollow noopener noreferrer";
                            out.open("a", &[("href", &address), ("rel", rel)]);
                            out.text(worth.text.trim());
                            out.close("a");
                        }
                        None => out.text(worth.text.trim()),
                    }
                    out.close("dd");
                }
            }
            out.line();
            out.close("dl");
            out.line();
        }
        self.render_results(&mut out);
        let (html, is_whole) = out.finish();
        Rendered { html, is_whole }
    }

    fn render_results(&self, out: &mut Writer) {
        if self.results.is_empty() {
            return;
        }
        let row = |out: &mut Writer, name: &'static str, cells: [&str; 4]| {
            out.open("tr", &[]);
            for cell in cells {
                out.open(name, &[]);
                out.text(cell.trim());
                out.close(name);
            }
            out.close("tr");
            out.line();
        };
        out.open("table", &[("class", "results")]);
        out.open("thead", &[]);
        row(out, "th", ["Task", "Dataset", "Metric", "Value"]);
        out.close("thead");
        out.open("tbody", &[]);
        for result in &self.results {
            let cells = [&result.task, &result.dataset, &result.metric, &result.value];
            row(out, "td", cells.map(String::as_str));
        }
        out.close("tbody");
        out.close("table");
        out.line();
    }
}
