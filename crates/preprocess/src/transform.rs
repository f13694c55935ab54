use std::fmt::Debug;

use densely_tensor::kernels::vectorize;
use densely_tensor::{
    Mat, MatMut, MatRef, Scalar, ShapeError, Threads, column, column_mut, try_zeros,
};

/// Examples that go through the kernels at a time.
const PANEL: usize = 128;

/// Parts that threads share among them.
const SHARES: usize = 16;

/// A fitted transformation of features, and its inverse.
///
/// An implementation gives the kernels, which work on `f64`; the methods that take data
/// of any type, and check them, come with it.
///
/// ```
/// use densely_preprocess::Transform;
/// use densely_tensor::{MatMut, MatRef, mat};
///
/// /// `y = ln x`.
/// #[derive(Debug)]
/// struct Logarithm { features: usize }
///
/// impl Transform for Logarithm {
///     fn in_features(&self) -> usize { self.features }
///     fn out_features(&self) -> usize { self.features }
///     fn apply(&self, x: MatRef<'_, f64>, mut y: MatMut<'_, f64>) {
///         for j in 0..x.ncols() {
///             for i in 0..x.nrows() {
///                 y[(i, j)] = x[(i, j)].ln();
///             }
///         }
///     }
///     fn invert(&self, y: MatRef<'_, f64>, mut x: MatMut<'_, f64>) {
///         for j in 0..y.ncols() {
///             for i in 0..y.nrows() {
///                 x[(i, j)] = y[(i, j)].exp();
///             }
///         }
///     }
/// }
///
/// let x = mat![[1.0_f32, 0.0]];
/// let y = Logarithm { features: 1 }.transform(x.as_ref())?;
/// assert_eq!(y, mat![[0.0, f32::NEG_INFINITY]]);
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
pub trait Transform: Debug + Send + Sync {
    /// The number of features that go in.
    fn in_features(&self) -> usize;

    /// The number of features that come out.
    fn out_features(&self) -> usize;

    /// `y = t(x)`: the kernel, which may count on the shapes.
    ///
    /// # Shapes
    /// `x: in_features x n`, `y: out_features x n`, columns contiguous.
    ///
    /// # Panics
    /// May panic for other shapes.
    fn apply(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>);

    /// `x = t⁻¹(y)`: the kernel of the inverse; where features were dropped, the `x` of
    /// least distance to the mean.
    ///
    /// # Shapes
    /// `y: out_features x n`, `x: in_features x n`, columns contiguous.
    ///
    /// # Panics
    /// May panic for other shapes.
    fn invert(&self, y: MatRef<'_, f64>, x: MatMut<'_, f64>);

    /// The transformed examples. NaN in, NaN out.
    ///
    /// # Shapes
    /// `x: in_features x n`; the result is `out_features x n`.
    ///
    /// # Errors
    /// If `x` has another number of rows, or columns that are not contiguous.
    fn transform<T: Scalar>(&self, x: MatRef<'_, T>) -> Result<Mat<T>, ShapeError>
    where
        Self: Sized,
    {
        self.transform_on(x, &Threads::single())
    }

    /// [`transform`](Self::transform) on these threads: the result has the same bits at any
    /// number.
    ///
    /// # Shapes
    /// `x: in_features x n`; the result is `out_features x n`.
    ///
    /// # Errors
    /// As [`transform`](Self::transform).
    fn transform_on<T: Scalar>(
        &self,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Mat<T>, ShapeError>
    where
        Self: Sized,
    {
        ShapeError::expect("transform", "features", self.in_features(), x.nrows())?;
        by_panels("transform", x, self.out_features(), threads, |x, y| self.apply(x, y))
    }

    /// The examples that [`transform`](Self::transform) makes `y` of.
    ///
    /// # Shapes
    /// `y: out_features x n`; the result is `in_features x n`.
    ///
    /// # Errors
    /// If `y` has another number of rows, or columns that are not contiguous.
    fn inverse_transform<T: Scalar>(&self, y: MatRef<'_, T>) -> Result<Mat<T>, ShapeError>
    where
        Self: Sized,
    {
        self.inverse_transform_on(y, &Threads::single())
    }

    /// [`inverse_transform`](Self::inverse_transform) on these threads: the result has the
    /// same bits at any number.
    ///
    /// # Shapes
    /// `y: out_features x n`; the result is `in_features x n`.
    ///
    /// # Errors
    /// As [`inverse_transform`](Self::inverse_transform).
    fn inverse_transform_on<T: Scalar>(
        &self,
        y: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Mat<T>, ShapeError>
    where
        Self: Sized,
    {
        ShapeError::expect("inverse_transform", "features", self.out_features(), y.nrows())?;
        by_panels("inverse_transform", y, self.in_features(), threads, |y, x| self.invert(y, x))
    }
}

/// Calls an `f64` kernel on a few examples at a time, so that copies stay in cache.
fn by_panels<T: Scalar>(
    operation: &'static str,
    from: MatRef<'_, T>,
    rows: usize,
    threads: &Threads,
    kernel: impl Fn(MatRef<'_, f64>, MatMut<'_, f64>) + Sync,
) -> Result<Mat<T>, ShapeError> {
    ShapeError::expect_columns(operation, from)?;
    let mut to = try_zeros(operation, "the result", rows, from.ncols())?;
    threads.panels((to.as_mut(), from), share(from.ncols()), |_, (mut to, from)| {
        // Made once for a few panels, where they are needed.
        let mut buffers = None;
        let mut first = 0;
        while first < from.ncols() {
            let n = panel(from.ncols() - first);
            let (from, mut to) = (from.subcols(first, n), to.as_mut().subcols_mut(first, n));
            if let (Some(x), Some(y)) = (T::as_f64(from), T::as_f64_mut(to.as_mut())) {
                kernel(x, y);
                first += n;
                continue;
            }
            let (x, y) = buffers.get_or_insert_with(|| {
                (Mat::<f64>::zeros(from.nrows(), PANEL), Mat::<f64>::zeros(rows, PANEL))
            });
            convert(from, x.as_mut().subcols_mut(0, n), T::to_f64);
            kernel(x.as_ref().subcols(0, n), y.as_mut().subcols_mut(0, n));
            convert(y.as_ref().subcols(0, n), to, T::from_f64);
            first += n;
        }
    });
    Ok(to)
}

/// How many of `n` examples a thread gets at a time.
///
/// Neither here nor in [`panel`] is one of several left alone: products with a single column come
/// out otherwise on processors without fused multiply-add, and equal examples would get results that are not.
fn share(n: usize) -> usize {
    let share = n.div_ceil(SHARES).max(PANEL);
    if n > share && n % share == 1 { share + 1 } else { share }
}

/// How many of `n` examples go through a kernel next.
fn panel(n: usize) -> usize {
    if n == PANEL + 1 { PANEL - 1 } else { n.min(PANEL) }
}

fn convert<A: Scalar, B: Scalar>(
    from: MatRef<'_, A>,
    mut to: MatMut<'_, B>,
    value: impl Fn(A) -> B,
) {
    vectorize(
        #[inline(always)]
        || {
            for j in 0..from.ncols() {
                for (to, from) in column_mut(to.as_mut(), j).iter_mut().zip(column(from, j)) {
                    *to = value(*from);
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Center, Pca};

    fn transform_many<T: Scalar>() {
        let center = Center::from_parts(vec![1.0, 2.0]).unwrap();
        let n = SHARES * PANEL + PANEL + 3;
        let x = Mat::from_fn(2, n, |i, j| T::from_f64((i + j) as f64));
        let y = center.transform(x.as_ref()).unwrap();
        assert_eq!(y, Mat::from_fn(2, n, |_, j| T::from_f64(j as f64 - 1.0)));
        assert_eq!(center.inverse_transform(y.as_ref()).unwrap(), x);
    }

    #[test]
    fn no_example_is_alone() {
        for n in 2..10_000 {
            let share = share(n);
            assert!(n <= share || n % share != 1, "{n} examples in shares of {share}");
            let mut rest = share.min(n);
            while rest > 0 {
                assert!(panel(rest) > 1, "{rest} of {share}");
                rest -= panel(rest);
            }
        }
    }

    #[test]
    fn equal_examples_come_out_equal() {
        let entry = |i: usize, j: usize| ((i * i + 3 * i * j + j * j) % 101) as f64 / 7.0;
        let pca = Pca::fit(Mat::from_fn(60, 90, entry).as_ref()).unwrap();
        for n in [2, PANEL + 1, PANEL + 2, 2 * PANEL + 1, SHARES * PANEL + 1] {
            let x = Mat::from_fn(60, n, |i, _| entry(i, 3) + 0.1);
            let y = pca.transform(x.as_ref()).unwrap();
            let equal = |j| column(y.as_ref(), j) == column(y.as_ref(), 0);
            assert!((0..n).all(equal), "{n} examples");
        }
    }

    /// More than one panel for a share, and a part of one.
    #[test]
    fn all_examples_are_transformed() {
        transform_many::<f64>();
        transform_many::<f32>();
    }
}
