//! How a setting is chosen: never by what is reported of it.

use crate::Spread;

/// The setting with the highest median of `score`, which comes from a validation part; of
/// equals the first.
///
/// `runs` has a row for each setting, in it a run for each seed.
pub(crate) fn best<R>(runs: &[Vec<R>], score: impl Fn(&R) -> f64) -> usize {
    highest(runs.iter().map(|runs| Spread::of(runs.iter().map(&score)).median))
}

/// The setting that is best for the seeds other than `seed`, and so without a look at the
/// run that is reported.
pub(crate) fn best_by_others<R>(runs: &[Vec<R>], seed: usize, score: impl Fn(&R) -> f64) -> usize {
    highest(runs.iter().map(|runs| {
        let others = runs.iter().enumerate().filter(|&(other, _)| other != seed);
        Spread::of(others.map(|(_, run)| score(run))).median
    }))
}

/// For each seed, its run with the setting that is best for the others.
pub(crate) fn chosen_by_others<R>(runs: &[Vec<R>], score: impl Fn(&R) -> f64) -> Vec<&R> {
    let seeds = runs.first().map_or(0, Vec::len);
    (0..seeds).map(|seed| &runs[best_by_others(runs, seed, &score)][seed]).collect()
}

/// Where the highest score is; NaN is lower than any.
fn highest(scores: impl Iterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (i, score) in scores.enumerate() {
        if score > best.1 {
            best = (i, score);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_median_is_chosen() {
        let runs = [vec![1.0, 2.0, 9.0], vec![3.0, 3.0, 3.0], vec![3.0, 3.0, 4.0]];
        assert_eq!(best(&runs, |&run| run), 1, "of equals the first");
        assert_eq!(best(&runs, |&run: &f64| -run), 0);
        assert_eq!(best(&[vec![f64::NAN], vec![-1.0]], |&run| run), 1);
    }

    /// What a seed itself says of a setting does not count.
    #[test]
    fn a_seed_has_no_say_in_what_is_chosen_for_it() {
        let runs = [vec![9.0, 1.0, 1.0], vec![2.0, 2.0, 2.0]];
        assert_eq!([0, 1, 2].map(|seed| best_by_others(&runs, seed, |&run| run)), [1, 0, 0]);
        assert_eq!(chosen_by_others(&runs, |&run| run), [&2.0, &1.0, &1.0]);
        assert_eq!(chosen_by_others(&[vec![1.0], vec![2.0]], |&run| run), [&1.0], "no others");
    }
}
