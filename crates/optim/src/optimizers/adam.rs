use densely_layers::Parameters;
use densely_parts::{Described, Kind, Options, Spec, Value};
use densely_tensor::{Real, Scalar, Threads};

use crate::option::{BETA1, BETA2, EPSILON, LEARNING_RATE, check_epsilon};
use crate::state::{Pass, State};
use crate::{Entry, Limits, OptimError, Optimizer, OptimizerState, Penalty, Rule};

/// Adam: a step of its own size for each parameter, from the moments of its gradient.
///
/// With the gradient `g` of loss and [penalty](Penalty), learning rate `η`, and `t` the
/// number of the step, from 1:
///
/// | | |
/// |---|---|
/// | mean of the gradient | `m ← β₁ m + (1 − β₁) g` |
/// | mean of its square | `v ← β₂ v + (1 − β₂) g²` |
/// | without their bias towards the initial 0 | `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)` |
/// | step | `w ← w − η m̂ / (√v̂ + ε)` |
///
/// By default `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8`, as in PyTorch and optax, whose
/// equations these are. `1 − βᵗ` is computed from `t` itself, as `−expm1(t ln β)`, so
/// that no error accumulates over the steps. scikit-learn, Keras and the end of the
/// paper's section 2 put `ε` beside `√v` instead of `√v̂`, which makes it larger in the
/// first steps.
///
/// [`weight_decay`](Self::weight_decay) is the gradient of `½ λ |W|²`, which is divided
/// by `√v̂` like the rest of the gradient; as a rule [`AdamW`](crate::AdamW) is meant.
///
/// ```
/// use densely_layers::{Layer, Linear, Param};
/// use densely_optim::{Adam, Optimizer};
/// use densely_tensor::{Threads, mat};
///
/// let mut layer = Linear::from_parts(mat![[2.0_f64, 2.0]], mat![[0.0]])?;
/// layer.visit_params_mut(&mut |param: &mut Param<f64>| param.grad.fill(-7.0));
/// Adam::new(0.1).step(&mut layer, &Threads::single())?;
/// // Whatever the gradient's size, the first step is as long as the learning rate.
/// assert!((layer.weight().value[(0, 1)] - 2.1).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// CS231n, Neural Networks 3, "Per-parameter adaptive learning rate methods"; D. Kingma
/// and J. Ba, "Adam: a method for stochastic optimization" (2015).
#[derive(Debug, Clone)]
pub struct Adam<T> {
    learning_rate: f64,
    betas: [f64; 2],
    pub(super) epsilon: f64,
    penalty: Penalty,
    /// Steps that have been made.
    steps: u64,
    /// `m` and `v` of each parameter.
    moments: State<T>,
}

impl<T: Scalar> Adam<T> {
    /// With learning rate `η`; 0.001 is a good first guess.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            betas: [0.9, 0.999],
            epsilon: 1e-8,
            penalty: Penalty::none(),
            steps: 0,
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

    pub(super) fn options(&self) -> [Value; 7] {
        let [weight_decay, l1, decoupled] = self.penalty.values();
        let [beta1, beta2] = self.betas.map(Value::from);
        let (rate, epsilon) = (self.learning_rate.into(), self.epsilon.into());
        [rate, beta1, beta2, epsilon, weight_decay, l1, decoupled]
    }

    fn check(&self) -> Result<(), OptimError> {
        Self::SPEC.check(&self.options())?;
        check_epsilon::<T>("adam", self.epsilon)
    }
}

impl<T: Scalar> Described for Adam<T> {
    const SPEC: Spec = Spec::new("adam", "a step of its own size for each parameter").options(&[
        LEARNING_RATE.default_number(0.003),
        BETA1.default_number(0.9),
        BETA2.default_number(0.999),
        EPSILON.default_number(1e-8),
        Penalty::WEIGHT_DECAY,
        Penalty::L1,
        Penalty::DECOUPLED,
    ]);

    fn from_options(options: &Options) -> Self {
        Self::new(options.number("learning-rate"))
            .betas(options.number("beta1"), options.number("beta2"))
            .epsilon(options.number("epsilon"))
            .penalty(Penalty::from_options(options))
    }

    fn values(&self) -> Vec<Value> {
        self.options().into()
    }
}

impl<T: Scalar> Optimizer<T> for Adam<T> {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        self.check()?;
        let steps = self.steps + 1;
        let pass = Pass::new(parameters, threads, self.penalty, self.learning_rate);
        let correction = self.betas.map(|beta| one_minus_power(beta, steps));
        let [b1, b2] = self.betas.map(T::from_f64);
        let [c1, c2] = self.betas.map(|beta| T::from_f64(1.0 - beta));
        let rate = T::from_f64(self.learning_rate / correction[0]);
        let scale = T::from_f64(1.0 / correction[1].sqrt());
        let epsilon = T::from_f64(self.epsilon);
        self.moments.update(
            pass,
            T::ZERO,
            #[inline(always)]
            move |[w, m, v], g| {
                let m = b1 * m + c1 * g;
                let v = b2 * v + c2 * (g * g);
                [w - rate * m / (scale * Real::sqrt(v) + epsilon), m, v]
            },
        )?;
        self.steps = steps;
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
        self.moments.save(&["m", "v"], state, parameters)
    }

    fn load_state(
        &mut self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.steps = state.take_count("steps")?;
        self.moments.load(&["m", "v"], state, parameters)
    }
}

impl<T> Rule for Adam<T> {
    fn entry(&self, entry: &mut Entry) {
        let gradient = self.penalty.entry(self.learning_rate, entry);
        let ([b1, b2], [m, v, ..]) = (self.betas, &mut entry.state);
        *m = b1 * *m + (1.0 - b1) * gradient;
        *v = b2 * *v + (1.0 - b2) * gradient * gradient;
        let m_hat = *m / (1.0 - b1.powi(entry.step));
        let v_hat = *v / (1.0 - b2.powi(entry.step));
        entry.value -= self.learning_rate * m_hat / (v_hat.sqrt() + self.epsilon);
    }
}

/// `1 − βᵗ`, to the last bits for any `t`: a power by products would double its relative
/// error with each squaring, and the difference lose digits while `βᵗ` is near 1.
pub(super) fn one_minus_power(beta: f64, t: u64) -> f64 {
    -Real::exp_m1(t as f64 * Real::ln(beta))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `βᵗ` as a sum of two numbers, which is exact to some 100 bits, by products alone.
    fn power(beta: f64, t: u64) -> (f64, f64) {
        let product = |(a, a_low): (f64, f64), (b, b_low): (f64, f64)| {
            let high = a * b;
            let low = f64::mul_add(a, b, -high) + (a * b_low + a_low * b);
            (high + low, low - ((high + low) - high))
        };
        let (mut power, mut square, mut t) = ((1.0, 0.0), (beta, 0.0), t);
        while t > 0 {
            if t % 2 == 1 {
                power = product(power, square);
            }
            square = product(square, square);
            t /= 2;
        }
        power
    }

    #[test]
    fn bias_corrections_are_exact_after_any_number_of_steps() {
        for beta in [0.0, 1e-3, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0 - 1e-9] {
            for t in (1..200).chain([1000, 12_345, 1_000_000, 1 << 40]) {
                let (high, low) = power(beta, t);
                let (expected, actual) = ((1.0 - high) - low, one_minus_power(beta, t));
                let error = (actual - expected).abs() / expected;
                assert!(error < 3.0 * f64::EPSILON, "{beta} {t}: {actual} {expected}");
            }
        }
    }
}
