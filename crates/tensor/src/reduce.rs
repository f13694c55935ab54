use crate::{Real, Scalar, vectorize};

/// Partial sums kept side by side, so that a sum vectorises. A fixed number,
/// whatever the instruction set, makes the order of summation, and so the bits of
/// the result, the same everywhere.
const LANES: usize = 16;

/// `Σᵢ xᵢ`, in a fixed order: the same bits on every instruction set.
#[inline]
pub fn sum<T: Scalar>(x: &[T]) -> T {
    vectorize(
        #[inline(always)]
        || in_lanes(x, |x| x),
    )
}

/// `Σᵢ xᵢ²`, in a fixed order.
#[inline]
pub fn sum_of_squares<T: Scalar>(x: &[T]) -> T {
    vectorize(
        #[inline(always)]
        || in_lanes(x, |x| x * x),
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

#[inline(always)]
fn in_lanes<T: Scalar>(x: &[T], term: impl Fn(T) -> T) -> T {
    let mut lanes = [T::ZERO; LANES];
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

/// Adds the lanes pairwise: 16 to 8 to 4 to 2 to 1.
#[inline(always)]
fn fold<T: Scalar>(mut lanes: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            let other = lanes[i + half];
            lanes[i] += other;
        }
        half /= 2;
    }
    lanes[0]
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
        }
    }

    #[test]
    #[should_panic(expected = "lengths 1 and 2")]
    fn dot_refuses_different_lengths() {
        dot(&[1.0], &[1.0, 2.0]);
    }
}
