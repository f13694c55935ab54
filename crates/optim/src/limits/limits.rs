use crate::Penalty;

/// What holds the steps of an optimiser, or the weights, back: for those who ask why a network
/// does not learn.
///
/// ```
/// use densely_optim::{Optimizer, Sgd};
///
/// let sgd = Sgd::<f32>::new(0.1).weight_decay(0.01);
/// let limits = sgd.clip_norm(5.0).max_norm(4.0).limits();
/// assert_eq!((limits.penalty.l2_strength(), limits.penalty.l1_strength()), (0.01, 0.0));
/// assert_eq!((limits.clip_norm, limits.max_norm), (Some(5.0), Some(4.0)));
///
/// // Of two, the tighter holds.
/// let twice = Sgd::<f32>::new(0.1).clip_norm(0.1).clip_norm(5.0).clip_value(3.0);
/// assert_eq!((twice.limits().clip_norm, twice.limits().clip_value), (Some(0.1), Some(3.0)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Limits {
    /// The penalty on weights.
    pub penalty: Penalty,
    /// The largest norm of the gradient: [`ClipNorm`](crate::ClipNorm).
    pub clip_norm: Option<f64>,
    /// The largest size of an entry of the gradient: [`ClipValue`](crate::ClipValue).
    pub clip_value: Option<f64>,
    /// The largest norm of a unit's incoming weights: [`MaxNorm`](crate::MaxNorm).
    pub max_norm: Option<f64>,
    /// The share of the last step that goes into the next: momentum, or `β₁`.
    pub momentum: f64,
}

impl Limits {
    /// Whether no gradient, however large, makes a step as large.
    #[must_use]
    pub fn clips(&self) -> bool {
        self.clip_norm.is_some() || self.clip_value.is_some()
    }
}
