use crate::kernels::vectorize;
use crate::{Real, Scalar};

/// How many values are worked on side by side, so that a loop vectorises. In a sum, a
/// fixed number of partial sums, whatever the instruction set, makes the order of
/// summation, and so the bits of the result, the same everywhere.
pub const LANES: usize = 16;

/// `Σᵢ xᵢ`, in a fixed order: the same bits on every instruction set.
#[inline]
pub fn sum<T: Scalar>(x: &[T]) -> T {
    vectorize(
        #[inline(always)]
        || sum_of(x, |x| x),
    )
}

/// `Σᵢ xᵢ²`, in a fixed order.
#[inline]
pub fn sum_of_squares<T: Scalar>(x: &[T]) -> T {
    vectorize(
        #[inline(always)]
        || sum_of(x, |x| x * x),
    )
}

/// `Σᵢ aᵢ bᵢ`, in a fixed order.
///
/// # Panics
/// If the lengths differ.
#[inline]
pub fn dot<T: Scalar>(a: &[T], b: &[T]) -> T {
    assert_eq!(a.len(), b.len(), "dot: lengths {} and {}", a.len(), b.len());
    vectorize(
        #[inline(always)]
        || {
            let mut lanes = [T::ZERO; LANES];
            let (a_chunks, a_rest) = a.as_chunks::<LANES>();
            let (b_chunks, b_rest) = b.as_chunks::<LANES>();
            for (a, b) in a_chunks.iter().zip(b_chunks) {
                for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
                    *lane = Real::mul_add(a, b, *lane);
                }
            }
            for ((lane, &a), &b) in lanes.iter_mut().zip(a_rest).zip(b_rest) {
                *lane = Real::mul_add(a, b, *lane);
            }
            fold(lanes)
        },
    )
}

/// `Σᵢ f(xᵢ)`, in a fixed order, in the type that `f` gives. To be called inside
/// [`vectorize`].
#[inline(always)]
pub fn sum_of<T: Scalar, U: Scalar>(x: &[T], term: impl Fn(T) -> U) -> U {
    let mut lanes = [U::ZERO; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += term(x);
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane += term(x);
    }
    fold(lanes)
}

/// The largest value, or NaN if there is one; `−∞` if there is none. To be called inside
/// [`vectorize`].
#[inline(always)]
pub fn max<T: Scalar>(x: &[T]) -> T {
    let mut lanes = [-T::INFINITY; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = Real::max(*lane, x);
        }
    }
    lanes.iter().chain(rest).fold(-T::INFINITY, |max, &x| Real::max(max, x))
}

/// Adds the lanes pairwise: 16 to 8 to 4 to 2 to 1.
#[inline(always)]
pub(crate) fn fold<T: Scalar>(lanes: [T; LANES]) -> T {
    let (mut eight, mut four) = ([T::ZERO; 8], [T::ZERO; 4]);
    for i in 0..8 {
        eight[i] = lanes[i] + lanes[i + 8];
    }
    for i in 0..4 {
        four[i] = eight[i] + eight[i + 4];
    }
    (four[0] + four[2]) + (four[1] + four[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_integers_are_exact_at_every_length() {
        for n in 0..100_u32 {
            let x: Vec<f32> = (1..=n).map(|i| i as f32).collect();
            let (n, ones) = (f64::from(n), vec![1.0; x.len()]);
            assert_eq!(f64::from(sum(&x)), n * (n + 1.0) / 2.0);
            assert_eq!(f64::from(sum_of_squares(&x)), n * (n + 1.0) * (2.0 * n + 1.0) / 6.0);
            assert_eq!(dot(&x, &ones), sum(&x));
            assert_eq!(dot(&x, &x), sum_of_squares(&x));
            assert_eq!(sum_of(&x, |x| -x), -sum(&x));
        }
    }

    #[test]
    fn the_largest_value_is_found_at_every_length_and_position() {
        assert_eq!(max::<f32>(&[]), f32::NEG_INFINITY);
        for n in 1..40 {
            for position in 0..n {
                let mut x = vec![-3.0; n];
                x[position] = -2.0;
                assert_eq!(max(&x), -2.0);
                x[position] = f64::NAN;
                assert!(max(&x).is_nan());
            }
        }
    }

    #[test]
    #[should_panic(expected = "lengths 1 and 2")]
    fn dot_refuses_different_lengths() {
        dot(&[1.0], &[1.0, 2.0]);
    }
}
