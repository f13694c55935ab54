use densely_tensor::kernels::{map, map_in_place, vectorize};
use densely_tensor::{
    Initializer, Mat, MatMut, MatRef, Real, Scalar, ShapeError, Threads, column, column_mut,
    matrix_bytes,
};

use crate::{Kind, Layer, LayerKind, LayerPlan, Options, Param, ParamPlan, Reference, Role, Spec};

/// A learned scale and shift of each unit: `y = s ⊙ x + t`.
///
/// | | |
/// |---|---|
/// | backward, input | `dx = s ⊙ dy` |
/// | backward, scale | `ds = Σⱼ x[:, j] ⊙ dy[:, j]` |
/// | backward, shift | `dt = Σⱼ dy[:, j]` |
///
/// At first `s = 1` and `t = 0`, so that it changes nothing. Neither decays. Before a first layer it
/// learns how much each feature counts; between layers it is what remains of a normalisation
/// without its statistics. Keras and PyTorch have it inside their normalisations only.
///
/// # Shapes
/// `x, y: units x n`; `s, t: units x 1`.
///
/// ```
/// use densely_layers::{Layer, ScaleShift};
/// use densely_tensor::{Mat, mat};
///
/// let layer = ScaleShift::from_parts(mat![[2.0], [-1.0]], mat![[0.0], [10.0]])?;
/// let mut y = Mat::zeros(2, 1);
/// layer.forward(mat![[3.0], [4.0]].as_ref(), y.as_mut(), Mat::new().as_mut());
/// assert_eq!(y, mat![[6.0], [6.0]]);
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
///
/// S. Ioffe and C. Szegedy, "Batch normalization" (2015), for the scale and shift.
#[derive(Debug, Clone)]
pub struct ScaleShift<T> {
    scale: Param<T>,
    shift: Param<T>,
}

impl<T: Scalar> ScaleShift<T> {
    /// That changes nothing yet.
    ///
    /// # Errors
    /// If there are no units, or more than there is memory for.
    pub fn new(units: usize) -> Result<Self, ShapeError> {
        let bytes = matrix_bytes::<T>(units, 1).saturating_mul(4);
        ShapeError::expect_memory("ScaleShift", "the scale, the shift and their gradients", bytes)?;
        Self::from_parts(Mat::full(units, 1, T::ONE), Mat::zeros(units, 1))
    }

    /// With this scale and shift, one of each for each unit: `units x 1`.
    ///
    /// # Errors
    /// If there are no units, or the two do not fit each other.
    pub fn from_parts(scale: Mat<T>, shift: Mat<T>) -> Result<Self, ShapeError> {
        ShapeError::expect_some("ScaleShift", "units", scale.nrows())?;
        ShapeError::expect("ScaleShift", "columns of the scale", 1, scale.ncols())?;
        ShapeError::expect("ScaleShift", "rows of the shift", scale.nrows(), shift.nrows())?;
        ShapeError::expect("ScaleShift", "columns of the shift", 1, shift.ncols())?;
        Ok(Self { scale: Param::scale(scale), shift: Param::shift(shift) })
    }

    /// The scale `s` and its gradient.
    #[must_use]
    pub fn scale(&self) -> &Param<T> {
        &self.scale
    }

    /// The shift `t` and its gradient.
    #[must_use]
    pub fn shift(&self) -> &Param<T> {
        &self.shift
    }

    fn check(&self, units: usize) -> Result<(), ShapeError> {
        ShapeError::expect("ScaleShift", "inputs", self.scale.len(), units)
    }
}

impl<T: Scalar> LayerKind<T> for ScaleShift<T> {
    const SPEC: Spec =
        Spec::new("scale-shift", "each value times a scale, plus a shift, both learned");

    fn from_options(_options: &Options, inputs: usize) -> Result<Self, ShapeError> {
        Self::new(inputs)
    }

    fn plan(_options: &Options, inputs: usize) -> Result<LayerPlan, ShapeError> {
        let parameters = [Role::Scale, Role::Shift].map(|role| ParamPlan::new(role, inputs, 1));
        Ok(LayerPlan { outputs: inputs, parameters: parameters.into() })
    }
}

impl<T: Scalar> Layer<T> for ScaleShift<T> {
    fn kind(&self) -> Kind {
        <Self as LayerKind<T>>::SPEC.kind(&[])
    }

    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        self.check(in_features)?;
        Ok(in_features)
    }

    fn forward(&self, x: MatRef<'_, T>, mut y: MatMut<'_, T>, _tape: MatMut<'_, T>) {
        assert_eq!((x.nrows(), x.ncols()), (y.nrows(), y.ncols()), "shapes of x and y");
        assert_eq!(self.check(x.nrows()), Ok(()));
        let scale = column(self.scale.value.as_ref(), 0);
        let shift = column(self.shift.value.as_ref(), 0);
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    let y = column_mut(y.as_mut(), j);
                    map(y, [column(x, j), scale, shift], |[x, s, t]| s * x + t);
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
        let scale = column(self.scale.value.as_ref(), 0);
        vectorize(
            #[inline(always)]
            || {
                for j in 0..dy.ncols() {
                    map(column_mut(dx.as_mut(), j), [column(dy, j), scale], |[dy, s]| s * dy);
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
        let ds = column_mut(self.scale.grad.as_mut(), 0);
        let dt = column_mut(self.shift.grad.as_mut(), 0);
        vectorize(
            #[inline(always)]
            || {
                ds.fill(T::ZERO);
                dt.fill(T::ZERO);
                for j in 0..x.ncols() {
                    let terms = [column(x, j), column(dy, j)];
                    map_in_place([&mut *ds, &mut *dt], terms, |[ds, dt], [x, dy]| {
                        [ds + x * dy, dt + dy]
                    });
                }
            },
        );
    }

    fn visit_params(&self, visit: &mut dyn FnMut(&Param<T>)) {
        visit(&self.scale);
        visit(&self.shift);
    }

    fn visit_params_mut(&mut self, visit: &mut dyn FnMut(&mut Param<T>)) {
        visit(&mut self.scale);
        visit(&mut self.shift);
    }

    /// That of layers which keep the variance of their input.
    fn suited_initializer(&self) -> Initializer {
        Initializer::LecunNormal
    }
}

/// `yᵢ = sᵢ xᵢ + tᵢ`.
impl<T> Reference for ScaleShift<T> {
    fn output<R: Real>(&self, parameters: &[Mat<R>], x: &[R]) -> Vec<R> {
        let (s, t) = (&parameters[0], &parameters[1]);
        x.iter().enumerate().map(|(i, &x)| s[(i, 0)] * x + t[(i, 0)]).collect()
    }
}
