//! Tables from the files that people have, and the other way.
//!
//! ```
//! use densely_files::{ReadOptions, read, write};
//! use densely_table::{Column, Table};
//!
//! let table = Table::from_columns(vec![
//!     Column::numbers("size", vec![1.5, f64::NAN]),
//!     Column::texts("colour", [Some("red"), Some("blue")]),
//! ])?;
//! let path = std::env::temp_dir().join("densely-files.csv");
//! write(&path, &table)?;
//! let back = read(&path)?;
//! assert_eq!(back.column("size")?.gaps(), 1);
//! assert_eq!(back.column("colour")?.text(1).as_deref(), Some("blue"));
//!
//! let piped = ReadOptions::new().from_reader("{\"size\": 1}\n{\"size\": 2}\n".as_bytes())?;
//! assert_eq!(piped.rows(), 2);
//! # std::fs::remove_file(path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod array;
mod columns;
mod compression;
mod error;
mod format;
mod input;
mod limits;
mod read_options;
mod sparse;
mod text;
mod whole;
mod write;

#[cfg(feature = "arrow")]
mod arrow;
#[cfg(any(feature = "arrow", feature = "parquet", feature = "sheets"))]
mod caught;
#[cfg(feature = "images")]
mod images;
#[cfg(any(feature = "arrow", feature = "parquet"))]
mod iso;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "sheets")]
mod sheet;

#[cfg(feature = "npz")]
pub use array::{NpzArray, npz_arrays, npz_names};
pub use error::{FileError, Reason};
pub use format::Format;
pub use limits::Limits;
pub use read_options::{ReadOptions, read};
#[cfg(feature = "json-lines")]
pub use text::{JsonRows, JsonRowsError};
pub use write::{WriteFormat, write, write_as};
