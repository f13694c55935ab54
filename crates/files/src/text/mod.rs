//! Tables from formats with a row on each line, besides delimited text.

mod arff;
#[cfg(feature = "json-lines")]
mod json_lines;
#[cfg(feature = "json-lines")]
mod json_rows;
mod libsvm;
mod lines;
mod smallest;

pub(crate) use arff::read as arff;
#[cfg(feature = "json-lines")]
pub(crate) use json_lines::read as json_lines;
#[cfg(feature = "json-lines")]
pub use json_rows::{JsonRows, JsonRowsError};
pub(crate) use libsvm::read as libsvm;

/// Without the feature.
#[cfg(not(feature = "json-lines"))]
pub(crate) fn json_lines(
    _: impl std::io::Read,
    _: &crate::columns::Columns,
    _: crate::Limits,
) -> Result<densely_table::Table, crate::Reason> {
    Err(crate::Reason::Feature { format: "JSON lines", feature: "json-lines" })
}
