use densely_layers::Parameters;
use densely_parts::{Described, Kind, Options, Spec, Value};
use densely_tensor::{Scalar, Threads};

use super::Adam;
use crate::option::{BETA1, BETA2, EPSILON, LEARNING_RATE, check_epsilon};
use crate::{Entry, Limits, OptimError, Optimizer, OptimizerState, Penalty, Rule};

/// AdamW: [`Adam`] with decoupled weight decay.
///
/// With learning rate `η` and decay `λ`, and `m̂`, `v̂` as in [`Adam`], of the gradient of
/// the loss alone:
///
/// | | |
/// |---|---|
/// | weights | `w ← (1 − η λ) w − η m̂ / (√v̂ + ε)` |
/// | biases and slopes | `w ← w − η m̂ / (√v̂ + ε)` |
///
/// Every weight is forgotten at the same pace, however large its gradients are: L2 in
/// [`Adam`] is divided by `√v̂`, so that it hardly acts on weights with large gradients.
///
/// By default `λ = 0.01`, and the rest as in [`Adam`]. The equations are those of PyTorch
/// and optax, which decay biases too.
///
/// ```
/// use densely_layers::Linear;
/// use densely_optim::{AdamW, Optimizer};
/// use densely_tensor::{Threads, mat};
///
/// let mut layer = Linear::from_parts(mat![[2.0_f64, -8.0]], mat![[2.0]])?;
/// let mut adamw = AdamW::new(0.5).weight_decay(0.25);
/// adamw.step(&mut layer, &Threads::single())?; // all gradients are still 0
/// assert_eq!(layer.weight().value, mat![[2.0 * 0.875, -8.0 * 0.875]]);
/// assert_eq!(layer.bias().value, mat![[2.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// I. Loshchilov and F. Hutter, "Decoupled weight decay regularization" (2019).
#[derive(Debug, Clone)]
pub struct AdamW<T>(Adam<T>);

impl<T: Scalar> AdamW<T> {
    /// With learning rate `η`; 0.001 is a good first guess.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        Self(Adam::new(learning_rate)).weight_decay(0.01)
    }

    /// With these shares `β₁` and `β₂`, in `[0, 1)`, of the mean before in the mean of
    /// the gradient and of its square.
    #[must_use]
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        Self(self.0.betas(beta1, beta2))
    }

    /// With this `ε`, positive in the number type of the network.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self(self.0.epsilon(epsilon))
    }

    /// With decoupled decay `λ`, not negative, of weights only.
    #[must_use]
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        self.penalty(Penalty::none().decoupled(weight_decay))
    }

    /// With this penalty on weights, instead of the decoupled decay.
    #[must_use]
    pub fn penalty(self, penalty: Penalty) -> Self {
        Self(self.0.penalty(penalty))
    }

    fn options(&self) -> [Value; 7] {
        let [rate, beta1, beta2, epsilon, l2, l1, weight_decay] = self.0.options();
        [rate, beta1, beta2, epsilon, weight_decay, l1, l2]
    }
}

impl<T: Scalar> Described for AdamW<T> {
    const SPEC: Spec = Spec::new("adamw", "Adam, with decoupled weight decay").options(&[
        LEARNING_RATE.default_number(0.001),
        BETA1.default_number(0.9),
        BETA2.default_number(0.999),
        EPSILON.default_number(1e-8),
        Penalty::DECOUPLED.named("weight-decay").default_number(0.01),
        Penalty::L1,
        Penalty::WEIGHT_DECAY.named("l2").default_number(0.0),
    ]);

    fn from_options(options: &Options) -> Self {
        let number = |option| options.number(option);
        let penalty = Penalty::elastic_net(number("l1"), number("l2"));
        Self::new(number("learning-rate"))
            .betas(number("beta1"), number("beta2"))
            .epsilon(number("epsilon"))
            .penalty(penalty.decoupled(number("weight-decay")))
    }

    fn values(&self) -> Vec<Value> {
        self.options().into()
    }
}

impl<T: Scalar> Optimizer<T> for AdamW<T> {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        Self::SPEC.check(&self.options())?;
        check_epsilon::<T>("adamw", self.0.epsilon)?;
        self.0.step(parameters, threads)
    }

    fn kind(&self) -> Kind {
        self.described()
    }

    fn learning_rate(&self) -> f64 {
        self.0.learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.0.set_learning_rate(learning_rate);
    }

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    fn save_state(
        &self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.0.save_state(state, parameters)
    }

    fn load_state(
        &mut self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.0.load_state(state, parameters)
    }
}

impl<T> Rule for AdamW<T> {
    fn entry(&self, entry: &mut Entry) {
        self.0.entry(entry);
    }
}
