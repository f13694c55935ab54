use densely_tensor::{Mat, Real};

/// The function of a layer, written once more: for one example, and for any [`Real`], so that
/// dual numbers differentiate it.
///
/// It should be the equation and nothing else: plain loops, no care for speed.
///
/// ```
/// use densely_layers::{Maxout, Reference};
///
/// let maxout = Maxout::new(2)?;
/// assert_eq!(maxout.output(&[], &[1.0, 5.0, 3.0, -2.0]), [3.0, 5.0]);
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
pub trait Reference {
    /// The output for one example `x`, with these values of the parameters, in the order of
    /// `visit_params`.
    fn output<R: Real>(&self, parameters: &[Mat<R>], x: &[R]) -> Vec<R>;
}
