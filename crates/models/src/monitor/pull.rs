use densely_layers::{Layer, Sequential};
use densely_optim::{Limits, Penalty};
use densely_tensor::kernels::{sum_of, vectorize};
use densely_tensor::{Scalar, column};

use super::layer_report::layer_numbers;
use crate::plain::plain;

/// How hard the loss and the penalty pull at the parameters: the norms of their gradients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pull {
    /// Of the loss, for all parameters.
    pub(crate) gradient: f64,
    /// Of the loss, for weights alone.
    pub(crate) weights: f64,
    /// Of the penalty, `λ₁ sign(w) + λ₂ w`.
    pub(crate) penalty: f64,
}

plain! { Pull { gradient, weights, penalty } }

impl Pull {
    /// When the gradients are computed, and not yet shortened. `None`, and nothing is read, where
    /// neither a penalty nor a limit of the gradient competes with the loss.
    pub(crate) fn of<T: Scalar>(network: &Sequential<T>, limits: &Limits) -> Option<Self> {
        let Limits { penalty, clip_norm, .. } = *limits;
        if penalty == Penalty::none() && clip_norm.is_none() {
            return None;
        }
        let (l1, l2) = (penalty.l1_strength(), penalty.l2_strength());
        let (mut gradient, mut weights, mut pull) = (0.0, 0.0, 0.0);
        network.visit_params(&mut |param| {
            let (value, grad) = (param.value.as_ref(), param.grad.as_ref());
            for j in 0..value.ncols() {
                let (squares, penalties) = vectorize(
                    #[inline(always)]
                    || {
                        let squares = sum_of(column(grad, j), |g: T| g.to_f64() * g.to_f64());
                        let penalties = match param.decay && (l1 > 0.0 || l2 > 0.0) {
                            false => 0.0,
                            true => sum_of(column(value, j), |w: T| {
                                let w = w.to_f64();
                                let sign = if w == 0.0 { 0.0 } else { w.signum() };
                                let pull = l1 * sign + l2 * w;
                                pull * pull
                            }),
                        };
                        (squares, penalties)
                    },
                );
                gradient += squares;
                weights += if param.decay { squares } else { 0.0 };
                pull += penalties;
            }
        });
        Some(Self {
            gradient: f64::sqrt(gradient),
            weights: f64::sqrt(weights),
            penalty: f64::sqrt(pull),
        })
    }

    /// The part of the gradient that a limit of its norm leaves, at most 1.
    pub(crate) fn kept(&self, limits: &Limits) -> f64 {
        limits.clip_norm.map_or(1.0, |limit| (limit / self.gradient).min(1.0))
    }

    /// How many times as hard as what is left of the loss's gradient the penalty pulls.
    pub(crate) fn ratio(&self, limits: &Limits) -> f64 {
        self.penalty / (self.kept(limits) * self.weights)
    }
}

/// The first layer of which most units have incoming weights of this norm, and the share of them.
pub(crate) fn held_by<T: Scalar>(network: &Sequential<T>, norm: f64) -> Option<(usize, f64)> {
    let mut stages = network.stages().iter().zip(layer_numbers(network));
    stages.find_map(|(stage, layer)| {
        let (mut held, mut units) = (0, 0);
        stage.layer().visit_params(&mut |param| {
            if param.decay {
                let value = param.value.as_ref();
                for i in 0..value.nrows() {
                    let weights = (0..value.ncols()).map(|j| value[(i, j)].to_f64());
                    let of_unit = weights.fold(0.0, f64::hypot);
                    held += usize::from(of_unit > 0.99 * norm);
                }
                units += value.nrows();
            }
        });
        (2 * held > units).then(|| (layer, held as f64 / units as f64))
    })
}

#[cfg(test)]
mod tests {
    use densely_layers::Linear;
    use densely_optim::{Optimizer, Sgd};
    use densely_tensor::mat;

    use super::*;

    fn network() -> Sequential<f64> {
        let linear = Linear::from_parts(mat![[3.0, 0.0], [0.0, -4.0]], mat![[1.0], [2.0]]).unwrap();
        let mut network = Sequential::new(2).and_then(|network| network.with(linear)).unwrap();
        network.visit_params_mut(&mut |param| {
            let value = if param.decay { 0.5 } else { 1.0 };
            param.grad.as_mut().fill(value);
        });
        network
    }

    #[test]
    fn formulas() {
        let sgd = Sgd::<f64>::new(0.1).penalty(Penalty::elastic_net(0.25, 0.5)).clip_norm(0.5);
        let limits = sgd.limits();
        let pull = Pull::of(&network(), &limits).unwrap();
        // Weights: 4 of 0.5. Biases: 2 of 1.
        assert_eq!((pull.weights, pull.gradient), (1.0, 3_f64.sqrt()));
        assert!((pull.penalty - 1.75_f64.hypot(2.25)).abs() < 1e-15, "{pull:?}");
        assert!((pull.kept(&limits) - 0.5 / 3_f64.sqrt()).abs() < 1e-15);
        assert!((pull.ratio(&limits) - pull.penalty / pull.kept(&limits)).abs() < 1e-12);
        assert_eq!(pull.kept(&Limits::default()), 1.0);
        assert_eq!(Pull::of(&network(), &Limits::default()), None);
    }

    #[test]
    fn units_at_a_limit_are_counted() {
        assert_eq!(held_by(&network(), 3.0), Some((1, 1.0)));
        assert_eq!(held_by(&network(), 4.0), None, "one of two is not most");
    }
}
