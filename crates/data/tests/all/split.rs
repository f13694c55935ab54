//! Splits: partitions, shares of classes, and what they depend on.

use densely_data::{DataError, Dataset, Target, fold_indices, split_indices};
use densely_tensor::{Key, Mat, Purpose, Stream};
use proptest::prelude::*;

type Parts = (Vec<usize>, Vec<usize>);

fn split(target: &Target<f64>, fraction: f64, seed: u64) -> Result<Parts, DataError> {
    split_indices(target, fraction, &mut Stream::new(seed, Purpose::Split, Key::default()))
}

fn classes(labels: &[usize]) -> Target<f64> {
    let count = labels.iter().max().map_or(0, |largest| largest + 1);
    Target::Classes {
        labels: labels.to_vec(),
        names: (0..count).map(|label| label.to_string()).collect(),
    }
}

fn values(examples: usize) -> Target<f64> {
    Target::Values { values: Mat::zeros(1, examples), names: vec!["y".into()] }
}

/// How many of `examples` are of each class.
fn counts(labels: &[usize], examples: &[usize]) -> Vec<usize> {
    let mut counts = vec![0; labels.iter().max().map_or(0, |largest| largest + 1)];
    for &example in examples {
        counts[labels[example]] += 1;
    }
    counts
}

/// Each held-out example as its class and its rank among the members of that class.
fn ranks(labels: &[usize], held_out: &[usize]) -> Vec<(usize, usize)> {
    let rank = |example| labels[..example].iter().filter(|&&l| l == labels[example]).count();
    let mut ranks: Vec<_> = held_out.iter().map(|&e| (labels[e], rank(e))).collect();
    ranks.sort_unstable();
    ranks
}

fn assert_partition(parts: &Parts, examples: usize) {
    for part in [&parts.0, &parts.1] {
        assert!(part.is_sorted(), "{part:?}");
    }
    let mut together = [parts.0.clone(), parts.1.clone()].concat();
    together.sort_unstable();
    assert_eq!(together, (0..examples).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn parts_are_a_partition_of_the_rounded_size(
        labels in prop::collection::vec(0_usize..6, 1..200),
        fraction in 0.0..1.0, seed: u64, classify: bool,
    ) {
        let n = labels.len();
        let target = if classify { classes(&labels) } else { values(n) };
        let held_out = f64::round(fraction * n as f64) as usize;
        match split(&target, fraction, seed) {
            Ok(parts) => {
                assert_partition(&parts, n);
                prop_assert_eq!(parts.1.len(), held_out);
                prop_assert_eq!(split(&target, fraction, seed).unwrap(), parts);
            }
            Err(DataError::EmptyPart { .. }) => prop_assert!(held_out == 0 || held_out == n),
            Err(DataError::TooFewToStratify { .. }) => {
                let all: Vec<usize> = (0..n).collect();
                let several = counts(&labels, &all).iter().filter(|&&count| count > 1).count();
                prop_assert!(classify && held_out > n - several);
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn classes_contribute_their_shares(
        sizes in prop::collection::vec(10_usize..60, 1..8), fraction in 0.1..0.8, seed: u64,
    ) {
        let labels: Vec<usize> =
            sizes.iter().enumerate().flat_map(|(label, &size)| vec![label; size]).collect();
        let (_, held_out) = split(&classes(&labels), fraction, seed).unwrap();
        let total = held_out.len() as f64 / labels.len() as f64;
        for (count, &size) in counts(&labels, &held_out).into_iter().zip(&sizes) {
            prop_assert!((count as f64 - total * size as f64).abs() < 1.0, "{count} of {size}");
        }
    }

    #[test]
    fn no_class_of_several_is_lost(
        labels in prop::collection::vec(0_usize..30, 2..80), fraction in 0.0..1.0, seed: u64,
    ) {
        if let Ok((rest, held_out)) = split(&classes(&labels), fraction, seed) {
            let (rest, held_out) = (counts(&labels, &rest), counts(&labels, &held_out));
            let lost_single = rest.iter().zip(&held_out).any(|(&r, &h)| r == 0 && h == 1);
            let could_give = rest.iter().any(|&r| r > 1);
            for (&rest, &held_out) in rest.iter().zip(&held_out) {
                prop_assert!(rest > 0 || held_out < 2);
            }
            prop_assert!(!(lost_single && could_give), "{rest:?} {held_out:?}");
        }
    }

    #[test]
    fn the_mixture_of_classes_does_not_matter(
        labels in prop::collection::vec(0_usize..4, 8..100), seed: u64,
    ) {
        let mut sorted = labels.clone();
        sorted.sort_unstable();
        let held_out = |labels: &[usize]| {
            split(&classes(labels), 0.25, seed).ok().map(|parts| ranks(labels, &parts.1))
        };
        prop_assert_eq!(held_out(&labels), held_out(&sorted));
    }
}

#[test]
fn shares_are_those_of_the_largest_remainders() {
    // A fifth of 10, 7 and 3: 2, 1.4 and 0.6.
    let labels = [[0; 10].as_slice(), &[1; 7], &[2; 3]].concat();
    for seed in 0..20 {
        let (_, held_out) = split(&classes(&labels), 0.2, seed).unwrap();
        assert_eq!(counts(&labels, &held_out), [2, 1, 1]);
    }
}

#[test]
fn equal_remainders_are_ordered_at_random() {
    let labels: Vec<usize> = (0..10).flat_map(|label| [label; 4]).collect();
    let chosen = |seed| counts(&labels, &split(&classes(&labels), 0.1, seed).unwrap().1);
    let mut ever = vec![false; 10];
    for seed in 0..60 {
        for (ever, count) in ever.iter_mut().zip(chosen(seed)) {
            assert!(count <= 1);
            *ever |= count == 1;
        }
    }
    // A class stays out of all 60 with a probability of 0.6^60.
    assert!(ever.iter().all(|&ever| ever), "{ever:?}");
}

#[test]
fn every_example_is_as_likely_to_be_held_out() {
    let mut times = [0_u32; 20];
    for seed in 0..2000 {
        for example in split(&values(20), 0.25, seed).unwrap().1 {
            times[example] += 1;
        }
    }
    // 500 expected, with a standard deviation of 19.4.
    assert!(times.iter().all(|count| count.abs_diff(500) < 100), "{times:?}");
}

#[test]
fn single_examples_stay_if_they_can() {
    let labels = [0, 1, 2, 3, 4, 4, 4, 4];
    for seed in 0..20 {
        let held_out = |fraction| split(&classes(&labels), fraction, seed).unwrap().1;
        assert_eq!(counts(&labels, &held_out(0.375)), [0, 0, 0, 0, 3]);
        assert_eq!(counts(&labels, &held_out(0.75))[4], 3);
    }
}

#[test]
fn a_fraction_of_zero_holds_out_nothing() {
    for target in [values(3), classes(&[0, 0, 1])] {
        for fraction in [0.0, -0.0] {
            assert_eq!(split(&target, fraction, 1).unwrap(), (vec![0, 1, 2], vec![]));
        }
    }
    assert_eq!(split(&values(0), 0.0, 1).unwrap(), (vec![], vec![]));
}

#[test]
fn fractions_outside_the_range_are_refused() {
    for fraction in [-0.1, 1.0, 1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let message = split(&values(10), fraction, 1).unwrap_err().to_string();
        let expected = "the fraction to hold out must be at least 0 and less than 1, got ";
        assert_eq!(message, format!("{expected}{fraction}"));
    }
}

#[test]
fn a_part_that_would_be_empty_is_refused_with_the_numbers() {
    let message = |fraction, n| split(&values(n), fraction, 1).unwrap_err().to_string();
    assert_eq!(
        message(0.04, 10),
        "holding out a fraction of 0.04 of 10 examples puts 0 into one part and 10 into the \
         other; neither may be empty"
    );
    assert!(message(0.96, 10).contains("0.96 of 10 examples puts 10 into one part and 0 into"));
    assert!(message(0.5, 0).contains("0.5 of 0 examples puts 0 into one part and 0 into"));
}

#[test]
fn more_classes_than_the_rest_has_room_for_are_refused_with_the_numbers() {
    let labels = [0, 0, 1, 1, 2, 2, 3];
    assert!(split(&classes(&labels), 0.57, 1).is_ok());
    assert_eq!(
        split(&classes(&labels), 0.72, 1).unwrap_err().to_string(),
        "holding out 5 of 7 examples leaves too few for 3 classes of several examples to keep one \
         each; hold out a smaller fraction"
    );
}

#[test]
fn labels_need_no_names_and_no_bounds() {
    let target =
        Target::<f64>::Classes { labels: vec![usize::MAX, 7, 7, usize::MAX], names: vec![] };
    let (rest, held_out) = split(&target, 0.5, 1).unwrap();
    assert_eq!((rest.len(), held_out.len()), (2, 2));
}

proptest! {
    #[test]
    fn folds_are_a_partition_into_equal_shares_of_each_class(
        labels in prop::collection::vec(0_usize..5, 2..120), folds in 2_usize..12, seed: u64,
        classify: bool,
    ) {
        let n = labels.len();
        let target = if classify { classes(&labels) } else { values(n) };
        let cut = || fold_indices(&target, folds, &mut Stream::new(seed, Purpose::Split, Key::default()));
        if folds > n {
            let too_many = matches!(cut(), Err(DataError::Folds { .. }));
            prop_assert!(too_many);
            return Ok(());
        }
        let parts = cut().unwrap();
        prop_assert_eq!(&parts, &cut().unwrap());
        prop_assert_eq!(parts.len(), folds);
        let mut together = parts.concat();
        together.sort_unstable();
        prop_assert_eq!(together, (0..n).collect::<Vec<_>>());
        let spread = |counts: &mut dyn Iterator<Item = usize>| {
            let counts: Vec<usize> = counts.collect();
            counts.iter().max().unwrap() - counts.iter().min().unwrap()
        };
        prop_assert!(spread(&mut parts.iter().map(Vec::len)) <= 1);
        for part in &parts {
            prop_assert!(part.is_sorted());
        }
        if classify {
            for class in 0..5 {
                let of = |part: &Vec<usize>| part.iter().filter(|&&e| labels[e] == class).count();
                prop_assert!(spread(&mut parts.iter().map(of)) <= 1, "class {class}");
            }
        }
    }
}

#[test]
fn seeds_make_other_folds() {
    let cut = |seed| {
        fold_indices(&values(50), 5, &mut Stream::new(seed, Purpose::Split, Key::default()))
            .unwrap()
    };
    assert_eq!(cut(1), cut(1));
    assert_ne!(cut(1), cut(2));
}

#[test]
fn each_fold_of_a_dataset_comes_with_the_rest() {
    let x = Mat::from_fn(1, 11, |_, j| j as f64);
    let data = Dataset::classification(x, vec![0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0], 2).unwrap();
    for (rest, held_out) in data.folds(3, 7).unwrap() {
        let mut together: Vec<f64> = [&rest, &held_out]
            .iter()
            .flat_map(|part| (0..part.len()).map(|j| part.x()[(0, j)]))
            .collect();
        together.sort_by(f64::total_cmp);
        assert_eq!(together, (0..11).map(f64::from).collect::<Vec<_>>());
        assert!(held_out.len() == 3 || held_out.len() == 4);
    }
}

#[test]
fn numbers_of_folds_that_do_not_fit_are_refused() {
    let message = |folds| {
        let mut stream = Stream::new(1, Purpose::Split, Key::default());
        fold_indices(&values(5), folds, &mut stream).unwrap_err().to_string()
    };
    for folds in [0, 1, 6] {
        let expected = format!("5 examples cannot be cut into {folds} folds: choose from 2 to 5");
        assert_eq!(message(folds), expected);
    }
}
