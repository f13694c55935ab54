use faer::MatRef;
use rayon::ThreadPoolBuildError;
use thiserror::Error;

/// Two shapes that should agree and do not.
///
/// Every variant says which operation noticed, what it expected and what came.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// A count (of features, examples, labels, ...) differs from the expected one.
    #[error("{operation}: expected {expected} {what}, got {actual}")]
    Count {
        /// The operation that noticed.
        operation: &'static str,
        /// What was counted, as a plural: `"features"`.
        what: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        actual: usize,
    },
    /// A count that must be positive is zero.
    #[error("{operation}: the number of {what} must not be zero")]
    Zero {
        /// The operation that noticed.
        operation: &'static str,
        /// What was counted, as a plural.
        what: &'static str,
    },
    /// A matrix whose columns are not contiguous in memory, such as a transposed view.
    #[error("{operation}: each column must be contiguous in memory (copy a transposed view first)")]
    NotColumnMajor {
        /// The operation that noticed.
        operation: &'static str,
    },
    /// A size for which there is no memory.
    #[error("{operation}: no memory for {what}, which would take {:.1e} bytes", *bytes as f64)]
    Memory {
        /// The operation that needs it.
        operation: &'static str,
        /// What it is needed for.
        what: &'static str,
        /// How much, as far as it can be counted.
        bytes: u128,
    },
    /// The error arose in one layer of a network.
    #[error("layer {index} ({kind}): {source}")]
    InLayer {
        /// Position of the layer, from 0.
        index: usize,
        /// What kind of layer it is.
        kind: String,
        /// What went wrong there.
        source: Box<ShapeError>,
    },
}

impl ShapeError {
    /// `Ok` if `actual == expected`, otherwise [`ShapeError::Count`].
    ///
    /// # Errors
    /// [`ShapeError::Count`] with all four arguments.
    pub fn expect(
        operation: &'static str,
        what: &'static str,
        expected: usize,
        actual: usize,
    ) -> Result<(), Self> {
        if expected == actual {
            Ok(())
        } else {
            Err(Self::Count { operation, what, expected, actual })
        }
    }

    /// `Ok` if `count` is positive, otherwise [`ShapeError::Zero`].
    ///
    /// # Errors
    /// [`ShapeError::Zero`] with the first two arguments.
    pub fn expect_some(
        operation: &'static str,
        what: &'static str,
        count: usize,
    ) -> Result<(), Self> {
        if count > 0 { Ok(()) } else { Err(Self::Zero { operation, what }) }
    }

    /// `Ok` if the columns of `x` are contiguous in memory, otherwise
    /// [`ShapeError::NotColumnMajor`]. A transposed column is such a matrix, too: copy it.
    ///
    /// # Errors
    /// [`ShapeError::NotColumnMajor`] with the first argument.
    pub fn expect_columns<T>(operation: &'static str, x: MatRef<'_, T>) -> Result<(), Self> {
        if x.row_stride() == 1 { Ok(()) } else { Err(Self::NotColumnMajor { operation }) }
    }
}

/// Why threads could not be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ThreadsError {
    /// More threads than anything can use.
    #[error("{count} threads are more than the {most} there may be")]
    TooMany {
        /// How many were asked for.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// The operating system refused to start a thread.
    #[error(transparent)]
    Start(#[from] ThreadPoolBuildError),
}
