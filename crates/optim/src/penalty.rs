use densely_parts::{Opt, Options, Range, Value};
use densely_tensor::Scalar;

use crate::Entry;

/// A price on large weights, which keeps a network from fitting the noise in its data.
///
/// With learning rate `η`, for every weight `w` (not for biases and slopes, which do not
/// [decay](densely_layers::Param::decay)):
///
/// | | added to the mean loss | in each step |
/// |---|---|---|
/// | L2, weight decay | `½ λ₂ Σ w²` | gradient `+ λ₂ w` |
/// | L1 | `λ₁ Σ abs(w)` | gradient `+ λ₁ sign(w)`, where `sign(0) = 0` |
/// | elastic net | `λ₁ Σ abs(w) + ½ λ₂ Σ w²` | gradient `+ λ₁ sign(w) + λ₂ w` |
/// | decoupled decay | | `w ← (1 − η λ) w`, before the step along the gradient |
///
/// Gradients of L1 and L2 are those at the weights before a decoupled decay.
///
/// A penalty is not divided by the number of examples: its effect does not depend on the
/// size of the mini-batch. L2 shrinks large weights most, which leaves them small and
/// diffuse. L1 pulls on all alike, which drives many to (within a step of) zero. For
/// plain gradient descent, decoupled decay is L2; an optimiser that divides the gradient
/// by its size, as [`Adam`](crate::Adam) does, would divide that of L2 too, while
/// decoupled decay is the same for all weights.
///
/// Others: scikit-learn's `alpha` and `l1_ratio` are `λ₁ = alpha · l1_ratio` and
/// `λ₂ = alpha · (1 − l1_ratio)`; its MLP divides `alpha` by the size of the mini-batch.
/// PyTorch's `weight_decay` is `λ₂` (in `AdamW`: decoupled), on biases too unless they
/// are put into a group of their own. Keras's L2 has no factor `½`. I. Loshchilov and
/// F. Hutter write decoupled decay without `η`; here, as in PyTorch and optax, it follows
/// the learning rate and its schedule.
///
/// ```
/// use densely_layers::{Linear, Layer};
/// use densely_optim::{Optimizer, Penalty, Sgd};
/// use densely_tensor::{Threads, mat};
///
/// let mut layer = Linear::from_parts(mat![[2.0_f64, -2.0, 0.0]], mat![[2.0]])?;
/// let mut sgd = Sgd::new(0.1).penalty(Penalty::elastic_net(0.5, 0.25));
/// sgd.step(&mut layer, &Threads::single())?; // all gradients are still 0
/// assert_eq!(layer.weight().value, mat![[2.0 - 0.1, -2.0 + 0.1, 0.0]]);
/// assert_eq!(layer.bias().value, mat![[2.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// CS231n, Neural Networks 2, "Regularization"; I. Loshchilov and F. Hutter, "Decoupled
/// weight decay regularization" (2019).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Penalty {
    l1: f64,
    l2: f64,
    decoupled: f64,
}

impl Penalty {
    /// The option `λ₂` of an optimiser. By its name it has a little of it, since that generalises
    /// better on most tables (`docs/defaults.md`).
    pub const WEIGHT_DECAY: Opt = strength("weight-decay").default_number(0.0015);

    /// The option `λ₁` of an optimiser.
    pub const L1: Opt = strength("l1");

    /// The option `λ` of decoupled decay of an optimiser.
    pub const DECOUPLED: Opt = strength("decoupled-decay");

    /// No penalty.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// L1 and L2 together, with strengths `λ₁` and `λ₂`.
    #[must_use]
    pub fn elastic_net(l1: f64, l2: f64) -> Self {
        Self::none().l1(l1).l2(l2)
    }

    /// With L1 of strength `λ₁`, not negative.
    #[must_use]
    pub fn l1(self, l1: f64) -> Self {
        Self { l1, ..self }
    }

    /// With L2 of strength `λ₂`, not negative.
    #[must_use]
    pub fn l2(self, l2: f64) -> Self {
        Self { l2, ..self }
    }

    /// With decoupled decay of strength `λ`, not negative.
    #[must_use]
    pub fn decoupled(self, decoupled: f64) -> Self {
        Self { decoupled, ..self }
    }

    /// The strength `λ₁` of L1.
    #[must_use]
    pub fn l1_strength(&self) -> f64 {
        self.l1
    }

    /// The strength `λ₂` of L2.
    #[must_use]
    pub fn l2_strength(&self) -> f64 {
        self.l2
    }

    /// The strength `λ` of decoupled decay.
    #[must_use]
    pub fn decoupled_strength(&self) -> f64 {
        self.decoupled
    }

    /// The penalty of an optimiser that has [`WEIGHT_DECAY`](Self::WEIGHT_DECAY),
    /// [`L1`](Self::L1) and [`DECOUPLED`](Self::DECOUPLED) among its options.
    ///
    /// # Panics
    /// If it has not.
    #[must_use]
    pub fn from_options(options: &Options) -> Self {
        let [l2, l1, decoupled] = [Self::WEIGHT_DECAY, Self::L1, Self::DECOUPLED]
            .map(|option| options.number(option.name()));
        Self { l1, l2, decoupled }
    }

    /// The values of these options.
    #[must_use]
    pub fn values(&self) -> [Value; 3] {
        [self.l2, self.l1, self.decoupled].map(Value::from)
    }

    /// The gradient of loss and penalty at one number, which decoupled decay has shrunk then.
    pub(crate) fn entry(&self, learning_rate: f64, entry: &mut Entry) -> f64 {
        if !entry.decay {
            return entry.gradient;
        }
        let w = entry.value;
        let sign = if w == 0.0 { 0.0 } else { w.signum() };
        entry.value = (1.0 - learning_rate * self.decoupled) * w;
        entry.gradient + self.l1 * sign + self.l2 * w
    }

    /// What it does to the entries of one parameter.
    pub(crate) fn terms<T: Scalar>(&self, decay: bool, learning_rate: f64) -> Terms<T> {
        if !decay {
            return Terms { l1: T::ZERO, l2: T::ZERO, keep: T::ONE };
        }
        Terms {
            l1: T::from_f64(self.l1),
            l2: T::from_f64(self.l2),
            keep: T::from_f64(1.0 - learning_rate * self.decoupled),
        }
    }
}

const fn strength(name: &'static str) -> Opt {
    Opt::number(name, Range::NOT_NEGATIVE).default_number(0.0).typical(0.0, 0.5)
}

/// A [`Penalty`] on the entries of one parameter, in numbers of its type.
#[derive(Clone, Copy)]
pub(crate) struct Terms<T> {
    l1: T,
    l2: T,
    /// What decoupled decay leaves of a weight.
    keep: T,
}

impl<T: Scalar> Terms<T> {
    /// Whether there is no more than L2.
    pub(crate) fn is_l2(self) -> bool {
        self.l1 == T::ZERO && self.keep == T::ONE
    }

    /// The weight and the gradient `d` with L2.
    #[inline(always)]
    pub(crate) fn l2(self, w: T, d: T) -> (T, T) {
        (w, d + self.l2 * w)
    }

    /// The weight and the gradient `d` with every part of the penalty.
    #[inline(always)]
    pub(crate) fn all(self, w: T, d: T) -> (T, T) {
        let positive = if w > T::ZERO { self.l1 } else { T::ZERO };
        let negative = if w < T::ZERO { self.l1 } else { T::ZERO };
        (self.keep * w, d + (self.l2 * w + (positive - negative)))
    }
}
