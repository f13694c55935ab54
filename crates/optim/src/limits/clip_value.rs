use densely_layers::Parameters;
use densely_parts::{Kind, KindError, Options, Spec};
use densely_tensor::{Real, Scalar, Threads};

use super::gradients::map_gradients;
use super::{around, check, tighter};
use crate::{Limits, OptimError, Optimizer, OptimizerKind, OptimizerKinds};

/// An optimiser that sees each entry of the gradient cut off at `±c`.
///
/// `g ← min(max(g, −c), c)`, for each entry
///
/// The direction of the gradient changes; [`ClipNorm`](crate::ClipNorm) keeps it. Made by
/// [`Optimizer::clip_value`]. The gradients of the network are changed in place, before
/// the optimiser adds a penalty to them. A NaN stays one.
///
/// ```
/// use densely_layers::{Layer, Linear, Param};
/// use densely_optim::{Optimizer, Sgd};
/// use densely_tensor::{Threads, mat};
///
/// let mut layer = Linear::from_parts(mat![[0.0_f64]], mat![[0.0]])?;
/// let mut gradients = [-30.0, 0.5].into_iter();
/// layer.visit_params_mut(&mut |p: &mut Param<f64>| p.grad.fill(gradients.next().unwrap()));
/// Sgd::new(1.0).clip_value(5.0).step(&mut layer, &Threads::single())?;
/// assert_eq!((layer.weight().value[(0, 0)], layer.bias().value[(0, 0)]), (5.0, -0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ClipValue<O> {
    optimizer: O,
    limit: f64,
}

impl<O> ClipValue<O> {
    pub(crate) fn new(optimizer: O, limit: f64) -> Self {
        Self { optimizer, limit }
    }
}

const SPEC: Spec = around("clip-value", "entries of the gradient of at most this size");

impl<T: Scalar> OptimizerKind<T> for ClipValue<Box<dyn Optimizer<T>>> {
    const SPEC: Spec = SPEC;

    fn from_options(options: &Options, known: &OptimizerKinds<T>) -> Result<Self, KindError> {
        Ok(Self::new(known.get(options.kind("optimizer"))?, options.number("limit")))
    }
}

impl<T: Scalar, O: Optimizer<T>> Optimizer<T> for ClipValue<O> {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        check(&SPEC, self.limit)?;
        let limit = T::from_f64(self.limit);
        map_gradients(
            parameters,
            threads,
            #[inline(always)]
            move |g| Real::min(Real::max(g, -limit), limit),
        );
        self.optimizer.step(parameters, threads)
    }

    fn kind(&self) -> Kind {
        SPEC.kind(&[self.limit.into(), self.optimizer.kind().into()])
    }

    pass_on!();

    fn limits(&self) -> Limits {
        let inner = self.optimizer.limits();
        Limits { clip_value: tighter(self.limit, inner.clip_value), ..inner }
    }
}
