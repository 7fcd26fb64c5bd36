//! What a change leaves of a card.

mod generated;
mod region;
mod sweep;

use serde_yaml::Value;

use super::*;

fn value(text: &str) -> Value {
    read_document(text).expect("YAML")
}

/// `path=value`, `path+value`, `path*value` (unless it is there), `path-value`, `path!`.
fn parse(words: &[&str]) -> Vec<Edit> {
    let one = |word: &&str| {
        let at = word.find(['=', '+', '*', '!', '~']).expect("a change");
        let rest = &word[at + 1..];
        let change = match &word[at..=at] {
            "=" => Change::Set(value(rest)),
            "+" => Change::Append(value(rest)),
            "*" => Change::Include(value(rest)),
            "~" => Change::Exclude(value(rest)),
            _ => Change::Remove,
        };
        Edit::new(word[..at].parse().expect("a path"), change)
    };
    words.iter().map(one).collect()
}

/// Blocks, changes and the blocks that come of them.
#[track_caller]
fn check(before: &str, changes: &[&str], after: &str) {
    for line_end in ["\n", "\r\n"] {
        let card = |block: &str| {
            format!("\u{feff}---\n{block}\n---\n\n# Body\n---\n").replace('\n', line_end)
        };
        let found = edit(&card(before), &parse(changes));
        assert_eq!(
            found.as_deref(),
            Ok(card(after).as_str()),
            "{before:?} {changes:?}"
        );
    }
}

#[track_caller]
fn refused(before: &str, change: &str) -> EditError {
    let card = format!("---\n{before}\n---\n");
    edit(&card, &parse(&[change])).expect_err("an error")
}

#[test]
fn a_scalar_changes_and_nothing_else() {
    check(
        "# a\nlicense: \"mit\"  # why\n\nz: 1",
        &["license=apache-2.0"],
        "# a\nlicense: apache-2.0  # why\n\nz: 1",
    );
    check("a: mit", &["a=no"], "a: 'no'");
    check("a: mit\nb: 'x'", &["a=mit", "b=x"], "a: mit\nb: 'x'");
    check("a:\nb: 1", &["a=x"], "a: x\nb: 1");
    check("a: # c\nb: 1", &["a=x"], "a: x # c\nb: 1");
    check("a:", &["a=[x, y]"], "a:\n- x\n- y");
    check("a: one\n  two # c\nb: 1", &["a=x"], "a: x # c\nb: 1");
    check("a: \"one\n  two\" # c\nb: 1", &["a=x"], "a: x # c\nb: 1");
    check(
        "a: | # c\n  one\n\n  two\n\n# d\nb: 1",
        &["a=x"],
        "a: x # c\n\n# d\nb: 1",
    );
    check(
        "a: >-\n  one\nb: 1",
        &["a=\"x\\ny\""],
        "a: |-\n  x\n  y\nb: 1",
    );
    check("a: |+\n  one\n\nb: 1", &["b=2"], "a: |+\n  one\n\nb: 2");
    check("a: |+\n  one\n\nb: 1", &["a=2"], "a: 2\nb: 1");
    check("'a': 1\n\"b\" : 2", &["a=3", "b=4"], "'a': 3\n\"b\" : 4");
    check(
        "? a\n: b # c\n? d",
        &["a=1", "d=2"],
        "? a\n: 1 # c\n? d\n: 2",
    );
    check("a: !!str 5 # c", &["a=6"], "a: 6 # c");
    check("a: &x 5", &["a=6"], "a: 6");
    check("n:\n  0: a\n  1: b", &["n.0=c"], "n:\n  0: c\n  1: b");
}

#[test]
fn what_is_not_there_is_added() {
    check("a: 1 # c\n# end", &["b=2"], "a: 1 # c\nb: 2\n# end");
    check("a: 1", &["b.c.d=2"], "a: 1\nb:\n  c:\n    d: 2");
    check(
        "a:\n    b: 1\nc: 2",
        &["a.d=3", "e.f=4"],
        "a:\n    b: 1\n    d: 3\nc: 2\ne:\n    f: 4",
    );
    check("a: {}", &["a.b=1"], "a:\n  b: 1");
    check("a: []", &["a+x"], "a:\n- x");
    check(
        "l:\n- name: x\n  v: 1\n- name: y",
        &["l[0].w=2", "l[1].w=3"],
        "l:\n- name: x\n  v: 1\n  w: 2\n- name: y\n  w: 3",
    );
    check(
        "a:\n  b: 1\n  # of b\n # of a\nc: 1",
        &["a.d=2"],
        "a:\n  b: 1\n  d: 2\n  # of b\n # of a\nc: 1",
    );
    check("a: {b: 1}", &["a.c=x"], "a: {b: 1, c: x}");
    check("a: {b: 1, c}", &["a.c=x"], "a: {b: 1, c: x}");
    check("a: {\"b\":1}", &["a.b=x"], "a: {\"b\": x}");
    check("{a: 1}", &["b=x"], "{a: 1, b: x}");
    check(
        "model-index:\n- name: m\n  results: []",
        &["model-index[0].results+{task: {type: t}, metrics: [{type: a, value: 1.0}]}"],
        "model-index:\n- name: m\n  results:\n  - task:\n      type: t\n    metrics:\n    - type: a\n      value: 1.0",
    );
}

#[test]
fn lists_grow_as_they_are_written() {
    check(
        "t:\n- a\n- b # c\nz: 1",
        &["t+x"],
        "t:\n- a\n- b # c\n- x\nz: 1",
    );
    check("t:\n  - a\n  - b", &["t+x"], "t:\n  - a\n  - b\n  - x");
    check("t:\n  - a\nu: 1", &["u=[x]"], "t:\n  - a\nu:\n  - x");
    check("t: [a, b] # c", &["t+x"], "t: [a, b, x] # c");
    check("t: [a, b, ]", &["t+x"], "t: [a, b, x, ]");
    check(
        "t: [\n  a,\n  b # c\n]",
        &["t+x", "t+y"],
        "t: [\n  a,\n  b, # c\n  x,\n  y\n]",
    );
    check(
        "t: [\n  a,\n  b, # c\n]",
        &["t+x"],
        "t: [\n  a,\n  b, # c\n  x,\n]",
    );
    check("t: a # c\nz: 1", &["t+x"], "t: # c\n- a\n- x\nz: 1");
    check("t: a", &["t*a"], "t: a");
    check("t: [a]", &["t*a", "t*b", "t*b"], "t: [a, b]");
    check(
        "t:\n- - a\n  - b\n- - c",
        &["t[0]+x", "t[1]+y"],
        "t:\n- - a\n  - b\n  - x\n- - c\n  - y",
    );
    check("t:\n- a\n-\n- c", &["t[1]=b"], "t:\n- a\n- b\n- c");
    check(
        "t:\n- a\n- |\n  b\nz: 1",
        &["t+x"],
        "t:\n- a\n- |\n  b\n- x\nz: 1",
    );
    check(
        "t:\n- a # c\n- b # d",
        &["t=[{x: 1}, [u, v], w]"],
        "t:\n- # c\n  x: 1\n- # d\n  - u\n  - v\n- w",
    );
}

#[test]
fn what_is_removed_takes_its_own_lines_with_it() {
    check(
        "a: 1\n# of b\nb: 2 # c\n  # deeper\n# d\nc: 3",
        &["b!"],
        "a: 1\n# of b\n# d\nc: 3",
    );
    check("a: 1\n\nb: 2", &["b!"], "a: 1\n");
    check("a: 1\nb: |\n  x\n  y\n\nc: 3", &["b!"], "a: 1\n\nc: 3");
    check("a: |+\n  x\nb: 1\n\nc: 3", &["b!"], "a: |+\n  x\nc: 3");
    check("a: |\n  x\nb: 1\n  # r\nc: 3", &["b!"], "a: |\n  x\nc: 3");
    check("t:\n- a\n- b # c\n- d", &["t~b"], "t:\n- a\n- d");
    check(
        "t:\n- a\n- b\n- d\n- e",
        &["t~b", "t~e", "t~zz"],
        "t:\n- a\n- d",
    );
    check("t:\n- a", &["t~a"], "t: []");
    check("t: a\nb: 1", &["t~a"], "b: 1");
    check("t:\n  a: 1", &["t.a!"], "t: {}");
    check("t: [a, b, c]", &["t~a"], "t: [b, c]");
    check("t: [a, b, c]", &["t~c"], "t: [a, b]");
    check("t: [a, b, c]", &["t[1]!"], "t: [a, c]");
    check(
        "t: [\n  a,\n  b, # of b\n  c\n]",
        &["t[1]!"],
        "t: [\n  a,\n  c\n]",
    );
    check(
        "t: [\n  a, # of a\n  b # of b\n]",
        &["t[1]!"],
        "t: [\n  a, # of a\n]",
    );
    check("l:\n- name: x\n  v: 1", &["l[0].name!"], "l:\n- v: 1");
    check(
        "l:\n- name: x\n  # of v\n  v: 1",
        &["l[0].name!"],
        "l:\n- \n  # of v\n  v: 1",
    );
    check("l:\n- - a\n  - b", &["l[0][0]!"], "l:\n- - b");
    check("# c\na: 1\n# d", &["a!"], "# c\n# d");
    check("? a\n: b\nc: 1", &["a!"], "c: 1");
    check("t:\n- ?\nc: 1", &["t[0]!"], "t: []\nc: 1");
    check("t:\n- ?\n- b\nc: 1", &["t[0]!", "c=2"], "t:\n- b\nc: 2");
    check("t:\n- ?\nc: 1", &["t+x"], "t:\n- ?\n- x\nc: 1");
    // Of items that are alike, the one that was named goes, with its remark.
    check("t:\n- a # 1\n- b\n- a # 2", &["t[0]!"], "t:\n- b\n- a # 2");
    check(
        "t:\n- a # 1\n- a # 2\n- a # 3",
        &["t[1]!", "t[1]!"],
        "t:\n- a # 1",
    );
    check("t: [a, a, b, a]", &["t[1]!", "t+c"], "t: [a, b, a, c]");
}

#[test]
fn aliases_are_written_out_where_they_change() {
    check(
        "a: &x [1]\nb: *x\nc: *x",
        &["b+2"],
        "a: &x [1]\nb:\n- 1\n- 2\nc: *x",
    );
    check(
        "a: &x {k: 1}\nb:\n  <<: *x\n  j: 2",
        &["b.k=3"],
        "a: &x {k: 1}\nb:\n  <<: *x\n  j: 2\n  k: 3",
    );
    check(
        "a: &x {k: {m: 1}}\nb:\n  <<: *x",
        &["b.k.n=3"],
        "a: &x {k: {m: 1}}\nb:\n  <<: *x\n  k:\n    m: 1\n    n: 3",
    );
    for (block, change, path) in [
        ("a: &x 1\nb: *x", "a=2", "a"),
        ("a: &x {k: 1}\nb: *x", "a.k=2", "a"),
        ("a: {k: &x 1}\nb: *x", "a!", "a"),
    ] {
        let error = refused(block, change);
        assert!(matches!(&error, EditError::Shared { .. }), "{error} {path}");
    }
    let error = refused("a: &x {k: 1}\nb:\n  <<: *x", "b.k!");
    assert_eq!(
        error,
        EditError::Merged {
            path: "b.k".parse().expect("a path")
        }
    );
}

#[test]
fn python_reads_what_is_new_as_a_hub_and_the_rest_as_before() {
    // To Python the last text has no line end at the end of the block.
    check("a: |\n  text", &["b=1"], "b: 1\na: |\n  text");
    check(
        "# of z\nz: 1\n# of a\na:\n  b: |\n    text",
        &["c=1", "a.d=2"],
        "# of z\nz: 1\nc: 1\n# of a\na:\n  d: 2\n  b: |\n    text",
    );
    check("a: |\n  text\nb: 1", &["b!"], "a: |\n  text\n");
    // An item can stand nowhere else: Python then reads what a hub has read all along.
    check("t:\n- |\n  a", &["t+x"], "t:\n- |\n  a\n- x");
    check(
        "t:\n- b: no\n  c: |\n    a",
        &["t+x"],
        "t:\n- b: no\n  c: |\n    a\n- x",
    );
    check(
        "l: no\nd: 2022-01-01\nn: {010: no}",
        &["l+'yes'", "n.x=1"],
        "l:\n- 'no'\n- 'yes'\nd: 2022-01-01\nn: {010: no, x: 1}",
    );
    check(
        "l: [no, en]\n1:30: x",
        &["l~en", "b='1:30'"],
        "l: [no]\n1:30: x\nb: '1:30'",
    );
    // A card that Python does not read is changed all the same.
    check("d: 2022-13-45", &["b=1"], "d: 2022-13-45\nb: 1");
}

#[track_caller]
fn respelled(block: &str, edits: &[(&str, Change)], after: &str) {
    let edits: Vec<_> = edits
        .iter()
        .map(|(path, change)| Edit::new(path.parse().expect("a path"), change.clone()))
        .collect();
    let card = |block: &str| format!("---\r\n{block}\r\n---\r\nText");
    assert_eq!(edit(&card(block), &edits), Ok(card(after)));
    let mut meant = value(block);
    for edit in &edits {
        edit.apply(&mut meant).expect("a change");
    }
    assert_eq!(value(after), meant);
}

#[test]
fn names_and_quotes_change_where_they_stand() {
    let rename = |name: &str| Change::Rename(name.to_owned());
    respelled(
        "a: 1 # c\r\n'b' : 2",
        &[("b", rename("c")), ("a", rename("b"))],
        "b: 1 # c\r\nc : 2",
    );
    respelled(
        "a: {b: [x]}",
        &[("a", rename("c")), ("c.b", rename("no"))],
        "c: {'no': [x]}",
    );
    respelled(
        "l: [no, 5, x] # c",
        &[("l[1]", Change::Quote), ("l[0]", Change::Quote)],
        "l: ['no', '5', x] # c",
    );
    respelled(
        "a: no\r\nb: 2",
        &[
            ("a", Change::Quote),
            ("b", Change::Set(3.into())),
            ("a", rename("c")),
        ],
        "c: 'no'\r\nb: 3",
    );
    // What is written, not the number that it is.
    let quote = |block: &str, path: &str| {
        let edits = [Edit::new(path.parse().expect("a path"), Change::Quote)];
        edit(&format!("---\n{block}\n---\n"), &edits)
    };
    assert_eq!(
        quote("v: 1.10", "v").as_deref(),
        Ok("---\nv: '1.10'\n---\n")
    );
    for (block, path) in [
        ("v: &x 1\nw: *x", "v"),
        ("v: [1]", "v"),
        ("v: 'x'", "v"),
        ("v: a\n  b", "v"),
    ] {
        assert_eq!(quote(block, path), Err(EditError::NotKept), "{block}");
    }
    let onto = [Edit::new(FieldPath::of("a"), rename("b"))];
    let error = edit("---\na: 1\nb: 2\n---\n", &onto).expect_err("an error");
    assert_eq!(error.to_string(), "`b`: the name is there already");
}

#[test]
fn what_leads_nowhere_is_refused() {
    for (block, change, message) in [
        ("a: 1", "b!", "`b`: nothing is there"),
        ("a: [1]", "a[3]=1", "`a[3]`: nothing is there"),
        (
            "a: x",
            "a.b=1",
            "`a`: expected names with their values, found a text",
        ),
        (
            "a: {b: 1}",
            "a+1",
            "`a`: expected a list, found names with their values",
        ),
        ("a: 1\na: 2", "a=3", "the metadata can't be read"),
        ("a: [", "a=3", "the metadata can't be read"),
        ("[a]", "a=3", "the metadata can't be read"),
    ] {
        assert_eq!(refused(block, change).to_string(), message);
    }
}

#[test]
fn a_card_without_a_block_gets_one() {
    let set = parse(&["license=mit"]);
    for (card, after) in [
        ("", "---\nlicense: mit\n---\n"),
        ("# Title\n", "---\nlicense: mit\n---\n# Title\n"),
        (
            "\u{feff}# Title\r\n",
            "\u{feff}---\r\nlicense: mit\r\n---\r\n# Title\r\n",
        ),
        ("---\n---\nbody", "---\nlicense: mit\n---\nbody"),
        ("---\n\n---\nbody", "---\nlicense: mit\n---\nbody"),
        (
            "---\r\n\r\n---\r\nbody",
            "---\r\nlicense: mit\r\n---\r\nbody",
        ),
        (
            "\n \n---\n# only\n---\nbody",
            "\n \n---\n# only\nlicense: mit\n---\nbody",
        ),
        ("---\n~\n---\nbody", "---\nlicense: mit\n---\nbody"),
        ("---\n{}\n---\nbody", "---\nlicense: mit\n---\nbody"),
    ] {
        assert_eq!(edit(card, &set).as_deref(), Ok(after), "{card:?}");
    }
    assert_eq!(edit("---\nlicense: mit\n", &set), Err(EditError::Unclosed));
    let gone = edit("---\na: 1\n---\nbody", &parse(&["a!"]));
    assert_eq!(gone.as_deref(), Ok("---\n\n---\nbody"));
    let gone = edit("---\na: 1\n---\nb\n---\nc", &parse(&["a!"]));
    assert_eq!(gone.as_deref(), Ok("---\n{}\n---\nb\n---\nc"));
}
