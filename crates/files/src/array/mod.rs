//! Tables from arrays: a row for each entry of the first axis, a column for each of the others.

mod columns;
mod element;
mod header;
mod idx;
mod npy;
#[cfg(feature = "npz")]
mod npz;

pub(crate) use idx::read as idx;
pub(crate) use npy::read as npy;
#[cfg(feature = "npz")]
pub(crate) use npz::read as npz;
#[cfg(feature = "npz")]
pub use npz::{NpzArray, npz_arrays, npz_names};

/// Without the feature.
#[cfg(not(feature = "npz"))]
pub(crate) fn npz(
    _: crate::input::Input,
    _: &[String],
    _: crate::Limits,
) -> Result<densely_table::Table, crate::Reason> {
    Err(crate::Reason::Feature { format: "NPZ", feature: "npz" })
}
