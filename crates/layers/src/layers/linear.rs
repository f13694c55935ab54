use densely_tensor::kernels::{Strips, gemm_by_tree, sum_columns};
use densely_tensor::{
    Accumulate, Buffer, Initializer, Mat, MatMut, MatRef, Real, ReborrowMut, Scalar, ShapeError,
    Stream, Threads, affine, column, column_mut, gemm, matrix_bytes,
};

use crate::shards::sum_by_tree;
use crate::{
    Kind, Layer, LayerKind, LayerPlan, Opt, Options, Param, ParamPlan, Reference, Role, Shards,
    Spec,
};

/// The fully-connected layer: `y = W x + b`.
///
/// | | |
/// |---|---|
/// | forward | `y = W x + b` |
/// | backward, input | `dx = Wᵀ dy` |
/// | backward, parameters | `dW = dy xᵀ`, `db = Σⱼ dy[:, j]` |
///
/// # Shapes
/// `W: out x in`, `b: out x 1`, `x: in x n`, `y: out x n`.
///
/// ```
/// use densely_layers::{Layer, Linear};
/// use densely_tensor::{Mat, mat};
///
/// let layer = Linear::from_parts(mat![[1.0, 2.0], [3.0, 4.0]], mat![[10.0], [20.0]])?;
/// let (x, mut y) = (mat![[1.0], [1.0]], Mat::zeros(2, 1));
/// layer.forward(x.as_ref(), y.as_mut(), Mat::new().as_mut());
/// assert_eq!(y, mat![[13.0], [27.0]]);
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
///
/// CS231n, Neural Networks 1, "Example feed-forward computation".
#[derive(Debug, Clone)]
pub struct Linear<T> {
    weight: Param<T>,
    bias: Param<T>,
    packed: Option<Strips<T>>,
}

impl<T: Scalar> Linear<T> {
    /// With weights drawn by `initializer` and a bias of zero.
    ///
    /// # Errors
    /// If `in_features` or `out_features` is zero, or there is no memory for the weights and
    /// their gradient.
    pub fn new(
        in_features: usize,
        out_features: usize,
        initializer: Initializer,
        stream: &mut Stream,
    ) -> Result<Self, ShapeError> {
        Self::check(out_features, in_features)?;
        let bytes = matrix_bytes::<T>(out_features, in_features).saturating_mul(2);
        ShapeError::expect_memory("Linear", "the weights and their gradient", bytes)?;
        Self::from_parts(
            initializer.matrix(out_features, in_features, stream),
            Mat::zeros(out_features, 1),
        )
    }

    /// With the weights `W: out x in` and the bias `b: out x 1`.
    ///
    /// # Errors
    /// If a size is zero or `b` does not fit `W`.
    pub fn from_parts(weight: Mat<T>, bias: Mat<T>) -> Result<Self, ShapeError> {
        Self::check(weight.nrows(), weight.ncols())?;
        ShapeError::expect("Linear", "rows of the bias", weight.nrows(), bias.nrows())?;
        ShapeError::expect("Linear", "columns of the bias", 1, bias.ncols())?;
        let (weight, bias) = (Param::weight(weight), Param::bias(bias));
        Ok(Self { weight, bias, packed: None })
    }

    fn check(out_features: usize, in_features: usize) -> Result<(), ShapeError> {
        ShapeError::expect_some("Linear", "inputs", in_features)?;
        ShapeError::expect_some("Linear", "outputs", out_features)
    }

    /// The weights `W: out x in` and their gradient.
    #[must_use]
    pub fn weight(&self) -> &Param<T> {
        &self.weight
    }

    /// The bias `b: out x 1` and its gradient.
    #[must_use]
    pub fn bias(&self) -> &Param<T> {
        &self.bias
    }
}

/// How many columns of a weight gradient, `out x in`, so many threads compute together: enough to
/// outweigh handing them to another thread, few enough to balance the threads, which share a
/// power of two evenly. A column's sums do not depend on those beside it, so threads do not change the result.
fn panel_width<T>(out_features: usize, in_features: usize, n: usize, threads: usize) -> usize {
    /// Panels, at most, of a few threads.
    const PANELS: usize = 16;
    /// Columns in a panel, at least, where there would be none for a thread.
    const NARROWEST: usize = 16;
    /// Floating-point operations in a panel, at least.
    const FLOPS: usize = 1_000_000;
    /// Bytes of `dy` that stay in cache, about.
    const CACHED_BYTES: usize = 1 << 20;

    let flops = 2 * out_features * in_features * n;
    // Every panel goes over all of dy.
    let cached = out_features * n * size_of::<T>() <= CACHED_BYTES;
    let narrow = if cached { (in_features / 4).clamp(NARROWEST, 64) } else { 128 };
    let panels = (in_features / narrow).clamp(1, PANELS);
    let panels = panels.max(threads.min(in_features / NARROWEST)).min(flops / FLOPS).max(1);
    let mut width = in_features.div_ceil(1 << panels.ilog2()).next_multiple_of(8);
    // A column that is alone comes out otherwise where multiplying and adding are not fused.
    while in_features > width && in_features % width == 1 {
        width += 8;
    }
    width
}

impl<T: Scalar> LayerKind<T> for Linear<T> {
    const SPEC: Spec =
        Spec::new("linear", "W x + b: as many outputs, each connected to all inputs")
            .options(&[Opt::count("outputs", 1).typical(1.0, 8.0)]);

    fn from_options(options: &Options, inputs: usize) -> Result<Self, ShapeError> {
        let outputs = options.count("outputs");
        Self::check(outputs, inputs)?;
        let bytes = matrix_bytes::<T>(outputs, inputs).saturating_mul(2);
        ShapeError::expect_memory("Linear", "the weights and their gradient", bytes)?;
        Self::from_parts(Mat::zeros(outputs, inputs), Mat::zeros(outputs, 1))
    }

    fn plan(options: &Options, inputs: usize) -> Result<LayerPlan, ShapeError> {
        let outputs = options.count("outputs");
        Self::check(outputs, inputs)?;
        Ok(LayerPlan {
            outputs,
            parameters: vec![
                ParamPlan::new(Role::Weight, outputs, inputs),
                ParamPlan::new(Role::Bias, outputs, 1),
            ],
        })
    }
}

impl<T: Scalar> Layer<T> for Linear<T> {
    fn kind(&self) -> Kind {
        <Self as LayerKind<T>>::SPEC.kind(&[self.weight.value.nrows().into()])
    }

    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        ShapeError::expect("Linear", "inputs", self.weight.value.ncols(), in_features)?;
        Ok(self.weight.value.nrows())
    }

    fn forward(&self, x: MatRef<'_, T>, y: MatMut<'_, T>, _tape: MatMut<'_, T>) {
        let bias = self.bias.value.as_ref();
        match &self.packed {
            Some(strips) if x.ncols() == 1 => strips.affine(y, x, bias),
            _ => affine(y, self.weight.value.as_ref(), x, bias),
        }
    }

    fn pack(&mut self) -> Result<(), ShapeError> {
        self.packed = Strips::new(self.weight.value.as_ref())?;
        Ok(())
    }

    fn backward_input(
        &self,
        _x: MatRef<'_, T>,
        _y: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        dx: MatMut<'_, T>,
        _tape: MatMut<'_, T>,
    ) {
        gemm(dx, Accumulate::Replace, self.weight.value.transpose(), dy);
    }

    fn backward_params(
        &mut self,
        x: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        _tape: MatRef<'_, T>,
        threads: &Threads,
    ) {
        let (dw, db) = (self.weight.grad.as_mut(), self.bias.grad.as_mut());
        let width = panel_width::<T>(dy.nrows(), dw.ncols(), dy.ncols(), threads.count());
        if dw.ncols() <= width {
            gemm(dw, Accumulate::Replace, dy, x.transpose());
            return sum_columns(dy, db);
        }
        threads.join(
            || {
                threads.panels(dw, width, |first, dw| {
                    let x = x.subrows(first, dw.ncols());
                    gemm(dw, Accumulate::Replace, dy, x.transpose());
                });
            },
            || sum_columns(dy, db),
        );
    }

    fn backward_shards(
        &mut self,
        x: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        _tape: MatRef<'_, T>,
        shards: &Shards,
        room: &mut Buffer<T>,
        threads: &Threads,
    ) {
        let (dw, mut db) = (self.weight.grad.as_mut(), self.bias.grad.as_mut());
        let width = panel_width::<T>(dy.nrows(), dw.ncols(), dy.ncols(), threads.count());
        let mut bounds = [0; Shards::MOST + 1];
        let bounds = &mut bounds[..=shards.count()];
        (0..shards.count()).for_each(|shard| bounds[shard + 1] = shards.get(shard).end);
        gemm_by_tree(dw, dy, x, bounds, width, room, threads);
        let levels = shards.count().ilog2() as usize;
        let biases = room.view_mut(db.nrows(), levels);
        sum_by_tree(
            shards.count(),
            &mut (db.rb_mut(), biases),
            |(db, _), shard| {
                let columns = shards.get(shard);
                sum_columns(dy.subcols(columns.start, columns.len()), db.rb_mut());
            },
            |(db, kept), level| kept.rb_mut().subcols_mut(level, 1).copy_from(db.as_ref()),
            |(db, kept), level| {
                let sums = column_mut(db.rb_mut(), 0).iter_mut();
                sums.zip(column(kept.as_ref(), level)).for_each(|(sum, kept)| *sum += *kept);
            },
        );
    }

    fn visit_params(&self, visit: &mut dyn FnMut(&Param<T>)) {
        visit(&self.weight);
        visit(&self.bias);
    }

    fn visit_params_mut(&mut self, visit: &mut dyn FnMut(&mut Param<T>)) {
        self.packed = None;
        visit(&mut self.weight);
        visit(&mut self.bias);
    }
}

/// `yᵢ = bᵢ + Σₖ Wᵢₖ xₖ`.
impl<T> Reference for Linear<T> {
    fn output<R: Real>(&self, parameters: &[Mat<R>], x: &[R]) -> Vec<R> {
        let (w, b) = (&parameters[0], &parameters[1]);
        let row = |i| x.iter().enumerate().fold(b[(i, 0)], |sum, (k, &x)| sum + w[(i, k)] * x);
        (0..w.nrows()).map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weight_gradients_are_cut_into_even_parts() {
        let width = |out, inputs, n| panel_width::<f32>(out, inputs, n, 2);
        assert_eq!([2, 15, 48].map(|inputs| width(1000, inputs, 128)), [8, 16, 24]);
        // Little work is not shared.
        assert_eq!([30, 1000].map(|n| width(64, 64, n)), [64, 16]);
        assert_eq!([784, 4096].map(|inputs| width(512, inputs, 128)), [104, 256]);
        // More of dy than stays in cache.
        assert_eq!(
            [250, 300, 784, 4096].map(|inputs| width(512, inputs, 513)),
            [128, 152, 200, 256]
        );
    }

    #[test]
    fn many_threads_have_a_part_each_and_none_has_one_column() {
        let widths = |out, inputs, n| {
            [1, 2, 16, 64, 1000].map(|threads| panel_width::<f32>(out, inputs, n, threads))
        };
        assert_eq!(widths(4096, 4096, 512), [256, 256, 256, 64, 16]);
        assert_eq!(widths(512, 784, 513), [200, 200, 56, 32, 32]);
        // Little work is not shared, however many there are.
        assert_eq!(widths(64, 64, 256), [32, 32, 32, 32, 32]);
        assert_eq!(widths(512, 97, 513), [104, 56, 40, 40, 40]);
        for inputs in 1..3000 {
            for width in widths(512, inputs, 513) {
                assert!(width >= inputs || inputs % width != 1, "{inputs} in parts of {width}");
            }
        }
    }
}
