use std::borrow::Cow;

use calamine::{CellErrorType, Data, DataRef, ExcelDateTime};
use densely_table::{ColumnBuilder, Missing};

/// What is in a cell of a sheet.
#[derive(Debug)]
pub(super) enum Cell<'a> {
    Empty,
    Number(f64),
    Text(Cow<'a, str>),
    Bool(bool),
    /// What a formula failed with.
    Error(String),
}

impl Cell<'_> {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// Adds it to a column. An error has no value.
    pub(super) fn push(&self, missing: &Missing, to: &mut ColumnBuilder) -> Result<(), String> {
        match self {
            Self::Empty => to.push_gap(),
            Self::Number(number) => to.push_number(*number),
            Self::Text(text) if missing.is_gap(text.trim()) => to.push_gap(),
            Self::Text(text) => to.push_text(text.trim()),
            Self::Bool(value) => to.push_bool(*value),
            Self::Error(error) => return Err(error.clone()),
        }
        Ok(())
    }

    /// As the name of a column.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.trim().to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Error(error) => error.clone(),
        }
    }
}

impl<'a> From<&'a Data> for Cell<'a> {
    fn from(data: &'a Data) -> Self {
        match data {
            Data::Int(number) => Self::Number(*number as f64),
            Data::Float(number) => Self::Number(*number),
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
                Self::Text(text.into())
            }
            Data::Bool(value) => Self::Bool(*value),
            Data::DateTime(time) => time_of(*time),
            Data::Error(error) => failed(error),
            Data::Empty => Self::Empty,
        }
    }
}

impl<'a> From<&'a DataRef<'a>> for Cell<'a> {
    fn from(data: &'a DataRef<'a>) -> Self {
        match data {
            DataRef::Int(number) => Self::Number(*number as f64),
            DataRef::Float(number) => Self::Number(*number),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                Self::Text(text.into())
            }
            DataRef::SharedString(text) => Self::Text((*text).into()),
            DataRef::Bool(value) => Self::Bool(*value),
            DataRef::DateTime(time) => time_of(*time),
            DataRef::Error(error) => failed(error),
            DataRef::Empty => Self::Empty,
        }
    }
}

/// What is not available is a gap.
fn failed<'a>(error: &CellErrorType) -> Cell<'a> {
    match error {
        CellErrorType::NA => Cell::Empty,
        error => Cell::Error(error.to_string()),
    }
}

/// A date or time as ISO 8601 has it; a duration as days, which is how sheets keep it.
fn time_of<'a>(time: ExcelDateTime) -> Cell<'a> {
    let days = time.as_f64();
    if time.is_duration() {
        return Cell::Number(days);
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
    let clock = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    Cell::Text(match (days < 1.0, clock == "00:00:00") {
        (true, _) => clock.into(),
        (false, true) => date.into(),
        (false, false) => format!("{date}T{clock}").into(),
    })
}
