use densely_layers::Parameters;
use densely_parts::{Kind, KindError, Options, Spec};
use densely_tensor::kernels::{map_in_place, vectorize};
use densely_tensor::{MatMut, Norm, Scalar, Split, Threads, column_mut};

use super::{around, check, tighter};
use crate::{Limits, OptimError, Optimizer, OptimizerKind, OptimizerKinds};

/// Units whose norms are computed side by side.
const UNITS: usize = 64;

/// The squares of smaller limits, and of weights above them, may vanish.
const TINY: f64 = 1e-130;

/// An optimiser after whose steps no unit has weights of a norm above `c`.
///
/// `wᵢ ← wᵢ · min(1, c / |wᵢ|)`, for each row `wᵢ` of a weight matrix: the incoming
/// weights of unit `i` (of one of its pieces, before [`Maxout`](densely_layers::Maxout))
///
/// A projection onto a ball, instead of a [penalty](crate::Penalty): small weights are
/// left alone, and large ones are bounded at any learning rate. Limits of 3 or 4 are
/// usual. Biases and slopes are not limited, and a unit with a weight that is not finite is
/// left as it is. Made by [`Optimizer::max_norm`].
///
/// ```
/// use densely_layers::Linear;
/// use densely_optim::{Optimizer, Sgd};
/// use densely_tensor::{Threads, mat};
///
/// let mut layer = Linear::from_parts(mat![[30.0_f64, 40.0], [3.0, 0.0]], mat![[70.0], [0.0]])?;
/// Sgd::new(0.1).max_norm(5.0).step(&mut layer, &Threads::single())?; // gradients of 0
/// assert_eq!(layer.weight().value, mat![[3.0, 4.0], [3.0, 0.0]]);
/// assert_eq!(layer.bias().value, mat![[70.0], [0.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// CS231n, Neural Networks 2, "Regularization" (max norm constraints).
#[derive(Debug, Clone)]
pub struct MaxNorm<O> {
    optimizer: O,
    limit: f64,
}

impl<O> MaxNorm<O> {
    pub(crate) fn new(optimizer: O, limit: f64) -> Self {
        Self { optimizer, limit }
    }
}

const SPEC: Spec = around("max-norm", "incoming weights of each unit of at most this norm");

impl<T: Scalar> OptimizerKind<T> for MaxNorm<Box<dyn Optimizer<T>>> {
    const SPEC: Spec = SPEC;

    fn from_options(options: &Options, known: &OptimizerKinds<T>) -> Result<Self, KindError> {
        Ok(Self::new(known.get(options.kind("optimizer"))?, options.number("limit")))
    }
}

impl<T: Scalar, O: Optimizer<T>> Optimizer<T> for MaxNorm<O> {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        check(&SPEC, self.limit)?;
        self.optimizer.step(parameters, threads)?;
        parameters.each_mut(&mut |param| {
            if param.decay {
                let rows = Rows(param.value.as_mut());
                threads.panels(rows, UNITS, |_, Rows(units)| shorten(units, self.limit));
            }
        });
        Ok(())
    }

    fn kind(&self) -> Kind {
        SPEC.kind(&[self.limit.into(), self.optimizer.kind().into()])
    }

    pass_on!();

    fn limits(&self) -> Limits {
        let inner = self.optimizer.limits();
        Limits { max_norm: tighter(self.limit, inner.max_norm), ..inner }
    }
}

/// A matrix that is cut between rows.
struct Rows<'a, T>(MatMut<'a, T>);

impl<T: Scalar> Split for Rows<'_, T> {
    fn columns(&self) -> usize {
        self.0.nrows()
    }
    fn split_at(self, row: usize) -> (Self, Self) {
        let (above, below) = self.0.split_at_row_mut(row);
        (Self(above), Self(below))
    }
}

/// Shortens the rows, of which there are at most [`UNITS`], to the limit.
fn shorten<T: Scalar>(mut units: MatMut<'_, T>, limit: f64) {
    let (rows, columns) = units.shape();
    vectorize(
        #[inline(always)]
        || {
            let mut squares = [0.0; UNITS];
            for j in 0..columns {
                for (square, w) in squares.iter_mut().zip(&*column_mut(units.as_mut(), j)) {
                    let w = w.to_f64();
                    *square += w * w;
                }
            }
            if limit >= TINY && squares.iter().all(|square| square.sqrt() <= limit) {
                return;
            }
            let mut factors = [[T::ONE; UNITS]; 2];
            for (i, &square) in squares[..rows].iter().enumerate() {
                let again = |scale: f64| -> f64 {
                    (0..columns).map(|j| (scale * units[(i, j)].to_f64()).powi(2)).sum()
                };
                let norm = Norm::new(|scale| if scale == 1.0 { square } else { again(scale) });
                if norm.is_finite() && norm.exceeds(limit) {
                    [factors[0][i], factors[1][i]] = norm.factors(limit);
                }
            }
            let factors = factors.each_ref().map(|factors| &factors[..rows]);
            for j in 0..columns {
                let weights = column_mut(units.as_mut(), j);
                map_in_place([weights], factors, |[w], [first, second]| [w * first * second]);
            }
        },
    );
}
