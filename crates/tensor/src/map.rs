use std::array::from_fn;
use std::hint::black_box;

use crate::Scalar;
use crate::kernels::LANES;

/// `y[i] = f([x₀[i], x₁[i], ...])` for every `i`, vectorised to the last value.
///
/// Like [`map_in_place`], but for results that do not depend on what `y` held.
///
/// ```
/// let mut y = [0.0; 5];
/// densely_tensor::kernels::map(&mut y, [&[1.0, 2.0, 3.0, 4.0, 5.0], &[10.0; 5]], |[a, b]| a + b);
/// assert_eq!(y, [11.0, 12.0, 13.0, 14.0, 15.0]);
/// ```
///
/// # Panics
/// If the lengths differ.
#[inline(always)]
pub fn map<T: Scalar, const N: usize>(y: &mut [T], x: [&[T]; N], f: impl Fn([T; N]) -> T) {
    overwrite(
        [y],
        x,
        #[inline(always)]
        |_, x| [f(x)],
    );
}

/// `(w[i], v[i], ...) = f([w[i], v[i], ...], [x₀[i], x₁[i], ...])` for every `i`, vectorised
/// to the last value.
///
/// A plain loop leaves what does not fill the processor's registers to one-by-one
/// code, which for columns of 10 or 100 values is most of the work. Here the last
/// values are computed together with some of those before, a second time. So `f` must
/// be a function: the same result for the same arguments, and nothing else.
///
/// Call it inside [`vectorize`](crate::kernels::vectorize). `f`, and what it calls, should be
/// `#[inline(always)]` if it is more than a few operations: what is not inlined is not compiled
/// for the instruction set at hand, and may take ten times as long.
///
/// ```
/// let (mut w, mut v) = ([1.0, 2.0], [0.5, 0.5]);
/// densely_tensor::kernels::map_in_place([&mut w, &mut v], [&[3.0, 4.0]], |[w, v], [g]| {
///     [w - (v + g), v + g]
/// });
/// assert_eq!((w, v), ([-2.5, -2.5], [3.5, 4.5]));
/// ```
///
/// # Panics
/// If the lengths differ.
#[inline(always)]
pub fn map_in_place<T: Scalar, const M: usize, const N: usize>(
    mut y: [&mut [T]; M],
    x: [&[T]; N],
    f: impl Fn([T; M], [T; N]) -> [T; M],
) {
    let len = len(&y, &x);
    if len < LANES {
        return short(&mut y, x, f, len);
    }
    // Of the values of before, some of which are replaced in the loop.
    let last = chunk(&y, x, &f, len - LANES);
    let (mut first, step) = (0, step());
    while first + LANES < len {
        let results = chunk(&y, x, &f, first);
        write(&mut y, results, first);
        first += step;
    }
    write(&mut y, last, len - LANES);
}

/// [`map_in_place`] of `x` alone: what is computed twice is written twice.
#[inline(always)]
fn overwrite<T: Scalar, const N: usize>(
    mut y: [&mut [T]; 1],
    x: [&[T]; N],
    f: impl Fn([T; 1], [T; N]) -> [T; 1],
) {
    let len = len(&y, &x);
    if len < LANES {
        return short(&mut y, x, f, len);
    }
    let (mut next, step) = (0, step());
    while next < len {
        let first = next.min(len - LANES);
        let results = chunk(&y, x, &f, first);
        write(&mut y, results, first);
        next += step;
    }
}

/// From one chunk to the next. The compiler is not to know it: it would vectorise across
/// chunks, with a load for every single value.
#[inline(always)]
fn step() -> usize {
    black_box(LANES)
}

/// The length that all have.
#[inline(always)]
fn len<T, const M: usize, const N: usize>(y: &[&mut [T]; M], x: &[&[T]; N]) -> usize {
    let len = y.first().map_or(0, |y| y.len());
    let same = y.iter().all(|y| y.len() == len) && x.iter().all(|x| x.len() == len);
    assert!(same, "map: the lengths must agree");
    len
}

/// Less than `LANES` values.
#[inline(always)]
fn short<T: Scalar, const M: usize, const N: usize>(
    y: &mut [&mut [T]; M],
    x: [&[T]; N],
    f: impl Fn([T; M], [T; N]) -> [T; M],
    len: usize,
) {
    match len {
        8.. => ends::<T, M, N, 8>(y, x, f, len),
        4.. => ends::<T, M, N, 4>(y, x, f, len),
        _ => singly(y, x, f, len),
    }
}

/// One by one: up to three values.
#[inline(always)]
fn singly<T: Scalar, const M: usize, const N: usize>(
    y: &mut [&mut [T]; M],
    x: [&[T]; N],
    f: impl Fn([T; M], [T; N]) -> [T; M],
    len: usize,
) {
    for i in 0..len.min(3) {
        let results = f(from_fn(|m| y[m][i]), from_fn(|n| x[n][i]));
        for m in 0..M {
            y[m][i] = results[m];
        }
    }
}

/// The first `C` and the last `C` values, which may be the same in part, at once: they are
/// all values of at least `C` and at most twice as many.
#[inline(always)]
fn ends<T: Scalar, const M: usize, const N: usize, const C: usize>(
    y: &mut [&mut [T]; M],
    x: [&[T]; N],
    f: impl Fn([T; M], [T; N]) -> [T; M],
    len: usize,
) {
    let both = |to: &mut [T; LANES], from: &[T]| {
        to[..C].copy_from_slice(&from[..C]);
        to[C..2 * C].copy_from_slice(&from[len - C..]);
    };
    let mut results = [[T::ZERO; LANES]; M];
    for (results, y) in results.iter_mut().zip(&*y) {
        both(results, y);
    }
    let mut values = [[T::ZERO; LANES]; N];
    for (values, x) in values.iter_mut().zip(x) {
        both(values, x);
    }
    apply(&mut results, &values, &f);
    for (y, results) in y.iter_mut().zip(&results) {
        y[..C].copy_from_slice(&results[..C]);
        y[len - C..].copy_from_slice(&results[C..2 * C]);
    }
}

/// The results for `LANES` values.
#[inline(always)]
fn chunk<T: Scalar, const M: usize, const N: usize>(
    y: &[&mut [T]; M],
    x: [&[T]; N],
    f: &impl Fn([T; M], [T; N]) -> [T; M],
    first: usize,
) -> [[T; LANES]; M] {
    let mut results = [[T::ZERO; LANES]; M];
    for (results, y) in results.iter_mut().zip(y) {
        results.copy_from_slice(&y[first..first + LANES]);
    }
    let mut values = [[T::ZERO; LANES]; N];
    for (values, x) in values.iter_mut().zip(x) {
        values.copy_from_slice(&x[first..first + LANES]);
    }
    apply(&mut results, &values, f);
    results
}

/// `y = f(y, x)`. Arrays, not slices: the compiler sees that there is nothing to check.
#[inline(always)]
fn apply<T: Scalar, const M: usize, const N: usize>(
    y: &mut [[T; LANES]; M],
    x: &[[T; LANES]; N],
    f: &impl Fn([T; M], [T; N]) -> [T; M],
) {
    for i in 0..LANES {
        let new = f(from_fn(|m| y[m][i]), from_fn(|n| x[n][i]));
        for m in 0..M {
            y[m][i] = new[m];
        }
    }
}

#[inline(always)]
fn write<T: Scalar, const M: usize>(y: &mut [&mut [T]; M], results: [[T; LANES]; M], first: usize) {
    for (y, results) in y.iter_mut().zip(&results) {
        y[first..first + LANES].copy_from_slice(results);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::vectorize;

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
