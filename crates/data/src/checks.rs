use std::collections::HashSet;

use densely_tensor::{MatRef, Scalar, ShapeError, first_non_finite};

use crate::{DataError, Features, Inputs};

/// At least one example and one feature, and a target for each example.
pub(crate) fn check_shape<T: Scalar>(
    operation: &'static str,
    x: Inputs<'_, T>,
    what: &'static str,
    targets: usize,
) -> Result<(), ShapeError> {
    ShapeError::expect_some(operation, "examples", x.examples())?;
    ShapeError::expect_some(operation, "features", x.features())?;
    ShapeError::expect(operation, what, x.examples(), targets)
}

/// No NaN and no infinity; `names` are those of the rows.
pub(crate) fn check_finite<T: Scalar>(x: MatRef<'_, T>, names: &[String]) -> Result<(), DataError> {
    match first_non_finite(x) {
        None => Ok(()),
        Some((row, example)) => Err(DataError::NotFinite {
            example,
            column: names[row].clone(),
            value: x[(row, example)].to_f64(),
        }),
    }
}

/// The same of features.
pub(crate) fn check_features<T: Scalar>(
    x: &Features<T>,
    names: &[String],
) -> Result<(), DataError> {
    match x {
        Features::Dense(x) => check_finite(x.as_ref(), names),
        Features::OneHot(x) => match x.first_non_finite() {
            None => Ok(()),
            Some((feature, example)) => {
                let (column, value) = (names[feature].clone(), x.value(feature, example).to_f64());
                Err(DataError::NotFinite { example, column, value })
            }
        },
    }
}

/// As many names as expected, each once.
pub(crate) fn check_names<S: Into<String>>(
    what: &'static str,
    expected: usize,
    names: impl IntoIterator<Item = S>,
) -> Result<Vec<String>, DataError> {
    let names: Vec<String> = names.into_iter().map(Into::into).collect();
    ShapeError::expect("Dataset", what, expected, names.len())?;
    check_unique(what, &names)?;
    Ok(names)
}

/// Each name once.
pub(crate) fn check_unique(what: &'static str, names: &[String]) -> Result<(), DataError> {
    let mut seen = HashSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        None => Ok(()),
        Some(name) => Err(DataError::DuplicateName { what, name: name.clone() }),
    }
}
