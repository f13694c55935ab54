use std::collections::HashMap;

use ::parquet::file::metadata::FileMetaData;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::root_as_message;
use arrow_schema::{DataType, TimeUnit};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Where writers on Arrow put what Parquet has no type for.
const ARROW: &str = "ARROW:schema";

/// The columns of durations, which are whole numbers to Parquet, and how many digits of a second these have.
///
/// Of what cannot be read of it, there are none: the numbers are there all the same.
pub(super) fn durations(metadata: &FileMetaData) -> HashMap<String, u32> {
    fields(metadata).unwrap_or_default()
}

fn fields(metadata: &FileMetaData) -> Option<HashMap<String, u32>> {
    let mut entries = metadata.key_value_metadata()?.iter();
    let text = entries.find(|entry| entry.key == ARROW)?.value.as_ref()?;
    let bytes = BASE64_STANDARD.decode(text).ok()?;
    // As in a stream: a mark that is younger than the format, and the size.
    let message = match bytes.strip_prefix(&[0xff; 4]) {
        Some(rest) => rest.get(4..)?,
        None => bytes.get(4..)?,
    };
    let schema = try_fb_to_schema(root_as_message(message).ok()?.header_as_schema()?).ok()?;
    let duration = |field: &arrow_schema::FieldRef| {
        let DataType::Duration(unit) = field.data_type() else { return None };
        let digits = match unit {
            TimeUnit::Second => 0,
            TimeUnit::Millisecond => 3,
            TimeUnit::Microsecond => 6,
            TimeUnit::Nanosecond => 9,
        };
        Some((field.name().clone(), digits))
    };
    Some(schema.fields().iter().filter_map(duration).collect())
}
