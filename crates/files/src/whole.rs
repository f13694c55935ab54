use densely_table::ColumnBuilder;

/// Up to here, every whole number is an `f64`.
const EXACT: u64 = 1 << 53;

/// A whole number; one that is no `f64` is text, as it is in CSV.
pub(crate) fn push_signed(number: i64, to: &mut ColumnBuilder) {
    match number.unsigned_abs() <= EXACT {
        true => to.push_number(number as f64),
        false => to.push_text(&number.to_string()),
    }
}

/// As [`push_signed`].
pub(crate) fn push_unsigned(number: u64, to: &mut ColumnBuilder) {
    match number <= EXACT {
        true => to.push_number(number as f64),
        false => to.push_text(&number.to_string()),
    }
}
