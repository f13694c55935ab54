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
    /// A formula whose value is not in the file.
    Uncomputed,
}

/// A cell that has no value.
pub(super) struct NoValue {
    pub(super) found: String,
    pub(super) remedy: &'static str,
}

impl Cell<'_> {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// Whether it is a formula without a value.
    pub(super) fn has_no_value(&self) -> bool {
        matches!(self, Self::Error(_) | Self::Uncomputed)
    }

    /// Adds it to a column.
    pub(super) fn push(&self, missing: &Missing, to: &mut ColumnBuilder) -> Result<(), NoValue> {
        match self {
            Self::Empty => to.push_gap(),
            Self::Number(number) => to.push_number(*number),
            Self::Text(text) if missing.is_gap(text.trim()) => to.push_gap(),
            Self::Text(text) => to.push_text(text),
            Self::Bool(value) => to.push_bool(*value),
            Self::Error(error) => {
                let remedy = "mend the formula or clear the cell";
                return Err(NoValue { found: error.clone(), remedy });
            }
            Self::Uncomputed => {
                let remedy =
                    "save the file with a program that computes formulas, or clear the cell";
                return Err(NoValue { found: self.name(), remedy });
            }
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
            Self::Uncomputed => "a formula that nobody has computed".to_owned(),
        }
    }

    /// The same, where it belongs to a formula.
    pub(super) fn of_formula(self) -> Self {
        if matches!(self, Self::Empty) { Self::Uncomputed } else { self }
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
