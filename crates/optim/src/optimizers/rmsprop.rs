use densely_layers::Parameters;
use densely_parts::{Described, Kind, Opt, Options, Spec, Value};
use densely_tensor::{Real, Scalar, Threads};

use crate::option::{EPSILON, LEARNING_RATE, check_epsilon, fraction};
use crate::state::{Pass, State};
use crate::{Entry, Limits, OptimError, Optimizer, OptimizerState, Penalty, Rule};

/// RMSProp: the gradient, divided by the root of the mean of its recent squares.
///
/// With the gradient `g` of loss and [penalty](Penalty), learning rate `η`, decay `α` of
/// the means, and momentum `μ`:
///
/// | | |
/// |---|---|
/// | mean of the square | `v ← α v + (1 − α) g²`, `s = v` |
/// | centered: variance | `v ← α (v + (1 − α) (g − ḡ)²)`, `ḡ ← α ḡ + (1 − α) g` |
/// | | `s = max(v, ḡ²/100)` |
/// | without momentum | `w ← w − η g / (√s + ε)` |
/// | momentum | `b ← μ b + g / (√s + ε)`, `w ← w − η b` |
///
/// All means begin at 0 and their bias is not corrected, so that the first steps are
/// longer than the later ones, by up to `1/√(1 − α)`.
///
/// By default `α = 0.99`, `ε = 1e-8`, without momentum and not centered, as in PyTorch,
/// whose equations these are, but for the `max`. optax and Keras have `α = 0.9` and add `ε`
/// under the root; TensorFlow's first RMSProp began with `v = 1`.
///
/// # Centered
///
/// Others compute the variance as a difference, `v = n − ḡ²` with the mean `n` of the squares.
/// With `n ← α n + (1 − α) g²` and the same of `ḡ`, this is
///
/// `α n + (1 − α) g² − (α ḡ + (1 − α) g)² = α (n − ḡ²) + α (1 − α) (g − ḡ)²`,
///
/// the recurrence above. It has no difference of large numbers, and no negative value.
///
/// The gradient of an absolute error or a hinge may be constant for a long time. Its variance
/// fades as `αᵗ`, and a step would grow to `η g / ε`, millions of times the first. So a deviation
/// is never taken to be less than a tenth of `|ḡ|`: however long a gradient stays what it was, a
/// step of `10 η` is the longest, ten times that without centering, and for `α = 0.99` as long as
/// the first. PyTorch has no such limit; only rounding noise in the difference keeps its steps from
/// that size.
///
/// ```
/// use densely_layers::{Layer, Linear, Param};
/// use densely_optim::{Optimizer, RmsProp};
/// use densely_tensor::{Threads, mat};
///
/// let mut layer = Linear::from_parts(mat![[0.0_f64]], mat![[0.0]])?;
/// layer.visit_params_mut(&mut |param: &mut Param<f64>| param.grad.fill(3.0));
/// RmsProp::new(0.01).decay(0.75).step(&mut layer, &Threads::single())?;
/// assert!((layer.weight().value[(0, 0)] + 0.01 * 3.0 / (0.25_f64 * 9.0).sqrt()).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// CS231n, Neural Networks 3, "Per-parameter adaptive learning rate methods"; G. Hinton,
/// "Neural networks for machine learning", lecture 6 (2012); A. Graves, "Generating
/// sequences with recurrent neural networks" (2013), for the centered form.
#[derive(Debug, Clone)]
pub struct RmsProp<T> {
    learning_rate: f64,
    decay: f64,
    epsilon: f64,
    momentum: f64,
    centered: bool,
    penalty: Penalty,
    /// Of each parameter: `v`, the variance if centered; then `ḡ`; `b` with momentum.
    state: State<T>,
}

impl<T: Scalar> RmsProp<T> {
    /// With learning rate `η`; 0.001 is a good first guess.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            decay: 0.99,
            epsilon: 1e-8,
            momentum: 0.0,
            centered: false,
            penalty: Penalty::none(),
            state: State::new(),
        }
    }

    /// With this share `α`, in `[0, 1)`, of the mean before in a mean.
    #[must_use]
    pub fn decay(self, decay: f64) -> Self {
        Self { decay, ..self }
    }

    /// With this `ε`, positive in the number type of the network.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// With momentum `μ`, in `[0, 1)`.
    #[must_use]
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// Whether the gradient is divided by its standard deviation, not by its root mean
    /// square: see [above](RmsProp#centered).
    #[must_use]
    pub fn centered(self, centered: bool) -> Self {
        Self { centered, ..self }
    }

    /// With weight decay `λ`, not negative: the gradient of `½ λ |W|²`, on weights only.
    #[must_use]
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { penalty: self.penalty.l2(weight_decay), ..self }
    }

    /// With this penalty on weights, instead of any before.
    #[must_use]
    pub fn penalty(self, penalty: Penalty) -> Self {
        Self { penalty, ..self }
    }

    fn options(&self) -> [Value; 8] {
        let [weight_decay, l1, decoupled] = self.penalty.values();
        let (rate, decay, epsilon) = (self.learning_rate, self.decay, self.epsilon);
        let [rate, decay, epsilon, momentum] =
            [rate, decay, epsilon, self.momentum].map(Value::from);
        let centered = self.centered.into();
        [rate, decay, epsilon, momentum, centered, weight_decay, l1, decoupled]
    }

    /// What it remembers of each parameter.
    fn moments(&self) -> &'static [&'static str] {
        match (self.centered, self.momentum > 0.0) {
            (false, false) => &["v"],
            (false, true) => &["v", "b"],
            (true, false) => &["v", "mean"],
            (true, true) => &["v", "mean", "b"],
        }
    }

    fn check(&self) -> Result<(), OptimError> {
        Self::SPEC.check(&self.options())?;
        check_epsilon::<T>("rmsprop", self.epsilon)
    }
}

impl<T: Scalar> Described for RmsProp<T> {
    const SPEC: Spec =
        Spec::new("rmsprop", "the gradient over the root of the mean of its recent squares")
            .options(&[
                LEARNING_RATE.default_number(0.001),
                fraction("decay").default_number(0.99).typical(0.0, 0.99),
                EPSILON.default_number(1e-8),
                fraction("momentum").default_number(0.0).typical(0.0, 0.95),
                Opt::flag("centered"),
                Penalty::WEIGHT_DECAY,
                Penalty::L1,
                Penalty::DECOUPLED,
            ]);

    fn from_options(options: &Options) -> Self {
        Self::new(options.number("learning-rate"))
            .decay(options.number("decay"))
            .epsilon(options.number("epsilon"))
            .momentum(options.number("momentum"))
            .centered(options.flag("centered"))
            .penalty(Penalty::from_options(options))
    }

    fn values(&self) -> Vec<Value> {
        self.options().into()
    }
}

impl<T: Scalar> Optimizer<T> for RmsProp<T> {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        self.check()?;
        let pass = Pass::new(parameters, threads, self.penalty, self.learning_rate);
        let [rate, epsilon] = [self.learning_rate, self.epsilon].map(T::from_f64);
        let [alpha, momentum] = [self.decay, self.momentum].map(T::from_f64);
        let rest = T::from_f64(1.0 - self.decay);
        let average = move |before: T, now: T| alpha * before + rest * now;
        let centered = move |v: T, mean: T, g: T| {
            let distance = g - mean;
            (alpha * (v + rest * (distance * distance)), average(mean, g))
        };
        let least = T::from_f64(0.01);
        let spread = move |v: T, mean: T| Real::max(v, least * (mean * mean));
        match (self.centered, self.momentum > 0.0) {
            (false, false) => self.state.update(
                pass,
                T::ZERO,
                #[inline(always)]
                move |[w, v], g| {
                    let v = average(v, g * g);
                    [w - rate * (g / (Real::sqrt(v) + epsilon)), v]
                },
            ),
            (false, true) => self.state.update(
                pass,
                T::ZERO,
                #[inline(always)]
                move |[w, v, b], g| {
                    let v = average(v, g * g);
                    let b = momentum * b + g / (Real::sqrt(v) + epsilon);
                    [w - rate * b, v, b]
                },
            ),
            (true, false) => self.state.update(
                pass,
                T::ZERO,
                #[inline(always)]
                move |[w, v, mean], g| {
                    let (v, mean) = centered(v, mean, g);
                    let deviation = Real::sqrt(spread(v, mean));
                    [w - rate * (g / (deviation + epsilon)), v, mean]
                },
            ),
            (true, true) => self.state.update(
                pass,
                T::ZERO,
                #[inline(always)]
                move |[w, v, mean, b], g| {
                    let (v, mean) = centered(v, mean, g);
                    let deviation = Real::sqrt(spread(v, mean));
                    let b = momentum * b + g / (deviation + epsilon);
                    [w - rate * b, v, mean, b]
                },
            ),
        }
    }

    fn kind(&self) -> Kind {
        self.described()
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn limits(&self) -> Limits {
        Limits { penalty: self.penalty, momentum: self.momentum, ..Limits::default() }
    }

    fn save_state(
        &self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.state.save(self.moments(), state, parameters)
    }

    fn load_state(
        &mut self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.state.load(self.moments(), state, parameters)
    }
}

impl<T> Rule for RmsProp<T> {
    fn entry(&self, entry: &mut Entry) {
        let gradient = self.penalty.entry(self.learning_rate, entry);
        let (decay, [v, mean, b, _]) = (self.decay, &mut entry.state);
        let average = |before, now| decay * before + (1.0 - decay) * now;
        let square = if self.centered {
            let distance = gradient - *mean;
            *v = decay * (*v + (1.0 - decay) * distance * distance);
            *mean = average(*mean, gradient);
            v.max(*mean * *mean / 100.0)
        } else {
            *v = average(*v, gradient * gradient);
            *v
        };
        *b = self.momentum * *b + gradient / (square.sqrt() + self.epsilon);
        entry.value -= self.learning_rate * *b;
    }
}
