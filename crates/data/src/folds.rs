use densely_tensor::{Scalar, Stream};

use crate::split::strata;
use crate::{DataError, Target};

/// Cuts examples into `k` parts at random, by class if there are classes, and by the size of the target if that is one number:
/// the parts that are held out, one after the other, in a cross-validation.
///
/// Every example is in one part. The sizes of any two parts differ by at most 1, and so
/// do their numbers of examples of any class: a class of fewer than `k` examples is
/// missing from some parts, and one of a single example from what remains when it is
/// held out. Of each `k` real targets that follow each other in their order, every part has one. Parts list their examples in ascending order.
///
/// Which members of a class come together does not depend on how the classes are mixed.
///
/// # Errors
/// [`DataError::Folds`] unless there are at least 2 folds and at most one per example.
///
/// ```
/// use densely_data::{Target, fold_indices};
/// use densely_tensor::{Key, Purpose, Stream};
///
/// let labels = vec![0, 0, 0, 0, 1, 1];
/// let target = Target::<f64>::Classes { labels, names: vec!["a".into(), "b".into()] };
/// let folds = fold_indices(&target, 2, &mut Stream::new(1, Purpose::Split, Key::default()))?;
/// for fold in folds {
///     assert!(fold.len() == 3 && fold[1] < 4 && fold[2] >= 4); // two and one
/// }
/// # Ok::<(), densely_data::DataError>(())
/// ```
pub fn fold_indices<T: Scalar>(
    target: &Target<T>,
    folds: usize,
    stream: &mut Stream,
) -> Result<Vec<Vec<usize>>, DataError> {
    let examples = target.examples();
    if folds < 2 || folds > examples {
        return Err(DataError::Folds { folds, examples });
    }
    let mut parts = vec![Vec::with_capacity(examples.div_ceil(folds)); folds];
    // Dealt like cards, going on where the class before has ended.
    let mut next = (0..folds).cycle();
    for members in &mut strata(target, folds) {
        stream.shuffle(members);
        for (&example, part) in members.iter().zip(&mut next) {
            parts[part].push(example);
        }
    }
    for part in &mut parts {
        part.sort_unstable();
    }
    Ok(parts)
}
