//! The handwritten digits, in parts.

use densely::prelude::*;

use crate::NotesError;

/// The digits to learn from, to choose settings by, and to test on, standardised by the
/// first of these: `test` is a share of all, `validation` of the rest.
pub(crate) fn digits_in_parts(
    test: f64,
    validation: f64,
    seed: u64,
) -> Result<[Dataset<f32>; 3], NotesError> {
    let (rest, test) = digits().split(test, seed)?;
    let (train, validation) = rest.split(validation, seed)?;
    let preparation = Preparation::fit(["standardize"], &train)?;
    let [train, validation, test] =
        [train, validation, test].map(|part| preparation.dataset::<f32>(&part));
    Ok([train?, validation?, test?])
}
