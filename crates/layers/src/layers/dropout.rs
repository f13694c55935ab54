use densely_tensor::kernels::{copy, map, vectorize, weigh};
use densely_tensor::{MatMut, MatRef, Scalar, ShapeError, column, column_mut};

use crate::{At, Described, Kind, Layer, LayerKind, Opt, OptionError, Options, Range, Spec, Value};

/// Dropout: in training, each value is dropped with probability `p`, and those that are
/// kept are divided by `1 − p`.
///
/// `y = m ⊙ x`, where each `mᵢ` is `0` with probability `p` and `1 / (1 − p)` otherwise;
/// `dx = m ⊙ dy`.
///
/// A unit cannot rely on any other to be there, so the network learns features that are
/// useful by themselves. Each step trains another of many networks that share their
/// weights, and inference uses them all: since the mean of `m` is 1 (the scaling is
/// *inverted*), it does nothing but copy `x`.
///
/// The mask is drawn from the stream of each example ([`At::stream`]), so it depends on
/// the seed, the step, the layer and the example, and neither on threads nor on the
/// number type. It is kept on the tape for the backward pass.
///
/// ```
/// use densely_layers::{At, Dropout, Layer};
/// use densely_tensor::{Mat, mat};
///
/// let dropout = Dropout::new(0.5)?;
/// let x = mat![[1.0], [2.0], [3.0], [4.0]];
/// let (mut y, mut tape) = (Mat::zeros(4, 1), Mat::zeros(4, 1));
/// dropout.forward(x.as_ref(), y.as_mut(), tape.as_mut());
/// assert_eq!(y, x);
/// dropout.forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), At::default());
/// assert!((0..4).all(|i| y[(i, 0)] == 0.0 || y[(i, 0)] == 2.0 * x[(i, 0)]));
/// # Ok::<(), densely_layers::OptionError>(())
/// ```
///
/// CS231n, Neural Networks 2, "Regularization"; N. Srivastava et al., "Dropout: a simple
/// way to prevent neural networks from overfitting" (2014).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    drop_probability: f64,
}

impl Dropout {
    /// With the probability `p` to drop a value.
    ///
    /// # Errors
    /// If `p` is not from 0 to less than 1.
    pub fn new(drop_probability: f64) -> Result<Self, OptionError> {
        <Self as Described>::SPEC.check(&[drop_probability.into()])?;
        Ok(Self { drop_probability })
    }

    /// The probability `p` to drop a value.
    #[must_use]
    pub fn drop_probability(&self) -> f64 {
        self.drop_probability
    }
}

/// Values of a mask that are drawn together.
const TOGETHER: usize = 64;

/// `y = m ⊙ x`, column by column.
fn apply<T: Scalar>(m: MatRef<'_, T>, x: MatRef<'_, T>, mut y: MatMut<'_, T>) {
    let shape = (x.nrows(), x.ncols());
    assert_eq!(shape, (y.nrows(), y.ncols()), "Dropout: shapes of input and output");
    assert_eq!(shape, (m.nrows(), m.ncols()), "Dropout: shapes of input and tape");
    vectorize(
        #[inline(always)]
        || {
            for j in 0..x.ncols() {
                let arguments = [column(m, j), column(x, j)];
                map(column_mut(y.as_mut(), j), arguments, |[m, x]| weigh(m, x));
            }
        },
    );
}

impl Described for Dropout {
    const SPEC: Spec =
        Spec::new("dropout", "in training, each value is dropped with this probability")
            .options(&[Opt::number("probability", Range::new(0.0, 1.0).below()).typical(0.0, 0.9)]);

    fn from_options(options: &Options) -> Self {
        Self { drop_probability: options.number("probability") }
    }

    fn values(&self) -> Vec<Value> {
        vec![self.drop_probability.into()]
    }
}

impl<T: Scalar> LayerKind<T> for Dropout {
    const SPEC: Spec = <Self as Described>::SPEC;

    fn from_options(options: &Options, _inputs: usize) -> Result<Self, ShapeError> {
        Ok(<Self as Described>::from_options(options))
    }
}

impl<T: Scalar> Layer<T> for Dropout {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        Ok(in_features)
    }

    fn tape_rows(&self, in_features: usize) -> usize {
        in_features
    }

    fn forward(&self, x: MatRef<'_, T>, y: MatMut<'_, T>, _tape: MatMut<'_, T>) {
        copy(x, y);
    }

    fn forward_train(&self, x: MatRef<'_, T>, y: MatMut<'_, T>, mut tape: MatMut<'_, T>, at: At) {
        let kept = T::from_f64(1.0 / (1.0 - self.drop_probability));
        let mut uniform = [0.0; TOGETHER];
        for j in 0..tape.ncols() {
            let mut stream = at.stream(j);
            for m in column_mut(tape.as_mut(), j).chunks_mut(TOGETHER) {
                stream.fill_uniform(&mut uniform[..m.len()]);
                for (m, uniform) in m.iter_mut().zip(&uniform) {
                    *m = if *uniform < self.drop_probability { T::ZERO } else { kept };
                }
            }
        }
        apply(tape.as_ref(), x, y);
    }

    fn backward_input(
        &self,
        _x: MatRef<'_, T>,
        _y: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        dx: MatMut<'_, T>,
        tape: MatMut<'_, T>,
    ) {
        apply(tape.as_ref(), dy, dx);
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Mat, mat};

    use super::*;

    fn at(step: u32) -> At {
        At { seed: 7, epoch: 1, step, ..At::default() }
    }

    /// The mask, as the output for an input of ones.
    fn mask<T: Scalar>(p: f64, rows: usize, n: usize, at: At) -> Mat<T> {
        let x = Mat::from_fn(rows, n, |_, _| T::ONE);
        let (mut y, mut tape) = (x.clone(), Mat::zeros(rows, n));
        Dropout::new(p).unwrap().forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), at);
        assert_eq!(y, tape);
        y
    }

    #[test]
    fn values_are_zero_or_scaled_and_their_mean_is_kept() {
        for p in [0.0, 0.1, 0.5, 0.9] {
            let (rows, n) = (200, 300);
            let mask = mask::<f64>(p, rows, n, at(0));
            let entries = (rows * n) as f64;
            let mut dropped = 0.0;
            for j in 0..n {
                for &m in column(mask.as_ref(), j) {
                    assert!(m == 0.0 || m == 1.0 / (1.0 - p), "{m}");
                    dropped += f64::from(u8::from(m == 0.0));
                }
            }
            // Five standard errors.
            let bound = 5.0 * (p * (1.0 - p) / entries).sqrt();
            assert!((dropped / entries - p).abs() <= bound, "{p}: {}", dropped / entries);
        }
    }

    /// The expected output is the input: over many steps, the mean comes close to it.
    #[test]
    fn the_mean_over_steps_is_the_output_of_inference() {
        let (steps, p) = (10_000, 0.3);
        let mean = (0..steps)
            .map(|step| mask::<f64>(p, 3, 1, at(step)))
            .fold(Mat::zeros(3, 1), |sum: Mat<f64>, mask| sum + mask);
        // Five standard errors of a mask with variance p / (1 - p).
        let bound = 5.0 * (p / (1.0 - p) / f64::from(steps)).sqrt();
        for i in 0..3 {
            assert!((mean[(i, 0)] / f64::from(steps) - 1.0).abs() < bound, "{mean:?}");
        }
    }

    #[test]
    fn a_mask_depends_on_the_example_and_not_on_the_panel() {
        let whole = mask::<f32>(0.5, 40, 10, at(0));
        let panel = mask::<f32>(0.5, 40, 4, at(0).shifted(3));
        assert_eq!(panel, whole.subcols(3, 4));
        assert_ne!(whole.col(0), whole.col(1));
        assert_ne!(mask::<f32>(0.5, 40, 10, at(1)), whole);
        assert_ne!(mask::<f32>(0.5, 40, 10, at(0).inside(1)), whole);
        // The same values are dropped in both number types.
        let wide = mask::<f64>(0.5, 40, 10, at(0));
        assert_eq!(Mat::from_fn(40, 10, |i, j| f64::from(whole[(i, j)])), wide);
    }

    #[test]
    fn the_gradient_goes_through_the_same_mask() {
        let (dropout, n) = (Dropout::new(0.4).unwrap(), 50);
        let x = Mat::from_fn(1, n, |_, j| 1.0 + j as f64);
        let (mut y, mut dx, mut tape) = (x.clone(), x.clone(), Mat::zeros(1, n));
        dropout.forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), at(0));
        let dy = Mat::from_fn(1, n, |_, j| -4.0 * x[(0, j)]);
        let (x, y) = (x.as_ref(), y.as_ref());
        dropout.backward_input(x, y, dy.as_ref(), dx.as_mut(), tape.as_mut());
        assert_eq!(dx, Mat::from_fn(1, n, |_, j| -4.0 * y[(0, j)]));
    }

    #[test]
    fn infinities_are_dropped_and_a_nan_comes_out() {
        let (n, dropout) = (40, Dropout::new(0.5).unwrap());
        let x = Mat::from_fn(2, n, |i, _| [f64::INFINITY, f64::NAN][i]);
        let (mut y, mut tape) = (x.clone(), Mat::zeros(2, n));
        dropout.forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), at(0));
        for j in 0..n {
            let expected = if tape[(0, j)] == 0.0 { 0.0 } else { f64::INFINITY };
            assert_eq!(y[(0, j)], expected);
            assert!(y[(1, j)].is_nan());
        }
    }

    #[test]
    fn a_probability_is_from_0_to_less_than_1() {
        for p in [-0.1, 1.0, f64::NAN, f64::INFINITY] {
            let message = Dropout::new(p).unwrap_err().to_string();
            let expected = "the probability of dropout must be a number from 0 to less than 1, got";
            assert_eq!(message, format!("{expected} {p}"));
        }
        assert_eq!(mask::<f32>(0.0, 2, 1, at(0)), mat![[1.0], [1.0]]);
    }
}
