use densely_layers::Parameters;
use densely_parts::{Kind, KindError, Options, Spec};
use densely_tensor::kernels::{sum_of, vectorize};
use densely_tensor::{MatRef, Norm, Scalar, Threads, column};

use super::gradients::map_gradients;
use super::{around, check, tighter};
use crate::state::panel_width;
use crate::{Limits, OptimError, Optimizer, OptimizerKind, OptimizerKinds};

/// An optimiser whose gradient is shortened to a length of at most `c`, if it is longer.
///
/// `g ← g · min(1, c / |g|)`, where `|g|² = Σ g²` over all parameters of the network
///
/// The direction stays, and so does the gradient as a whole: one exploding mini-batch
/// makes a step of bounded length. Made by [`Optimizer::clip_norm`]. The gradients of the
/// network are changed in place, before the optimiser adds a penalty to them.
///
/// The norm is summed in `f64` (and scaled where even that would overflow or vanish), column
/// by column, so its bits do not depend on the number of threads; and the gradient keeps its
/// digits where the factor is too small for its type. PyTorch's `clip_grad_norm_` divides by
/// `|g| + 1e-6` instead.
///
/// ```
/// use densely_layers::{Layer, Linear, Param};
/// use densely_optim::{Optimizer, Sgd};
/// use densely_tensor::{Threads, mat};
///
/// let mut layer = Linear::from_parts(mat![[0.0_f64]], mat![[0.0]])?;
/// let mut gradients = [30.0, 40.0].into_iter();
/// layer.visit_params_mut(&mut |p: &mut Param<f64>| p.grad.fill(gradients.next().unwrap()));
/// Sgd::new(1.0).clip_norm(5.0).step(&mut layer, &Threads::single())?;
/// assert_eq!((layer.weight().value[(0, 0)], layer.bias().value[(0, 0)]), (-3.0, -4.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural
/// networks" (2013).
#[derive(Debug, Clone)]
pub struct ClipNorm<O> {
    optimizer: O,
    limit: f64,
    /// The sum of squares of each column of each gradient.
    sums: Vec<f64>,
}

impl<O> ClipNorm<O> {
    pub(crate) fn new(optimizer: O, limit: f64) -> Self {
        Self { optimizer, limit, sums: Vec::new() }
    }

    /// `|g|`.
    fn norm<T: Scalar>(&mut self, parameters: &dyn Parameters<T>, threads: &Threads) -> Norm {
        let sums = &mut self.sums;
        Norm::new(|scale| {
            sums.clear();
            parameters.each(&mut |param| {
                let (grad, first) = (param.grad.as_ref(), sums.len());
                sums.resize(first + grad.ncols(), 0.0);
                let panels = (grad, &mut sums[first..]);
                threads.panels(panels, panel_width(grad.nrows()), |_, (grad, sums)| {
                    sums_of_squares(grad, scale, sums);
                });
            });
            sums.iter().sum()
        })
    }
}

const SPEC: Spec = around("clip-norm", "a gradient of at most this norm");

impl<T: Scalar> OptimizerKind<T> for ClipNorm<Box<dyn Optimizer<T>>> {
    const SPEC: Spec = SPEC;

    fn from_options(options: &Options, known: &OptimizerKinds<T>) -> Result<Self, KindError> {
        Ok(Self::new(known.get(options.kind("optimizer"))?, options.number("limit")))
    }
}

impl<T: Scalar, O: Optimizer<T>> Optimizer<T> for ClipNorm<O> {
    /// # Errors
    /// Also if the gradient is not finite.
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        check(&SPEC, self.limit)?;
        let norm = self.norm(parameters, threads);
        if !norm.is_finite() {
            return Err(OptimError::NotFinite { norm: norm.value() });
        }
        if norm.exceeds(self.limit) {
            let [first, second] = norm.factors::<T>(self.limit);
            map_gradients(
                parameters,
                threads,
                #[inline(always)]
                move |g| g * first * second,
            );
        }
        self.optimizer.step(parameters, threads)
    }

    fn kind(&self) -> Kind {
        SPEC.kind(&[self.limit.into(), self.optimizer.kind().into()])
    }

    pass_on!();

    fn limits(&self) -> Limits {
        let inner = self.optimizer.limits();
        Limits { clip_norm: tighter(self.limit, inner.clip_norm), ..inner }
    }
}

fn sums_of_squares<T: Scalar>(grad: MatRef<'_, T>, scale: f64, sums: &mut [f64]) {
    vectorize(
        #[inline(always)]
        || {
            for (j, sum) in sums.iter_mut().enumerate() {
                *sum = sum_of(column(grad, j), |g| {
                    let g = scale * g.to_f64();
                    g * g
                });
            }
        },
    );
}
