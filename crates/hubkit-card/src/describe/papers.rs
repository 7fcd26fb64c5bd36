//! Papers that a text links to.

/// What stands before the number of a paper.
const PLACES: [&str; 4] = [
    "arxiv.org/abs/",
    "arxiv.org/pdf/",
    "huggingface.co/papers/",
    "hf.co/papers/",
];
const MOST: usize = 100;

/// The arXiv numbers of papers in the order of the text, each once, without their versions.
pub(super) fn find(text: &str) -> Vec<String> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    for place in PLACES {
        for (at, _) in text.match_indices(place) {
            if let Some(number) = number(&text[at + place.len()..]) {
                found.push((at, number));
            }
        }
    }
    found.sort_unstable();
    let mut papers: Vec<String> = Vec::new();
    for (_, number) in found {
        if papers.len() < MOST && !papers.iter().any(|known| known == number) {
            papers.push(number.to_owned());
        }
    }
    papers
}

/// `1810.04805`: four digits, a point, four or five digits.
fn number(text: &str) -> Option<&str> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (year, rest) = text.split_at_checked(4)?;
    let count = digits(rest.strip_prefix('.')?);
    (digits(year) == 4 && (4..=5).contains(&count)).then(|| &text[..5 + count])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_are_found_by_their_addresses() {
        let text = "[a](https://arxiv.org/pdf/1810.04805v2.pdf), https://huggingface.co/papers/2309.00071 and \
                    https://arxiv.org/abs/1810.04805; not arxiv.org/abs/cs/0112017, arxiv.org/abs/1.2, 1234.56789, \
                    arxiv.org/abs/123456.789, arxiv.org/abs/é.";
        assert_eq!(find(text), ["1810.04805", "2309.00071"]);
    }
}
