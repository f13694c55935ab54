use std::io::ErrorKind;

use densely_data::Place;
use densely_files::{JsonRowsError, Reason};
use densely_models::ModelError;
use densely_parts::shortened;
use densely_table::{BadCells, TableError};
use hyper::StatusCode;
use hyper::header::{ALLOW, HeaderName, RETRY_AFTER};
use serde::Serialize;

use crate::answer::LONGEST;

/// Why a request is not answered: what was wrong, where, and what to do.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) header: Option<(HeaderName, &'static str)>,
    message: String,
    row: Option<usize>,
    column: Option<String>,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, header: None, message: message.into(), row: None, column: None }
    }

    fn rows(message: impl Into<String>, row: Option<usize>, column: Option<&str>) -> Self {
        let column = column.map(str::to_owned);
        Self { row, column, ..Self::new(StatusCode::BAD_REQUEST, message) }
    }

    pub(crate) fn media(message: &str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
    }

    pub(crate) fn not_found() -> Self {
        let message = "there is no such page: there are POST /predict, and GET /, /schema, /health and /metrics";
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn method(allowed: &'static str) -> Self {
        let refusal =
            Self::new(StatusCode::METHOD_NOT_ALLOWED, format!("this page takes {allowed} only"));
        Self { header: Some((ALLOW, allowed)), ..refusal }
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("a body has at most {limit} bytes: send fewer rows at a time");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    pub(crate) fn answer_too_large(limit: usize) -> Self {
        let message =
            format!("the answer would have more than {limit} bytes: send fewer rows at a time");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    pub(crate) fn too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "the body did not come in time: send it again, all at once",
        )
    }

    pub(crate) fn broken_body() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "the body ended before its end: send it again")
    }

    pub(crate) fn busy() -> Self {
        let message = "there are as many requests in work as may be: send it again, later";
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, message);
        Self { header: Some((RETRY_AFTER, "1")), ..refusal }
    }

    pub(crate) fn failed() -> Self {
        let message =
            "this request could not be answered, which is a mistake of densely: please report it";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// As JSON.
    pub(crate) fn body(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Body<'a> {
            error: Error<'a>,
        }
        #[derive(Serialize)]
        struct Error<'a> {
            status: u16,
            message: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            row: Option<usize>,
            #[serde(skip_serializing_if = "Option::is_none")]
            column: Option<&'a str>,
        }
        let (status, column) = (self.status.as_u16(), self.column.as_deref());
        let error = Error { status, message: &self.message, row: self.row, column };
        serde_json::to_vec(&Body { error }).unwrap_or_default()
    }
}

fn row_of(place: Place) -> Option<usize> {
    match place {
        Place::TableRow(row) | Place::Row { row, .. } => Some(row),
        Place::Example(example) => Some(example + 1),
        _ => None,
    }
}

/// Cells that are not of the kind of their column.
fn cells(bad: &BadCells, expected: &str) -> Refusal {
    let row = bad.first.first().and_then(|cell| row_of(cell.place));
    Refusal::rows(format!("{bad}: expected {expected}"), row, Some(&bad.column))
}

impl From<TableError> for Refusal {
    fn from(error: TableError) -> Self {
        match &error {
            TableError::NotNumbers(bad) | TableError::NotFinite(bad) => {
                cells(bad, "finite numbers, or null (in CSV, nothing) where there is none")
            }
            TableError::NotTruths(bad) => cells(
                bad,
                "truth values, as true or false, yes or no, 1 or 0; or null (in CSV, nothing)",
            ),
            TableError::NotTimes(bad) => cells(
                bad,
                "dates, or dates with times, as 2024-12-31 or 2024-12-31T23:59:59; or null (in CSV, nothing)",
            ),
            TableError::NotClocks(bad) => {
                cells(bad, "times of the day, as 06:43 or 23:59:59; or null (in CSV, nothing)")
            }
            TableError::Gaps(bad) => {
                cells(bad, "numbers: there were no gaps in this column when the model was trained")
            }
            TableError::MissingColumns { missing, .. } => {
                let first = missing.first().map(String::as_str);
                Self::rows(error.to_string(), None, first)
            }
            TableError::DuplicateColumn(column) => {
                let message =
                    format!("there are two columns `{}`: leave one out", shortened(column));
                Self::rows(message, None, Some(column))
            }
            TableError::Shape(_) => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "there is no memory for so many rows: send fewer at a time",
            ),
            TableError::NotUtf8 { column, .. } => Self::rows(error.to_string(), None, Some(column)),
            _ => Self::rows(error.to_string(), None, None),
        }
    }
}

impl From<JsonRowsError> for Refusal {
    fn from(error: JsonRowsError) -> Self {
        match error {
            JsonRowsError::Table(error) => error.into(),
            error => Self::rows(error.to_string(), error.row(), error.column()),
        }
    }
}

impl From<ModelError> for Refusal {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Table(error) => error.into(),
            ModelError::Shape(error) => TableError::Shape(error).into(),
            ModelError::OutOfRange { place, ref column, .. }
            | ModelError::ExponentialTooLarge { place, ref column, .. }
            | ModelError::PredictionTooLarge { place, ref column, .. } => {
                Self::rows(error.to_string(), row_of(place), Some(column))
            }
            ModelError::NotFiniteOutput { place, .. } => {
                Self::rows(error.to_string(), row_of(place), None)
            }
            _ => Self::failed(),
        }
    }
}

/// Of CSV that is written.
impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Table(error) => error.into(),
            Reason::Read(error) if error.kind() == ErrorKind::FileTooLarge => {
                Self::answer_too_large(LONGEST)
            }
            _ => Self::failed(),
        }
    }
}
