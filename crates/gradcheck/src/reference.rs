use densely_layers::{Linear, Maxout, PRelu};
use densely_tensor::{Mat, Real};

/// The function of a layer, written once more: for one example, and for any [`Real`], so that
/// dual numbers differentiate it.
///
/// It should be the equation and nothing else: plain loops, no care for speed.
///
/// ```
/// use densely_gradcheck::{LayerCheck, Reference};
/// use densely_layers::Linear;
/// use densely_tensor::{Initializer, Mat, Real, Stream};
///
/// // `Linear` has a reference, which is this:
/// fn output<R: Real>(parameters: &[Mat<R>], x: &[R]) -> Vec<R> {
///     let (w, b) = (&parameters[0], &parameters[1]);
///     let row = |i| x.iter().enumerate().fold(b[(i, 0)], |sum, (k, &x)| sum + w[(i, k)] * x);
///     (0..w.nrows()).map(row).collect()
/// }
/// assert_eq!(output(&[Mat::full(1, 2, 3.0), Mat::full(1, 1, 1.0)], &[1.0, 2.0]), [10.0]);
///
/// let report = LayerCheck::new(|draw| {
///     let zeros = Initializer::Zeros;
///     Linear::<f64>::new(draw.inputs, draw.outputs, zeros, &mut draw.stream()).unwrap()
/// })
/// .dual_numbers()
/// .run()?;
/// assert_eq!(report.subject(), "linear");
/// # Ok::<(), Box<densely_gradcheck::Failure>>(())
/// ```
pub trait Reference {
    /// The output for one example `x`, with these values of the parameters, in the order of
    /// `visit_params`.
    fn output<R: Real>(&self, parameters: &[Mat<R>], x: &[R]) -> Vec<R>;
}

/// `yᵢ = bᵢ + Σₖ Wᵢₖ xₖ`.
impl<T> Reference for Linear<T> {
    fn output<R: Real>(&self, parameters: &[Mat<R>], x: &[R]) -> Vec<R> {
        let (w, b) = (&parameters[0], &parameters[1]);
        let row = |i| x.iter().enumerate().fold(b[(i, 0)], |sum, (k, &x)| sum + w[(i, k)] * x);
        (0..w.nrows()).map(row).collect()
    }
}

/// `yᵢ = maxₚ x_{pm+i}`.
impl Reference for Maxout {
    fn output<R: Real>(&self, _parameters: &[Mat<R>], x: &[R]) -> Vec<R> {
        let m = x.len() / self.pieces();
        let largest = |i| (1..self.pieces()).fold(x[i], |max: R, p| max.max(x[p * m + i]));
        (0..m).map(largest).collect()
    }
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
