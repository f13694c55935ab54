use densely_layers::{Linear, Maxout, PRelu};
use densely_loss::{
    BinaryHinge, CrammerSingerSvm, Huber, Logistic, MeanAbsoluteError, MeanSquaredError,
    MulticlassSvm, SoftmaxCrossEntropy, Target,
};
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

/// `−Σₖ wₖ qₖ ln pₖ`, where `−ln pₖ = ln(1 + Σ_{j ≠ k} e^{sⱼ − sₖ})`.
impl LossReference for SoftmaxCrossEntropy {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let label = label(&target);
        let smoothed = self.smoothing() / scores.len() as f64;
        let mut loss = R::ZERO;
        for (k, &score) in scores.iter().enumerate() {
            let right = if k == label { 1.0 - self.smoothing() } else { 0.0 };
            let weight = self.weights().map_or(1.0, |weights| weights[k]);
            let share = weight * (right + smoothed);
            if share > 0.0 {
                let others = scores.iter().enumerate().filter(|&(j, _)| j != k);
                let sum = others.fold(R::ZERO, |sum, (_, &s)| sum + (s - score).exp());
                loss = loss + R::from_f64(share) * sum.ln_1p();
            }
        }
        loss
    }
}

/// `Σ_{k ≠ y} max(0, sₖ − s_y + Δ)`, or of its squares.
impl LossReference for MulticlassSvm {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let label = label(&target);
        let others = scores.iter().enumerate().filter(|&(k, _)| k != label);
        let margin = R::from_f64(self.margin());
        let hinge = |s: R| squared_if(self.is_squared(), R::ZERO.max(s - scores[label] + margin));
        others.fold(R::ZERO, |sum, (_, &s)| sum + hinge(s))
    }
}

/// `max(0, max_{k ≠ y} sₖ − s_y + Δ)`.
impl LossReference for CrammerSingerSvm {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let label = label(&target);
        let margin = R::from_f64(self.margin());
        let others = scores.iter().enumerate().filter(|&(k, _)| k != label);
        others.fold(R::ZERO, |max, (_, &s)| max.max(s - scores[label] + margin))
    }
}

/// `ln(1 + e^(−t s))`.
impl LossReference for Logistic {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let wrong = -(sign::<R>(label(&target)) * scores[0]);
        // ln(1 + eᶻ) = z + ln(1 + e⁻ᶻ).
        if wrong > R::ZERO { wrong + (-wrong).exp().ln_1p() } else { wrong.exp().ln_1p() }
    }
}

/// `max(0, Δ − t s)`, or its square.
impl LossReference for BinaryHinge {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let hinge = R::from_f64(self.margin()) - sign::<R>(label(&target)) * scores[0];
        squared_if(self.is_squared(), R::ZERO.max(hinge))
    }
}

/// `(1/d) Σₖ (sₖ − tₖ)²`.
impl LossReference for MeanSquaredError {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        mean_of_errors(scores, target, |e| e * e)
    }
}

/// `(1/d) Σₖ |sₖ − tₖ|`.
impl LossReference for MeanAbsoluteError {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        mean_of_errors(scores, target, R::abs)
    }
}

/// `(1/d) Σₖ h(sₖ − tₖ)`, with `h(e) = ½ e²` for `|e| ≤ δ` and `δ (|e| − ½ δ)` beyond.
impl LossReference for Huber {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        let (delta, half) = (R::from_f64(self.delta()), R::from_f64(0.5));
        mean_of_errors(scores, target, |e| {
            if e.abs() > delta { delta * (e.abs() - half * delta) } else { half * e * e }
        })
    }
}

fn label<R>(target: &Target<'_, R>) -> usize {
    let &Target::Label(label) = target else { unreachable!("the loss is of labels") };
    label
}

/// `t`: 1 for label 1, −1 for label 0.
fn sign<R: Real>(label: usize) -> R {
    if label == 1 { R::ONE } else { -R::ONE }
}

fn squared_if<R: Real>(squared: bool, hinge: R) -> R {
    if squared { hinge * hinge } else { hinge }
}

fn mean_of_errors<R: Real>(scores: &[R], target: Target<'_, R>, of: impl Fn(R) -> R) -> R {
    let Target::Values(values) = target else { unreachable!("the loss is of values") };
    let errors = scores.iter().zip(values).map(|(&s, &t)| of(s - t));
    errors.fold(R::ZERO, |sum, e| sum + e) / R::from_f64(scores.len() as f64)
}
