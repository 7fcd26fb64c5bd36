//! What training takes.

use super::amount::Amount;

/// What training all parameters with Adam takes, without activations.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Training {
    /// With everything in `F32`.
    pub full: TrainingAmounts,
    /// With weights and gradients in 16 bits beside those in `F32`.
    pub mixed: TrainingAmounts,
}

/// The parts of what training takes.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct TrainingAmounts {
    /// The weights.
    pub model: Amount,
    /// The gradients, with a second copy in 16 bits where precision is mixed.
    pub gradients: Amount,
    /// The two averages that Adam keeps of each parameter.
    pub optimizer: Amount,
    /// All of them together.
    pub total: Amount,
    /// What `accelerate estimate-memory` prints: the largest of its parts, which is less where they are not summed up.
    pub accelerate: Amount,
}

impl Training {
    pub(super) fn of(parameters: u64) -> Self {
        Self {
            full: TrainingAmounts::of(parameters, 4, 16),
            mixed: TrainingAmounts::of(parameters, 6, 8),
        }
    }
}

impl TrainingAmounts {
    fn of(parameters: u64, gradient_bytes: u64, accelerate_bytes: u64) -> Self {
        let amount = |bytes: u64| {
            let total = u128::from(parameters) * u128::from(bytes);
            Amount::new(total, format!("{parameters} parameters × {bytes}"))
        };
        let (model, gradients, optimizer) = (amount(4), amount(gradient_bytes), amount(8));
        let total = Amount::sum(&[
            ("model", &model),
            ("gradients", &gradients),
            ("optimizer", &optimizer),
        ]);
        Self {
            model,
            gradients,
            optimizer,
            total,
            accelerate: amount(accelerate_bytes),
        }
    }
}
