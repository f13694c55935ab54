//! Candidates for a search: a grid, or draws at random.

use densely_tensor::{Key, Purpose, Real, Stream};

/// Every pair of a value of `a` and a value of `b`; of three options, `grid(&grid(a, b), c)`.
///
/// ```
/// use densely_models::grid;
///
/// let candidates = grid(&[0.1, 0.01], &["relu", "tanh"]);
/// assert_eq!(candidates, [(0.1, "relu"), (0.1, "tanh"), (0.01, "relu"), (0.01, "tanh")]);
/// ```
///
/// # Panics
/// If there is no memory for so many pairs.
#[must_use]
pub fn grid<A: Clone, B: Clone>(a: &[A], b: &[B]) -> Vec<(A, B)> {
    let mut pairs = room("grid", a.len().saturating_mul(b.len()));
    pairs.extend(a.iter().flat_map(|a| b.iter().map(|b| (a.clone(), b.clone()))));
    pairs
}

/// As many candidates as are asked for, each drawn by `draw` from a stream of its own: more
/// of them begin with the same ones.
///
/// With the same number of trials, random candidates try more values of the option that
/// matters than a grid, which repeats each.
///
/// ```
/// use densely_models::{log_uniform, random_candidates};
///
/// let candidates = random_candidates(20, 7, |stream| {
///     (log_uniform(stream, 1e-4, 1e-1), [16, 32, 64][stream.below(3)])
/// });
/// assert!(candidates.iter().all(|&(rate, width)| rate >= 1e-4 && rate < 1e-1 && width <= 64));
/// ```
///
/// J. Bergstra and Y. Bengio, "Random search for hyper-parameter optimization" (2012);
/// CS231n, Neural Networks 3, "Hyperparameter optimization".
///
/// # Panics
/// If there is no memory for so many candidates.
#[must_use]
pub fn random_candidates<O>(
    count: usize,
    seed: u64,
    mut draw: impl FnMut(&mut Stream) -> O,
) -> Vec<O> {
    let stream = |column| Stream::new(seed, Purpose::Other, Key { column, ..Key::default() });
    let mut candidates = room("random_candidates", count);
    candidates.extend((0..count as u64).map(|index| draw(&mut stream(index))));
    candidates
}

/// Memory for so many, before any of them is made.
fn room<C>(operation: &str, count: usize) -> Vec<C> {
    let mut room = Vec::new();
    let reserved = room.try_reserve_exact(count);
    assert!(reserved.is_ok(), "{operation}: no memory for {count} candidates");
    room
}

/// A number whose logarithm is uniform between those of `low` and `high`: for options whose
/// order of magnitude is in question, such as a learning rate.
///
/// # Panics
/// Unless `0 < low ≤ high`, and both are finite.
pub fn log_uniform(stream: &mut Stream, low: f64, high: f64) -> f64 {
    let fits = 0.0 < low && low <= high && high.is_finite();
    assert!(fits, "log_uniform: expected 0 < low ≤ high, got {low} and {high}");
    let (bottom, top) = (Real::ln(low), Real::ln(high));
    Real::exp(bottom + stream.uniform::<f64>() * (top - bottom)).clamp(low, high)
}
