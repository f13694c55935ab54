use densely_data::Dataset;
use densely_tensor::{Buffer, Scalar, Split, Threads};

use crate::model::targets;
use crate::{Model, ModelError, evaluation};

/// Examples from which on one of them can be said to stand alone.
const EXAMPLES: usize = 10;

/// The part of the loss that one example makes, at least,
const MOST: f64 = 0.5;

/// and how many times as much as an average one of the others.
const TIMES: f64 = 100.0;

/// Examples that are looked at together.
const BLOCK: usize = 1024;

/// An example that makes most of the loss on some data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Alone {
    pub(crate) example: usize,
    /// The mean loss of all.
    pub(crate) loss: f64,
    /// That of the others.
    pub(crate) others: f64,
}

impl Alone {
    /// The one, if there is one.
    pub(crate) fn of<T: Scalar>(
        model: &Model<T>,
        data: &Dataset<T>,
        threads: &Threads,
    ) -> Result<Option<Self>, ModelError> {
        Ok(Self::among(&losses(model, data, threads)?))
    }

    fn among(losses: &[f64]) -> Option<Self> {
        let n = losses.len();
        // NaN and infinity are the largest of all.
        let example = (0..n).max_by(|&a, &b| losses[a].abs().total_cmp(&losses[b].abs()))?;
        let others = losses.iter().enumerate().filter(|&(index, _)| index != example);
        let sum: f64 = others.map(|(_, loss)| loss).sum();
        let (largest, others) = (losses[example], sum / (n - 1) as f64);
        let stands_out = !largest.is_finite() || largest > MOST / (1.0 - MOST) * sum;
        let alone = n >= EXAMPLES && sum.is_finite() && stands_out;
        let far = !largest.is_finite() || largest > TIMES * others;
        let loss = (largest + sum) / n as f64;
        (alone && far).then_some(Self { example, loss, others })
    }
}

/// The loss of each example.
fn losses<T: Scalar>(
    model: &Model<T>,
    data: &Dataset<T>,
    threads: &Threads,
) -> Result<Vec<f64>, ModelError> {
    let mut all = Vec::with_capacity(data.len());
    let (mut rest, mut buffer) = (targets(data), Buffer::new());
    for first in (0..data.len()).step_by(BLOCK) {
        let n = BLOCK.min(data.len() - first);
        let scores = model.scores(data.inputs().panel(first, n, &mut buffer), threads)?;
        let (block, later) = rest.split_at(n);
        let losses = evaluation::losses(model.loss(), scores.as_ref(), block, threads);
        all.extend(losses);
        rest = later;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_makes_most_of_it() {
        let mut losses = vec![0.5; 40];
        assert_eq!(Alone::among(&losses), None);
        losses[7] = 49.0;
        assert_eq!(Alone::among(&losses), None, "it is 98 times as much as another");
        losses[7] = 60.5;
        assert_eq!(Alone::among(&losses), Some(Alone { example: 7, loss: 2.0, others: 0.5 }));
        losses[7] = f64::NAN;
        assert_eq!(Alone::among(&losses).map(|alone| alone.example), Some(7));
        losses[8] = f64::INFINITY;
        assert_eq!(Alone::among(&losses), None, "two are not one");
        assert_eq!(Alone::among(&[0.0, 0.0, 9.0]), None, "of three, one is always large");
    }
}
