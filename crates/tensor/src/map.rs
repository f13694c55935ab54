use std::array::from_fn;
use std::hint::black_box;

use crate::{LANES, Scalar};

/// `y[i] = f([x₀[i], x₁[i], ...])` for every `i`, vectorised to the last value.
///
/// As [`map_in_place`], which see, for results that do not depend on what `y` held.
///
/// ```
/// let mut y = [0.0; 5];
/// densely_tensor::map(&mut y, [&[1.0, 2.0, 3.0, 4.0, 5.0], &[10.0; 5]], |[a, b]| a + b);
/// assert_eq!(y, [11.0, 12.0, 13.0, 14.0, 15.0]);
/// ```
///
/// # Panics
/// If the lengths differ.
#[inline(always)]
pub fn map<T: Scalar, const N: usize>(y: &mut [T], x: [&[T]; N], f: impl Fn([T; N]) -> T) {
    map_in_place([y], x, |_, x| [f(x)]);
}

/// `(w[i], v[i], ...) = f([w[i], v[i], ...], [x₀[i], x₁[i], ...])` for every `i`, vectorised
/// to the last value.
///
/// A plain loop leaves what does not fill the processor's registers to one-by-one
/// code, which for columns of 10 or 100 values is most of the work. Here the last
/// values are computed together with some of those before, a second time. So `f` must
/// be a function: the same result for the same arguments, and nothing else.
///
/// To be called inside [`vectorize`](crate::vectorize).
///
/// ```
/// let (mut w, mut v) = ([1.0, 2.0], [0.5, 0.5]);
/// densely_tensor::map_in_place([&mut w, &mut v], [&[3.0, 4.0]], |[w, v], [g]| {
///     [w - (v + g), v + g]
/// });
/// assert_eq!((w, v), ([-2.5, -2.5], [3.5, 4.5]));
/// ```
///
/// # Panics
/// If the lengths differ.
#[inline(always)]
pub fn map_in_place<T: Scalar, const M: usize, const N: usize>(
    y: [&mut [T]; M],
    x: [&[T]; N],
    f: impl Fn([T; M], [T; N]) -> [T; M],
) {
    let len = y.first().map_or(0, |y| y.len());
    let same = y.iter().all(|y| y.len() == len) && x.iter().all(|x| x.len() == len);
    assert!(same, "map: the lengths must agree");
    match len {
        LANES.. => chunks::<T, M, N, LANES>(y, x, f),
        8.. => chunks::<T, M, N, 8>(y, x, f),
        4.. => chunks::<T, M, N, 4>(y, x, f),
        _ => singly(y, x, f),
    }
}

/// One by one: up to three values.
#[inline(always)]
fn singly<T: Scalar, const M: usize, const N: usize>(
    mut y: [&mut [T]; M],
    x: [&[T]; N],
    f: impl Fn([T; M], [T; N]) -> [T; M],
) {
    let len = y.first().map_or(0, |y| y.len());
    for i in 0..len.min(3) {
        let results = chunk::<T, M, N, 1>(&y, x, &f, i);
        write(&mut y, results, i);
    }
}

#[inline(always)]
fn chunks<T: Scalar, const M: usize, const N: usize, const C: usize>(
    mut y: [&mut [T]; M],
    x: [&[T]; N],
    f: impl Fn([T; M], [T; N]) -> [T; M],
) {
    let len = y.first().map_or(0, |y| y.len());
    if len < C {
        return;
    }
    let last = chunk::<T, M, N, C>(&y, x, &f, len - C);
    // The compiler is not to know the step: it would vectorise across chunks, with a load
    // for every single value.
    let step = black_box(C);
    let mut first = 0;
    while first + C < len {
        let results = chunk::<T, M, N, C>(&y, x, &f, first);
        write(&mut y, results, first);
        first += step;
    }
    write(&mut y, last, len - C);
}

/// The results for `C` values. Arrays, not slices: the compiler sees that there is nothing
/// to check.
#[inline(always)]
fn chunk<T: Scalar, const M: usize, const N: usize, const C: usize>(
    y: &[&mut [T]; M],
    x: [&[T]; N],
    f: &impl Fn([T; M], [T; N]) -> [T; M],
    first: usize,
) -> [[T; C]; M] {
    let mut results = [[T::ZERO; C]; M];
    for (results, y) in results.iter_mut().zip(y) {
        results.copy_from_slice(&y[first..first + C]);
    }
    let mut values = [[T::ZERO; C]; N];
    for (values, x) in values.iter_mut().zip(x) {
        values.copy_from_slice(&x[first..first + C]);
    }
    for i in 0..C {
        let new = f(from_fn(|m| results[m][i]), from_fn(|n| values[n][i]));
        for m in 0..M {
            results[m][i] = new[m];
        }
    }
    results
}

#[inline(always)]
fn write<T: Scalar, const M: usize, const C: usize>(
    y: &mut [&mut [T]; M],
    results: [[T; C]; M],
    first: usize,
) {
    for (y, results) in y.iter_mut().zip(&results) {
        y[first..first + C].copy_from_slice(results);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectorize;

    #[test]
    fn every_entry_is_the_function_of_its_arguments() {
        for len in 0..100 {
            let a: Vec<f32> = (0..len).map(|i| i as f32 - 7.5).collect();
            let b: Vec<f32> = (0..len).map(|i| (i * i) as f32).collect();
            let mut y = vec![f32::NAN; len];
            vectorize(
                #[inline(always)]
                || map(&mut y, [&a, &b], |[a, b]| a * b - 1.0),
            );
            let expected: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a * b - 1.0).collect();
            assert_eq!(y, expected);
        }
    }

    #[test]
    fn results_replace_their_arguments_once() {
        for len in 0..100 {
            let x: Vec<f64> = (0..len).map(|i| i as f64).collect();
            let (mut a, mut b) = (x.clone(), vec![1.0; len]);
            vectorize(
                #[inline(always)]
                || map_in_place([&mut a, &mut b], [&x], |[a, b], [x]| [a + x + b, b + 1.0]),
            );
            assert_eq!(a, x.iter().map(|x| 2.0 * x + 1.0).collect::<Vec<_>>());
            assert_eq!(b, vec![2.0; len]);
        }
    }

    #[test]
    #[should_panic(expected = "lengths")]
    fn refuses_different_lengths_in_place() {
        map_in_place([&mut [0.0; 3]], [&[0.0; 2]], |[y], [x]| [y + x]);
    }

    #[test]
    #[should_panic(expected = "lengths")]
    fn refuses_different_lengths() {
        map(&mut [0.0; 3], [&[0.0; 2]], |[x]| x);
    }
}
