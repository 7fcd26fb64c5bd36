//! The card of a Space.

use super::{TemplateSources, draft::Draft, license, text};

pub(super) fn fill<'a>(sources: &'a TemplateSources<'a>) -> Draft<'a> {
    let mut draft = Draft::new(sources.documents);
    let name = sources.title();
    draft.set("title", name.as_str(), "the name");
    sdk(&mut draft, sources);
    license::fill(&mut draft, sources);
    draft.miss("how it looks in lists: `emoji`, `colorFrom`, `colorTo` and `short_description` in the metadata");
    draft.write(&format!("# {}\n\n", text::words(&name)));
    draft.ask("say in a sentence or two what it shows, and with which models and data");
    draft
}

/// Sets what runs it.
fn sdk(draft: &mut Draft<'_>, sources: &TemplateSources<'_>) {
    let app = draft.documents.text("app.py").unwrap_or_default();
    let imports = |module: &str| {
        app.lines().any(|line| {
            let mut words = line.trim().split([' ', '.', ',']);
            matches!(words.next(), Some("import" | "from")) && words.next() == Some(module)
        })
    };
    if sources.files.contains(&"Dockerfile") {
        draft.set("sdk", "docker", "Dockerfile");
        if let Some(port) = draft.documents.text("Dockerfile").and_then(port) {
            draft.set("app_port", port, "Dockerfile: EXPOSE");
        }
    } else if imports("gradio") {
        draft.set("sdk", "gradio", "app.py: import gradio");
        let pinned = draft.documents.text("requirements.txt").and_then(|text| {
            let version = text.lines().find_map(gradio)?;
            let is_version = version
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
            (is_version && !version.is_empty()).then(|| version.to_owned())
        });
        match pinned {
            Some(version) => draft.set("sdk_version", version, "requirements.txt"),
            None => draft.miss("the version of gradio: `sdk_version` in the metadata"),
        }
        draft.set("app_file", "app.py", "app.py");
    } else if sources.files.contains(&"index.html") {
        draft.set("sdk", "static", "index.html");
        draft.set("app_file", "index.html", "index.html");
    } else {
        draft.miss("what runs it: `sdk` in the metadata, `gradio`, `docker` or `static`");
    }
}

/// The version of gradio that a line asks for, as `gradio[oauth] == 5.1.0` does.
fn gradio(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix("gradio")?.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1.trim_start(),
        None => rest,
    };
    let version = rest.strip_prefix("==")?.trim_start();
    version.split([' ', '\t', ';', '#', ',']).next()
}

/// The port of a container that exposes one.
fn port(text: &str) -> Option<u64> {
    // What stands before the last image is that of others, of which files are taken.
    let lines: Vec<&str> = text.lines().collect();
    let is_image = |line: &&str| {
        line.trim_start()
            .get(..5)
            .is_some_and(|word| word.eq_ignore_ascii_case("from "))
    };
    let last = lines.iter().rposition(is_image).unwrap_or_default();
    let mut ports = lines[last..]
        .iter()
        .filter_map(|line| line.trim().strip_prefix("EXPOSE "));
    let port = ports.next().filter(|_| ports.next().is_none())?;
    let port: u16 = port.trim().trim_end_matches("/tcp").parse().ok()?;
    Some(port.into())
}
