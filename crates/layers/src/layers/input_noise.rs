use densely_tensor::kernels::copy;
use densely_tensor::{MatMut, MatRef, Scalar, ShapeError, column, column_mut};

use crate::{At, Described, Kind, Layer, LayerKind, Opt, OptionError, Options, Range, Spec, Value};

/// Gaussian noise on the inputs of a network, in training: `y = x + σ ε` with each `εᵢ`
/// drawn from the standard normal distribution.
///
/// In training, `dx = dy`: noise does not depend on its input. In inference, `y = x`.
///
/// Examples that are never twice the same are harder to learn by heart. To first order, the
/// expected loss of a noisy input has a penalty of `½ σ²` times the trace of the second
/// derivative of the loss by the input; in a linear model with the squared error it is
/// `σ² |w|²`, which is weight decay.
///
/// The noise is drawn from the stream of each example ([`At::stream`]), so it depends on
/// the seed, the step, the layer and the example, and not on threads.
///
/// ```
/// use densely_layers::{At, InputNoise, Layer};
/// use densely_tensor::{Mat, mat};
///
/// let noise = InputNoise::new(0.1)?;
/// let (x, mut y, mut tape) = (mat![[1.0], [2.0]], Mat::zeros(2, 1), Mat::new());
/// noise.forward(x.as_ref(), y.as_mut(), tape.as_mut());
/// assert_eq!(y, x);
/// noise.forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), At::default());
/// assert!((0..2).all(|i| y[(i, 0)] != x[(i, 0)] && f64::abs(y[(i, 0)] - x[(i, 0)]) < 1.0));
/// # Ok::<(), densely_layers::OptionError>(())
/// ```
///
/// C. Bishop, "Training with noise is equivalent to Tikhonov regularization" (1995).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputNoise {
    standard_deviation: f64,
}

impl InputNoise {
    /// With the standard deviation `σ`.
    ///
    /// # Errors
    /// If `σ` is negative, infinite or NaN.
    pub fn new(standard_deviation: f64) -> Result<Self, OptionError> {
        <Self as Described>::SPEC.check(&[standard_deviation.into()])?;
        Ok(Self { standard_deviation })
    }

    /// The standard deviation `σ`.
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        self.standard_deviation
    }
}

impl Described for InputNoise {
    const SPEC: Spec =
        Spec::new("input-noise", "in training, normal noise of this deviation is added")
            .options(&[Opt::number("deviation", Range::NOT_NEGATIVE).typical(0.0, 2.0)]);

    fn from_options(options: &Options) -> Self {
        Self { standard_deviation: options.number("deviation") }
    }

    fn values(&self) -> Vec<Value> {
        vec![self.standard_deviation.into()]
    }
}

impl<T: Scalar> LayerKind<T> for InputNoise {
    const SPEC: Spec = <Self as Described>::SPEC;

    fn from_options(options: &Options, _inputs: usize) -> Result<Self, ShapeError> {
        Ok(<Self as Described>::from_options(options))
    }
}

impl<T: Scalar> Layer<T> for InputNoise {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        Ok(in_features)
    }

    fn forward(&self, x: MatRef<'_, T>, y: MatMut<'_, T>, _tape: MatMut<'_, T>) {
        copy(x, y);
    }

    fn forward_train(&self, x: MatRef<'_, T>, mut y: MatMut<'_, T>, _tape: MatMut<'_, T>, at: At) {
        assert_eq!((x.nrows(), x.ncols()), (y.nrows(), y.ncols()), "shapes of x and y");
        for j in 0..x.ncols() {
            let mut stream = at.stream(j);
            for (y, &x) in column_mut(y.as_mut(), j).iter_mut().zip(column(x, j)) {
                *y = x + T::from_f64(self.standard_deviation * stream.normal::<f64>());
            }
        }
    }

    fn backward_input(
        &self,
        _x: MatRef<'_, T>,
        _y: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        dx: MatMut<'_, T>,
        _tape: MatMut<'_, T>,
    ) {
        copy(dy, dx);
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::Mat;

    use super::*;

    /// The noise on an input of zeros.
    fn noise<T: Scalar>(sigma: f64, rows: usize, n: usize, at: At) -> Mat<T> {
        let (x, mut y) = (Mat::zeros(rows, n), Mat::zeros(rows, n));
        let layer = InputNoise::new(sigma).unwrap();
        layer.forward_train(x.as_ref(), y.as_mut(), Mat::new().as_mut(), at);
        y
    }

    #[test]
    fn noise_has_mean_0_and_the_standard_deviation_asked_for() {
        for sigma in [0.0, 0.01, 3.0] {
            let (rows, n) = (200, 300);
            let noise = noise::<f64>(sigma, rows, n, At::default());
            let entries = (rows * n) as f64;
            let mean = noise.sum() / entries;
            let variance = noise.squared_norm_l2() / entries;
            // Five standard errors of each estimate.
            let variance_of_sigma = sigma * sigma;
            assert!(mean.abs() <= 5.0 * sigma / entries.sqrt(), "{sigma}: {mean}");
            let bound = 5.0 * variance_of_sigma * (2.0 / entries).sqrt();
            assert!((variance - variance_of_sigma).abs() <= bound, "{sigma}: {variance}");
        }
    }

    #[test]
    fn noise_depends_on_the_example_and_not_on_the_panel() {
        let at = At { seed: 3, step: 5, ..At::default() };
        let whole = noise::<f32>(0.5, 4, 10, at);
        assert_eq!(noise::<f32>(0.5, 4, 4, at.shifted(3)), whole.subcols(3, 4));
        assert_ne!(whole.col(0), whole.col(1));
        assert_ne!(noise::<f32>(0.5, 4, 10, At { step: 6, ..at }), whole);
        // Both number types get the same noise, but for rounding.
        let wide = noise::<f64>(0.5, 4, 10, at);
        assert_eq!(Mat::from_fn(4, 10, |i, j| wide[(i, j)] as f32), whole);
    }

    #[test]
    fn the_gradient_passes_as_it_is() {
        let layer = InputNoise::new(2.0).unwrap();
        let dy = Mat::from_fn(3, 4, |i, j| (i * 4 + j) as f64);
        let mut dx = Mat::from_fn(3, 4, |_, _| f64::NAN);
        let (x, mut tape) = (dy.as_ref(), Mat::new());
        layer.backward_input(x, x, dy.as_ref(), dx.as_mut(), tape.as_mut());
        assert_eq!(dx, dy);
    }

    #[test]
    fn a_standard_deviation_is_not_negative() {
        for sigma in [-0.1, f64::NAN, f64::INFINITY] {
            let message = InputNoise::new(sigma).unwrap_err().to_string();
            let expected =
                "the deviation of input-noise must be a finite number of at least 0, got";
            assert_eq!(message, format!("{expected} {sigma}"));
        }
    }
}
