//! What columns are, as options and a file say it.

use std::fs;
use std::io;
use std::path::Path;

use densely::prelude::{Rows, Schema, SchemaOptions};
use densely::table::{ColumnKind, StoredRows, TableError};
use toml::{Table, Value};

use crate::args::{ColumnsArgs, DialectArgs, EncodingArgs, Kinds, Names};
use crate::error::CliError;
use crate::visible::visible;

/// What a file says of a column that is no feature.
const LEFT_OUT: &str = "left-out";

/// The keys of a file.
const COLUMNS: &str = "columns";
const MISSING: &str = "missing";

const HEAD: &str = "\
# What the columns of a table are, for `densely train --schema` with this file: number, category, boolean,
# time or text, and left-out for one that is not used. What columns are that are not here is told from
# their cells.
";

/// The schema of these rows, which keeps note of which words were gaps.
pub(crate) fn infer(
    rows: &Rows<'_>,
    options: SchemaOptions,
    encoding: &EncodingArgs,
    dialect: &DialectArgs,
) -> Result<Schema, TableError> {
    Ok(noted(Schema::infer(rows, &with_rare(options, encoding))?, dialect))
}

/// The same of rows on the disk.
pub(crate) fn infer_stored(
    rows: &StoredRows<'_>,
    options: SchemaOptions,
    encoding: &EncodingArgs,
    dialect: &DialectArgs,
) -> Result<Schema, TableError> {
    Ok(noted(Schema::infer_stored(rows, &with_rare(options, encoding))?, dialect))
}

fn with_rare(options: SchemaOptions, encoding: &EncodingArgs) -> SchemaOptions {
    match encoding.rare {
        Some(rows) => options.rare(rows),
        None => options,
    }
}

fn noted(schema: Schema, dialect: &DialectArgs) -> Schema {
    match dialect.missing() {
        Some(missing) => schema.with_missing(missing),
        None => schema,
    }
}

/// The text of a file for a schema.
pub(crate) fn text(schema: &Schema) -> String {
    let line = |name: &str, kind: &str| line_of(name, Value::from(kind));
    let lines = schema.columns().iter().map(|column| match &column.left_out {
        None => line(&column.name, column.kind.name()) + "\n",
        Some(reason) => {
            let (line, reason) = (line(&column.name, LEFT_OUT), reason.to_string());
            format!("{line}  # {}: {}\n", column.kind, visible(&reason))
        }
    });
    // Words for gaps that are not the usual ones.
    let missing = match schema.named_missing() {
        None => String::new(),
        Some(missing) => {
            let own = missing.columns().flat_map(|(column, words)| {
                words.iter().map(move |word| format!("{column}={word}"))
            });
            let words = missing.tokens().iter().cloned().chain(own).collect::<Vec<_>>();
            line_of(MISSING, Value::from(words)) + "\n"
        }
    };
    format!("{HEAD}{missing}[columns]\n{}", lines.collect::<String>())
}

fn line_of(name: &str, value: Value) -> String {
    Table::from_iter([(name.to_owned(), value)]).to_string().trim_end().to_owned()
}

/// The options with what their file says, which comes after what they say themselves.
pub(crate) fn with_file(
    columns: &ColumnsArgs,
    dialect: &DialectArgs,
) -> Result<(ColumnsArgs, DialectArgs), CliError> {
    columns.check()?;
    let (mut dialect, columns) = (dialect.clone(), columns.clone());
    let Some(path) = &columns.schema else { return Ok((columns, dialect)) };
    let OfFile { columns: of_file, missing } = read(path).map_err(CliError::file(path))?;
    if dialect.missing.is_empty() {
        dialect.missing.extend(missing.map(Names));
    }
    let (mut drop, mut kinds) = (Vec::new(), Vec::new());
    for (name, kind) in of_file {
        let is_said = columns.kinds().any(|(said, _)| *said == name)
            || columns.kept().chain(columns.dropped()).any(|said| *said == name);
        match kind {
            None if !is_said => drop.push(name),
            Some(kind) if !is_said => kinds.push((name, kind)),
            _ => {}
        }
    }
    let mut columns = columns;
    columns.drop.push(Names(drop));
    columns.kinds.insert(0, Kinds(kinds));
    Ok((columns, dialect))
}

/// What a file says.
struct OfFile {
    /// The kinds of columns, or that they are left out.
    columns: Vec<(String, Option<ColumnKind>)>,
    /// Words for gaps.
    missing: Option<Vec<String>>,
}

fn read(path: &Path) -> io::Result<OfFile> {
    let refused = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
    let file: Table = fs::read_to_string(path)?
        .parse()
        .map_err(|error: toml::de::Error| refused(error.message().to_owned()))?;
    let expected = "expected a table [columns] of names and what they are, as `inspect MODEL --schema` \
                    writes it";
    let Some(Value::Table(columns)) = file.get(COLUMNS) else {
        return Err(refused(expected.to_owned()));
    };
    if let Some(other) = file.keys().find(|&key| key != COLUMNS && key != MISSING) {
        return Err(refused(format!("`{other}`: {expected}")));
    }
    let words = |words: &Value| {
        let words = words.as_array()?.iter().map(|word| word.as_str().map(str::to_owned));
        words.collect::<Option<Vec<_>>>()
    };
    let missing = match file.get(MISSING) {
        None => None,
        Some(missing) => Some(words(missing).ok_or_else(|| {
            refused(format!("`{MISSING}`: expected a list of the words that stand for gaps"))
        })?),
    };
    let column = |(name, kind): (&String, &Value)| {
        let kind = match kind.as_str() {
            Some(LEFT_OUT) => None,
            Some(kind) => Some(kind.parse().map_err(|error: TableError| {
                refused(format!("column `{name}`: {error}, and {LEFT_OUT}"))
            })?),
            None => return Err(refused(format!("column `{name}`: {expected}"))),
        };
        Ok((name.clone(), kind))
    };
    let columns = columns.iter().map(column).collect::<io::Result<_>>()?;
    Ok(OfFile { columns, missing })
}
