use densely_tensor::Stream;

use crate::DataError;

/// Cuts examples in two, `(rest, held_out)`, so that all of a group are in one part: several rows of
/// one patient, for example, of which some would tell of the others.
///
/// `groups[j]` is the group of example `j`. Groups are held out in a random order, as long as the
/// number of examples comes nearer to `fraction · n`; at least one is, and at least one is not. Both
/// parts list the examples in ascending order. A fraction of 0 holds out nothing.
///
/// # Errors
/// [`DataError::Fraction`] unless `0 <= fraction < 1`; [`DataError::OneGroup`] if all
/// examples are of one group.
///
/// ```
/// use densely_data::split_groups;
/// use densely_tensor::{Key, Purpose, Stream};
///
/// let groups = [0, 0, 1, 1, 2, 2, 3, 3];
/// let mut stream = Stream::new(1, Purpose::Split, Key::default());
/// let (rest, held_out) = split_groups(&groups, 0.25, &mut stream)?;
/// assert_eq!((rest.len(), held_out.len()), (6, 2));
/// assert_eq!(groups[held_out[0]], groups[held_out[1]]);
/// # Ok::<(), densely_data::DataError>(())
/// ```
pub fn split_groups(
    groups: &[usize],
    fraction: f64,
    stream: &mut Stream,
) -> Result<(Vec<usize>, Vec<usize>), DataError> {
    if !(0.0..1.0).contains(&fraction) {
        return Err(DataError::Fraction(fraction));
    }
    if fraction == 0.0 {
        return Ok(((0..groups.len()).collect(), Vec::new()));
    }
    let (sizes, mut order) = sizes(groups);
    if order.len() < 2 {
        return Err(DataError::OneGroup { examples: groups.len() });
    }
    stream.shuffle(&mut order);
    // One is left for the rest, whatever the fraction.
    let last = order.pop();
    let wanted = fraction * groups.len() as f64;
    let mut is_held_out = vec![false; sizes.len()];
    let (mut held_out, mut any) = (0.0, false);
    for group in order {
        let more = held_out + sizes[group] as f64;
        if !any || (more - wanted).abs() < (held_out - wanted).abs() {
            is_held_out[group] = true;
            (held_out, any) = (more, true);
        }
    }
    debug_assert!(last.is_some_and(|group| !is_held_out[group]));
    Ok((0..groups.len()).partition(|&example| !is_held_out[groups[example]]))
}

/// How many examples each group has, and the groups that have any.
pub(crate) fn sizes(groups: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let mut sizes = vec![0; groups.iter().max().map_or(0, |last| last + 1)];
    groups.iter().for_each(|&group| sizes[group] += 1);
    let filled = (0..sizes.len()).filter(|&group| sizes[group] > 0).collect();
    (sizes, filled)
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
        fn no_group_is_in_both_parts(
            groups in prop::collection::vec(0_usize..9, 2..60), fraction in 0.01..0.9, seed in 0_u64..9,
        ) {
            let distinct = |rows: &[usize]| -> Vec<usize> {
                let mut of: Vec<usize> = rows.iter().map(|&row| groups[row]).collect();
                of.sort_unstable();
                of.dedup();
                of
            };
            let all: Vec<usize> = (0..groups.len()).collect();
            match split_groups(&groups, fraction, &mut stream(seed)) {
                Err(error) => {
                    let is_one = matches!(error, DataError::OneGroup { .. });
                    prop_assert!(is_one && distinct(&all).len() == 1);
                }
                Ok((rest, held_out)) => {
                    let (a, b) = (distinct(&rest), distinct(&held_out));
                    prop_assert!(!a.is_empty() && !b.is_empty());
                    prop_assert!(a.iter().all(|group| !b.contains(group)));
                    let mut both = [rest, held_out].concat();
                    both.sort_unstable();
                    prop_assert_eq!(both, all);
                }
            }
        }
    }

    #[test]
    fn about_the_fraction_is_held_out() {
        let groups: Vec<usize> = (0..1000).map(|example| example / 10).collect();
        for seed in 0..20 {
            let (rest, held_out) = split_groups(&groups, 0.2, &mut stream(seed)).unwrap();
            assert_eq!((rest.len(), held_out.len()), (800, 200));
        }
        assert!(split_groups(&[0, 0], 0.0, &mut stream(0)).unwrap().1.is_empty());
        assert!(matches!(split_groups(&[0, 1], 1.0, &mut stream(0)), Err(DataError::Fraction(_))));
    }
}
