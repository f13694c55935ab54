use hyper::HeaderMap;
use hyper::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};

use crate::refusal::Refusal;

/// How rows or answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    Json,
    Csv,
}

impl Media {
    /// What the body of a request is said to be; one that nothing is said of is taken for JSON.
    pub(crate) fn of_body(headers: &HeaderMap) -> Result<Self, Refusal> {
        if let Some(encoding) = headers.get(CONTENT_ENCODING)
            && encoding != "identity"
        {
            return Err(Refusal::media("a compressed body is not read: send it as it is"));
        }
        let Some(said) = headers.get(CONTENT_TYPE) else { return Ok(Self::Json) };
        let said = said.to_str().unwrap_or_default();
        let (name, _) = said.split_once(';').unwrap_or((said, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "application/json" => Ok(Self::Json),
            "text/csv" => Ok(Self::Csv),
            _ => Err(Refusal::media(
                "rows come as JSON or CSV: say which by the header `Content-Type: application/json` or \
                 `Content-Type: text/csv`",
            )),
        }
    }

    /// How the answer is wanted.
    pub(crate) fn of_answer(headers: &HeaderMap) -> Self {
        let wanted = headers.get_all(ACCEPT).iter().filter_map(|accept| accept.to_str().ok());
        let mut names = wanted.flat_map(|accept| accept.split(',')).map(|one| {
            let (name, _) = one.split_once(';').unwrap_or((one, ""));
            name.trim().to_ascii_lowercase()
        });
        let first =
            names.find(|name| ["text/csv", "application/json", "*/*"].contains(&name.as_str()));
        match first.as_deref() {
            Some("text/csv") => Self::Csv,
            _ => Self::Json,
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}
