//! What the columns of a table are, and how they become the features.

use densely_table::{
    CategoryEncoder, ColumnEncoder, ColumnKind, ColumnSchema, Encoder, Encoding, LeftOut, Missing,
    NumberEncoder, Schema, TimeEncoder, TimePart,
};
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::error::Reason;
use crate::manifest::Length;
use crate::tensor::{Stored, Tensors};

/// What stands for gaps, and the first of times: in the order of the columns.
const NUMBERS: &str = "encoding.numbers";

/// All columns but targets, and which cells of text are gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Columns {
    missing: Vec<String>,
    /// The same of one column alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    missing_in: BTreeMap<String, Vec<String>>,
    columns: Vec<StoredColumn>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoredColumn {
    name: String,
    #[serde(with = "kind")]
    kind: ColumnKind,
    #[serde(flatten)]
    role: Role,
}

/// What a column is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    LeftOut(Box<StoredReason>),
    Encoder(Box<StoredEncoder>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredReason {
    Dropped,
    Role(String),
    Empty,
    Constant(String),
    RowNumbers,
    Identifier(usize),
    Rare(usize, usize),
    Formatted(String),
    Text,
}

/// An encoder without its numbers, of which there is one for gaps, and then the smallest and the largest (of a
/// time first one for its origin, and one for gaps in each part).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredEncoder {
    Number {
        filled: bool,
        indicator: bool,
        /// With the smallest and the largest.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        ranged: bool,
    },
    Boolean {
        filled: bool,
        indicator: bool,
    },
    Category {
        values: Vec<String>,
        other: bool,
        missing: bool,
    },
    Time {
        parts: Vec<String>,
        indicator: bool,
        /// With the first and the last.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        ranged: bool,
    },
}

/// Stores an encoding, but for one of numbers as they are: then the names of the features are all
/// there is to say.
pub(crate) fn store(encoding: &Encoding, tensors: &mut Tensors) -> Option<Columns> {
    let schema = encoding.schema();
    if *encoding == Encoding::of_numbers(encoding.feature_names_in()) {
        return None;
    }
    let (mut numbers, mut encoders) = (Vec::new(), encoding.encoders().iter());
    let columns = schema.columns().iter().map(|column| {
        let role = match &column.left_out {
            Some(reason) => Role::LeftOut(Box::new(reason.into())),
            None => {
                let encoder = &encoders.next().expect("each feature has an encoder").encoder;
                Role::Encoder(Box::new(store_encoder(encoder, &mut numbers)))
            }
        };
        StoredColumn { name: column.name.clone(), kind: column.kind, role }
    });
    let columns = columns.collect();
    tensors.insert_vector(NUMBERS, &numbers);
    let missing = schema.missing();
    let of_columns = missing.columns().map(|(name, words)| (name.to_owned(), words.to_vec()));
    let (missing, missing_in) = (missing.tokens().to_vec(), of_columns.collect());
    Some(Columns { missing, missing_in, columns })
}

fn store_encoder(encoder: &Encoder, numbers: &mut Vec<f64>) -> StoredEncoder {
    match encoder {
        Encoder::Number(NumberEncoder { fill, indicator, range }) => {
            numbers.extend(fill);
            let (filled, ranged) = (fill.is_some(), store_range(*range, numbers));
            StoredEncoder::Number { filled, indicator: *indicator, ranged }
        }
        Encoder::Boolean(NumberEncoder { fill, indicator, range: _ }) => {
            numbers.extend(fill);
            StoredEncoder::Boolean { filled: fill.is_some(), indicator: *indicator }
        }
        Encoder::Category(CategoryEncoder { values, other, missing }) => {
            StoredEncoder::Category { values: values.clone(), other: *other, missing: *missing }
        }
        Encoder::Time(TimeEncoder { origin, parts, indicator, range }) => {
            numbers.push(*origin);
            numbers.extend(parts.iter().map(|(_, fill)| fill));
            let ranged = store_range(*range, numbers);
            let parts = parts.iter().map(|(part, _)| part.name().to_owned()).collect();
            StoredEncoder::Time { parts, indicator: *indicator, ranged }
        }
    }
}

/// Whether there is a range, of which the numbers get both ends.
fn store_range(range: Option<(f64, f64)>, numbers: &mut Vec<f64>) -> bool {
    numbers.extend(range.iter().flat_map(|&(smallest, largest)| [smallest, largest]));
    range.is_some()
}

/// The encoding that a manifest and its tensors describe.
pub(crate) fn restore(columns: Columns, tensors: &Stored) -> Result<Encoding, Reason> {
    let numbers: Vec<f64> = tensors.any_vector(NUMBERS)?;
    let mut numbers = numbers.into_iter();
    let (mut schema, mut encoders) = (Vec::new(), Vec::new());
    for StoredColumn { name, kind, role } in columns.columns {
        let left_out = match role {
            Role::LeftOut(stored) => Some((*stored).into()),
            Role::Encoder(stored) => {
                let encoder = restore_encoder(*stored, &mut numbers)?;
                encoders.push(ColumnEncoder { column: name.clone(), encoder });
                None
            }
        };
        schema.push(ColumnSchema { name, kind, left_out });
    }
    if numbers.next().is_some() {
        return Err(Reason::Manifest(format!("`{NUMBERS}` has more numbers than its columns")));
    }
    let of_columns = columns.missing_in.into_iter();
    let missing = of_columns.fold(Missing::new(columns.missing), |missing, (column, words)| {
        missing.with_column(column, words)
    });
    let schema = Schema::new(schema).with_missing(missing);
    Encoding::from_parts(schema, encoders).map_err(reason)
}

fn restore_encoder(
    stored: StoredEncoder,
    numbers: &mut impl Iterator<Item = f64>,
) -> Result<Encoder, Reason> {
    let few = || Reason::Manifest(format!("`{NUMBERS}` has fewer numbers than its columns"));
    let mut next = || numbers.next().ok_or_else(few);
    Ok(match stored {
        StoredEncoder::Number { filled, indicator, ranged } => {
            let fill = filled.then(&mut next).transpose()?;
            let range = restore_range(ranged, next)?;
            Encoder::Number(NumberEncoder { fill, indicator, range })
        }
        StoredEncoder::Boolean { filled, indicator } => {
            let fill = filled.then(next).transpose()?;
            Encoder::Boolean(NumberEncoder { fill, indicator, range: None })
        }
        StoredEncoder::Category { values, other, missing } => {
            Encoder::Category(CategoryEncoder { values, other, missing })
        }
        StoredEncoder::Time { parts, indicator, ranged } => {
            let origin = next()?;
            let part = |part: String| Ok((part.parse::<TimePart>().map_err(reason)?, next()?));
            let parts = parts.into_iter().map(part).collect::<Result<_, Reason>>()?;
            let range = restore_range(ranged, next)?;
            Encoder::Time(TimeEncoder { origin, parts, indicator, range })
        }
    })
}

fn restore_range(
    ranged: bool,
    mut next: impl FnMut() -> Result<f64, Reason>,
) -> Result<Option<(f64, f64)>, Reason> {
    ranged.then(|| Ok((next()?, next()?))).transpose()
}

fn reason(error: impl fmt::Display) -> Reason {
    Reason::Manifest(error.to_string())
}

impl From<&LeftOut> for StoredReason {
    fn from(reason: &LeftOut) -> Self {
        match reason {
            LeftOut::Dropped => Self::Dropped,
            LeftOut::Role(role) => Self::Role(role.clone()),
            LeftOut::Empty => Self::Empty,
            LeftOut::Constant(value) => Self::Constant(value.clone()),
            LeftOut::RowNumbers => Self::RowNumbers,
            LeftOut::Identifier { distinct } => Self::Identifier(*distinct),
            LeftOut::Rare { distinct, needed } => Self::Rare(*distinct, *needed),
            LeftOut::Formatted(cell) => Self::Formatted(cell.clone()),
            LeftOut::Text => Self::Text,
        }
    }
}

impl From<StoredReason> for LeftOut {
    fn from(stored: StoredReason) -> Self {
        match stored {
            StoredReason::Dropped => Self::Dropped,
            StoredReason::Role(role) => Self::Role(role),
            StoredReason::Empty => Self::Empty,
            StoredReason::Constant(value) => Self::Constant(value),
            StoredReason::RowNumbers => Self::RowNumbers,
            StoredReason::Identifier(distinct) => Self::Identifier { distinct },
            StoredReason::Rare(distinct, needed) => Self::Rare { distinct, needed },
            StoredReason::Formatted(cell) => Self::Formatted(cell),
            StoredReason::Text => Self::Text,
        }
    }
}

/// A kind is stored by its name.
mod kind {
    use densely_table::ColumnKind;
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(kind: &ColumnKind, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(kind.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ColumnKind, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// How long the lists are. Of columns, each takes about as much of the file as of memory.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ColumnsLengths {
    pub(crate) missing: Length,
    #[serde(default)]
    pub(crate) missing_in: Length,
    #[serde(rename = "columns")]
    pub(crate) values: Values,
}

/// How many categories all columns have together.
#[derive(Debug, Default)]
pub(crate) struct Values(pub(crate) usize);

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Column {
            #[serde(default)]
            encoder: Option<Encoder>,
        }
        #[derive(Deserialize)]
        struct Encoder {
            #[serde(default)]
            category: Option<Category>,
        }
        #[derive(Deserialize)]
        struct Category {
            values: Length,
        }
        struct Counter;
        impl<'de> Visitor<'de> for Counter {
            type Value = Values;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of columns")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Values, A::Error> {
                let mut values = 0;
                while let Some(column) = list.next_element::<Column>()? {
                    let category = column.encoder.and_then(|encoder| encoder.category);
                    values += category.map_or(0, |category| category.values.0);
                }
                Ok(Values(values))
            }
        }
        deserializer.deserialize_seq(Counter)
    }
}
