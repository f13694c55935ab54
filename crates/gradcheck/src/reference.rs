use densely_layers::{Linear, Maxout};
use densely_loss::{MeanSquaredError, MulticlassSvm, SoftmaxCrossEntropy, Target};
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
/// assert_eq!(report.subject(), "Linear");
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

/// A loss, written once more for any [`Real`], so that dual numbers differentiate it.
///
/// ```
/// use densely_gradcheck::{LossCheck, LossReference};
/// use densely_loss::{MeanSquaredError, Target};
///
/// // `MeanSquaredError` has a reference.
/// let loss = MeanSquaredError.value(&[1.0, 5.0], Target::Values(&[4.0, 5.0]));
/// assert_eq!(loss, 4.5);
/// LossCheck::new(&MeanSquaredError).dual_numbers().run()?;
/// # Ok::<(), Box<densely_gradcheck::Failure>>(())
/// ```
pub trait LossReference {
    /// The loss of one example.
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R;
}

/// `ln(1 + Σ_{k ≠ y} e^{sₖ − s_y})`.
impl LossReference for SoftmaxCrossEntropy {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let Target::Label(label) = target else { unreachable!("the loss is of labels") };
        let others = scores.iter().enumerate().filter(|&(k, _)| k != label);
        others.fold(R::ZERO, |sum, (_, &s)| sum + (s - scores[label]).exp()).ln_1p()
    }
}

/// `Σ_{k ≠ y} max(0, sₖ − s_y + Δ)`.
impl LossReference for MulticlassSvm {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let Target::Label(label) = target else { unreachable!("the loss is of labels") };
        let others = scores.iter().enumerate().filter(|&(k, _)| k != label);
        let margin = R::from_f64(self.margin());
        others.fold(R::ZERO, |sum, (_, &s)| sum + R::ZERO.max(s - scores[label] + margin))
    }
}

/// `(1/d) Σₖ (sₖ − tₖ)²`.
impl LossReference for MeanSquaredError {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let Target::Values(values) = target else { unreachable!("the loss is of values") };
        let square = |(&s, &t): (&R, &R)| (s - t) * (s - t);
        let sum = scores.iter().zip(values).map(square).fold(R::ZERO, |sum, e| sum + e);
        sum / R::from_f64(scores.len() as f64)
    }
}
