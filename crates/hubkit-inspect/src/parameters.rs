//! How many parameters a model has, whatever its weights are packed in.

mod compressed;
mod experts;
mod mlx;
mod narrow;
mod scheme;
mod targets;
mod tied;

use std::collections::BTreeMap;

use crate::{Config, Experts, Tensor};

pub use tied::TiedWeights;

use scheme::{Role, Scheme};

/// How many parameters a model has.
///
/// Counted as the Hub counts: scales, zero points and other tensors that only serve to unpack the weights are no
/// parameters, neither are single numbers, and an integer that holds several weights counts as so many. Numbers that
/// 64 bits can't hold stand at their greatest value, and a note says so.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Parameters {
    /// All of them, each weight once.
    pub total: u64,
    /// What is stored, by the type of its elements: every tensor, also those that only serve to unpack others.
    pub stored: BTreeMap<String, Stored>,
    /// The parameters, by the type of the elements that they are stored in: `I32` for eight 4-bit weights in one.
    pub logical: BTreeMap<String, u64>,
    /// The parameters, by what one of them is: `INT4` for the same.
    pub precision: BTreeMap<String, u64>,
    /// How the weights are packed, as the configuration calls it; `None` where it says nothing.
    pub scheme: Option<String>,
    /// Those of them that belong to experts that a router chooses among.
    pub routed: u64,
    /// The output that is the embedding of the input too.
    pub tied: Option<TiedWeights>,
    /// What a reader should know of these numbers: full sentences without a full stop.
    pub notes: Vec<String>,
}

/// Tensors of one type.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stored {
    /// How many.
    pub tensors: u64,
    /// Their elements.
    pub elements: u64,
    /// Their bytes, where they are told; 0 for those where they aren't.
    pub bytes: u64,
}

impl Parameters {
    /// Counts the parameters in all tensors of a model: of all its shards together, since what unpacks a weight may lie
    /// in another shard.
    ///
    /// Without a configuration packed integers can't be told from others, and count as one each.
    pub fn count<'t>(
        tensors: impl IntoIterator<Item = &'t Tensor, IntoIter: Clone>,
        config: Option<&Config>,
    ) -> Self {
        let tensors = tensors.into_iter();
        let scheme = Scheme::of(config, tensors.clone());
        let tied = TiedWeights::of(config, &tensors);
        let mut sums = Sums::default();
        let mut counted = Self {
            scheme: scheme.name(),
            ..Self::default()
        };
        for tensor in tensors {
            let dtype = tensor.element.name();
            let elements = elements(tensor);
            sums.store(&mut counted.stored, tensor, elements);
            let Role::Weights { ratio, precision } = scheme.role(tensor) else {
                continue;
            };
            // A single number: a counter or a setting far more often than a weight.
            let is_copy = tied
                .as_ref()
                .is_some_and(|tied| tied.copy.as_ref() == Some(&tensor.name));
            if tensor.shape.is_empty() || is_copy {
                continue;
            }
            let count = ratio.of(elements);
            sums.add(&mut counted.total, count);
            sums.add(entry(&mut counted.logical, dtype), count);
            sums.add(entry(&mut counted.precision, &precision), count);
            if experts::is_routed(&tensor.name) {
                sums.add(&mut counted.routed, count);
            }
        }
        counted.notes = scheme.notes();
        if let Some(tied) = &tied {
            counted.notes.push(tied.note());
        }
        if sums.overflowed {
            counted
                .notes
                .push("the shapes come to more than 64 bits can count".to_owned());
        }
        counted.tied = tied;
        counted
    }

    /// How many parameters a token goes through: all but those of the experts that it does not. `None` where there are
    /// none to choose among, or not as many as are said to be used.
    pub fn active(&self, experts: Option<Experts>) -> Option<u64> {
        let experts = experts?;
        let used = experts.active.filter(|used| *used <= experts.total)?;
        if self.routed == 0 || experts.total == 0 {
            return None;
        }
        let unused =
            u128::from(self.routed) * u128::from(experts.total - used) / u128::from(experts.total);
        self.total.checked_sub(u64::try_from(unused).ok()?)
    }
}

fn entry<'m>(map: &'m mut BTreeMap<String, u64>, key: &str) -> &'m mut u64 {
    if !map.contains_key(key) {
        map.insert(key.to_owned(), 0);
    }
    map.get_mut(key).expect("it was put there")
}

/// The elements, saturating.
fn elements(tensor: &Tensor) -> u128 {
    let lengths = tensor.shape.iter();
    if tensor.shape.contains(&0) {
        return 0;
    }
    lengths.fold(1, |product, length| {
        u128::saturating_mul(product, u128::from(*length))
    })
}

#[derive(Default)]
struct Sums {
    overflowed: bool,
}

impl Sums {
    fn add(&mut self, sum: &mut u64, count: u128) {
        let new = count.saturating_add(u128::from(*sum));
        *sum = u64::try_from(new).unwrap_or_else(|_| {
            self.overflowed = true;
            u64::MAX
        });
    }

    fn store(&mut self, stored: &mut BTreeMap<String, Stored>, tensor: &Tensor, elements: u128) {
        let dtype = tensor.element.name();
        if !stored.contains_key(dtype) {
            stored.insert(dtype.to_owned(), Stored::default());
        }
        let place = stored.get_mut(dtype).expect("it was put there");
        place.tensors += 1;
        self.add(&mut place.elements, elements);
        self.add(&mut place.bytes, u128::from(tensor.bytes.unwrap_or(0)));
    }
}

/// How many weights an element of a container stands for, as a fraction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Ratio {
    weights: u64,
    elements: u64,
}

impl Ratio {
    const ONE: Self = Self {
        weights: 1,
        elements: 1,
    };

    /// Weights of so many bits in containers of so many. Dense: 3-bit weights stand 32 in three integers of 32 bits.
    fn packed(container: u64, bits: u64) -> Self {
        if bits == 0 || bits >= container {
            return Self::ONE;
        }
        Self {
            weights: container,
            elements: bits,
        }
    }

    fn of(self, elements: u128) -> u128 {
        let doubled = elements.saturating_mul(2 * u128::from(self.weights));
        let divisor = u128::from(self.elements);
        doubled.saturating_add(divisor) / (2 * divisor)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::tensors;
