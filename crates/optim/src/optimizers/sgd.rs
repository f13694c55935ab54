use densely_layers::Parameters;
use densely_parts::{Described, Kind, Opt, Options, Spec, Value};
use densely_tensor::{Scalar, Threads};

use crate::option::{LEARNING_RATE, fraction};
use crate::state::{Pass, State};
use crate::{Entry, Limits, OptimError, Optimizer, OptimizerState, Penalty, Rule};

/// Stochastic gradient descent, with weight decay, momentum and Nesterov momentum.
///
/// With gradient `∇`, learning rate `η`, momentum `μ` and weight decay `λ`:
///
/// | | |
/// |---|---|
/// | gradient of loss and [penalty](Penalty) | `g = ∇ + λ w` for weights, `g = ∇` for biases |
/// | without momentum | `w ← w − η g` |
/// | momentum | `v ← μ v + g`, `w ← w − η v` |
/// | Nesterov momentum | `v ← μ v + g`, `w ← w − η (g + μ v)` |
///
/// The penalty is `½ λ |W|²`, added to the mean loss and not divided by `n`: every step
/// shrinks the weights by the factor `1 − ηλ`, a gradual forgetting. Velocity is in
/// units of the gradient, as in PyTorch; the notes have `η` inside it, which is the
/// same as long as `η` does not change.
///
/// ```
/// use densely_optim::Sgd;
///
/// let sgd = Sgd::<f32>::new(0.05).momentum(0.9).nesterov(true).weight_decay(1e-4);
/// ```
///
/// CS231n, Neural Networks 3, "SGD and bells and whistles"; Neural Networks 1, "Single
/// neuron as a linear classifier" (regularisation as gradual forgetting).
#[derive(Debug, Clone)]
pub struct Sgd<T> {
    learning_rate: f64,
    momentum: f64,
    nesterov: bool,
    penalty: Penalty,
    /// One for each parameter; none without momentum.
    velocities: State<T>,
}

impl<T: Scalar> Sgd<T> {
    /// Plain gradient descent with learning rate `η`.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        let (momentum, nesterov, penalty) = (0.0, false, Penalty::none());
        Self { learning_rate, momentum, nesterov, penalty, velocities: State::new() }
    }

    /// With momentum `μ`, in `[0, 1)`.
    #[must_use]
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// Whether momentum looks ahead, after Nesterov.
    #[must_use]
    pub fn nesterov(self, nesterov: bool) -> Self {
        Self { nesterov, ..self }
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

    fn options(&self) -> [Value; 6] {
        let [weight_decay, l1, decoupled] = self.penalty.values();
        let (rate, momentum) = (self.learning_rate.into(), self.momentum.into());
        [rate, momentum, self.nesterov.into(), weight_decay, l1, decoupled]
    }

    /// What it remembers of each parameter.
    fn moments(&self) -> &'static [&'static str] {
        if self.momentum > 0.0 { &["velocity"] } else { &[] }
    }

    fn check(&self) -> Result<(), OptimError> {
        Ok(Self::SPEC.check(&self.options())?)
    }
}

impl<T: Scalar> Described for Sgd<T> {
    const SPEC: Spec = Spec::new("sgd", "gradient descent, with momentum").options(&[
        LEARNING_RATE.default_number(0.01),
        fraction("momentum").default_number(0.9).typical(0.0, 0.95),
        Opt::flag("nesterov"),
        Penalty::WEIGHT_DECAY,
        Penalty::L1,
        Penalty::DECOUPLED,
    ]);

    fn from_options(options: &Options) -> Self {
        Self::new(options.number("learning-rate"))
            .momentum(options.number("momentum"))
            .nesterov(options.flag("nesterov"))
            .penalty(Penalty::from_options(options))
    }

    fn values(&self) -> Vec<Value> {
        self.options().into()
    }
}

impl<T: Scalar> Optimizer<T> for Sgd<T> {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        self.check()?;
        let pass = Pass::new(parameters, threads, self.penalty, self.learning_rate);
        let [rate, momentum] = [self.learning_rate, self.momentum].map(T::from_f64);
        match (self.momentum > 0.0, self.nesterov) {
            (false, _) => self.velocities.update(
                pass,
                T::ZERO,
                #[inline(always)]
                move |[w], g| [w - rate * g],
            ),
            (true, false) => self.velocities.update(
                pass,
                T::ZERO,
                #[inline(always)]
                move |[w, v], g| {
                    let v = momentum * v + g;
                    [w - rate * v, v]
                },
            ),
            (true, true) => self.velocities.update(
                pass,
                T::ZERO,
                #[inline(always)]
                move |[w, v], g| {
                    let v = momentum * v + g;
                    [w - rate * (g + momentum * v), v]
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
        self.velocities.save(self.moments(), state, parameters)
    }

    fn load_state(
        &mut self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.velocities.load(self.moments(), state, parameters)
    }
}

impl<T> Rule for Sgd<T> {
    fn entry(&self, entry: &mut Entry) {
        let gradient = self.penalty.entry(self.learning_rate, entry);
        let velocity = &mut entry.state[0];
        *velocity = self.momentum * *velocity + gradient;
        let ahead = gradient + self.momentum * *velocity;
        entry.value -= self.learning_rate * if self.nesterov { ahead } else { *velocity };
    }
}
