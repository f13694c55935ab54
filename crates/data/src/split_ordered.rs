use crate::DataError;

/// Cuts examples in two, `(rest, held_out)`, by the order of a quantity, such as time: the held-out part is
/// what comes last, as it is when a model is used.
///
/// With `n` examples, `round(fraction · n)` are held out (halves away from zero), and with them all
/// that are equal to the first of them, so that nothing of the same time is in both. Both parts list
/// the examples in ascending order. A fraction of 0 holds out nothing.
///
/// # Errors
/// [`DataError::Fraction`] unless `0 <= fraction < 1`; [`DataError::NoOrder`] if all examples are equal, and
/// [`DataError::EmptyPart`] if a positive fraction leaves one part empty.
///
/// ```
/// use densely_data::split_ordered;
///
/// let (rest, held_out) = split_ordered(&[3.0, 1.0, 4.0, 2.0], 0.25)?;
/// assert_eq!((rest, held_out), (vec![0, 1, 3], vec![2]));
/// # Ok::<(), densely_data::DataError>(())
/// ```
pub fn split_ordered(order: &[f64], fraction: f64) -> Result<(Vec<usize>, Vec<usize>), DataError> {
    if !(0.0..1.0).contains(&fraction) {
        return Err(DataError::Fraction(fraction));
    }
    let examples = order.len();
    if fraction == 0.0 {
        return Ok(((0..examples).collect(), Vec::new()));
    }
    let count = (fraction * examples as f64).round() as usize;
    let empty = |held_out| DataError::EmptyPart { fraction, examples, held_out };
    if count == 0 || count >= examples {
        return Err(empty(count));
    }
    let mut sorted = order.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    if sorted[0].total_cmp(&sorted[examples - 1]).is_eq() {
        return Err(DataError::NoOrder { examples });
    }
    let first = sorted[examples - count];
    let is_rest = |&example: &usize| order[example].total_cmp(&first).is_lt();
    let (rest, held_out): (Vec<usize>, Vec<usize>) = (0..examples).partition(is_rest);
    if rest.is_empty() { Err(empty(held_out.len())) } else { Ok((rest, held_out)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_is_in_one_part() {
        let (rest, held_out) = split_ordered(&[1.0, 2.0, 2.0, 2.0, 0.0], 0.2).unwrap();
        assert_eq!((rest, held_out), (vec![0, 4], vec![1, 2, 3]));
        let first_equal = split_ordered(&[1.0, 1.0, 1.0, 2.0], 0.5).unwrap_err();
        assert!(matches!(first_equal, DataError::EmptyPart { held_out: 4, .. }), "{first_equal}");
        assert!(split_ordered(&[1.0, 1.0, 1.0, 2.0], 0.25).is_ok());
        let all_equal = split_ordered(&[1.0, 1.0], 0.5).unwrap_err();
        assert!(matches!(all_equal, DataError::NoOrder { examples: 2 }), "{all_equal}");
        assert!(matches!(split_ordered(&[1.0], 0.5), Err(DataError::EmptyPart { .. })));
        assert!(split_ordered(&[1.0], 0.0).unwrap().1.is_empty());
        assert!(matches!(split_ordered(&[1.0], -0.1), Err(DataError::Fraction(_))));
    }
}
