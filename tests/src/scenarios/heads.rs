//! What the head of an answer says is wrong, missing or too much.

use crate::{
    Asked,
    Question::{self, Get, Head, Info},
    Reply, Scenario,
};

/// The tag of the file is this.
pub fn tag_is(name: &'static str, about: &'static str, tag: &'static str) -> Scenario {
    Scenario::new(name, about, move |asked| match asked.question {
        Head | Get => asked.honest().with("etag", tag).without("x-linked-etag"),
        _ => asked.honest(),
    })
}

/// A tag that is a path.
pub fn tag_is_a_path() -> Scenario {
    let about = "the tag of the file is a path with `..` in it";
    tag_is("tag-is-a-path", about, "\"../../../../x\"")
}

/// A tag that is a path from the top.
pub fn tag_is_an_absolute_path() -> Scenario {
    let about = "the tag of the file is an absolute path";
    tag_is("tag-is-an-absolute-path", about, "\"/tmp/hubkit-faults/x\"")
}

/// The commit of the file is this.
pub fn commit_is(name: &'static str, about: &'static str, commit: &'static str) -> Scenario {
    Scenario::new(name, about, move |asked| match asked.question {
        Head | Get => asked.honest().with("x-repo-commit", commit),
        Info => {
            let reply = asked.honest();
            reply.map(|body| {
                let text = String::from_utf8_lossy(body).replace(crate::COMMIT, commit);
                *body = text.into_bytes();
            })
        }
        _ => asked.honest(),
    })
}

/// A commit that is a path.
pub fn commit_is_a_path() -> Scenario {
    let about = "the commit is a path with `..` in it";
    commit_is("commit-is-a-path", about, "../../..")
}

/// The digest that is linked is right, the other is that of another file.
pub fn two_tags() -> Scenario {
    let about = "the tag of the answer is another digest than the linked one, which is right";
    Scenario::new("two-tags", about, |asked| match asked.question {
        Head | Get => asked.honest().with("etag", OTHER),
        _ => asked.honest(),
    })
}

/// Neither digest is that of the file.
pub fn no_right_tag() -> Scenario {
    let about = "both digests in the answer are those of other files";
    Scenario::new("no-right-tag", about, |asked| match asked.question {
        Head | Get => {
            let linked = format!("\"{}\"", "2".repeat(64));
            asked
                .honest()
                .with("etag", OTHER)
                .with("x-linked-etag", &linked)
        }
        _ => asked.honest(),
    })
}

const OTHER: &str = "\"1111111111111111111111111111111111111111111111111111111111111111\"";

/// A tag as this way to write it has it.
pub fn tag_written(name: &'static str, about: &'static str, write: fn(&str) -> String) -> Scenario {
    Scenario::new(name, about, move |asked| match asked.question {
        Head | Get => {
            let tag = write(asked.asset().digest());
            asked
                .honest()
                .with("etag", &tag)
                .with("x-linked-etag", &tag)
        }
        _ => asked.honest(),
    })
}

/// A weak tag.
pub fn weak_tag() -> Scenario {
    let about = "the tag of the file is marked as weak";
    tag_written("weak-tag", about, |digest| format!("W/\"{digest}\""))
}

/// A tag without quotes.
pub fn bare_tag() -> Scenario {
    let about = "the tag of the file has no quotes";
    tag_written("bare-tag", about, str::to_owned)
}

/// A tag in capital letters.
pub fn loud_tag() -> Scenario {
    let about = "the tag of the file is a digest in capital letters";
    tag_written("loud-tag", about, |digest| {
        format!("\"{}\"", digest.to_uppercase())
    })
}

/// No tag.
pub fn no_tag() -> Scenario {
    let about = "the file has no tag";
    Scenario::new("no-tag", about, |asked| match asked.question {
        Head | Get => asked.honest().without("etag").without("x-linked-etag"),
        _ => asked.honest(),
    })
}

/// No commit.
pub fn no_commit() -> Scenario {
    let about = "no answer about the file names a commit";
    Scenario::new("no-commit", about, |asked| match asked.question {
        Head | Get => asked.honest().without("x-repo-commit"),
        _ => asked.honest(),
    })
}

/// A page of HTML for everything.
pub fn login_page() -> Scenario {
    let about =
        "every answer is a page of HTML with status 200, as of a network that wants a login";
    Scenario::new("login-page", about, |_: &Asked<'_>| {
        Reply::text(
            200,
            "text/html; charset=utf-8",
            "<html><body>Log in to the network</body></html>",
        )
    })
}

/// The branch moves once the file was asked about.
pub fn the_branch_moves() -> Scenario {
    let about = "the branch gets a new commit with another file between two requests";
    Scenario::new("the-branch-moves", about, |asked| {
        let is_pinned = asked.target().contains(crate::COMMIT);
        match asked.question {
            Get if !is_pinned => {
                let reply = asked.honest().with("x-repo-commit", &"9".repeat(40));
                reply.map(|body| body.iter_mut().for_each(|byte| *byte = !*byte))
            }
            _ => asked.honest(),
        }
    })
}

/// A header of 64 MiB.
pub fn a_long_header(question: Question) -> Scenario {
    let name = if question == Head {
        "a-long-header"
    } else {
        "a-long-header-get"
    };
    let about = "a header of the answer is 64 MiB long";
    Scenario::new(name, about, move |asked| {
        if !asked.is(question) {
            return asked.honest();
        }
        let mut head = b"HTTP/1.1 200 OK\r\nx-long: ".to_vec();
        head.resize(64 << 20, b'a');
        head.extend_from_slice(b"\r\ncontent-length: 0\r\n\r\n");
        Reply::raw(head)
    })
}

/// Ten thousand headers.
pub fn many_headers() -> Scenario {
    let about = "the answer has 10,000 headers";
    Scenario::new("many-headers", about, |asked| match asked.question {
        Head | Get => {
            let reply = asked.honest();
            (0..10_000).fold(reply, |reply, number| {
                reply.and(&format!("x-header-{number}"), "y")
            })
        }
        _ => asked.honest(),
    })
}
