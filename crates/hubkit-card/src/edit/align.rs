//! What two lists have in common.

use serde_yaml::Value;

/// Which items of a list are kept, and what becomes of them.
pub(super) struct Alignment {
    /// For each old item the new one it becomes.
    pub(super) kept: Vec<Option<usize>>,
    /// The new items that stand before each old one; last those after all.
    pub(super) before: Vec<Vec<usize>>,
}

impl Alignment {
    /// What stays where some items are taken out and others are put at the end; `None` where the new list is another one.
    pub(super) fn without(old: &[Value], gone: &[usize], new: &[Value]) -> Option<Self> {
        let mut is_gone = vec![false; old.len()];
        for at in gone {
            *is_gone.get_mut(*at)? = true;
        }
        let mut count = 0;
        let mut kept = Vec::new();
        for (item, is_gone) in old.iter().zip(is_gone) {
            if is_gone {
                kept.push(None);
                continue;
            }
            if new.get(count) != Some(item) {
                return None;
            }
            kept.push(Some(count));
            count += 1;
        }
        let mut before = vec![Vec::new(); old.len() + 1];
        before[old.len()] = (count..new.len()).collect();
        Some(Self { kept, before })
    }
}

/// How far ahead an item is looked for. It bounds the work; further away it is written anew.
const AHEAD: usize = 32;

/// Finds what two lists have in common.
pub(super) fn align(old: &[Value], new: &[Value]) -> Alignment {
    let mut alignment = Alignment {
        kept: vec![None; old.len()],
        before: vec![Vec::new(); old.len() + 1],
    };
    let (mut left, mut right) = (0, 0);
    let ends = |left: usize, right: usize| {
        let pairs = old[left..].iter().rev().zip(new[right..].iter().rev());
        pairs.take_while(|(old, new)| old == new).count()
    };
    while left < old.len() && right < new.len() && old[left] == new[right] {
        alignment.kept[left] = Some(right);
        (left, right) = (left + 1, right + 1);
    }
    let tail = ends(left, right);
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    while left < old_end || right < new_end {
        if left < old_end && right < new_end && old[left] == new[right] {
            alignment.kept[left] = Some(right);
            (left, right) = (left + 1, right + 1);
            continue;
        }
        let near_old = old[left..old_end].iter().take(AHEAD);
        let near_new = new[right..new_end].iter().take(AHEAD);
        let skip_old = new
            .get(right)
            .filter(|_| right < new_end)
            .and_then(|new| near_old.clone().position(|old| old == new));
        let skip_new = old
            .get(left)
            .filter(|_| left < old_end)
            .and_then(|old| near_new.clone().position(|new| old == new));
        match (skip_old, skip_new) {
            // The old item is gone.
            (Some(skip), other) if other.is_none_or(|other| skip <= other) => left += skip,
            // The new one was put in.
            (_, Some(skip)) => {
                alignment.before[left].extend(right..right + skip);
                right += skip;
            }
            _ if left < old_end && right < new_end && new_end - right >= old_end - left => {
                // One became the other, unless more are to come than there were.
                alignment.kept[left] = Some(right);
                (left, right) = (left + 1, right + 1);
            }
            _ if left < old_end && right < new_end && is_like(&old[left], &new[right]) => {
                alignment.kept[left] = Some(right);
                (left, right) = (left + 1, right + 1);
            }
            _ if left < old_end => left += 1,
            _ => {
                alignment.before[left].push(right);
                right += 1;
            }
        }
    }
    for step in 0..tail {
        alignment.kept[old_end + step] = Some(new_end + step);
    }
    alignment
}

/// Whether two values are of a kind.
fn is_like(old: &Value, new: &Value) -> bool {
    std::mem::discriminant(old) == std::mem::discriminant(new)
}
