//! A place in a list that stays where it is when the list changes.

use std::{borrow::Cow, cmp::Ordering, fmt};

use hubkit_api::{Direction, RepoOrder};

use super::{super::Entry, value};

/// By what an entry of a list is sorted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Position<'a> {
    rank: u8,
    value: i64,
    id: Cow<'a, str>,
}

impl<'a> Position<'a> {
    pub(super) fn of(entry: &'a Entry, rank: u8, sort: Option<RepoOrder>) -> Self {
        Self {
            rank,
            value: value(entry, sort),
            id: entry.repo.id.as_str().into(),
        }
    }

    /// Reads what [`fmt::Display`] wrote.
    pub(super) fn read(text: &str) -> Option<Self> {
        let Some((rank, rest)) = text.split_once(':') else {
            return Some(Self {
                rank: 0,
                value: 0,
                id: text.to_owned().into(),
            });
        };
        let (value, id) = rest.split_once(':')?;
        Some(Self {
            rank: rank.parse().ok()?,
            value: value.parse().ok()?,
            id: id.to_owned().into(),
        })
    }

    /// Names go up whatever the direction, so that what is equal stands as a person expects.
    pub(super) fn compare(&self, other: &Position<'_>, direction: Direction) -> Ordering {
        let by_value = match direction {
            Direction::Ascending => self.value.cmp(&other.value),
            Direction::Descending => other.value.cmp(&self.value),
        };
        let by_rank = self.rank.cmp(&other.rank);
        by_rank.then(by_value).then_with(|| self.id.cmp(&other.id))
    }
}

impl fmt::Display for Position<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self {
                rank: 0,
                value: 0,
                id,
            } => f.write_str(id),
            Self { rank, value, id } => write!(f, "{rank}:{value}:{id}"),
        }
    }
}
