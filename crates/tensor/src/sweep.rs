use crate::kernels::{LANES, vectorize};
use crate::{MatRef, Scalar, column};

/// Rows that [`sweep`] sees side by side: two registers of the widest instruction set.
pub const SWEPT: usize = 2 * LANES;

/// Columns that are seen before the next rows are: so many stay in cache.
const COLUMNS: usize = 64;

/// Calls `add(state, i, j, value)` for each value of `x`, with the state of its [`SWEPT`] rows, of which it is row `i`, and its
/// column `j`; each row from the first to the last column. The state of some rows is in registers meanwhile, so that many
/// sums of each row take little longer than to read it.
///
/// ```
/// use densely_tensor::kernels::{SWEPT, sweep};
/// use densely_tensor::mat;
///
/// // The sum of each row, and the column of its largest value.
/// let x = mat![[1.0, 5.0, 2.0], [7.0, 0.0, 0.5]];
/// let mut states = [([0.0; SWEPT], [(0.0, 0); SWEPT])];
/// sweep(x.as_ref(), &mut states, |(sums, largest), i, j, value| {
///     sums[i] += value;
///     largest[i] = if value > largest[i].0 { (value, j) } else { largest[i] };
/// });
/// assert_eq!((states[0].0[0], states[0].0[1]), (8.0, 7.5));
/// assert_eq!((states[0].1[0].1, states[0].1[1].1), (1, 0));
/// ```
///
/// # Panics
/// If columns are not contiguous, or there are more states than rows for them.
#[inline(always)]
pub fn sweep<T: Scalar, S: Clone>(
    x: MatRef<'_, T>,
    states: &mut [S],
    add: impl Fn(&mut S, usize, usize, f64),
) {
    vectorize(
        #[inline(always)]
        || {
            for first in (0..x.ncols()).step_by(COLUMNS) {
                let end = (first + COLUMNS).min(x.ncols());
                for (chunk, state) in states.iter_mut().enumerate() {
                    // A copy, which the compiler can keep in registers.
                    let mut rows = state.clone();
                    for j in first..end {
                        let x = &column(x, j)[chunk * SWEPT..];
                        match x.first_chunk::<SWEPT>() {
                            // Of fixed length, so that it is unrolled.
                            Some(x) => {
                                for (i, x) in x.iter().enumerate() {
                                    add(&mut rows, i, j, x.to_f64());
                                }
                            }
                            None => {
                                for (i, x) in x.iter().enumerate() {
                                    add(&mut rows, i, j, x.to_f64());
                                }
                            }
                        }
                    }
                    *state = rows;
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use crate::Mat;

    use super::*;

    #[test]
    fn each_row_is_seen_from_first_to_last_column() {
        for rows in [1, SWEPT, 2 * SWEPT + 3] {
            let x = Mat::from_fn(rows, 2 * COLUMNS + 5, |i, j| (1000 * i + j) as f64);
            let none: [Vec<f64>; SWEPT] = std::array::from_fn(|_| Vec::new());
            let mut seen = vec![none; rows.div_ceil(SWEPT)];
            sweep(x.as_ref(), &mut seen, |seen, i, j, value| {
                assert_eq!(value % 1000.0, j as f64);
                seen[i].push(value);
            });
            for i in 0..rows {
                assert!(seen[i / SWEPT][i % SWEPT].iter().eq(x.row(i).iter()), "row {i} of {rows}");
            }
        }
    }
}
