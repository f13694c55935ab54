use densely_tensor::Scalar;

/// Of more values than these, a part that is drawn at random is like all of them anyway, and they are one stratum.
pub const MOST_STRATIFIED: usize = 100_000;

/// Strata of real targets, for [`split_labels`](crate::split_labels): runs of their order, as many as there are examples to
/// hold out, or to keep if these are fewer. Each part then has its share of every size, and of a few values that are far larger
/// than all others it has some.
///
/// All are one stratum where nothing is held out, and where there are more than [`MOST_STRATIFIED`]. Equal
/// values are ordered as they come.
///
/// ```
/// use densely_data::value_strata;
///
/// assert_eq!(value_strata(&[9.0, 1.0, 7.0, 2.0], 0.5), [1, 0, 1, 0]);
/// assert_eq!(value_strata(&[9.0, 1.0, 7.0, 2.0], 0.25), [0; 4]);
/// ```
#[must_use]
pub fn value_strata<T: Scalar>(values: &[T], fraction: f64) -> Vec<usize> {
    let n = values.len();
    let held_out = (fraction * n as f64).round() as usize;
    let strata = held_out.min(n.saturating_sub(held_out));
    let mut of = vec![0; n];
    if strata == 0 || n > MOST_STRATIFIED {
        return of;
    }
    for (rank, example) in in_order(values).into_iter().enumerate() {
        of[example] = rank * strata / n;
    }
    of
}

/// Examples from the least value to the largest.
pub(crate) fn in_order<T: Scalar>(values: &[T]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].to_f64().total_cmp(&values[b].to_f64()));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strata_are_runs_of_the_order_of_about_the_same_size() {
        for n in [1, 2, 3, 7, 10, 100, 101] {
            let values: Vec<f64> = (0..n).map(|i| ((i * 37) % n) as f64).collect();
            for fraction in [0.0, 0.1, 0.25, 0.4, 0.5, 0.7, 0.9, 0.99] {
                let of = value_strata(&values, fraction);
                let held_out = (fraction * n as f64).round() as usize;
                let expected = held_out.min(n - held_out).max(1);
                let size = |stratum| of.iter().filter(|&&other| other == stratum).count();
                for stratum in 0..expected {
                    assert!(
                        [n / expected, n.div_ceil(expected)].contains(&size(stratum)),
                        "{n} {fraction}"
                    );
                }
                for (a, b) in (0..n).flat_map(|a| (0..n).map(move |b| (a, b))) {
                    assert!(values[a] > values[b] || of[a] <= of[b] || values[a] == values[b]);
                }
            }
        }
    }

    #[test]
    fn very_many_values_are_one_stratum() {
        let values: Vec<f32> = (0..=MOST_STRATIFIED).map(|i| i as f32).collect();
        assert!(value_strata(&values, 0.1).iter().all(|&stratum| stratum == 0));
        assert!(value_strata(&values[1..], 0.1).contains(&9999));
    }
}
