//! What a model does not know of rows that it is used for.

use std::path::PathBuf;

use densely::parts::shortened;
use densely::prelude::Threads;
use densely::table::{EncodedRows, Encoder};

use super::{label, tell};
use crate::output::{counted, figure};

/// Says which rows have categories that a model does not tell apart, or gaps that it does not know.
pub(super) fn tell_others(rows: &EncodedRows<'_>, paths: &[PathBuf]) {
    for (column, count) in rows.new_gaps() {
        let mut encoders = rows.encoding().encoders().iter();
        let encoder = encoders.find(|of| of.column == column).map(|of| &of.encoder);
        let what = match encoder {
            Some(Encoder::Category(of)) if of.other => "taken for a category that is rare",
            Some(Encoder::Category(_)) => "taken for none of its categories",
            _ => "taken for what is usual there",
        };
        let rows = counted(count, "row");
        let note =
            format!("{rows} with a gap in `{column}`, where training had hardly one: {what}");
        tell(&label(paths), &note);
    }
    for (column, count, example) in rows.other_categories() {
        let note = format!(
            "{} with a category of `{column}` that was rare or not there in training, such as `{}`: the model takes all \
             such for one",
            counted(count, "row"),
            shortened(&example)
        );
        tell(&label(paths), &note);
    }
}

/// Says which rows have numbers or times far outside those of training, of the column in which most have one.
pub(super) fn tell_far(rows: &EncodedRows<'_>, paths: &[PathBuf], threads: &Threads) {
    let far = rows.far_cells(threads);
    // Of equally many, the first column.
    let Some(most) = far.iter().rev().max_by_key(|far| far.count) else { return };
    let others = match far.len() - 1 {
        0 => String::new(),
        others => format!(", and so in {}", counted(others, "other column")),
    };
    let [smallest, largest] = &most.range;
    let note = format!(
        "{} with a value of `{}` outside those of training ({} to {}), such as {} in {}{others}: what the model makes of \
         it is a guess, so see whether it means the same",
        counted(most.count, "row"),
        shortened(most.column),
        brief(smallest),
        brief(largest),
        brief(&most.cell),
        rows.rows().table().place(most.row),
    );
    tell(&label(paths), &note);
}

/// Characters of a number that is as short as it need be.
const SHORT: usize = 8;

/// A number with no more digits than people read.
fn brief(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if text.len() > SHORT => {
            let power = format!("{number:e}");
            if power.len() <= SHORT { power } else { figure(number) }
        }
        _ => shortened(text),
    }
}
