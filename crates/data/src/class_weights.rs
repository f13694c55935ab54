use densely_tensor::{Scalar, ShapeError};

use crate::{DataError, Dataset};

/// Weights by which all classes count as much: of a class of which examples of weight `w_c` are among those of weight `w`, and
/// `k` classes, `w / (k w_c)`; 0 of one of which no example counts. Without weights, each example counts 1.
///
/// ```
/// use densely_data::balanced_weights;
///
/// assert_eq!(balanced_weights::<f64>(&[0, 0, 0, 1], 2, None), [4.0 / 6.0, 2.0]);
/// // Three examples that count as one.
/// assert_eq!(balanced_weights(&[0, 0, 0, 1], 2, Some(&[0.5, 0.25, 0.25, 1.0])), [1.0, 1.0]);
/// ```
///
/// # Panics
/// If there are fewer weights than labels, or a label is none of the classes.
#[must_use]
pub fn balanced_weights<T: Scalar>(
    labels: &[usize],
    classes: usize,
    weights: Option<&[T]>,
) -> Vec<f64> {
    let mut sums = vec![0.0; classes];
    for (example, &label) in labels.iter().enumerate() {
        sums[label] += weights.map_or(1.0, |weights| weights[example].to_f64());
    }
    let counted = sums.iter().filter(|&&sum| sum > 0.0).count() as f64;
    let all: f64 = sums.iter().sum();
    let weight = |&sum: &f64| if sum > 0.0 { all / (counted * sum) } else { 0.0 };
    sums.iter().map(weight).collect()
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
