use std::fmt::Debug;

use densely_tensor::{
    Buffer, Initializer, MatMut, MatRef, ReborrowMut, Scalar, ShapeError, Threads, column,
    column_mut,
};
use dyn_clone::DynClone;

use crate::shards::sum_by_tree;
use crate::{At, Expression, Kind, Param, Saturation, Shards, param_path};

/// A differentiable map from `in x n` to `out x n` that treats each column, one
/// example, on its own.
///
/// A layer is a function with parameters and nothing else: whoever calls it owns
/// the matrices, and hands them in again for the backward pass. Training and
/// inference are different methods, never a hidden mode, so a layer behind `&` or
/// `Arc` serves many threads.
///
/// # How a training step calls a layer
///
/// 1. For each panel of columns, on whatever thread: [`forward_train`], and later,
///    with the same `x`, `y` and `tape`, [`backward_input`] with the gradient `dy` of
///    the loss with respect to `y`, which writes `dx`.
/// 2. When all panels are done, once for the whole mini-batch: [`backward_params`].
///
/// # The tape
///
/// A layer writes what it has to remember about an example, beyond `x` and `y`, to
/// its rows of the `tape`: a dropout layer its mask, a container the activations
/// between its layers. [`tape_rows`] says how many rows it needs, 0 for most. The
/// caller passes a matrix with exactly that many rows, holding anything at first,
/// and keeps it from the forward to the backward passes.
///
/// # Writing one
///
/// An elementwise function without parameters is better written as an
/// [`Activation`](crate::Activation). Otherwise implement the five methods without a
/// default, and those for parameters if there are any. The methods that compute
/// are kernels: they may assume the shapes that `out_features` and `tape_rows`
/// promised, and should panic with the dimensions in the message otherwise.
/// Columns are contiguous in `y`, `dy`, `dx`, the `tape`, and in `x`.
///
/// [`forward_train`]: Layer::forward_train
/// [`backward_input`]: Layer::backward_input
/// [`backward_params`]: Layer::backward_params
/// [`tape_rows`]: Layer::tape_rows
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer of `{T}` networks",
    note = "an elementwise function becomes a layer by `impl Activation for ...`"
)]
pub trait Layer<T: Scalar>: Debug + DynClone + Send + Sync {
    /// The number of outputs for `in_features` inputs.
    ///
    /// # Errors
    /// If the layer does not accept that many inputs.
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError>;

    /// What it is, as plain data: a kind, from which, and the number of inputs, a layer like this
    /// one can be made ([`LayerKind`](crate::LayerKind)). What it has learned are its parameters.
    ///
    /// A type without fields is known by its name. One with fields that does not say what it is
    /// can be trained and used, and not be stored.
    fn kind(&self) -> Kind {
        Kind::of_type::<Self>(size_of_val(self))
    }

    /// The number of rows of the tape: values to remember, or room to work in, per
    /// example.
    fn tape_rows(&self, in_features: usize) -> usize {
        let _ = in_features;
        0
    }

    /// Inference: `y = f(x)`. The tape is room to work in, and nothing else.
    fn forward(&self, x: MatRef<'_, T>, y: MatMut<'_, T>, tape: MatMut<'_, T>);

    /// Lays parameters out for [`forward`](Layer::forward) of one example at a time, in a copy of them, which goes when
    /// they may change. Results stay the same, to the bit. Of itself a layer does nothing here.
    ///
    /// # Errors
    /// If there is no memory for the copy.
    fn pack(&mut self) -> Result<(), ShapeError> {
        Ok(())
    }

    /// Training: `y = f(x)`, with random draws addressed by `at` if there are any.
    fn forward_train(&self, x: MatRef<'_, T>, y: MatMut<'_, T>, tape: MatMut<'_, T>, at: At) {
        let _ = at;
        self.forward(x, y, tape);
    }

    /// `dx = Jᵀ dy`, where `J` is the derivative of `y` with respect to `x`, column by
    /// column. Overwrites `dx`.
    fn backward_input(
        &self,
        x: MatRef<'_, T>,
        y: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        dx: MatMut<'_, T>,
        tape: MatMut<'_, T>,
    );

    /// Called instead of [`backward_input`](Layer::backward_input) where nobody needs
    /// `dx`: the first layer of a network. A layer whose `backward_params` relies on
    /// something that `backward_input` writes to the tape does that part here.
    fn backward_tape(
        &self,
        x: MatRef<'_, T>,
        y: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        tape: MatMut<'_, T>,
    ) {
        let _ = (x, y, dy, tape);
    }

    /// Overwrites the gradient of each parameter, summed over the columns of `x`.
    ///
    /// Large products are split with [`Threads::panels`] over the columns of a
    /// gradient, never over examples.
    fn backward_params(
        &mut self,
        x: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        tape: MatRef<'_, T>,
        threads: &Threads,
    ) {
        let _ = (x, dy, tape, threads);
    }

    /// Overwrites the gradient of each parameter with the sum over [`Shards`], whose examples these are: each as
    /// [`backward_params`](Layer::backward_params) computes it for the examples of a shard alone (0 of an empty one),
    /// added by their tree.
    ///
    /// What this does of itself goes over whole gradients again and again. A layer with large ones does the same for a part
    /// of them after the other, while it is in the cache. `room` holds anything, and may be used.
    fn backward_shards(
        &mut self,
        x: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        tape: MatRef<'_, T>,
        shards: &Shards,
        room: &mut Buffer<T>,
        threads: &Threads,
    ) {
        let mut parameters = 0;
        self.visit_params(&mut |param| parameters += param.len());
        let levels = shards.count().ilog2() as usize;
        let kept = room.view_mut(parameters, levels);
        sum_by_tree(
            shards.count(),
            &mut (self, kept),
            |(layer, _), shard| {
                let columns = shards.get(shard);
                let [x, dy, tape] =
                    [x, dy, tape].map(|of| of.subcols(columns.start, columns.len()));
                layer.backward_params(x, dy, tape, threads);
            },
            |(layer, kept), level| {
                let mut kept = column_mut(kept.rb_mut(), level);
                layer.visit_params(&mut |param| {
                    for j in 0..param.grad.ncols() {
                        let (to, rest) = std::mem::take(&mut kept).split_at_mut(param.grad.nrows());
                        to.copy_from_slice(column(param.grad.as_ref(), j));
                        kept = rest;
                    }
                });
            },
            |(layer, kept), level| {
                let mut kept = column(kept.as_ref(), level);
                layer.visit_params_mut(&mut |param| {
                    for j in 0..param.grad.ncols() {
                        let (from, rest) = kept.split_at(param.grad.nrows());
                        let to = column_mut(param.grad.as_mut(), j);
                        to.iter_mut().zip(from).for_each(|(to, from)| *to += *from);
                        kept = rest;
                    }
                });
            },
        );
    }

    /// Visits the parameters, always in the same order.
    fn visit_params(&self, visit: &mut dyn FnMut(&Param<T>)) {
        let _ = visit;
    }

    /// Visits the parameters with the [path](param_path) of each, in the order of
    /// [`visit_params`](Layer::visit_params).
    ///
    /// Files and what an optimiser remembers go by it, so it is of one parameter alone. A layer of
    /// your own that has other layers inside shows theirs with a longer prefix, as
    /// [`Sequential`](crate::Sequential) does.
    fn visit_paths(&self, prefix: &str, visit: &mut dyn FnMut(&str, &Param<T>)) {
        self.visit_params(&mut |param| visit(&param_path(prefix, param.name, param.role), param));
    }

    /// Visits the parameters for change, in the order of
    /// [`visit_params`](Layer::visit_params).
    fn visit_params_mut(&mut self, visit: &mut dyn FnMut(&mut Param<T>)) {
        let _ = visit;
    }

    /// On which sides the outputs become flat, of a layer without a tape whose outputs are
    /// functions of one input each. Its units are watched in training.
    fn unit_saturation(&self) -> Saturation {
        Saturation::Never
    }

    /// What it computes, of a layer without parameters that does the same to each number.
    fn expression(&self) -> Option<Expression> {
        None
    }

    /// The initialiser for weights right before it.
    fn suited_initializer(&self) -> Initializer {
        Initializer::HeNormal
    }
}

dyn_clone::clone_trait_object!(<T: Scalar> Layer<T>);
