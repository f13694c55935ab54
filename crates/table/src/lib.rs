//! Tables as the world has them: columns of numbers, text and times, with gaps.

mod column;
mod delimited;
mod error;
mod lines;
mod missing;
mod numbers;
mod parsed;
mod table;
mod texts;

pub use column::{Cells, Column, ColumnBuilder};
pub use delimited::{Dialect, Separator, TextOptions};
pub use error::TableError;
pub use missing::Missing;
pub use numbers::Numbers;
pub use table::Table;
pub use texts::Texts;
