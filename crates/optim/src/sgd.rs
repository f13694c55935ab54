use densely_layers::{Layer, Param};
use densely_tensor::{
    Mat, MatMut, MatRef, Scalar, Threads, column, column_mut, map_in_place, vectorize,
};

use crate::{OptimError, Optimizer};

/// Entries of a parameter in one panel of an update.
const PANEL_ENTRIES: usize = 1 << 15;

/// Stochastic gradient descent, with weight decay, momentum and Nesterov momentum.
///
/// With gradient `∇`, learning rate `η`, momentum `μ` and weight decay `λ`:
///
/// | | |
/// |---|---|
/// | gradient of loss and penalty | `g = ∇ + λ w` for weights, `g = ∇` for biases |
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
    weight_decay: f64,
    /// One for each parameter; none before the first step and without momentum.
    velocities: Vec<Mat<T>>,
}

impl<T: Scalar> Sgd<T> {
    /// Plain gradient descent with learning rate `η`.
    #[must_use]
    pub fn new(learning_rate: f64) -> Self {
        let (momentum, nesterov, weight_decay) = (0.0, false, 0.0);
        Self { learning_rate, momentum, nesterov, weight_decay, velocities: Vec::new() }
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
        Self { weight_decay, ..self }
    }

    fn check(&self) -> Result<(), OptimError> {
        let check = |option, value: f64, fits: bool, expected| {
            if fits { Ok(()) } else { Err(OptimError::Option { option, expected, value }) }
        };
        let (rate, momentum, decay) = (self.learning_rate, self.momentum, self.weight_decay);
        let positive = rate > 0.0 && rate.is_finite();
        check("the learning rate", rate, positive, "positive and finite")?;
        let fraction = (0.0..1.0).contains(&momentum);
        check("the momentum", momentum, fraction, "at least 0 and less than 1")?;
        let not_negative = decay >= 0.0 && decay.is_finite();
        check("the weight decay", decay, not_negative, "at least 0 and finite")
    }

    /// Allocates a velocity for each parameter, or checks that they fit.
    fn prepare(&mut self, network: &dyn Layer<T>) -> Result<(), OptimError> {
        if self.momentum == 0.0 {
            return Ok(());
        }
        let velocities = &mut self.velocities;
        if velocities.is_empty() {
            network.visit_params(&mut |param| {
                velocities.push(Mat::zeros(param.value.nrows(), param.value.ncols()));
            });
        }
        let mut shapes = velocities.iter().map(|v| (v.nrows(), v.ncols()));
        let mut fits = true;
        network.visit_params(&mut |param| {
            fits &= shapes.next() == Some((param.value.nrows(), param.value.ncols()));
        });
        if fits && shapes.next().is_none() { Ok(()) } else { Err(OptimError::OtherNetwork) }
    }
}

impl<T: Scalar> Optimizer<T> for Sgd<T> {
    fn step(&mut self, network: &mut dyn Layer<T>, threads: &Threads) -> Result<(), OptimError> {
        self.check()?;
        self.prepare(network)?;
        let rate = T::from_f64(self.learning_rate);
        let momentum = T::from_f64(self.momentum);
        let weight_decay = self.weight_decay;
        let nesterov = self.nesterov;
        let mut velocities = self.velocities.iter_mut();
        network.visit_params_mut(&mut |param| {
            let decay = T::from_f64(if param.decay { weight_decay } else { 0.0 });
            let Param { value, grad, .. } = param;
            let (value, grad) = (value.as_mut(), grad.as_ref());
            let width = (PANEL_ENTRIES / value.nrows().max(1)).max(1);
            match velocities.next() {
                None => threads.panels((value, grad), width, |_, (value, grad)| {
                    plain(value, grad, rate, decay);
                }),
                Some(velocity) => {
                    let panels = (value, grad, velocity.as_mut());
                    threads.panels(panels, width, |_, (value, grad, velocity)| match nesterov {
                        false => heavy_ball(value, grad, velocity, rate, decay, momentum),
                        true => look_ahead(value, grad, velocity, rate, decay, momentum),
                    });
                }
            }
        });
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }
}

fn plain<T: Scalar>(mut value: MatMut<'_, T>, grad: MatRef<'_, T>, rate: T, decay: T) {
    vectorize(
        #[inline(always)]
        || {
            for j in 0..grad.ncols() {
                map_in_place([column_mut(value.as_mut(), j)], [column(grad, j)], |[w], [d]| {
                    [w - rate * (d + decay * w)]
                });
            }
        },
    );
}

fn heavy_ball<T: Scalar>(
    value: MatMut<'_, T>,
    grad: MatRef<'_, T>,
    velocity: MatMut<'_, T>,
    rate: T,
    decay: T,
    momentum: T,
) {
    with_velocity(
        value,
        grad,
        velocity,
        #[inline(always)]
        |[w, v], [d]| {
            let v = momentum * v + (d + decay * w);
            [w - rate * v, v]
        },
    );
}

fn look_ahead<T: Scalar>(
    value: MatMut<'_, T>,
    grad: MatRef<'_, T>,
    velocity: MatMut<'_, T>,
    rate: T,
    decay: T,
    momentum: T,
) {
    with_velocity(
        value,
        grad,
        velocity,
        #[inline(always)]
        |[w, v], [d]| {
            let g = d + decay * w;
            let v = momentum * v + g;
            [w - rate * (g + momentum * v), v]
        },
    );
}

/// `(w, v) = update((w, v), ∇)` for every entry.
#[inline(always)]
fn with_velocity<T: Scalar>(
    mut value: MatMut<'_, T>,
    grad: MatRef<'_, T>,
    mut velocity: MatMut<'_, T>,
    update: impl Fn([T; 2], [T; 1]) -> [T; 2],
) {
    vectorize(
        #[inline(always)]
        || {
            for j in 0..grad.ncols() {
                let (w, v) = (column_mut(value.as_mut(), j), column_mut(velocity.as_mut(), j));
                map_in_place([w, v], [column(grad, j)], &update);
            }
        },
    );
}
