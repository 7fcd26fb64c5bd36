use super::*;

struct Near;

impl Resolver for Near {
    fn link(&self, reference: &Reference<'_>) -> Option<String> {
        Some(match reference {
            Reference::File { path, fragment } => {
                let fragment = fragment.map(|text| format!("#{text}")).unwrap_or_default();
                format!("/blob/{path}{fragment}")
            }
            Reference::Hub(path) => (*path).to_owned(),
        })
    }

    fn image(&self, reference: &Reference<'_>) -> Option<String> {
        match reference {
            Reference::File { path, .. } => Some(format!("/resolve/{path}")),
            Reference::Hub(_) => None,
        }
    }
}

#[track_caller]
fn check(body: &str, html: &str) {
    let rendered = render(body, &Near, 10_000);
    assert!(rendered.is_whole);
    assert_eq!(rendered.html.trim_end(), html, "{body}");
}

const REL: &str = r#"rel="nofollow noopener noreferrer""#;

#[test]
fn text_is_escaped() {
    check(
        "a & b < c \"d\" 'e'",
        "<p>a &amp; b &lt; c &quot;d&quot; &#39;e&#39;</p>",
    );
    check("`<b>`", "<p><code>&lt;b&gt;</code></p>");
    check("a\u{1b}[31mb\u{9b}", "<p>a\u{fffd}[31mb\u{fffd}</p>");
    check("a\u{fffe}\u{fdd0}", "<p>a\u{fffd}\u{fffd}</p>");
}

#[test]
fn of_the_authors_own_tags_the_harmless_ones_are_written_anew() {
    check(
        "a <b onclick=x>bold</b><br/>c",
        "<p>a <strong>bold</strong><br>\nc</p>",
    );
    check(
        "<div align=\"center\">\n<h1>Tiny &nbsp; &amp; <i>slim</i> & x</h1>\n<img src=x onerror=y>\n</div>\n",
        &format!(
            "<h1 id=\"card-tiny---slim--x\">Tiny \u{a0} &amp; <em>slim</em> &amp; x</h1>\n<p>{}</p>",
            "<img src=\"/resolve/x\" alt=\"\" loading=\"lazy\" referrerpolicy=\"no-referrer\">"
        ),
    );
    check("<script>\nalert(1)\n</script>\n\nx", "<p>x</p>");
    check("<style>\np { color: red }\n</style>", "");
    check("<!-- a -->\n\nx", "<p>x</p>");
}

#[test]
fn links_lead_only_where_they_may() {
    check(
        "[a](https://b/?c=d&e=\"f)",
        &format!("<p><a href=\"https://b/?c=d&amp;e=&quot;f\" {REL}>a</a></p>"),
    );
    check(
        "<https://b>",
        &format!("<p><a href=\"https://b\" {REL}>https://b</a></p>"),
    );
    check(
        "<me@b.c>",
        &format!("<p><a href=\"mailto:me@b.c\" {REL}>me@b.c</a></p>"),
    );
    check("[a](javascript:alert`1`)", "<p>a</p>");
    check("[a](data:text/html,x)", "<p>a</p>");
    check(
        "[a](docs/x.md#y)",
        &format!("<p><a href=\"/blob/docs/x.md#y\" {REL}>a</a></p>"),
    );
    check("[a](../x)", "<p>a</p>");
    check(
        "[a](/datasets/squad)",
        &format!("<p><a href=\"/datasets/squad\" {REL}>a</a></p>"),
    );
}

#[test]
fn a_heading_can_be_linked_to() {
    check(
        "## How to `use`?",
        "<h2 id=\"card-how-to-use\">How to <code>use</code>?</h2>",
    );
    check(
        "[a](#how-to)",
        &format!("<p><a href=\"#card-how-to\" {REL}>a</a></p>"),
    );
    check(
        "# A\n# A",
        "<h1 id=\"card-a\">A</h1>\n<h1 id=\"card-a-1\">A</h1>",
    );
}

#[test]
fn an_image_of_the_repository_is_shown_and_another_is_a_link() {
    check(
        "![a \"b\"](img/x.png)",
        "<p><img src=\"/resolve/img/x.png\" alt=\"a &quot;b&quot;\" loading=\"lazy\" referrerpolicy=\"no-referrer\"></p>",
    );
    check(
        "![a](https://b/c.png)",
        &format!("<p><a href=\"https://b/c.png\" {REL}>a</a></p>"),
    );
    check(
        "![](//b/c.png)",
        &format!("<p><a href=\"https://b/c.png\" {REL}>image</a></p>"),
    );
    check(
        "[![a](https://b/c.png)](https://d)",
        &format!("<p><a href=\"https://d\" {REL}>a</a></p>"),
    );
    check("![a](data:image/png;base64,x)", "<p>a</p>");
    check("![a ![b](c.png) d](javascript:e)", "<p>a b d</p>");
}

#[test]
fn an_image_that_lies_elsewhere_is_shown_to_those_who_ask() {
    let shown = |body| render_with(body, &Near, 10_000, RemoteImages::Shown).html;
    assert!(
        shown("![a](https://b/c.png)").starts_with("<p><img src=\"https://b/c.png\" alt=\"a\"")
    );
    for body in [
        "![a](mailto:b@c)",
        "![a](javascript:b)",
        "![a](#b)",
        "![a](/b)",
    ] {
        assert!(!shown(body).contains("<img"), "{body}");
    }
}

#[test]
fn a_link_holds_no_other_link() {
    check(
        "<a href=\"https://b\">a[^n]</a>\n\n[^n]: c",
        &format!(
            "<p><a href=\"https://b\" {REL}>a<sup>n</sup></a></p>\n<div class=\"footnote\" id=\"card-fn-n\"><sup>n</sup> \n<p>c</p>\n</div>"
        ),
    );
    check(
        "[a <a href=\"https://c\">d</a>](https://b)",
        &format!("<p><a href=\"https://b\" {REL}>a d</a></p>"),
    );
}

#[test]
fn blocks_of_githubs_flavour_are_written() {
    check(
        "| a | b |\n|:--|--:|\n| 1 | 2 |",
        "<table>\n<thead><tr><th class=\"left\">a</th><th class=\"right\">b</th></tr></thead>\n<tbody>\n<tr><td class=\"left\">1</td><td class=\"right\">2</td></tr>\n</tbody></table>",
    );
    check(
        "```rust,ignore\nlet a = 1 < 2;\n```",
        "<pre><code class=\"language-rust\">let a = 1 &lt; 2;\n</code></pre>",
    );
    check("```\" onload=x\na\n```", "<pre><code>a\n</code></pre>");
    check(
        "- [x] a\n- [ ] b",
        "<ul>\n<li><input type=\"checkbox\" disabled=\"\" checked=\"\"> a</li>\n<li><input type=\"checkbox\" disabled=\"\"> b</li>\n</ul>",
    );
    check("7. a", "<ol start=\"7\">\n<li>a</li>\n</ol>");
    check(
        "> [!WARNING]\n> a",
        "<blockquote class=\"alert warning\">\n<p>a</p>\n</blockquote>",
    );
    check(
        "~~a~~ **b** *c*",
        "<p><del>a</del> <strong>b</strong> <em>c</em></p>",
    );
    check(
        "a[^n]\n\n[^n]: b",
        "<p>a<sup><a href=\"#card-fn-n\">n</a></sup></p>\n<div class=\"footnote\" id=\"card-fn-n\"><sup>n</sup> \n<p>b</p>\n</div>",
    );
}

#[test]
fn a_bound_is_kept_and_what_is_open_is_closed() {
    let rendered = render(&"> - *a* `b`\n".repeat(1000), &Near, 500);
    assert!(!rendered.is_whole);
    assert!(rendered.html.len() < 600 && rendered.html.ends_with("</blockquote>"));
    let bomb = format!(
        "[a]: https://{}\n\n{}",
        "b".repeat(2000),
        "[a] ".repeat(20_000)
    );
    let rendered = render(&bomb, &Near, 1 << 20);
    assert!(rendered.html.len() <= (1 << 20) + 100);
}
