//! Tables as the world has them: columns of numbers, text and times, with gaps.
//!
//! ```text
//! text -> Table     columns of numbers and texts, with gaps; nothing is decided yet
//!      -> Schema    what each column is, and which are left out and why
//!      -> Encoding  fitted on the training part: gaps, categories, truth values and times as numbers
//!      -> Dataset   checked numbers, an example a column
//! ```
//!
//! | you have | use |
//! |---|---|
//! | a file of delimited text | [`Table::read`], or [`TextOptions`] to say how it is written |
//! | columns in memory | [`Column`], [`ColumnBuilder`], [`Table::from_columns`] |
//! | something to predict | [`TargetColumns`] |
//! | a table whose columns you know | [`Encoding::of_numbers`], [`Schema::new`] |
//! | a table whose columns you do not know | [`Schema::infer`], [`Encoding::fit`] |
//!
//! ```
//! use densely_data::split_indices;
//! use densely_table::{
//!     Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table, TargetColumns,
//! };
//! use densely_tensor::{Key, Purpose, Stream};
//!
//! let mut text = "size,colour,ripe\n".to_owned();
//! for i in 0..20 {
//!     text += &format!("{}.5,{},{}\n", i % 7, ["red", "green", "NA"][i % 3], i % 2);
//! }
//! let table = Table::from_reader(text.as_bytes())?;
//! let target = TargetColumns::infer(&table, &["ripe"], None)?;
//! let (rows, ripe) = target.read(&Rows::all(&table))?;
//! let mut stream = Stream::new(0, Purpose::Split, Key::default());
//! let (train, test) = split_indices(&ripe, 0.2, &mut stream)?;
//!
//! // All that is learnt of the columns comes from the training part.
//! let train = Rows::of(&table, &train);
//! let schema = Schema::infer(&train, &SchemaOptions::new().target("ripe"))?;
//! let encoding = Encoding::fit(&schema, &train, &EncodingOptions::new())?;
//! let names = ["size", "colour = green", "colour = red", "colour is missing"];
//! assert_eq!(encoding.feature_names_out(), names);
//! let test = encoding.dataset(&Rows::of(&table, &test), &target)?;
//! assert_eq!((rows.len(), test.len()), (20, 4));
//! # Ok::<(), densely_table::TableError>(())
//! ```

mod cell;
mod column;
mod dataset;
mod delimited;
mod encoding;
mod error;
mod files;
mod gap_words;
mod lines;
mod missing;
mod naming;
mod numbers;
mod parsed;
mod roles;
mod row_hashes;
mod rows;
mod schema;
mod stand_in;
mod stored;
mod table;
mod target;
mod texts;

pub use cell::{BadCells, Cell};
pub use column::{Cells, Column, ColumnBuilder};
pub use delimited::{Dialect, Separator, TextOptions};
pub use encoding::{
    CategoryEncoder, ColumnEncoder, EncodedRows, Encoder, Encoding, EncodingOptions, FarCells,
    Impute, NumberEncoder, TimeEncoder, TimePart,
};
pub use error::TableError;
pub use missing::Missing;
pub use naming::Naming;
pub use numbers::Numbers;
pub use rows::Rows;
pub use schema::{ColumnKind, ColumnSchema, LeftOut, Schema, SchemaOptions};
pub use stand_in::StandIn;
pub use stored::{StoredRows, StoredTable, StoredTableWriter};
pub use table::Table;
pub use target::TargetColumns;
pub use texts::Texts;
