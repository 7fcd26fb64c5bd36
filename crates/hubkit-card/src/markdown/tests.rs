use super::*;

/// The events in a short notation: `<p>`, `</p>`, words, `{name}` for an anchor.
fn shape(text: &str) -> String {
    let mut shape = Vec::new();
    let mut depth = Vec::new();
    for (event, range) in events(text) {
        assert!(range.end <= text.len(), "{text:?}: {range:?}");
        shape.push(match event {
            Event::Start(tag) => {
                depth.push(tag.to_end());
                match &tag {
                    Tag::Link { dest_url, .. } => format!("<link {dest_url}>"),
                    Tag::Image { dest_url, .. } => format!("<image {dest_url}>"),
                    tag => format!("<{}>", name(tag.to_end())),
                }
            }
            Event::End(end) => {
                assert_eq!(depth.pop(), Some(end), "{text:?}");
                format!("</{}>", name(end))
            }
            Event::Text(words) | Event::Code(words) => words.into_string(),
            Event::InlineHtml(name) => format!("{{{name}}}"),
            Event::SoftBreak => " ".to_owned(),
            Event::HardBreak => "/".to_owned(),
            event => format!("{event:?}"),
        });
    }
    assert!(depth.is_empty(), "{text:?}: {depth:?}");
    shape.concat()
}

fn name(end: TagEnd) -> String {
    match end {
        TagEnd::Paragraph => "p".to_owned(),
        TagEnd::Heading(level) => level.to_string(),
        end => format!("{end:?}").to_lowercase(),
    }
}

#[track_caller]
fn check(text: &str, wanted: &str) {
    assert_eq!(shape(text), wanted, "{text:?}");
}

#[test]
fn html_becomes_what_markdown_would_have_said() {
    check(
        "<div align=center>\n<h1 id=\"top\">A <i>tiny</i> model</h1>\n<img src='a.png' alt='A &amp; B'>\n</div>\n\n# B",
        "<h1>{top}A <emphasis>tiny</emphasis> model</h1><p><image a.png>A & B</image></p><h1>B</h1>",
    );
    check(
        "<p>See <a href=\"docs/x.md\">the <b>docs</b></a>.<p>More",
        "<p>See <link docs/x.md>the <strong>docs</strong></link>.</p><p>More</p>",
    );
    check(
        "<ul>\n<li>one\n<li>two</ul>",
        "<list(false)><item><p>one</p></item><item><p>two</p></item></list(false)>",
    );
    check(
        "<table><tr><th>a<th>b</tr>\n<tr><td>1</td><td><p>2</p></td></tr></table>",
        "<table><tablehead><tablecell>a</tablecell><tablecell>b</tablecell></tablehead>\
         <tablerow><tablecell>1</tablecell><tablecell>2</tablecell></tablerow></table>",
    );
    check(
        "<pre>\na  <b>b</b>\n</pre>",
        "<codeblock>\na  b\n</codeblock>",
    );
}

#[test]
fn html_within_a_paragraph_ends_with_it() {
    check("a <b>c\n\nd</b>", "<p>a <strong>c</strong></p><p>d</p>");
    check(
        "*a <b>c* d</b>",
        "<p><emphasis>a <strong>c</strong></emphasis> d</p>",
    );
    check(
        "<b>*c</b> d*",
        "<p><strong><emphasis>c d</emphasis></strong></p>",
    );
    check(
        "x <a href=y>z <i>w</a> v",
        "<p>x <link y>z <emphasis>w</emphasis></link> v</p>",
    );
    check("<a name=usage></a>\n\n## Use", "<p>{usage}</p><h2>Use</h2>");
    check("<a name=usage>\n</a>\n", "{usage}");
    check("a<br/>b <img src=c>", "<p>a/b <image c></image></p>");
    check(
        "- <b>a\n  - b",
        "<list(false)><item><strong>a</strong><list(false)><item>b</item></list(false)></item></list(false)>",
    );
}

#[test]
fn scripts_and_comments_are_nothing_and_unknown_tags_are_words() {
    check("a <script>alert(1)</script> b", "<p>a  b</p>");
    check("a <!-- b --> c", "<p>a  c</p>");
    check("<script>\nalert(1)\n</script>", "");
    check("use <mask> and <s>", "<p>use <mask> and </p>");
    check("a <span onclick=x>b</span>", "<p>a b</p>");
}

#[test]
fn addresses_are_links_but_in_links_and_code() {
    check(
        "see https://a.b/c_d_e, ok",
        "<p>see <link https://a.b/c_d_e>https://a.b/c_d_e</link>, ok</p>",
    );
    check("www.a.b", "<p><link http://www.a.b>www.a.b</link></p>");
    check("[https://a.b](c)", "<p><link c>https://a.b</link></p>");
    check("`https://a.b`", "<p>https://a.b</p>");
    check("    https://a.b", "<codeblock>https://a.b</codeblock>");
}
