"""Reads pages that `hubkit card html` wrote as browsers do, and says what must not be in them.

    check_html.py FOLDER

Prints {"checked": how many, "wrong": {page: what is wrong with it}}. Pages whose names end in `.remote.html` may show
images that lie elsewhere. Knows nothing of how the pages are made: what it allows is listed here once more.
"""

import json
import multiprocessing
import re
import sys
import unicodedata
from pathlib import Path

import html5lib
from html5lib.serializer import HTMLSerializer
from html5lib.treewalkers import getTreeWalker

HTML = "{http://www.w3.org/1999/xhtml}"
REL = {"nofollow", "noopener", "noreferrer"}
# Which elements may be there, and with which attributes.
TEXT = {name: set() for name in "h1 h2 h3 h4 h5 h6 p br hr em strong del sup ul li thead tbody tr pre dl dt dd".split()}
TEXT |= {name: {"id"} for name in ["h1", "h2", "h3", "h4", "h5", "h6", "span"]}
TEXT |= {name: {"class"} for name in ["td", "th", "blockquote", "code", "table"]}
TEXT |= {"ol": {"start"}, "div": {"class", "id"}, "a": {"href", "rel"}, "input": {"type", "disabled", "checked"}}
TEXT |= {"img": {"src", "alt", "loading", "referrerpolicy"}}
PAGE = ["html", "head", "meta", "title", "style", "body", "header", "main", "article", "footer"]
FOREIGN = ["svg", "math", "noscript", "template", "textarea", "title", "div", "table", "select", "style", "iframe"]


class Wrong(Exception):
    pass


def expect(holds, message):
    if not holds:
        raise Wrong(message)


def parsed(text, strict=False):
    return html5lib.HTMLParser(strict=strict).parse(text)


def fragment(text):
    return html5lib.HTMLParser().parseFragment(text)


def written(tree):
    serializer = HTMLSerializer(
        quote_attr_values="always", omit_optional_tags=False, alphabetical_attributes=False, minimize_boolean_attributes=False
    )
    return serializer.render(getTreeWalker("etree")(tree))


def shape(element):
    """A tree as a value that can be compared. Line ends after `<pre>` are as the parser leaves them."""
    return (str(element.tag), sorted(element.attrib.items()), element.text or "", [shape(c) for c in element], element.tail or "")


def scheme(address):
    """What a browser takes for the scheme: it strips blanks and control characters, and passes over some within."""
    shown = "".join(c for c in address if unicodedata.category(c) not in ("Cc", "Cf", "Zs", "Zl", "Zp"))
    found = re.match(r"([a-z][a-z0-9+.-]*):", shown.lower())
    return found and found[1], shown


def check_link(address):
    name, shown = scheme(address)
    expect(name in (None, "http", "https", "mailto"), f"a link to {address!r}")
    expect(not shown.startswith("//") and "\\" not in shown, f"a link to {address!r}")
    expect(not any(unicodedata.category(c) == "Cc" for c in address), f"a control character in {address!r}")
    if name in ("http", "https"):
        expect(re.match(r"https?://[^/]", shown, re.I), f"a link to {address!r}")


def check_image(address, is_remote):
    check_link(address)
    name, _ = scheme(address)
    expect(name != "mailto", f"an image at {address!r}")
    expect(is_remote or name is None and address.startswith("./") and "//" not in address, f"an image at {address!r}")


def check_element(element, is_remote):
    expect(isinstance(element.tag, str), "a comment or an instruction")
    expect(element.tag.startswith(HTML), f"a foreign element {element.tag}")
    name = element.tag.removeprefix(HTML)
    expect(name in TEXT, f"an element <{name}>")
    for key, value in element.attrib.items():
        expect(key in TEXT[name], f"{key}={value!r} of <{name}>")
    get = element.attrib.get
    if name == "a":
        check_link(get("href", ""))
        if not get("href", "").startswith("#"):
            expect(set(get("rel", "").split()) == REL, "a link without rel")
    if name == "img":
        check_image(get("src", ""), is_remote)
        expect("alt" in element.attrib and get("referrerpolicy") == "no-referrer", "an image without alt or policy")
    if name == "input":
        expect(get("type") == "checkbox" and "disabled" in element.attrib, "an input that can be used")
    if "id" in element.attrib:
        expect(get("id").startswith("card-"), f"id={get('id')!r}")
    if "class" in element.attrib:
        expect(re.fullmatch(r"[A-Za-z0-9 +#_.-]+", get("class")), f"class={get('class')!r}")
    if "start" in element.attrib:
        expect(re.fullmatch(r"[0-9]+", get("start")), f"start={get('start')!r}")
    if name in ("a", "p", "pre"):
        inner = [child.tag.removeprefix(HTML) for child in element.iter() if child is not element]
        expect(name not in inner, f"<{name}> within <{name}>")
    return name


def named(parent, *names):
    found = [str(child.tag).removeprefix(HTML) for child in parent]
    expect(found == list(names), f"<{parent.tag.removeprefix(HTML)}> has {found}")
    return list(parent)


def check_page(page, is_remote):
    """The frame of the page: what an author wrote is in the title, the header, the article and the footer alone."""
    head, body = named(page, "head", "body")
    meta = [child.attrib.get("http-equiv", child.attrib.get("name", "charset")) for child in head if child.tag == HTML + "meta"]
    expect(meta == ["charset", "Content-Security-Policy", "referrer", "viewport"], f"meta {meta}")
    rest = [child.tag.removeprefix(HTML) for child in head if child.tag != HTML + "meta"]
    expect(rest == ["title", "style"] and not any(len(child) for child in head), f"a head with {rest}")
    policy = next(child for child in head if child.attrib.get("http-equiv")).attrib["content"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    expect(directives["default-src"] == "'none'" and "script-src" not in directives, policy)
    expect("unsafe" not in policy and "*" not in policy, policy)
    expect(is_remote == ("https:" in directives["img-src"]), policy)
    header, main, footer = named(body, "header", "main", "footer")
    expect(not list(footer) and footer.text.startswith("Made by hubkit"), "a footer with something in it")
    article = list(main)[0]
    expect(article.tag == HTML + "article", "no article")
    for notice in list(main)[1:]:
        expect(notice.attrib == {"class": "notice"} and not list(notice), "something after the article")
    for number, part in enumerate(header):
        is_notice = part.tag == HTML + "p" and number < 2
        expect(is_notice or part.tag in (HTML + "dl", HTML + "table"), f"{part.tag} in the header")
        for element in part.iter():
            if not (is_notice and element is part):
                check_element(element, is_remote)
    for element in article.iter():
        if element is not article:
            check_element(element, is_remote)


def check_within(text, name):
    """What the text becomes within another element, such as a program may put it into."""
    canary = "<b id=canary>after</b>"
    tree = fragment(f"<section><{name}>{text}</{name}></section>{canary}")
    after = [element for element in tree.iter() if element.attrib.get("id") == "canary"]
    expect(len(after) == 1 and not list(after[0]), f"in <{name}>, what follows is swallowed")
    for element in tree.iter():
        expect(isinstance(element.tag, str), f"in <{name}>, a comment")
        local = element.tag.rsplit("}")[-1]
        is_ours = element.attrib.get("id") == "canary" or local in ("DOCUMENT_FRAGMENT", "section", "svg", "math", *FOREIGN, "tbody")
        expect(is_ours or local in TEXT, f"in <{name}>, an element <{local}>")
        for key, value in element.attrib.items():
            key = str(key).lower()
            expect(not key.startswith("on") and key not in ("style", "srcset", "srcdoc", "action"), f"in <{name}>, {key}={value!r}")
            if key in ("href", "src"):
                check_link(value)


def check(path):
    text = path.read_bytes().decode("utf-8")
    is_remote = path.name.endswith(".remote.html")
    try:
        page = parsed(text, strict=True)
        check_page(page, is_remote)
        again = parsed(written(page))
        expect(shape(again) == shape(page), "another tree when it is written and read again")
        inner = re.search(r"<article>(.*)</article>", text, re.S)[1]
        if path.name.startswith("markup-") and not is_remote:
            for name in FOREIGN:
                check_within(inner, name)
        return None
    except (Wrong, html5lib.html5parser.ParseError) as error:
        return f"{type(error).__name__}: {error}"


def main():
    pages = sorted(Path(sys.argv[1]).glob("*.html"))
    with multiprocessing.Pool(4) as pool:
        told = pool.map(check, pages, chunksize=8)
    wrong = {path.name: fault for path, fault in zip(pages, told) if fault}
    print(json.dumps({"checked": len(pages), "wrong": wrong}))


if __name__ == "__main__":
    main()
