use densely_data::Dataset;
use densely_tensor::{MatRef, Scalar, column};

/// Examples that tell roughly how large features are, at most.
const SAMPLE: usize = 128;

/// What the values of a feature or a target are like.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
    pub(crate) smallest: f64,
    pub(crate) largest: f64,
    /// The example that is farthest from the mean.
    pub(crate) farthest: usize,
    /// How far that is.
    pub(crate) distance: f64,
    /// Whether there are values besides the smallest and the largest.
    pub(crate) has_others: bool,
}

impl Spread {
    /// The root of the mean of the squares: what a network sees.
    pub(crate) fn size(&self) -> f64 {
        self.mean.hypot(self.deviation)
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.smallest == self.largest
    }

    /// The distance of the farthest in standard deviations.
    pub(crate) fn deviations(&self) -> f64 {
        if self.deviation > 0.0 { self.distance / self.deviation } else { 0.0 }
    }

    /// The same for other data: which of these is farthest from the mean of the first, and how
    /// far that is.
    pub(crate) fn seen_from(&self, first: &Self) -> Self {
        let (below, above) = (first.mean - self.smallest, self.largest - first.mean);
        Self { distance: below.max(above), mean: first.mean, deviation: first.deviation, ..*self }
    }
}

/// A look at data: it takes as long as to read them twice, and so is for runs in trouble.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) features: Vec<Spread>,
    /// None of classes.
    pub(crate) targets: Vec<Spread>,
    pub(crate) examples: usize,
}

impl Survey {
    pub(crate) fn of<T: Scalar>(data: &Dataset<T>) -> Self {
        let targets = data.values().map(|values| spreads(values)).unwrap_or_default();
        Self { features: spreads(data.x()), targets, examples: data.len() }
    }

    /// The positions of the largest feature and of a typical one, the median of those that
    /// are not zero.
    pub(crate) fn largest_and_typical(&self) -> (usize, usize) {
        let mut order: Vec<usize> = (0..self.features.len()).collect();
        order.sort_by(|&a, &b| self.features[a].size().total_cmp(&self.features[b].size()));
        let zeros = order.iter().take_while(|&&index| self.features[index].size() == 0.0).count();
        (order[order.len() - 1], order[(zeros + (order.len() - zeros) / 2).min(order.len() - 1)])
    }
}

/// The spread of each row.
pub(crate) fn spreads<T: Scalar>(x: MatRef<'_, T>) -> Vec<Spread> {
    let n = x.ncols() as f64;
    let start = Spread { smallest: f64::INFINITY, largest: f64::NEG_INFINITY, ..Spread::default() };
    let mut spreads = vec![start; x.nrows()];
    for j in 0..x.ncols() {
        for (spread, value) in spreads.iter_mut().zip(column(x, j)) {
            let value = value.to_f64();
            // Not the sum of all, which may be too large where the mean is not.
            spread.mean += value / n;
            spread.smallest = spread.smallest.min(value);
            spread.largest = spread.largest.max(value);
        }
    }
    // Relative, since a difference or a square may be too large where the value is not.
    let relative = |spread: &Spread| {
        let scale = spread.largest.abs().max(spread.smallest.abs());
        let scale = if scale > 0.0 { scale } else { 1.0 };
        (scale, spread.mean / scale)
    };
    let scales: Vec<_> = spreads.iter().map(relative).collect();
    for j in 0..x.ncols() {
        let rows = spreads.iter_mut().zip(&scales).zip(column(x, j));
        for ((spread, &(scale, mean)), value) in rows {
            let share = (value.to_f64() / scale - mean).abs();
            if share > spread.distance {
                (spread.farthest, spread.distance) = (j, share);
            }
            spread.deviation += share * share;
            let value = value.to_f64();
            spread.has_others |= value != spread.smallest && value != spread.largest;
        }
    }
    for (spread, &(scale, _)) in spreads.iter_mut().zip(&scales) {
        spread.deviation = (scale * (spread.deviation / n).sqrt()).min(f64::MAX);
        spread.distance = (scale * spread.distance).min(f64::MAX);
        if spread.is_constant() {
            // What rounding made of them.
            (spread.mean, spread.deviation, spread.distance) = (spread.smallest, 0.0, 0.0);
        }
    }
    spreads
}

/// Whether a feature is so large, on some examples, that it may hide the others.
pub(crate) fn looks_unscaled<T: Scalar>(x: MatRef<'_, T>, times: f64) -> bool {
    let step = x.ncols().div_ceil(SAMPLE);
    let mut squares = vec![0.0; x.nrows()];
    for j in (0..x.ncols()).step_by(step) {
        let pairs = squares.iter_mut().zip(column(x, j));
        pairs.for_each(|(square, x)| *square += x.to_f64() * x.to_f64());
    }
    squares.retain(|&square| square > 0.0);
    squares.sort_by(f64::total_cmp);
    match squares[..] {
        [] => false,
        _ => squares[squares.len() - 1] > times * times * squares[squares.len() / 2],
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Mat, mat};

    use super::*;

    #[test]
    fn formulas() {
        let x = mat![[1.0, 2.0, 6.0], [5.0, 5.0, 5.0]];
        let spreads = spreads(x.as_ref());
        let deviation = (14.0_f64 / 3.0).sqrt();
        assert!((spreads[0].mean - 3.0).abs() < 1e-15, "{spreads:?}");
        assert!((spreads[0].deviation - deviation).abs() < 1e-15, "{spreads:?}");
        assert_eq!((spreads[0].farthest, spreads[0].smallest, spreads[0].largest), (2, 1.0, 6.0));
        assert!((spreads[0].deviations() - 3.0 / deviation).abs() < 1e-15, "{spreads:?}");
        assert!(spreads[0].has_others && !spreads[1].has_others);
        assert!((spreads[0].size() - (41.0_f64 / 3.0).sqrt()).abs() < 1e-14, "{spreads:?}");
        assert!(spreads[1].is_constant() && spreads[1].deviations() == 0.0);
    }

    #[test]
    fn numbers_near_the_largest_have_finite_figures() {
        let x = Mat::from_fn(2, 40, |i, j| match (i, j) {
            (0, 7) => -1.7e308,
            (0, _) => 1.5e308,
            _ => 0.1,
        });
        let spreads = spreads(x.as_ref());
        assert!(spreads[0].deviation.is_finite() && spreads[0].mean.is_finite(), "{spreads:?}");
        assert_eq!(spreads[0].farthest, 7);
        // Ten times 0.1 is not 1, and yet constant.
        assert_eq!((spreads[1].deviation, spreads[1].deviations()), (0.0, 0.0));
    }

    #[test]
    fn a_typical_feature_is_none_that_is_zero() {
        let x = Mat::from_fn(5, 10, |i, _| [0.0, 0.0, 1.0, 2.0, 300.0][i]);
        let data = Dataset::classification(x, vec![0; 10], 1).unwrap();
        assert_eq!(Survey::of(&data).largest_and_typical(), (4, 3));
        assert!(looks_unscaled(data.x(), 100.0) && !looks_unscaled(data.x(), 200.0));
    }
}
