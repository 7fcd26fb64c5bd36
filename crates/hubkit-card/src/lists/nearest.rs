//! What somebody may have meant.

/// A longer word is no slip of the pen; comparing it would cost more than it tells.
const LONGEST: usize = 64;

/// The entry of a list that a word was most likely meant to be. `None` where nothing is near: more than a third of the
/// letters would have to change. Case counts nothing, nor does what stands between words (`-`, `_`, `.`, blanks). Of
/// several that are as near, it is one that the word is the beginning of, or else the first.
pub fn nearest<'a>(list: impl IntoIterator<Item = &'a str>, word: &str) -> Option<&'a str> {
    let word = bare(word)?;
    let most = word.len() / 3;
    let mut best: Option<((usize, bool), &str)> = None;
    for entry in list {
        let Some(letters) = bare(entry) else { continue };
        let bound = best.map_or((most, true), |(rank, _)| rank);
        // No entry is nearer than its length tells.
        if letters.len().abs_diff(word.len()) > bound.0 {
            continue;
        }
        let rank = (distance(&letters, &word), !letters.starts_with(&word));
        if rank < bound || (best.is_none() && rank == bound) {
            best = Some((rank, entry));
        }
    }
    best.map(|(_, entry)| entry)
}

/// The letters and digits alone, in lower case.
fn bare(word: &str) -> Option<Vec<char>> {
    let letters = word
        .chars()
        .filter(|letter| !matches!(letter, '-' | '_' | '.' | ' '));
    let letters: Vec<_> = letters
        .flat_map(char::to_lowercase)
        .take(LONGEST + 1)
        .collect();
    (!letters.is_empty() && letters.len() <= LONGEST).then_some(letters)
}

/// How many letters are to be changed, put in, left out, or exchanged with their neighbour to make one word of another
/// (optimal string alignment).
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before = vec![0; right.len() + 1];
    let mut above: Vec<_> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let changed = above[column] + usize::from(letter != other);
            let mut least = changed.min(above[column + 1] + 1).min(line[column] + 1);
            let is_exchanged =
                row > 0 && column > 0 && left[row - 1] == *other && right[column - 1] == *letter;
            if is_exchanged {
                least = least.min(before[column - 1] + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
    }
    above[right.len()]
}
