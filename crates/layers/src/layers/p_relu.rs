use densely_tensor::kernels::{LANES, map, map_in_place, sum, vectorize};
use densely_tensor::{
    Mat, MatMut, MatRef, Real, Scalar, ShapeError, Threads, column, column_mut, matrix_bytes,
};

use crate::{
    Kind, Layer, LayerKind, LayerPlan, Opt, Options, Param, ParamPlan, Reference, Role, Spec,
};

/// The parametric rectified linear unit: `yᵢ = xᵢ` for `xᵢ > 0` and `aᵢ xᵢ` for `xᵢ ≤ 0`,
/// with slopes `a` that are learned.
///
/// A [`LeakyRelu`](crate::LeakyRelu) that finds its slope by itself: one for each unit, or
/// one that all share. Weight decay leaves slopes alone, since it would push them towards
/// those of [`Relu`](crate::Relu).
///
/// | | |
/// |---|---|
/// | backward, input | `dxᵢ = dyᵢ` for `xᵢ > 0` and `aᵢ dyᵢ` for `xᵢ ≤ 0` |
/// | backward, slopes | `daᵢ = Σⱼ xᵢⱼ dyᵢⱼ` over the examples `j` with `xᵢⱼ ≤ 0`; a shared slope sums over the units too |
///
/// Range: all reals (for `aᵢ > 0`). Does not saturate. Cost: a comparison and a product.
///
/// # Shapes
/// `x, y: units x n`; the slopes are `units x 1`, or `1 x 1` if they are shared.
///
/// ```
/// use densely_layers::{Layer, PRelu};
/// use densely_tensor::{Mat, mat};
///
/// let layer = PRelu::from_slopes(mat![[0.5], [0.1]])?;
/// let (x, mut y) = (mat![[-2.0, 2.0], [-2.0, 3.0]], Mat::zeros(2, 2));
/// layer.forward(x.as_ref(), y.as_mut(), Mat::new().as_mut());
/// assert_eq!(y, mat![[-1.0, 2.0], [-0.2, 3.0]]);
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
///
/// CS231n, Neural Networks 1, "Commonly used activation functions"; K. He et al., "Delving
/// deep into rectifiers" (2015).
#[derive(Debug, Clone)]
pub struct PRelu<T> {
    slope: Param<T>,
    shared: bool,
}

impl<T: Scalar> PRelu<T> {
    /// The slope that learning starts from, by He et al.
    pub const INITIAL_SLOPE: f64 = 0.25;

    /// With a slope for each of `units` units, at first 0.25.
    ///
    /// # Errors
    /// If there are no units, or more than there is memory for.
    pub fn per_unit(units: usize) -> Result<Self, ShapeError> {
        let bytes = matrix_bytes::<T>(units, 1).saturating_mul(2);
        ShapeError::expect_memory("PRelu", "the slopes and their gradient", bytes)?;
        Self::from_slopes(Mat::from_fn(units, 1, |_, _| T::from_f64(Self::INITIAL_SLOPE)))
    }

    /// With these slopes, one for each unit: `units x 1`.
    ///
    /// # Errors
    /// If there are no units, or more than one column.
    pub fn from_slopes(slopes: Mat<T>) -> Result<Self, ShapeError> {
        ShapeError::expect_some("PRelu", "units", slopes.nrows())?;
        ShapeError::expect("PRelu", "columns of the slopes", 1, slopes.ncols())?;
        Ok(Self { slope: Param::slope(slopes), shared: false })
    }

    /// With one slope for all units, of any number.
    #[must_use]
    pub fn shared(slope: T) -> Self {
        let slope = Mat::from_fn(1, 1, |_, _| slope);
        Self { slope: Param::slope(slope), shared: true }
    }

    /// The slopes and their gradient: `units x 1`, or `1 x 1` if they are shared.
    #[must_use]
    pub fn slope(&self) -> &Param<T> {
        &self.slope
    }

    /// Whether one slope serves all units.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    fn check(&self, units: usize) -> Result<(), ShapeError> {
        match self.shared {
            true => Ok(()),
            false => ShapeError::expect("PRelu", "inputs", self.slope.len(), units),
        }
    }
}

/// `x` where it is positive, `negative` where it is not; a NaN comes out.
#[inline(always)]
fn by_sign<T: Scalar>(x: T, positive: T, negative: T) -> T {
    let other = if x <= T::ZERO { negative } else { x };
    if x > T::ZERO { positive } else { other }
}

/// What an entry contributes to the gradient of its slope.
#[inline(always)]
fn slope_term<T: Scalar>(x: T, dy: T) -> T {
    if x > T::ZERO { T::ZERO } else { x * dy }
}

impl<T: Scalar> LayerKind<T> for PRelu<T> {
    const SPEC: Spec = Spec::new("prelu", "x above 0, below a slope that is learned times x")
        .options(&[Opt::flag("shared")])
        .also("shared-prelu", "shared");
    const ACTIVATION: bool = true;

    fn from_options(options: &Options, inputs: usize) -> Result<Self, ShapeError> {
        match options.flag("shared") {
            true => Ok(Self::shared(T::from_f64(Self::INITIAL_SLOPE))),
            false => Self::per_unit(inputs),
        }
    }

    fn plan(options: &Options, inputs: usize) -> Result<LayerPlan, ShapeError> {
        let slopes = if options.flag("shared") { 1 } else { inputs };
        Ok(LayerPlan { outputs: inputs, parameters: vec![ParamPlan::new(Role::Slope, slopes, 1)] })
    }
}

impl<T: Scalar> Layer<T> for PRelu<T> {
    fn kind(&self) -> Kind {
        <Self as LayerKind<T>>::SPEC.kind(&[self.shared.into()])
    }

    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        self.check(in_features)?;
        Ok(in_features)
    }

    fn forward(&self, x: MatRef<'_, T>, mut y: MatMut<'_, T>, _tape: MatMut<'_, T>) {
        assert_eq!((x.nrows(), x.ncols()), (y.nrows(), y.ncols()), "shapes of x and y");
        assert_eq!(self.check(x.nrows()), Ok(()));
        let slopes = column(self.slope.value.as_ref(), 0);
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    let (x, y) = (column(x, j), column_mut(y.as_mut(), j));
                    match (self.shared, slopes) {
                        (true, &[a]) => map(y, [x], |[x]| by_sign(x, x, a * x)),
                        _ => map(y, [x, slopes], |[x, a]| by_sign(x, x, a * x)),
                    }
                }
            },
        );
    }

    fn backward_input(
        &self,
        x: MatRef<'_, T>,
        _y: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        mut dx: MatMut<'_, T>,
        _tape: MatMut<'_, T>,
    ) {
        let shape = (x.nrows(), x.ncols());
        assert_eq!(shape, (dy.nrows(), dy.ncols()), "shapes of x and dy");
        assert_eq!(shape, (dx.nrows(), dx.ncols()), "shapes of x and dx");
        assert_eq!(self.check(x.nrows()), Ok(()));
        let slopes = column(self.slope.value.as_ref(), 0);
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    let (x, dy) = (column(x, j), column(dy, j));
                    let dx = column_mut(dx.as_mut(), j);
                    match (self.shared, slopes) {
                        (true, &[a]) => map(dx, [x, dy], |[x, dy]| by_sign(x, dy, a * dy)),
                        _ => map(dx, [x, dy, slopes], |[x, dy, a]| by_sign(x, dy, a * dy)),
                    }
                }
            },
        );
    }

    fn backward_params(
        &mut self,
        x: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        _tape: MatRef<'_, T>,
        _threads: &Threads,
    ) {
        assert_eq!((x.nrows(), x.ncols()), (dy.nrows(), dy.ncols()), "shapes of x and dy");
        assert_eq!(self.check(x.nrows()), Ok(()));
        let slopes = column_mut(self.slope.grad.as_mut(), 0);
        vectorize(
            #[inline(always)]
            || {
                if self.shared {
                    slopes[0] = sum_of_terms(x, dy);
                    return;
                }
                slopes.fill(T::ZERO);
                for j in 0..x.ncols() {
                    let terms = [column(x, j), column(dy, j)];
                    map_in_place([&mut *slopes], terms, |[a], [x, dy]| [a + slope_term(x, dy)]);
                }
            },
        );
    }

    fn visit_params(&self, visit: &mut dyn FnMut(&Param<T>)) {
        visit(&self.slope);
    }

    fn visit_params_mut(&mut self, visit: &mut dyn FnMut(&mut Param<T>)) {
        visit(&mut self.slope);
    }
}

/// The terms of all entries, in a fixed order.
#[inline(always)]
fn sum_of_terms<T: Scalar>(x: MatRef<'_, T>, dy: MatRef<'_, T>) -> T {
    let mut lanes = [T::ZERO; LANES];
    for j in 0..x.ncols() {
        for (x, dy) in column(x, j).chunks(LANES).zip(column(dy, j).chunks(LANES)) {
            for ((lane, &x), &dy) in lanes.iter_mut().zip(x).zip(dy) {
                *lane += slope_term(x, dy);
            }
        }
    }
    sum(&lanes)
}

/// `yᵢ = xᵢ` for `xᵢ > 0` and `αᵢ xᵢ` otherwise, with one `α` for all if there is only one.
impl<T> Reference for PRelu<T> {
    fn output<R: Real>(&self, parameters: &[Mat<R>], x: &[R]) -> Vec<R> {
        let slopes = &parameters[0];
        let slope = |i| if slopes.nrows() == 1 { slopes[(0, 0)] } else { slopes[(i, 0)] };
        let unit = |(i, &x): (usize, &R)| if x > R::ZERO { x } else { slope(i) * x };
        x.iter().enumerate().map(unit).collect()
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Key, Purpose, Stream, mat};
    use proptest::prelude::*;

    use super::*;

    fn backward(layer: &mut PRelu<f64>, x: &Mat<f64>, dy: &Mat<f64>) -> (Mat<f64>, Mat<f64>) {
        let mut dx = Mat::from_fn(x.nrows(), x.ncols(), |_, _| f64::NAN);
        let mut tape = Mat::new();
        layer.slope.grad.fill(f64::NAN);
        layer.backward_input(x.as_ref(), x.as_ref(), dy.as_ref(), dx.as_mut(), tape.as_mut());
        layer.backward_params(x.as_ref(), dy.as_ref(), tape.as_ref(), &Threads::single());
        (dx, layer.slope.grad.clone())
    }

    fn forward(layer: &PRelu<f64>, x: &Mat<f64>) -> Mat<f64> {
        let mut y = Mat::from_fn(x.nrows(), x.ncols(), |_, _| f64::NAN);
        layer.forward(x.as_ref(), y.as_mut(), Mat::new().as_mut());
        y
    }

    proptest! {
        /// Small integers, so that sums are exact, and zeros are frequent.
        #[test]
        fn formulas(units in 1_usize..40, n in 0_usize..6, shared: bool, seed: u64) {
            let mut stream = Stream::new(seed, Purpose::Other, Key::default());
            let mut draw = |rows, n| Mat::from_fn(rows, n, |_, _| stream.below(7) as f64 - 3.0);
            let slopes = draw(if shared { 1 } else { units }, 1);
            let mut layer = match shared {
                true => PRelu::shared(slopes[(0, 0)]),
                false => PRelu::from_slopes(slopes.clone()).unwrap(),
            };
            let (x, dy) = (draw(units, n), draw(units, n));
            let slope = |i| slopes[(if shared { 0 } else { i }, 0)];
            let y = Mat::from_fn(units, n, |i, j| {
                if x[(i, j)] > 0.0 { x[(i, j)] } else { slope(i) * x[(i, j)] }
            });
            prop_assert_eq!(forward(&layer, &x), y);
            let (dx, da) = backward(&mut layer, &x, &dy);
            let expected = Mat::from_fn(units, n, |i, j| {
                if x[(i, j)] > 0.0 { dy[(i, j)] } else { slope(i) * dy[(i, j)] }
            });
            prop_assert_eq!(dx, expected);
            let of_unit = |i: usize| -> f64 {
                (0..n).filter(|&j| x[(i, j)] <= 0.0).map(|j| x[(i, j)] * dy[(i, j)]).sum()
            };
            let expected = match shared {
                true => mat![[(0..units).map(of_unit).sum::<f64>()]],
                false => Mat::from_fn(units, 1, |i, _| of_unit(i)),
            };
            prop_assert_eq!(da, expected);
        }
    }

    #[test]
    fn a_nan_comes_out() {
        for mut layer in [PRelu::shared(0.5), PRelu::per_unit(1).unwrap()] {
            let (x, dy) = (mat![[f64::NAN]], mat![[1.0]]);
            assert!(forward(&layer, &x)[(0, 0)].is_nan());
            let (dx, da) = backward(&mut layer, &x, &dy);
            assert!(dx[(0, 0)].is_nan() && da[(0, 0)].is_nan());
        }
    }

    #[test]
    fn slopes_have_to_fit_the_units() {
        let layer = PRelu::<f32>::per_unit(3).unwrap();
        assert_eq!(layer.out_features(3), Ok(3));
        let message = layer.out_features(4).unwrap_err().to_string();
        assert_eq!(message, "PRelu: expected 3 inputs, got 4");
        assert_eq!(PRelu::shared(0.1_f32).out_features(4), Ok(4));
        let message = PRelu::<f32>::per_unit(0).unwrap_err().to_string();
        assert_eq!(message, "PRelu: the number of units must not be zero");
        let message = PRelu::from_slopes(Mat::<f32>::zeros(2, 2)).unwrap_err().to_string();
        assert_eq!(message, "PRelu: expected 1 columns of the slopes, got 2");
        assert!(!layer.slope().decay, "slopes are not decayed");
    }
}
