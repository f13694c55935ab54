use densely_tensor::kernels::{LANES, vectorize};
use densely_tensor::{MatRef, Scalar, column};

/// Rows that are summed side by side.
pub(crate) const ROWS: usize = 2 * LANES;
/// Columns that are summed before the next rows are: so many stay in cache.
const COLUMNS: usize = 64;

/// Calls `add(state, i, value)` for each value of `x`, with the state of its [`ROWS`] rows,
/// of which it is row `i`; each row from first to last column.
#[inline(always)]
pub(crate) fn sweep<T: Scalar, S: Clone>(
    x: MatRef<'_, T>,
    states: &mut [S],
    add: impl Fn(&mut S, usize, f64),
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
                        let x = &column(x, j)[chunk * ROWS..];
                        match x.first_chunk::<ROWS>() {
                            // Of fixed length, so that it is unrolled.
                            Some(x) => {
                                for (i, x) in x.iter().enumerate() {
                                    add(&mut rows, i, x.to_f64());
                                }
                            }
                            None => {
                                for (i, x) in x.iter().enumerate() {
                                    add(&mut rows, i, x.to_f64());
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
    use densely_tensor::Mat;

    use super::*;

    #[test]
    fn each_row_is_seen_from_first_to_last_column() {
        for rows in [1, ROWS, 2 * ROWS + 3] {
            let x = Mat::from_fn(rows, 2 * COLUMNS + 5, |i, j| (1000 * i + j) as f64);
            let none: [Vec<f64>; ROWS] = std::array::from_fn(|_| Vec::new());
            let mut seen = vec![none; rows.div_ceil(ROWS)];
            sweep(x.as_ref(), &mut seen, |seen, i, value| seen[i].push(value));
            for i in 0..rows {
                assert!(seen[i / ROWS][i % ROWS].iter().eq(x.row(i).iter()), "row {i} of {rows}");
            }
        }
    }
}
