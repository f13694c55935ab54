use densely_data::Dataset;
use densely_tensor::{MatRef, Scalar, column, vectorize};

use crate::evaluation::widen_to;

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
    let mut rows = Rows::new(x.nrows());
    let wide = &mut vec![0.0; x.nrows()];
    for j in 0..x.ncols() {
        widen_to(column(x, j), wide);
        rows.add(wide, x.ncols() as f64);
    }
    rows.scale();
    for j in 0..x.ncols() {
        widen_to(column(x, j), wide);
        rows.look_again(wide, j as f64);
    }
    (0..x.nrows()).map(|i| rows.spread(i, x.ncols() as f64)).collect()
}

/// What is known of some rows, side by side.
struct Rows {
    mean: Vec<f64>,
    smallest: Vec<f64>,
    largest: Vec<f64>,
    /// The largest magnitude: a difference or a square may be too large where the value is not. 1 if it is 0.
    scale: Vec<f64>,
    /// The mean over the scale.
    centre: Vec<f64>,
    /// The sum of the squares of deviations, over the scale; and the largest of these, and of which example.
    squares: Vec<f64>,
    distance: Vec<f64>,
    farthest: Vec<f64>,
    /// 1 where there are others, or 0.
    others: Vec<f64>,
}

impl Rows {
    fn new(rows: usize) -> Self {
        let of = |value| vec![value; rows];
        Self {
            mean: of(0.0),
            smallest: of(f64::INFINITY),
            largest: of(f64::NEG_INFINITY),
            scale: of(1.0),
            centre: of(0.0),
            squares: of(0.0),
            distance: of(0.0),
            farthest: of(0.0),
            others: of(0.0),
        }
    }

    /// One of `n` examples.
    fn add(&mut self, values: &[f64], n: f64) {
        let rows = self.mean.len();
        let (mean, smallest, largest) =
            (&mut self.mean[..rows], &mut self.smallest[..rows], &mut self.largest[..rows]);
        let values = &values[..rows];
        vectorize(
            #[inline(always)]
            || {
                for i in 0..rows {
                    // Not the sum of all, which may be too large where the mean is not.
                    mean[i] += values[i] / n;
                    smallest[i] = if values[i] < smallest[i] { values[i] } else { smallest[i] };
                    largest[i] = if values[i] > largest[i] { values[i] } else { largest[i] };
                }
            },
        );
    }

    fn scale(&mut self) {
        for i in 0..self.mean.len() {
            let scale = self.largest[i].abs().max(self.smallest[i].abs());
            self.scale[i] = if scale > 0.0 { scale } else { 1.0 };
            self.centre[i] = self.mean[i] / self.scale[i];
        }
    }

    /// The example `j` once more.
    fn look_again(&mut self, values: &[f64], j: f64) {
        let rows = self.mean.len();
        let (centre, scale) = (&self.centre[..rows], &self.scale[..rows]);
        let (smallest, largest) = (&self.smallest[..rows], &self.largest[..rows]);
        let (squares, others) = (&mut self.squares[..rows], &mut self.others[..rows]);
        let (distance, farthest) = (&mut self.distance[..rows], &mut self.farthest[..rows]);
        let values = &values[..rows];
        vectorize(
            #[inline(always)]
            || {
                for i in 0..rows {
                    let share = (values[i] / scale[i] - centre[i]).abs();
                    squares[i] += share * share;
                    farthest[i] = if share > distance[i] { j } else { farthest[i] };
                    distance[i] = if share > distance[i] { share } else { distance[i] };
                    let is_other = (values[i] != smallest[i]) & (values[i] != largest[i]);
                    others[i] = if is_other { 1.0 } else { others[i] };
                }
            },
        );
    }

    /// Of a row of `n` examples.
    fn spread(&self, row: usize, n: f64) -> Spread {
        let scale = self.scale[row];
        let (smallest, largest) = (self.smallest[row], self.largest[row]);
        let spread = Spread {
            mean: self.mean[row],
            deviation: (scale * (self.squares[row] / n).sqrt()).min(f64::MAX),
            smallest,
            largest,
            farthest: self.farthest[row] as usize,
            distance: (scale * self.distance[row]).min(f64::MAX),
            has_others: self.others[row] > 0.0,
        };
        match spread.is_constant() {
            // What rounding made of them.
            true => Spread { mean: smallest, deviation: 0.0, distance: 0.0, ..spread },
            false => spread,
        }
    }
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
