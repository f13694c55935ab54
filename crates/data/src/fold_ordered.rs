use crate::DataError;

/// Pairs `[train, held_out]` by the order of a quantity, such as time: examples are cut into `k + 1` parts from
/// the first to the last, and each part but the first is held out once, while all that is before it is
/// learnt from. So nothing is learnt from what came later, as nothing will be when a model is used.
///
/// Parts are of equal size, but for values that are equal, which are in one. All lists are in ascending order.
///
/// # Errors
/// [`DataError::Folds`] unless there are at least 2 folds, and different values for each part.
///
/// ```
/// use densely_data::fold_ordered;
///
/// let folds = fold_ordered(&[6.0, 1.0, 5.0, 2.0, 3.0, 4.0], 2)?;
/// assert_eq!(folds[0], [vec![1, 3], vec![4, 5]]);
/// assert_eq!(folds[1], [vec![1, 3, 4, 5], vec![0, 2]]);
/// # Ok::<(), densely_data::DataError>(())
/// ```
pub fn fold_ordered(order: &[f64], folds: usize) -> Result<Vec<[Vec<usize>; 2]>, DataError> {
    let examples = order.len();
    let refused = || DataError::Folds { folds, examples };
    if folds < 2 || folds >= examples {
        return Err(refused());
    }
    let mut sorted = order.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    // The first value of each part but the first.
    let first =
        |part: usize| sorted[(part as u128 * examples as u128 / (folds + 1) as u128) as usize];
    let first: Vec<f64> = (1..=folds).map(first).collect();
    let part = |value: f64| first.partition_point(|first| first.total_cmp(&value).is_le());
    let parts: Vec<usize> = order.iter().map(|&value| part(value)).collect();
    let of = |is: &dyn Fn(usize) -> bool| (0..examples).filter(|&of| is(parts[of])).collect();
    let cut = |held_out: usize| [of(&|part| part < held_out), of(&|part| part == held_out)];
    let folds: Vec<[Vec<usize>; 2]> = (1..=folds).map(cut).collect();
    match folds.iter().flatten().any(Vec::is_empty) {
        true => Err(refused()),
        false => Ok(folds),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_learnt_from_what_came_later(
            order in prop::collection::vec(-50_i32..50, 0..80), folds in 0_usize..6,
        ) {
            let order: Vec<f64> = order.into_iter().map(f64::from).collect();
            let Ok(cut) = fold_ordered(&order, folds) else { return Ok(()) };
            prop_assert_eq!(cut.len(), folds);
            let mut before = 0;
            for [train, held_out] in cut {
                prop_assert!(train.len() > before && !held_out.is_empty());
                before = train.len();
                prop_assert!(train.is_sorted() && held_out.is_sorted());
                for &of in &train {
                    prop_assert!(held_out.iter().all(|&later| order[of] < order[later]));
                }
            }
        }

        #[test]
        fn different_values_are_cut_into_equal_parts(examples in 7_usize..80, folds in 2_usize..6) {
            let order: Vec<f64> = (0..examples).rev().map(|example| example as f64).collect();
            for [_, held_out] in fold_ordered(&order, folds).unwrap() {
                let even = examples / (folds + 1);
                prop_assert!(held_out.len() == even || held_out.len() == even + 1);
            }
        }
    }

    #[test]
    fn equal_values_cannot_be_cut() {
        assert!(matches!(
            fold_ordered(&[1.0; 9], 2),
            Err(DataError::Folds { folds: 2, examples: 9 })
        ));
        assert!(
            fold_ordered(&[1.0, 2.0], 2).is_err() && fold_ordered(&[1.0, 2.0, 3.0], 1).is_err()
        );
    }
}
