use densely_tensor::{MatRef, Scalar, ShapeError, Threads};

use crate::PreprocessError;
use crate::statistics::feature_mean::FeatureMean;
use crate::statistics::sum::two_sum;

/// The mean of each feature of examples that come in parts.
#[derive(Debug, Clone)]
pub(crate) struct RunningMean {
    chunks: usize,
    examples: usize,
    features: Vec<FeatureMean>,
}

/// What two parts have besides their own squared deviations, for their means differ:
/// `weight dᵢ dⱼ`, with `dᵢ = bᵢ − aᵢ` and `weight = nₐ n_b / (nₐ + n_b)`.
#[derive(Debug)]
pub(crate) struct Between {
    pub(crate) difference: Vec<f64>,
    pub(crate) weight: f64,
}

impl RunningMean {
    /// Of no examples yet.
    pub(crate) fn new(operation: &'static str, features: usize) -> Result<Self, ShapeError> {
        ShapeError::expect_some(operation, "features", features)?;
        let bytes = (features as u128) * size_of::<FeatureMean>() as u128;
        ShapeError::expect_memory(operation, "the means of features", bytes)?;
        Ok(Self { chunks: 0, examples: 0, features: vec![FeatureMean::default(); features] })
    }

    /// Of the examples of one chunk, of as many features as this has. There may be none.
    pub(crate) fn of_chunk<T: Scalar>(
        &self,
        operation: &'static str,
        chunk: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        ShapeError::expect(operation, "features", self.features.len(), chunk.nrows())?;
        let mut of_chunk = Self::new(operation, chunk.nrows())?;
        if chunk.ncols() > 0 {
            of_chunk.features = FeatureMean::of_features(operation, chunk, threads)?;
        }
        (of_chunk.chunks, of_chunk.examples) = (1, chunk.ncols());
        Ok(of_chunk)
    }

    /// Of the examples of both: `μ = μₐ + n_b / (nₐ + n_b) (μ_b − μₐ)`, to twice the digits.
    ///
    /// # Errors
    /// If the other has another number of features, or values of both are too far apart.
    pub(crate) fn merged(
        &self,
        operation: &'static str,
        other: &Self,
    ) -> Result<(Self, Between), PreprocessError> {
        ShapeError::expect(operation, "features", self.features.len(), other.features.len())?;
        // So many that they cannot be counted are more than there can be.
        let chunks = self.chunks.saturating_add(other.chunks);
        let examples = self.examples.saturating_add(other.examples);
        if self.examples == 0 || other.examples == 0 {
            let some = if self.examples == 0 { other } else { self };
            let between = Between { difference: vec![0.0; self.features.len()], weight: 0.0 };
            return Ok((Self { chunks, examples, features: some.features.clone() }, between));
        }
        let (n, added) = (examples as f64, other.examples as f64);
        let share = added / n;
        let share = (share, share.mul_add(-n, added) / n);
        let pairs = self.features.iter().zip(&other.features);
        let (features, difference): (Vec<_>, _) = pairs.map(|(a, b)| pooled(a, b, share)).unzip();
        if let Some(feature) = features.iter().position(|f| !f.largest_deviation().is_finite()) {
            return Err(PreprocessError::Overflow { feature });
        }
        let weight = self.examples as f64 * share.0;
        Ok((Self { chunks, examples, features }, Between { difference, weight }))
    }

    /// The error of the chunk that comes next, which says where that is.
    pub(crate) fn in_next_chunk(&self, source: PreprocessError) -> PreprocessError {
        let (chunk, before) = (self.chunks, self.examples);
        PreprocessError::Chunk { chunk, before, source: Box::new(source) }
    }

    pub(crate) fn examples(&self) -> usize {
        self.examples
    }

    /// The features, whether there are examples or not.
    pub(crate) fn features(&self) -> &[FeatureMean] {
        &self.features
    }

    /// The features of some examples.
    ///
    /// # Errors
    /// If there are none.
    pub(crate) fn of_some(&self, operation: &'static str) -> Result<&[FeatureMean], ShapeError> {
        ShapeError::expect_some(operation, "examples", self.examples)?;
        Ok(&self.features)
    }
}

/// Of a feature, the mean and range of the values of both, and `b − a`. The share of
/// `b` is given to twice the digits, so that the mean is as exact as those of both are.
fn pooled(a: &FeatureMean, b: &FeatureMean, share: (f64, f64)) -> (FeatureMean, f64) {
    let (difference, lost) = two_sum(b.mean, -a.mean);
    let lost = lost + (b.rest - a.rest);
    let shift = difference * share.0;
    let shift_rest = difference.mul_add(share.0, -shift) + (difference * share.1 + lost * share.0);
    let (mean, rest) = two_sum(a.mean, shift);
    let (mean, rest) = two_sum(mean, rest + (a.rest + shift_rest));
    let (lowest, highest) = (a.lowest.min(b.lowest), a.highest.max(b.highest));
    (FeatureMean { mean, rest, lowest, highest }, difference + lost)
}

#[cfg(test)]
mod tests {
    use densely_tensor::Mat;

    use super::*;

    fn of(values: &[f64]) -> RunningMean {
        let x = Mat::from_fn(1, values.len(), |_, j| values[j]);
        let none = RunningMean::new("test", 1).unwrap();
        none.of_chunk("test", x.as_ref(), &Threads::single()).unwrap()
    }

    /// Values `offset + k / 4`, whose mean is known in integers.
    #[test]
    fn the_mean_of_many_parts_is_exact_to_twice_the_digits() {
        for offset in [0.0, 1e8, -1e12] {
            // Chunks of a power of two have exact means.
            for size in [1, 2, 8] {
                let steps: Vec<i64> = (0..1000).map(|k| k * k % 89).collect();
                let mut running = RunningMean::new("test", 1).unwrap();
                for part in steps.chunks(size) {
                    let values: Vec<f64> = part.iter().map(|&k| offset + k as f64 / 4.0).collect();
                    running = running.merged("test", &of(&values)).unwrap().0;
                }
                let feature = running.features()[0];
                // `n (mean − offset) − Σ k / 4`, which cancels, by a fused product.
                let sum = steps.iter().sum::<i64>() as f64;
                let whole = (feature.mean - offset).mul_add(4000.0, -sum);
                let error = (whole + 4000.0 * feature.rest) / 4000.0;
                assert!(error.abs() < 1e-17, "{offset}, chunks of {size}: {error:e}");
            }
        }
    }

    #[test]
    fn what_lies_between_two_parts_completes_their_squares() {
        let (a, b) = (of(&[1.0, 3.0]), of(&[10.0, 11.0, 12.0]));
        let (merged, between) = a.merged("test", &b).unwrap();
        // The squares about 7.4 are 2 and 2 about the means 2 and 11, and this.
        let squares: f64 = [1.0, 3.0, 10.0, 11.0, 12.0].iter().map(|x| (x - 7.4_f64).powi(2)).sum();
        assert_eq!((merged.features()[0].mean, between.difference), (7.4, vec![9.0]));
        assert!((2.0 + 2.0 + between.weight * 81.0 - squares).abs() < 1e-13);
    }

    #[test]
    fn a_constant_stays_one_and_a_part_without_examples_changes_nothing() {
        let third = 1.0 / 3.0;
        let (merged, between) = of(&[third]).merged("test", &of(&[third; 6])).unwrap();
        assert_eq!(
            (merged.features()[0], between.difference),
            (of(&[third]).features()[0], vec![0.0])
        );
        for (a, b) in [(of(&[]), of(&[2.0, 5.0])), (of(&[2.0, 5.0]), of(&[]))] {
            let (merged, between) = a.merged("test", &b).unwrap();
            assert_eq!((merged.examples(), merged.features()[0].mean), (2, 3.5));
            assert_eq!(between.weight, 0.0);
        }
        let none = of(&[]).of_some("test").unwrap_err().to_string();
        assert!(none.contains("the number of examples must not be zero"), "{none}");
    }
}
