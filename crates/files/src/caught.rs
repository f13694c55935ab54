use std::panic::{AssertUnwindSafe, catch_unwind};

use densely_table::Table;

use crate::Reason;

/// What a library makes of a file. It looks up what the file says without a check, and panics where `parts of`, or `sizes in`,
/// the file contradict each other; what it says then on standard error is no harm.
pub(crate) fn caught(
    format: &'static str,
    what: &str,
    table: impl FnOnce() -> Result<Table, Reason>,
) -> Result<Table, Reason> {
    catch_unwind(AssertUnwindSafe(table)).unwrap_or_else(|_| {
        Err(Reason::damaged(format, format!("{what} it contradict each other")))
    })
}
