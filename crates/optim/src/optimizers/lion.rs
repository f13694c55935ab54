use densely_layers::Parameters;
use densely_parts::{Described, Kind, Options, Spec, Value};
use densely_tensor::{Scalar, Threads};

use crate::option::{BETA1, BETA2, LEARNING_RATE};
use crate::state::{Pass, State};
use crate::{Entry, Limits, OptimError, Optimizer, OptimizerState, Penalty, Rule};

/// Lion: steps of one size, by the sign of the gradient and its mean.
///
/// With the gradient `g` of the loss, learning rate `η` and decay `λ`:
///
/// | | |
/// |---|---|
/// | decoupled decay, of weights only | `w ← (1 − η λ) w` |
/// | step | `w ← w − η sign(β₁ m + (1 − β₁) g)`, where `sign(0) = 0` |
/// | mean of the gradient | `m ← β₂ m + (1 − β₂) g` |
///
/// Every parameter moves by `η`, whatever its gradient, so that rates are 3 to 10 times smaller
/// than those of [`AdamW`](crate::AdamW), and decay as many times stronger. It remembers one matrix
/// for each parameter, Adam two.
///
/// By default `β₁ = 0.9`, `β₂ = 0.99`, as in optax, whose equations these are, and `λ = 0.03`
/// (optax: 0.001, on biases too).
///
/// ```
/// use densely_layers::{Layer, Linear, Param};
/// use densely_optim::{Lion, Optimizer};
/// use densely_tensor::{Threads, mat};
///
/// let mut layer = Linear::from_parts(mat![[2.0_f64]], mat![[2.0]])?;
/// let mut gradients = [-1e-6, 1e6].into_iter();
/// layer.visit_params_mut(&mut |p: &mut Param<f64>| p.grad.fill(gradients.next().unwrap()));
/// Lion::new(0.5).weight_decay(0.0).step(&mut layer, &Threads::single())?;
/// assert_eq!((layer.weight().value[(0, 0)], layer.bias().value[(0, 0)]), (2.5, 1.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// X. Chen et al., "Symbolic discovery of optimization algorithms" (2023).
#[derive(Debug, Clone)]
pub struct Lion<T> {
    learning_rate: f64,
    betas: [f64; 2],
    penalty: Penalty,
    /// `m` of each parameter.
    means: State<T>,
}

impl<T: Scalar> Lion<T> {
    /// With learning rate `η`; 0.0003 is a good first guess.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        let penalty = Penalty::none().decoupled(0.03);
        Self { learning_rate, betas: [0.9, 0.99], penalty, means: State::new() }
    }

    /// With these shares `β₁` and `β₂`, in `[0, 1)`, of the mean before in what the step goes by,
    /// and in the mean.
    #[must_use]
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        Self { betas: [beta1, beta2], ..self }
    }

    /// With decoupled decay `λ`, not negative, of weights only.
    #[must_use]
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        self.penalty(Penalty::none().decoupled(weight_decay))
    }

    /// With this penalty on weights, instead of the decoupled decay.
    #[must_use]
    pub fn penalty(self, penalty: Penalty) -> Self {
        Self { penalty, ..self }
    }

    fn options(&self) -> [Value; 6] {
        let [l2, l1, weight_decay] = self.penalty.values();
        let [beta1, beta2] = self.betas.map(Value::from);
        [self.learning_rate.into(), beta1, beta2, weight_decay, l1, l2]
    }
}

impl<T: Scalar> Described for Lion<T> {
    const SPEC: Spec = Spec::new("lion", "steps of one size, by the sign of the mean").options(&[
        LEARNING_RATE.default_number(0.0003),
        BETA1.default_number(0.9),
        BETA2.default_number(0.99),
        Penalty::DECOUPLED.named("weight-decay").default_number(0.03),
        Penalty::L1,
        Penalty::WEIGHT_DECAY.named("l2").default_number(0.0),
    ]);

    fn from_options(options: &Options) -> Self {
        let number = |option| options.number(option);
        let penalty = Penalty::elastic_net(number("l1"), number("l2"));
        Self::new(number("learning-rate"))
            .betas(number("beta1"), number("beta2"))
            .penalty(penalty.decoupled(number("weight-decay")))
    }

    fn values(&self) -> Vec<Value> {
        self.options().into()
    }
}

impl<T: Scalar> Optimizer<T> for Lion<T> {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        Self::SPEC.check(&self.options())?;
        let pass = Pass::new(parameters, threads, self.penalty, self.learning_rate);
        let rate = T::from_f64(self.learning_rate);
        let [b1, b2] = self.betas.map(T::from_f64);
        let [c1, c2] = self.betas.map(|beta| T::from_f64(1.0 - beta));
        self.means.update(
            pass,
            T::ZERO,
            #[inline(always)]
            move |[w, m], g| {
                let ahead = b1 * m + c1 * g;
                let up = if ahead < T::ZERO { rate } else { T::ZERO };
                let down = if ahead > T::ZERO { rate } else { T::ZERO };
                // A NaN is no sign, and shows in the mean.
                [w + (up - down), b2 * m + c2 * g]
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
        Limits { penalty: self.penalty, momentum: self.betas[0], ..Limits::default() }
    }

    fn save_state(
        &self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.means.save(&["m"], state, parameters)
    }

    fn load_state(
        &mut self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.means.load(&["m"], state, parameters)
    }
}

impl<T> Rule for Lion<T> {
    fn entry(&self, entry: &mut Entry) {
        let gradient = self.penalty.entry(self.learning_rate, entry);
        let ([b1, b2], m) = (self.betas, &mut entry.state[0]);
        let ahead = b1 * *m + (1.0 - b1) * gradient;
        *m = b2 * *m + (1.0 - b2) * gradient;
        entry.value -= self.learning_rate * if ahead == 0.0 { 0.0 } else { ahead.signum() };
    }
}
