use densely_tensor::{Key, Purpose, Stream};

use crate::{NetworkOptions, Search};

/// How much of the differences between the trials of a search an option explains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Influence {
    /// The option.
    pub option: &'static str,
    /// The share of the variance of the trials' ranks: of all options together, 1 at most.
    pub share: f64,
}

/// Trials from which on something can be told from them.
const TRIALS: usize = 20;

/// Orders drawn by chance, and the share of them that an option has to explain less in.
const DRAWN: usize = 500;
const BEYOND_CHANCE: f64 = 0.99;

/// The groups that the values of a number are cut into, each of as many trials, but for values that are equal.
const GROUPS: usize = 4;

/// What says of an option which value a candidate has, as a number.
type ValueOf = fn(&NetworkOptions) -> f64;

impl Search<NetworkOptions> {
    /// How much each option matters by itself, those that matter most first.
    ///
    /// The trials have their places in the [ranking](Search::ranking) for ranks `r`, and are grouped by an
    /// option: by its value if there are at most four, and else by its quartiles. Its share is
    /// that of the variance between the groups, corrected for what chance would make of `k` groups of `n` trials:
    ///
    /// `η² = Σ_g n_g (r̄_g − r̄)² / Σ_i (r_i − r̄)²,  ε² = max(0, 1 − (1 − η²)(n − 1)/(n − k))`
    ///
    /// A share that one order in a hundred would give by chance, as [`Stream`] draws them, is 0, and so are all of fewer than 20
    /// trials that did not fail. Options that the trials have by chance together may explain the same: where the shares add up
    /// to more than 1, they are divided by their sum.
    ///
    /// Ranks, so that a trial that failed, or has a score far below all others, is no more than the last. What two
    /// options explain together, as a learning rate that is good for wide networks only, is in neither share.
    ///
    /// ```
    /// use densely_models::{Evaluation, FoldScores, NetworkOptions, Search, Trial};
    ///
    /// // The score follows from the learning rate alone.
    /// let trial = |number: usize| {
    ///     let (learning_rate, accuracy) = [(0.001, 0.8), (0.01, 0.9)][number % 2];
    ///     let batch_size = [16, 32][number / 2 % 2];
    ///     let options = NetworkOptions { learning_rate, batch_size, ..NetworkOptions::default() };
    ///     let scores = FoldScores::new(vec![Evaluation::Classification { loss: 0.1, accuracy }; 3], 5);
    ///     Trial { number, options, rung: 0, scores: Ok(scores) }
    /// };
    /// let influences = Search::new((0..24).map(trial).collect()).influences();
    /// assert!(influences[0].option == "learning rate" && influences[0].share > 0.7);
    /// assert!(influences[1..].iter().all(|of| of.share == 0.0));
    /// ```
    ///
    /// T. L. Kelley, "An unbiased correlation ratio measure" (1935), for `ε²`.
    #[must_use]
    pub fn influences(&self) -> Vec<Influence> {
        let ranking = self.ranking();
        let options: Vec<_> = ranking.iter().map(|trial| &trial.options).collect();
        let kinds: Vec<_> = options.iter().map(|options| &options.activation).collect();
        let activations: Vec<f64> = (kinds.iter())
            .map(|kind| kinds.iter().position(|other| other == kind).unwrap_or(0) as f64)
            .collect();
        let numbers: [(&'static str, ValueOf); 6] = [
            ("depth", |of| of.hidden.len() as f64),
            ("width", |of| of.hidden.first().map_or(0.0, |width| *width as f64)),
            ("dropout", |of| of.dropout),
            ("learning rate", |of| of.learning_rate),
            ("weight decay", |of| of.weight_decay),
            ("batch size", |of| of.batch_size as f64),
        ];
        let finished = ranking.iter().filter(|trial| trial.scores.is_ok()).count();
        let influence = |option, groups: Vec<usize>| {
            let share = if finished < TRIALS { 0.0 } else { beyond_chance(groups) };
            Influence { option, share }
        };
        let number = |(option, value): (&'static str, ValueOf)| {
            let values: Vec<f64> = options.iter().map(|options| value(options)).collect();
            influence(option, quartiles(&values))
        };
        let activation = influence("activation", distinct(&activations));
        let mut influences: Vec<_> = numbers.into_iter().map(number).chain([activation]).collect();
        let all = influences.iter().map(|of| of.share).sum::<f64>().max(1.0);
        influences.iter_mut().for_each(|of| of.share /= all);
        influences.sort_by(|a, b| b.share.total_cmp(&a.share));
        influences
    }
}

/// [`explained`], if hardly any order of the trials explains as much.
fn beyond_chance(mut groups: Vec<usize>) -> f64 {
    let share = explained(&groups);
    if share == 0.0 {
        return 0.0;
    }
    let mut stream = Stream::new(0, Purpose::Other, Key::default());
    let less = (0..DRAWN).filter(|_| {
        stream.shuffle(&mut groups);
        explained(&groups) < share
    });
    if less.count() as f64 >= BEYOND_CHANCE * DRAWN as f64 { share } else { 0.0 }
}

/// `ε²` of groups, given in the order of the ranks.
fn explained(groups: &[usize]) -> f64 {
    let n = groups.len() as f64;
    let middle = (n - 1.0) / 2.0;
    let mut sums = vec![(0.0, 0.0); groups.iter().max().map_or(0, |last| last + 1)];
    for (rank, &group) in groups.iter().enumerate() {
        let (count, sum) = &mut sums[group];
        *count += 1.0;
        *sum += rank as f64 - middle;
    }
    sums.retain(|&(count, _)| count > 0.0);
    let (total, k) = (n * (n * n - 1.0) / 12.0, sums.len() as f64);
    if k < 2.0 || n <= k {
        return 0.0;
    }
    let between: f64 = sums.iter().map(|(count, sum)| sum * sum / count).sum();
    (1.0 - (1.0 - between / total) * (n - 1.0) / (n - k)).max(0.0)
}

/// The group of each value: one for each that there is.
fn distinct(values: &[f64]) -> Vec<usize> {
    let mut all = values.to_vec();
    all.sort_by(f64::total_cmp);
    all.dedup();
    values.iter().map(|value| all.partition_point(|other| other < value)).collect()
}

/// The same of few values; of many, the quarter that it is in.
fn quartiles(values: &[f64]) -> Vec<usize> {
    let groups = distinct(values);
    if groups.iter().max().is_none_or(|last| *last < GROUPS) {
        return groups;
    }
    let mut all = values.to_vec();
    all.sort_by(f64::total_cmp);
    let below = |value: &f64| all.partition_point(|other| other < value);
    values.iter().map(|value| below(value) * GROUPS / values.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_orders_the_trials_explains_all_and_what_does_not_nothing() {
        assert_eq!(explained(&[0, 0, 0, 1, 1, 1]), 1.0 - (1.0 - 13.5 / 17.5) * 5.0 / 4.0);
        assert_eq!(explained(&[2, 3, 0]), 0.0);
        assert_eq!(explained(&[0, 1, 1, 0, 0, 1, 1, 0]), 0.0);
        assert_eq!(explained(&[4, 4, 4, 4]), 0.0);
        assert_eq!(explained(&[]), 0.0);
    }

    /// Drawn by chance, the share is 0 on average before it is cut off there.
    #[test]
    fn chance_explains_little() {
        let mut stream = Stream::new(5, Purpose::Other, Key::default());
        let mut shares: Vec<f64> = (0..400)
            .map(|_| explained(&(0..60).map(|_| stream.below(4)).collect::<Vec<_>>()))
            .collect();
        shares.sort_by(f64::total_cmp);
        // More often 0 than not, and one in twenty above 0.08.
        assert_eq!(shares[200], 0.0);
        assert!(shares[380] < 0.12, "{}", shares[380]);
    }

    /// Seven options that say nothing, of 81 trials: hardly ever is anything said of one.
    #[test]
    fn what_chance_explains_is_not_told() {
        let mut stream = Stream::new(7, Purpose::Other, Key::default());
        let mut told = 0;
        for _ in 0..40 {
            for groups in [3, 4, 4, 4, 4, 3, 5] {
                let drawn = (0..81).map(|_| stream.below(groups)).collect();
                told += usize::from(beyond_chance(drawn) > 0.0);
            }
        }
        assert!(told < 10, "{told} of 280");
        let share = beyond_chance((0..81).map(|rank| rank / 41).collect());
        assert!(share > 0.7, "{share}");
    }

    #[test]
    fn many_values_become_quarters() {
        let values: Vec<f64> = (0..8).map(f64::from).collect();
        assert_eq!(quartiles(&values), [0, 0, 1, 1, 2, 2, 3, 3]);
        assert_eq!(quartiles(&[16.0, 64.0, 16.0, 128.0]), [0, 1, 0, 2]);
    }
}
