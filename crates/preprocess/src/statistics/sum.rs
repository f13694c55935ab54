/// A sum that is as exact as if it were computed with twice the digits: what each
/// addition rounds away is summed too.
///
/// Neumaier: Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen (1974).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Sum {
    rounded: f64,
    rest: f64,
}

impl Sum {
    pub(crate) fn add(&mut self, value: f64) {
        let (sum, lost) = two_sum(self.rounded, value);
        self.rest += lost;
        self.rounded = sum;
    }

    /// The sum, and what additions to it have rounded away.
    pub(crate) fn from_parts(rounded: f64, rest: f64) -> Self {
        Self { rounded, rest }
    }

    /// Adds all that another has added.
    pub(crate) fn merge(&mut self, other: Self) {
        self.add(other.rounded);
        self.rest += other.rest;
    }

    /// The sum of all values times a power of two.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        Self { rounded: self.rounded * factor, rest: self.rest * factor }
    }

    pub(crate) fn value(self) -> f64 {
        self.rounded + self.rest
    }
}

/// `a + b` rounded, and what rounding it lost: Knuth's two-sum.
#[inline(always)]
pub(crate) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let added = sum - a;
    (sum, (a - (sum - added)) + (b - added))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_plain_sum_loses_is_kept() {
        let mut sum = Sum::default();
        for value in [1.0, 1e100, 1.0, -1e100] {
            sum.add(value);
        }
        assert_eq!(sum.value(), 2.0);
    }

    #[test]
    fn what_two_sums_lose_is_kept_together() {
        let sum = |values: [f64; 2]| {
            let mut sum = Sum::default();
            values.into_iter().for_each(|value| sum.add(value));
            sum
        };
        let mut both = sum([1e100, 1.0]);
        both.merge(sum([-1e100, 3.0]));
        assert_eq!(both.value(), 4.0);
        let mut both = sum([1e100, 1.0]).scaled(4.0);
        both.merge(sum([-4e100, 3.0]));
        assert_eq!(both.value(), 7.0);
    }
}
