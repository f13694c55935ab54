//! How far two results are apart, and whether that is too far.

use std::fmt;

/// Two results that should be the same, at the entry where they differ most.
#[derive(Debug, Clone)]
pub(crate) struct Difference {
    what: String,
    entry: usize,
    ours: f64,
    theirs: f64,
    /// `‖ours − theirs‖ / ‖theirs‖`, over all entries.
    pub(crate) error: f64,
}

impl Difference {
    pub(crate) fn new(what: impl Into<String>, ours: &[f64], theirs: &[f64]) -> Self {
        let what = what.into();
        assert_eq!(ours.len(), theirs.len(), "{what}: number of entries");
        let distances: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).collect();
        // A NaN is farther away than any number.
        let farther = |&i: &usize, &j: &usize| distances[i].total_cmp(&distances[j]);
        let entry = (0..ours.len()).max_by(farther).unwrap_or_else(|| panic!("{what}: no entries"));
        // The same is 0, also where all is 0.
        let error = if ours == theirs { 0.0 } else { norm(&distances) / norm(theirs) };
        Self { what, entry, ours: ours[entry], theirs: theirs[entry], error }
    }

    /// Each entry on its own.
    pub(crate) fn each(what: &str, ours: &[f64], theirs: &[f64]) -> Vec<Self> {
        assert_eq!(ours.len(), theirs.len(), "{what}: number of entries");
        let entry = |i: usize| Self::new(format!("{what} {i}"), &[ours[i]], &[theirs[i]]);
        (0..ours.len()).map(entry).collect()
    }

    /// Whether it is more than rounding errors explain.
    pub(crate) fn exceeds(&self, tolerance: f64) -> bool {
        self.error.is_nan() || self.error > tolerance
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, entry, ours, theirs, error } = self;
        write!(f, "{what}, entry {entry}: ours {ours:?}, theirs {theirs:?}, difference {error:.1e}")
    }
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// Panics if one of the differences, each with its case, is too large. Prints the largest.
pub(crate) fn check(title: &str, tolerance: f64, differences: &[(String, Vec<Difference>)]) {
    let all = differences.iter().flat_map(|(case, all)| all.iter().map(move |one| (case, one)));
    let failures: Vec<String> = all
        .clone()
        .filter(|(_, difference)| difference.exceeds(tolerance))
        .map(|(case, difference)| format!("{case}: {difference}"))
        .collect();
    let largest = all.max_by(|(_, a), (_, b)| a.error.total_cmp(&b.error)).unwrap();
    println!("{title}: {} cases, largest: {}: {}", differences.len(), largest.0, largest.1);
    assert!(failures.is_empty(), "more than {tolerance:e}:\n{}", failures.join("\n"));
}

#[test]
fn a_difference_is_relative_to_the_whole_and_names_the_entry() {
    let difference = Difference::new("w", &[3.0, 4.0, 0.5], &[3.0, 4.0, 0.0]);
    assert_eq!((difference.entry, difference.error), (2, 0.1));
    assert_eq!(difference.to_string(), "w, entry 2: ours 0.5, theirs 0.0, difference 1.0e-1");
    assert!(difference.exceeds(0.09) && !difference.exceeds(0.11));
    assert_eq!(Difference::new("w", &[0.0], &[0.0]).error, 0.0);
    assert!(Difference::new("w", &[1e-300], &[0.0]).exceeds(1.0));
    let nan = Difference::new("w", &[1.0, f64::NAN], &[1.0, 1.0]);
    assert!(nan.entry == 1 && nan.exceeds(f64::INFINITY));
}
