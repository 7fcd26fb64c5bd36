//! Cards that are checked.

use hubkit_card::{Card, LintSettings, Surroundings, lint, not_utf8, validate};
use hubkit_types::RepoKind;

use crate::Target;

pub(crate) const TARGETS: &[Target] = &[("card-lint", check)];

/// The card of every kind of repository, with no file around it but itself.
fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    assert_eq!(not_utf8(data).is_some(), std::str::from_utf8(data).is_err());
    let card = Card::read(&text);
    let around = Surroundings {
        files: Some(&["README.md"]),
        ..Surroundings::default()
    };
    for kind in RepoKind::ALL {
        let found = lint(kind, &card, &around, &LintSettings::default());
        for finding in &found {
            let location = finding
                .diagnostic
                .location
                .expect("every finding has a place");
            assert!(location.line >= 1 && location.column >= 1);
            let span = finding.span.clone();
            assert!(span.is_none_or(|span| text.get(span).is_some()));
        }
        let places = found.iter().map(|finding| finding.diagnostic.location);
        assert!(places.is_sorted());
        let _ = validate(kind, &text);
    }
}
