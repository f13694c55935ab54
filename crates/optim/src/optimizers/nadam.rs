use densely_layers::Parameters;
use densely_parts::{Described, Kind, Opt, Options, Range, Spec, Value};
use densely_tensor::{Real, Scalar, Threads};

use super::adam::one_minus_power;
use crate::option::{BETA1, BETA2, EPSILON, LEARNING_RATE, check_epsilon};
use crate::state::{Pass, State};
use crate::{Entry, Limits, OptimError, Optimizer, OptimizerState, Penalty, Rule};

/// Nesterov-accelerated Adam: [`Adam`](crate::Adam) with Nesterov momentum.
///
/// With the gradient `g` of loss and [penalty](Penalty), learning rate `η`, and `t` the
/// number of the step, from 1:
///
/// | | |
/// |---|---|
/// | share of the mean before, at step `t` | `μₜ = β₁ (1 − ½ · 0.96^(ψ t))` |
/// | mean of the gradient | `m ← β₁ m + (1 − β₁) g` |
/// | mean of its square | `v ← β₂ v + (1 − β₂) g²` |
/// | one step ahead | `m̂ = μₜ₊₁ m / (1 − μ₁ ⋯ μₜ₊₁) + (1 − μₜ) g / (1 − μ₁ ⋯ μₜ)` |
/// | step | `w ← w − η m̂ / (√v̂ + ε)`, `v̂ = v / (1 − β₂ᵗ)` |
///
/// By default `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8` and `ψ = 0.004`, as in PyTorch, whose equations
/// these are. Keras has `ε = 1e-7` beside the same root.
///
/// ```
/// use densely_layers::{Layer, Linear, Param};
/// use densely_optim::{NAdam, Optimizer};
/// use densely_tensor::{Threads, mat};
///
/// let mut layer = Linear::from_parts(mat![[2.0_f64, 2.0]], mat![[0.0]])?;
/// layer.visit_params_mut(&mut |param: &mut Param<f64>| param.grad.fill(-7.0));
/// NAdam::new(0.1).step(&mut layer, &Threads::single())?;
/// assert!(layer.weight().value[(0, 1)] > 2.1); // Adam's first step would end at 2.1
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// T. Dozat, "Incorporating Nesterov momentum into Adam" (2016).
#[derive(Debug, Clone)]
pub struct NAdam<T> {
    learning_rate: f64,
    betas: [f64; 2],
    epsilon: f64,
    momentum_decay: f64,
    penalty: Penalty,
    /// Steps that have been made.
    steps: u64,
    /// `μ₁ ⋯ μₜ`.
    product: f64,
    /// `m` and `v` of each parameter.
    moments: State<T>,
}

impl<T: Scalar> NAdam<T> {
    /// With learning rate `η`; 0.002 is a good first guess.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            betas: [0.9, 0.999],
            epsilon: 1e-8,
            momentum_decay: 0.004,
            penalty: Penalty::none(),
            steps: 0,
            product: 1.0,
            moments: State::new(),
        }
    }

    /// With these shares `β₁` and `β₂`, in `[0, 1)`, of the mean before in the mean of
    /// the gradient and of its square.
    #[must_use]
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        Self { betas: [beta1, beta2], ..self }
    }

    /// With this `ε`, positive in the number type of the network.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// With this `ψ`, not negative: how fast momentum comes up to `β₁` from half of it.
    #[must_use]
    pub fn momentum_decay(self, momentum_decay: f64) -> Self {
        Self { momentum_decay, ..self }
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
        let [beta1, beta2] = self.betas.map(Value::from);
        let (rate, epsilon) = (self.learning_rate.into(), self.epsilon.into());
        [rate, beta1, beta2, epsilon, self.momentum_decay.into(), weight_decay, l1, decoupled]
    }
}

impl<T> NAdam<T> {
    /// `μₜ`.
    fn share(&self, t: f64) -> f64 {
        self.betas[0] * (1.0 - 0.5 * Real::exp(Real::ln(0.96) * self.momentum_decay * t))
    }
}

impl<T: Scalar> Described for NAdam<T> {
    const SPEC: Spec = Spec::new("nadam", "Adam, one step ahead").options(&[
        LEARNING_RATE.default_number(0.002),
        BETA1.default_number(0.9),
        BETA2.default_number(0.999),
        EPSILON.default_number(1e-8),
        Opt::number("momentum-decay", Range::NOT_NEGATIVE).default_number(0.004).typical(0.0, 0.1),
        Penalty::WEIGHT_DECAY,
        Penalty::L1,
        Penalty::DECOUPLED,
    ]);

    fn from_options(options: &Options) -> Self {
        Self::new(options.number("learning-rate"))
            .betas(options.number("beta1"), options.number("beta2"))
            .epsilon(options.number("epsilon"))
            .momentum_decay(options.number("momentum-decay"))
            .penalty(Penalty::from_options(options))
    }

    fn values(&self) -> Vec<Value> {
        self.options().into()
    }
}

impl<T: Scalar> Optimizer<T> for NAdam<T> {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        Self::SPEC.check(&self.options())?;
        check_epsilon::<T>("nadam", self.epsilon)?;
        let steps = self.steps + 1;
        let (share, next) = (self.share(steps as f64), self.share((steps + 1) as f64));
        let product = self.product * share;
        let pass = Pass::new(parameters, threads, self.penalty, self.learning_rate);
        let [b1, b2] = self.betas.map(T::from_f64);
        let [c1, c2] = self.betas.map(|beta| T::from_f64(1.0 - beta));
        let of_mean = T::from_f64(self.learning_rate * next / (1.0 - product * next));
        let of_gradient = T::from_f64(self.learning_rate * (1.0 - share) / (1.0 - product));
        let scale = T::from_f64(1.0 / one_minus_power(self.betas[1], steps).sqrt());
        let epsilon = T::from_f64(self.epsilon);
        self.moments.update(
            pass,
            T::ZERO,
            #[inline(always)]
            move |[w, m, v], g| {
                let m = b1 * m + c1 * g;
                let v = b2 * v + c2 * (g * g);
                [w - (of_mean * m + of_gradient * g) / (scale * Real::sqrt(v) + epsilon), m, v]
            },
        )?;
        (self.steps, self.product) = (steps, product);
        Ok(())
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
        Limits { penalty: self.penalty, momentum: self.betas[0], ..Limits::default() }
    }

    fn save_state(
        &self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        state.insert_number("steps", self.steps as f64)?;
        state.insert_number("product", self.product)?;
        self.moments.save(&["m", "v"], state, parameters)
    }

    fn load_state(
        &mut self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.steps = state.take_count("steps")?;
        self.product = state.take_number("product")?;
        self.moments.load(&["m", "v"], state, parameters)
    }
}

impl<T> Rule for NAdam<T> {
    fn entry(&self, entry: &mut Entry) {
        let gradient = self.penalty.entry(self.learning_rate, entry);
        let ([b1, b2], [m, v, ..]) = (self.betas, &mut entry.state);
        let share = |t: i32| b1 * (1.0 - 0.5 * 0.96_f64.powf(self.momentum_decay * f64::from(t)));
        let product = |t: i32| (1..=t).map(share).product::<f64>();
        let t = entry.step;
        *m = b1 * *m + (1.0 - b1) * gradient;
        *v = b2 * *v + (1.0 - b2) * gradient * gradient;
        let m_hat = share(t + 1) * *m / (1.0 - product(t + 1))
            + (1.0 - share(t)) * gradient / (1.0 - product(t));
        let v_hat = *v / (1.0 - b2.powi(t));
        entry.value -= self.learning_rate * m_hat / (v_hat.sqrt() + self.epsilon);
    }
}
