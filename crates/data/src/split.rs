use std::borrow::Cow;
use std::collections::BTreeMap;

use densely_tensor::{Scalar, Stream};

use crate::value_strata::in_order;
use crate::{DataError, MOST_STRATIFIED, Target, split_labels, value_strata};

/// Cuts examples in two, `(rest, held_out)`, at random; by class if there are classes, and by the size of the target if that
/// is one number.
///
/// With `n` examples, `round(fraction · n)` are held out (halves away from zero). Of
/// classes, each contributes its share, rounded down or up by the method of largest
/// remainders (equal remainders are ordered at random). A class of several examples
/// always keeps one in the rest, and a class of a single example is held out only if
/// there is nothing else to hold out: then, and then only, a share may be off by one
/// or more.
///
/// Which members of a class are held out does not depend on how the classes are mixed.
/// Of real targets, one is held out of each run of their order ([`value_strata`]): where a few are far larger than all others,
/// what is measured on a part would otherwise depend on which of these it has. Those of several outputs have no order.
///
/// Both parts list the examples in ascending order: the order of training is drawn
/// anew each epoch, and memory is best read forwards.
///
/// A fraction of 0 holds out nothing.
///
/// # Errors
/// [`DataError::Fraction`] unless `0 <= fraction < 1`; [`DataError::EmptyPart`] if a
/// positive fraction leaves one part empty; [`DataError::TooFewToStratify`] if there
/// are more classes than the rest has room for.
///
/// ```
/// use densely_data::{Target, split_indices};
/// use densely_tensor::{Key, Purpose, Stream};
///
/// let labels = vec![0, 0, 0, 0, 1, 1, 1, 1];
/// let target = Target::<f64>::Classes { labels, names: vec!["a".into(), "b".into()] };
/// let mut stream = Stream::new(1, Purpose::Split, Key::default());
/// let (rest, held_out) = split_indices(&target, 0.25, &mut stream)?;
/// assert_eq!(rest.len(), 6);
/// assert!(held_out[0] < 4 && held_out[1] >= 4);
/// # Ok::<(), densely_data::DataError>(())
/// ```
pub fn split_indices<T: Scalar>(
    target: &Target<T>,
    fraction: f64,
    stream: &mut Stream,
) -> Result<(Vec<usize>, Vec<usize>), DataError> {
    let examples = target.examples();
    let is_held_out = match (target.labels(), ordered(target)) {
        (Some(labels), _) => split_labels(compact(labels).iter().copied(), fraction, stream)?,
        (None, Some(values)) => {
            split_labels(value_strata(&values, fraction).into_iter(), fraction, stream)?
        }
        (None, None) => split_labels(std::iter::repeat_n(0, examples), fraction, stream)?,
    };
    Ok((0..examples).partition(|&example| !is_held_out[example]))
}

/// The same labels, or where they are far beyond the number of examples, others in the same order.
fn compact(labels: &[usize]) -> Cow<'_, [usize]> {
    const FEW: usize = 1 << 16;
    if labels.iter().all(|&label| label < labels.len().max(FEW)) {
        return Cow::Borrowed(labels);
    }
    let mut distinct = labels.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    labels.iter().map(|label| distinct.partition_point(|other| other < label)).collect()
}

/// Real targets that are stratified.
fn ordered<T: Scalar>(target: &Target<T>) -> Option<Vec<T>> {
    let values = target.values().filter(|values| values.nrows() == 1)?;
    (values.ncols() <= MOST_STRATIFIED)
        .then(|| (0..values.ncols()).map(|j| values[(0, j)]).collect())
}

/// The examples of each class that has any, in the order of the classes; of real targets, runs of their
/// order of so many examples.
pub(crate) fn strata<T: Scalar>(target: &Target<T>, run: usize) -> Vec<Vec<usize>> {
    match target {
        Target::Values { values, .. } => match ordered(target) {
            Some(values) => in_order(&values).chunks(run).map(<[usize]>::to_vec).collect(),
            None => vec![(0..values.ncols()).collect()],
        },
        Target::Classes { labels, .. } => {
            let mut strata = BTreeMap::<_, Vec<_>>::new();
            for (example, label) in labels.iter().enumerate() {
                strata.entry(label).or_default().push(example);
            }
            strata.into_values().collect()
        }
    }
}

/// How many of each stratum to hold out, `total` in all; `None` if there is no way that
/// leaves one of each stratum of several. `total` is less than the sum of the sizes.
pub(crate) fn shares(sizes: &[usize], total: usize, stream: &mut Stream) -> Option<Vec<usize>> {
    let examples: usize = sizes.iter().sum();
    // total · size / examples, in integers, so that equal remainders are equal. As
    // total < examples, rounding down always leaves one.
    let exact = |size: usize| {
        let product = total as u128 * size as u128;
        ((product / examples as u128) as usize, product % examples as u128)
    };
    let mut shares: Vec<usize> = sizes.iter().map(|&size| exact(size).0).collect();

    let mut order: Vec<usize> = (0..sizes.len()).collect();
    stream.shuffle(&mut order);
    order.sort_by_key(|&stratum| std::cmp::Reverse(exact(sizes[stratum]).1));

    let mut left = total - shares.iter().sum::<usize>();
    while left > 0 {
        let before = left;
        for &stratum in &order {
            if left > 0 && shares[stratum] + 1 < sizes[stratum] {
                shares[stratum] += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    for &stratum in &order {
        if left > 0 && sizes[stratum] == 1 {
            shares[stratum] = 1;
            left -= 1;
        }
    }
    (left == 0).then_some(shares)
}
