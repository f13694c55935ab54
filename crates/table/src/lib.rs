//! Tables as the world has them: columns of numbers, text and times, with gaps.

mod cell;
mod column;
mod dataset;
mod delimited;
mod encoding;
mod error;
mod lines;
mod missing;
mod numbers;
mod parsed;
mod roles;
mod rows;
mod schema;
mod table;
mod target;
mod texts;

pub use cell::{BadCells, Cell};
pub use column::{Cells, Column, ColumnBuilder};
pub use delimited::{Dialect, Separator, TextOptions};
pub use encoding::{
    CategoryEncoder, ColumnEncoder, Encoder, Encoding, EncodingOptions, Impute, NumberEncoder,
    TimeEncoder, TimePart,
};
pub use error::TableError;
pub use missing::Missing;
pub use numbers::Numbers;
pub use rows::Rows;
pub use schema::{ColumnKind, ColumnSchema, LeftOut, Schema, SchemaOptions};
pub use table::Table;
pub use target::TargetColumns;
pub use texts::Texts;
