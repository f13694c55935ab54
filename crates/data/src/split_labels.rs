use densely_tensor::{ShapeError, Stream};

use crate::DataError;
use crate::split::shares;

/// Which of the examples with these labels are held out, as [`split_indices`](crate::split_indices) lists them, in
/// little memory: five bytes for each example. The labels of real targets are their [strata](crate::value_strata).
///
/// # Errors
/// Those of `split_indices`; [`DataError::Shape`] for 2³² examples and more, and for labels so large that there is no
/// memory to count them.
///
/// ```
/// use densely_data::{Target, split_indices, split_labels};
/// use densely_tensor::{Key, Purpose, Stream};
///
/// let labels = vec![0, 2, 2, 0, 2, 0, 0, 2];
/// let stream = || Stream::new(1, Purpose::Split, Key::default());
/// let is_held_out = split_labels(labels.iter().copied(), 0.25, &mut stream())?;
/// let names = vec!["a".into(), "b".into(), "c".into()];
/// let target = Target::<f64>::Classes { labels, names };
/// let (_, held_out) = split_indices(&target, 0.25, &mut stream())?;
/// assert!((0..8).filter(|&example| is_held_out[example]).eq(held_out));
/// # Ok::<(), densely_data::DataError>(())
/// ```
pub fn split_labels(
    labels: impl Iterator<Item = usize> + Clone,
    fraction: f64,
    stream: &mut Stream,
) -> Result<Vec<bool>, DataError> {
    if !(0.0..1.0).contains(&fraction) {
        return Err(DataError::Fraction(fraction));
    }
    let mut sizes = Vec::new();
    for label in labels.clone() {
        if label >= sizes.len() {
            let bytes = (label as u128 + 1) * size_of::<usize>() as u128;
            ShapeError::expect_memory(
                "split_labels",
                "the number of examples of each label",
                bytes,
            )?;
            sizes.resize(label + 1, 0_usize);
        }
        sizes[label] += 1;
    }
    let examples: usize = sizes.iter().sum();
    let held_out = (fraction * examples as f64).round() as usize;
    if fraction == 0.0 {
        return Ok(vec![false; examples]);
    }
    if held_out == 0 || held_out >= examples {
        return Err(DataError::EmptyPart { fraction, examples, held_out });
    }
    if u32::try_from(examples).is_err() {
        let (operation, what) = ("split_labels", "examples, fewer than 2³²");
        let expected = u32::MAX as usize;
        return Err(ShapeError::Count { operation, what, expected, actual: examples }.into());
    }
    let bytes = examples as u128 * (size_of::<u32>() + 1) as u128;
    ShapeError::expect_memory("split_labels", "the order of examples", bytes)?;
    // The members of each label, one label after the other.
    let mut ends: Vec<usize> =
        sizes.iter().scan(0, |start, size| Some(std::mem::replace(start, *start + size))).collect();
    let mut members = vec![0_u32; examples];
    for (example, label) in labels.enumerate() {
        members[ends[label]] = example as u32;
        ends[label] += 1;
    }
    sizes.retain(|&size| size > 0);
    let shares = shares(&sizes, held_out, stream).ok_or(DataError::TooFewToStratify {
        examples,
        held_out,
        classes: sizes.iter().filter(|&&size| size > 1).count(),
    })?;
    let (mut is_held_out, mut rest) = (vec![false; examples], &mut members[..]);
    for (size, share) in sizes.into_iter().zip(shares) {
        let (own, others) = rest.split_at_mut(size);
        stream.shuffle(own);
        own[..share].iter().for_each(|&example| is_held_out[example as usize] = true);
        rest = others;
    }
    Ok(is_held_out)
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
        /// Of each class its share but for rounding, which leaves one where there are several; and which members
        /// are held out does not depend on how the classes are mixed.
        #[test]
        fn each_class_has_its_share(
            labels in prop::collection::vec(0_usize..7, 1..80), fraction in 0.0..0.95, seed in 0_u64..9,
        ) {
            let Ok(found) = split_labels(labels.iter().copied(), fraction, &mut stream(seed)) else {
                return Ok(());
            };
            let of = |labels: &[usize], found: &[bool], class| -> Vec<bool> {
                let both = labels.iter().zip(found);
                both.filter(|(label, _)| **label == class).map(|(_, is)| *is).collect()
            };
            let mut sorted = labels.clone();
            sorted.sort_unstable();
            let of_sorted = split_labels(sorted.iter().copied(), fraction, &mut stream(seed)).unwrap();
            let held_out = found.iter().filter(|is| **is).count();
            prop_assert_eq!(held_out, (fraction * labels.len() as f64).round() as usize);
            for class in 0..7 {
                let members = of(&labels, &found, class);
                prop_assert_eq!(&members, &of(&sorted, &of_sorted, class));
                let (share, size) = (members.iter().filter(|is| **is).count(), members.len());
                prop_assert!(size < 2 || share < size);
                let exact = held_out as f64 * size as f64 / labels.len() as f64;
                prop_assert!(share as f64 >= exact.floor(), "{share} of {size}");
            }
        }
    }

    #[test]
    fn labels_are_not_believed() {
        let labels = [0, usize::MAX, 1];
        assert!(matches!(
            split_labels(labels.into_iter(), 0.3, &mut stream(1)),
            Err(DataError::Shape(_))
        ));
    }
}
