use std::cmp::Reverse;

use densely_tensor::Stream;

use crate::DataError;
use crate::split_groups::sizes;

/// Cuts examples into `k` parts, so that all of a group are in one: the parts that are held out, one
/// after the other, in a cross-validation.
///
/// `groups[j]` is the group of example `j`. The largest groups come first, those of one size in a random
/// order, and each goes to the part that has the fewest examples. Parts list their examples in
/// ascending order.
///
/// # Errors
/// [`DataError::FewGroups`] unless there are at least 2 folds and at most one per group.
///
/// ```
/// use densely_data::fold_groups;
/// use densely_tensor::{Key, Purpose, Stream};
///
/// let groups = [7, 7, 7, 1, 1, 2];
/// let mut stream = Stream::new(1, Purpose::Split, Key::default());
/// assert_eq!(fold_groups(&groups, 2, &mut stream)?, [[0, 1, 2], [3, 4, 5]]);
/// # Ok::<(), densely_data::DataError>(())
/// ```
pub fn fold_groups(
    groups: &[usize],
    folds: usize,
    stream: &mut Stream,
) -> Result<Vec<Vec<usize>>, DataError> {
    let (sizes, mut order) = sizes(groups);
    if folds < 2 || folds > order.len() {
        return Err(DataError::FewGroups { folds, groups: order.len() });
    }
    stream.shuffle(&mut order);
    order.sort_by_key(|&group| Reverse(sizes[group]));
    let (mut fold_of, mut filled) = (vec![0; sizes.len()], vec![0; folds]);
    for group in order {
        let emptiest = (0..folds).min_by_key(|&fold| filled[fold]).unwrap_or(0);
        fold_of[group] = emptiest;
        filled[emptiest] += sizes[group];
    }
    let mut parts: Vec<Vec<usize>> = filled.into_iter().map(Vec::with_capacity).collect();
    for (example, &group) in groups.iter().enumerate() {
        parts[fold_of[group]].push(example);
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Key, Purpose};
    use proptest::prelude::*;

    use super::*;

    fn stream(seed: u64) -> Stream {
        Stream::new(seed, Purpose::Split, Key::default())
    }

    proptest! {
        #[test]
        fn every_group_is_whole_and_every_part_has_one(
            groups in prop::collection::vec(0_usize..9, 1..60), folds in 0_usize..6, seed: u64,
        ) {
            let mut distinct = groups.clone();
            distinct.sort_unstable();
            distinct.dedup();
            match fold_groups(&groups, folds, &mut stream(seed)) {
                Err(_) => prop_assert!(folds < 2 || folds > distinct.len()),
                Ok(parts) => {
                    prop_assert_eq!(parts.len(), folds);
                    prop_assert!(parts.iter().all(|part| !part.is_empty() && part.is_sorted()));
                    prop_assert_eq!(parts.concat().len(), groups.len());
                    for group in distinct {
                        let has = |part: &&Vec<usize>| part.iter().any(|&of| groups[of] == group);
                        prop_assert_eq!(parts.iter().filter(has).count(), 1);
                    }
                }
            }
        }
    }

    #[test]
    fn equal_groups_are_shared_evenly_and_by_the_seed() {
        let groups: Vec<usize> = (0..90).map(|example| example % 30).collect();
        let parts = fold_groups(&groups, 3, &mut stream(1)).unwrap();
        assert!(parts.iter().all(|part| part.len() == 30));
        assert_ne!(parts, fold_groups(&groups, 3, &mut stream(2)).unwrap());
    }
}
