use densely_data::{Dataset, Inputs};
use densely_tensor::{Scalar, Threads};

use super::spread::{Spread, spreads};

/// Examples that tell roughly how large features are, at most.
const SAMPLE: usize = 128;

/// A look at data: it takes as long as to read them twice, and so is for runs in trouble.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) features: Vec<Spread>,
    /// None of classes.
    pub(crate) targets: Vec<Spread>,
    pub(crate) examples: usize,
}

impl Survey {
    pub(crate) fn of<T: Scalar>(data: &Dataset<T>, threads: &Threads) -> Self {
        let targets = data.values().map(|values| spreads(values, threads)).unwrap_or_default();
        Self { features: spreads(data.inputs(), threads), targets, examples: data.len() }
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

/// Whether a feature is so large, on some examples, that it may hide the others.
pub(crate) fn looks_unscaled<T: Scalar>(x: Inputs<'_, T>, times: f64) -> bool {
    let step = x.examples().div_ceil(SAMPLE);
    let (mut squares, mut values) = (vec![0.0; x.features()], vec![T::ZERO; x.features()]);
    for j in (0..x.examples()).step_by(step) {
        x.write(j, &mut values);
        let pairs = squares.iter_mut().zip(&values);
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
    use densely_tensor::Mat;

    use super::*;

    #[test]
    fn a_typical_feature_is_none_that_is_zero() {
        let x = Mat::from_fn(5, 10, |i, _| [0.0, 0.0, 1.0, 2.0, 300.0][i]);
        let data = Dataset::classification(x, vec![0; 10], 1).unwrap();
        assert_eq!(Survey::of(&data, &Threads::single()).largest_and_typical(), (4, 3));
        assert!(looks_unscaled(data.inputs(), 100.0) && !looks_unscaled(data.inputs(), 200.0));
    }
}
