use densely_tensor::{Scalar, ShapeError};

use crate::{DataError, Dataset};

/// Weights by which all classes count as much: of a class with `n_c` of `n` examples, and `k` classes,
/// `n / (k n_c)`; 0 of one without examples.
///
/// ```
/// use densely_data::balanced_weights;
///
/// assert_eq!(balanced_weights(&[0, 0, 0, 1], 2), [4.0 / 6.0, 2.0]);
/// ```
#[must_use]
pub fn balanced_weights(labels: &[usize], classes: usize) -> Vec<f64> {
    let mut counts = vec![0_usize; classes];
    labels.iter().for_each(|&label| counts[label] += 1);
    let seen = counts.iter().filter(|&&count| count > 0).count();
    let weight = |&count: &usize| match count {
        0 => 0.0,
        count => labels.len() as f64 / (seen * count) as f64,
    };
    counts.iter().map(weight).collect()
}

/// The mean of weights, by which they are divided to have a mean of 1: what counts is how much an example does beside
/// others. Finite for weights of any size; 0 of none.
///
/// ```
/// use densely_data::mean_weight;
///
/// assert_eq!(mean_weight(&[0.5, 1.0]), 0.75);
/// assert_eq!(mean_weight(&[1e308, 1e308, 1e308, 1e308]), 1e308);
/// ```
#[must_use]
pub fn mean_weight(weights: &[f64]) -> f64 {
    let largest = weights.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return 0.0;
    }
    let parts: f64 = weights.iter().map(|weight| weight / largest).sum();
    parts / weights.len() as f64 * largest
}

impl<T: Scalar> Dataset<T> {
    /// The same examples, each of which counts as much as before times the weight of its class.
    ///
    /// # Errors
    /// [`DataError::Shape`] for another number of weights than of classes, or for real targets;
    /// [`DataError::Weight`] for one that is negative, infinite or NaN.
    ///
    /// ```
    /// use densely_data::Dataset;
    /// use densely_tensor::mat;
    ///
    /// let data = Dataset::classification(mat![[0.0, 1.0, 2.0]], vec![0, 1, 0], 2)?;
    /// let data = data.with_weights([1.0, 1.0, 3.0])?.with_class_weights(&[0.5, 2.0])?;
    /// assert_eq!(data.weights(), Some(&[0.5, 2.0, 1.5][..]));
    /// # Ok::<(), densely_data::DataError>(())
    /// ```
    pub fn with_class_weights(self, weights: &[T]) -> Result<Self, DataError> {
        let classes = self.class_names().map_or(0, <[String]>::len);
        ShapeError::expect("Dataset", "weights of classes", classes, weights.len())?;
        let own = self.weights().map(<[T]>::to_vec);
        let weight = |(example, &label): (usize, &usize)| {
            let own = own.as_ref().map_or(T::ONE, |own| own[example]);
            own * weights[label]
        };
        let labels = self.labels().unwrap_or_default();
        let weights: Vec<T> = labels.iter().enumerate().map(weight).collect();
        self.with_weights(weights)
    }
}
