//! Which columns of a table are left out, in words.

use densely::prelude::{EncodingOptions, Schema};
use densely::table::{ColumnKind, ColumnSchema, LeftOut, Naming};

use crate::error::is_decimal_comma;
use crate::output::counted;
use crate::visible::visible;

/// The role of a column that can be no feature besides.
pub(crate) const WEIGHT: &str = "weight of rows";

/// Columns that are left out have a line each, unless there are more.
const LINES: usize = 6;

/// Why each column is left out, and what keeps it; `others` says where to read of more than a few.
pub(crate) fn left_out(schema: &Schema, others: &str) -> Vec<String> {
    let left_out: Vec<_> = schema
        .columns()
        .iter()
        .filter_map(|column| Some((column, column.left_out.as_ref()?)))
        // What a separator at the end of each line makes.
        .filter(|(column, reason)| {
            !(Naming::is_unnamed(&column.name) && **reason == LeftOut::Empty)
        })
        .collect();
    let line = |(column, reason): &(&ColumnSchema, &LeftOut)| {
        let keep = match (reason, column.kind) {
            // As categories, none of its values would come often enough.
            (LeftOut::Identifier { .. } | LeftOut::Rare { .. } | LeftOut::Text, kind)
                if kind != ColumnKind::Number =>
            {
                let of_each = match reason {
                    LeftOut::Identifier { distinct } | LeftOut::Rare { distinct, .. } => {
                        Some(*distinct)
                    }
                    _ => None,
                };
                let most = match of_each {
                    Some(distinct) if distinct > EncodingOptions::CATEGORIES => {
                        format!(" --categories {distinct}")
                    }
                    _ => String::new(),
                };
                let what = if of_each.is_some() { "each of" } else { "the most frequent of" };
                format!("; --keep-column '{}' --rare 1{most} takes {what} its values", column.name)
            }
            (LeftOut::Role(role), _) if role != WEIGHT => {
                format!("; --keep-column '{}' makes a feature of it, too", column.name)
            }
            (LeftOut::RowNumbers | LeftOut::Identifier { .. }, _) => {
                format!("; --keep-column '{}' keeps it", column.name)
            }
            (LeftOut::Formatted(cell), _) if cell.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!(" (--type '{}=number')", column.name)
            }
            (LeftOut::Formatted(cell), _) if is_decimal_comma(cell) => {
                "; if a comma stands before decimals: --decimal comma".to_owned()
            }
            _ => String::new(),
        };
        format!("{} is left out: {}", visible(&column.name), visible(&format!("{reason}{keep}")))
    };
    let mut lines: Vec<String> = left_out.iter().take(LINES).map(line).collect();
    let more = left_out.len().saturating_sub(LINES);
    if more > 0 {
        lines.push(format!("and {} more are{others}", counted(more, "column")));
    }
    lines
}
