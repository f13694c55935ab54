use densely_parts::{Options, Value};

use crate::PreprocessError;

/// How much a sum of variances may lack of the share that was asked for: rounding errors.
const ROUNDING: f64 = 1e-12;

/// How many principal components are kept, of those that have a variance.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Components {
    /// All.
    #[default]
    All,
    /// So many, of largest variance.
    Count(usize),
    /// The fewest with this share of the variance: the smallest `k` with
    /// `λ₁ + … + λₖ ≥ share · Σ λ`, from above 0 to 1.
    Share(f64),
}

impl Components {
    /// # Errors
    /// If a share is not above 0 and at most 1.
    pub(crate) fn check(self) -> Result<(), PreprocessError> {
        let Self::Share(share) = self else { return Ok(()) };
        let valid = |share: f64| share > 0.0 && share <= 1.0;
        PreprocessError::expect(
            "the share of the variance",
            "above 0 and at most 1",
            &[share],
            valid,
        )
    }

    /// The count, if it is one from 1 to `limit`. Of another, the error says how many there
    /// are: for that, all are needed, as they are for a share.
    pub(crate) fn count_up_to(self, limit: usize) -> Option<usize> {
        match self {
            Self::Count(count) if (1..=limit).contains(&count) => Some(count),
            _ => None,
        }
    }

    /// How many that is, of all these variances in descending order.
    pub(crate) fn kept(self, variances: &[f64], total: f64) -> usize {
        match self {
            Self::All => variances.len(),
            Self::Count(count) => count,
            Self::Share(share) => {
                let enough = share * total * (1.0 - ROUNDING);
                let sums = variances.iter().scan(0.0, |sum, variance| {
                    *sum += variance;
                    Some(*sum)
                });
                sums.take_while(|&sum| sum < enough).count().saturating_add(1).min(variances.len())
            }
        }
    }

    /// Those of a kind, in its option `components`.
    pub(crate) fn of(options: &Options) -> Self {
        match options.value("components") {
            Some(Value::Count(count)) => Self::Count(*count),
            Some(Value::Share(share)) => Self::Share(*share),
            _ => Self::All,
        }
    }
}

impl From<Components> for Value {
    fn from(components: Components) -> Self {
        match components {
            Components::All => Self::All,
            Components::Count(count) => Self::Count(count),
            Components::Share(share) => Self::Share(share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_keeps_the_fewest_that_reach_it() {
        let variances = [5.0, 3.0, 1.0, 1.0];
        for (share, kept) in
            [(1e-9, 1), (0.5, 1), (0.51, 2), (0.8, 2), (0.9, 3), (0.91, 4), (1.0, 4)]
        {
            assert_eq!(Components::Share(share).kept(&variances, 10.0), kept, "{share}");
        }
        let half = 0.5 * 10.0 * (1.0 - ROUNDING);
        assert_eq!(Components::Share(0.5).kept(&[half, 10.0 - half], 10.0), 1);
        // Whatever rounding errors make of the sum.
        assert_eq!(Components::Share(1.0).kept(&[0.1, 0.1, 0.1], 0.1 + 0.2 + 1e-16), 3);
        assert_eq!(Components::Share(0.3).kept(&[0.1, 0.1, 0.1, 0.7], 1.0 + 1e-15), 3);
    }

    #[test]
    fn a_count_is_asked_for_if_there_are_so_many() {
        use Components::{All, Count, Share};
        let counts = [(Count(1), Some(1)), (Count(5), Some(5)), (Count(0), None), (Count(6), None)];
        for (components, count) in counts.into_iter().chain([(All, None), (Share(0.5), None)]) {
            assert_eq!(components.count_up_to(5), count, "{components:?}");
        }
    }
}
