use densely_layers::Parameters;
use densely_parts::{Described, Kind, Opt, Options, Range, Spec, Value};
use densely_tensor::{Real, Scalar, Threads};

use crate::option::{EPSILON, LEARNING_RATE, check_epsilon, check_number};
use crate::state::{Pass, State};
use crate::{Entry, Limits, OptimError, Optimizer, OptimizerState, Penalty, Rule};

/// Adagrad: a step that is shorter the more gradient a parameter has had.
///
/// With the gradient `g` of loss and [penalty](Penalty), and learning rate `η`:
///
/// | | |
/// |---|---|
/// | sum of squares | `s ← s + g²`, from `s₀` at first |
/// | step | `w ← w − η g / (√s + ε)` |
///
/// Parameters that are seldom used, for features that are seldom there, keep taking long
/// steps. The sum never falls, so all steps become shorter, like `1/√t`;
/// [`RmsProp`](crate::RmsProp) forgets.
///
/// By default `s₀ = 0` and `ε = 1e-10`, as in PyTorch, whose equation this is (without
/// its `lr_decay`: that is a [schedule](crate::Schedule)). optax and Keras begin with
/// `s₀ = 0.1` and `ε = 1e-7`, and add `ε` under the root.
///
/// ```
/// use densely_layers::{Layer, Linear, Param};
/// use densely_optim::{Adagrad, Optimizer};
/// use densely_tensor::{Threads, mat};
///
/// let mut layer = Linear::from_parts(mat![[0.0_f64]], mat![[0.0]])?;
/// layer.visit_params_mut(&mut |param: &mut Param<f64>| param.grad.fill(3.0));
/// let mut adagrad = Adagrad::new(1.0);
/// for _ in 0..2 {
///     adagrad.step(&mut layer, &Threads::single())?;
/// }
/// let expected = -1.0 - 1.0 / 2_f64.sqrt();
/// assert!((layer.weight().value[(0, 0)] - expected).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// CS231n, Neural Networks 3, "Per-parameter adaptive learning rate methods"; J. Duchi,
/// E. Hazan and Y. Singer, "Adaptive subgradient methods for online learning and
/// stochastic optimization" (2011).
#[derive(Debug, Clone)]
pub struct Adagrad<T> {
    learning_rate: f64,
    epsilon: f64,
    initial: f64,
    penalty: Penalty,
    /// `s` of each parameter.
    sums: State<T>,
}

impl<T: Scalar> Adagrad<T> {
    /// With learning rate `η`; 0.01 is a good first guess.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        let (epsilon, initial, penalty) = (1e-10, 0.0, Penalty::none());
        Self { learning_rate, epsilon, initial, penalty, sums: State::new() }
    }

    /// With this `ε`, positive in the number type of the network.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// With this sum of squares `s₀` before the first step, not negative: the first steps
    /// are shorter.
    #[must_use]
    pub fn initial_sum(self, initial: f64) -> Self {
        Self { initial, ..self }
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
        let (rate, epsilon) = (self.learning_rate.into(), self.epsilon.into());
        [rate, epsilon, self.initial.into(), weight_decay, l1, decoupled]
    }

    fn check(&self) -> Result<(), OptimError> {
        Self::SPEC.check(&self.options())?;
        if self.initial > 0.0 {
            check_number::<T>("adagrad", "initial-sum", self.initial)?;
        }
        check_epsilon::<T>("adagrad", self.epsilon)
    }
}

impl<T: Scalar> Described for Adagrad<T> {
    const SPEC: Spec = Spec::new("adagrad", "shorter steps for what has had more gradient")
        .options(&[
            LEARNING_RATE.default_number(0.01),
            EPSILON.default_number(1e-10),
            Opt::number("initial-sum", Range::NOT_NEGATIVE).default_number(0.0).typical(0.0, 2.0),
            Penalty::WEIGHT_DECAY,
            Penalty::L1,
            Penalty::DECOUPLED,
        ]);

    fn from_options(options: &Options) -> Self {
        Self::new(options.number("learning-rate"))
            .epsilon(options.number("epsilon"))
            .initial_sum(options.number("initial-sum"))
            .penalty(Penalty::from_options(options))
    }

    fn values(&self) -> Vec<Value> {
        self.options().into()
    }
}

impl<T: Scalar> Optimizer<T> for Adagrad<T> {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        self.check()?;
        let pass = Pass::new(parameters, threads, self.penalty, self.learning_rate);
        let [rate, epsilon] = [self.learning_rate, self.epsilon].map(T::from_f64);
        self.sums.update(
            pass,
            T::from_f64(self.initial),
            #[inline(always)]
            move |[w, s], g| {
                let s = s + g * g;
                [w - rate * g / (Real::sqrt(s) + epsilon), s]
            },
        )
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
        Limits { penalty: self.penalty, ..Limits::default() }
    }

    fn save_state(
        &self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.sums.save(&["s"], state, parameters)
    }

    fn load_state(
        &mut self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.sums.load(&["s"], state, parameters)
    }
}

impl<T> Rule for Adagrad<T> {
    fn entry(&self, entry: &mut Entry) {
        let gradient = self.penalty.entry(self.learning_rate, entry);
        let sum = &mut entry.state[0];
        *sum += gradient * gradient + if entry.step == 1 { self.initial } else { 0.0 };
        entry.value -= self.learning_rate * gradient / (sum.sqrt() + self.epsilon);
    }
}
