//! What the columns of a table are.

mod column_kind;
mod infer;
mod left_out;
mod options;
mod time;
mod truth;

use std::fmt;

pub use column_kind::ColumnKind;
pub(crate) use infer::{
    ColumnEvidence, check_names, column_schema, column_schema_with, identifier, is_date,
    is_formatted, is_month, kind_of_numbers, one_value_of, schema_of,
};
pub use left_out::LeftOut;
pub use options::SchemaOptions;
pub(crate) use options::needed;
pub(crate) use time::{TimeForm, date_of, time_of, times_of};
pub(crate) use truth::{are_truths, truth_of};

use crate::{Missing, Naming, Rows, TableError};

/// What each column of a table is, and which are left out and why.
///
/// It is told from the training part of a table, but for what [`SchemaOptions`] say, and then the
/// same for all tables to come.
///
/// ```
/// use densely_table::{ColumnKind, Rows, Schema, SchemaOptions, Table};
///
/// let text = "id,size,kind,source,y\n1,2.5,pear,a,1\n2,NA,apple,a,2\n3,3.5,pear,a,4\n";
/// let table = Table::from_reader(text.as_bytes())?;
/// let options = SchemaOptions::new().target("y").kind("size", ColumnKind::Number);
/// let schema = Schema::infer(&Rows::all(&table), &options)?;
/// assert_eq!(
///     schema.to_string(),
///     "id: number, left out: it numbers the rows\n\
///      size: number\n\
///      kind: category\n\
///      source: category, left out: it is always `a`\n",
/// );
/// # Ok::<(), densely_table::TableError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    columns: Vec<ColumnSchema>,
    missing: Missing,
}

/// What a column of a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSchema {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub kind: ColumnKind,
    /// Why it is no feature, if it is none.
    pub left_out: Option<LeftOut>,
}

impl Schema {
    /// Of these columns.
    #[must_use]
    pub fn new(columns: Vec<ColumnSchema>) -> Self {
        Self { columns, missing: Missing::default() }
    }

    /// For tables of text in which these cells are gaps, of which the schema only keeps note.
    #[must_use]
    pub fn with_missing(self, missing: Missing) -> Self {
        Self { missing, ..self }
    }

    /// Which cells of a text are gaps.
    #[must_use]
    pub fn missing(&self) -> &Missing {
        &self.missing
    }

    /// The same, if they were named: then they are gaps in files of every format.
    #[must_use]
    pub fn named_missing(&self) -> Option<&Missing> {
        (self.missing != Missing::default()).then_some(&self.missing)
    }

    /// Tells what the columns are from these rows. Targets are no part of a schema.
    ///
    /// Text is a truth value if there are two texts such as `yes` and `no`, a time if all are dates
    /// or times as ISO 8601 writes them (but for one in ten), a number if half of the cells are and there are
    /// more than 20 different ones, and a category otherwise. Numbers are categories where the name of their column says
    /// that they are postal codes, and times where all are dates of eight digits, as 20240229.
    ///
    /// Left out are columns without any value or with one; different whole numbers that number rows or
    /// identify them, as the name of their column or the lack of one says; text that is different in each
    /// row, or is numbers with something around them or dates of other kinds; and text of which no value is frequent enough to learn from.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`] for a name in the options that there is not,
    /// [`TableError::TwoRoles`] for a target that is left out or has another role,
    /// [`TableError::NoFeatures`] if no column is left.
    pub fn infer(rows: &Rows<'_>, options: &SchemaOptions) -> Result<Self, TableError> {
        infer::schema(rows, options)
    }

    /// All columns but targets, in the order of the table.
    #[must_use]
    pub fn columns(&self) -> &[ColumnSchema] {
        &self.columns
    }

    /// Whether no column has a [name of its own](Naming::is_unnamed), as of a table without a header.
    #[must_use]
    pub fn is_unnamed(&self) -> bool {
        self.columns.iter().all(|column| Naming::is_unnamed(&column.name))
    }

    /// The columns that are features.
    pub fn features(&self) -> impl Iterator<Item = &ColumnSchema> {
        self.columns.iter().filter(|column| column.left_out.is_none())
    }
}

/// A line for each column.
impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.columns.iter().try_for_each(|column| writeln!(f, "{column}"))
    }
}

impl fmt::Display for ColumnSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.kind)?;
        match &self.left_out {
            None => Ok(()),
            Some(reason) => write!(f, ", left out: {reason}"),
        }
    }
}
