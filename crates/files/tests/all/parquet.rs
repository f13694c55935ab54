use densely_files::{Limits, ReadOptions};
use densely_table::Cells;

use crate::common::{assert_all_types, column, path, refusal, shown, table};

#[test]
fn all_types_by_all_codecs_and_encodings() {
    for name in ["none", "snappy", "gzip", "zstd", "lz4", "v2"] {
        assert_all_types(&table(&format!("types-{name}.parquet")));
    }
}

#[test]
fn old_times_and_groups_of_rows() {
    let times = column(&table("int96.parquet"), "stamp ns");
    assert_eq!(times, ["2024-02-29T12:34:56", "~", "2024-02-29T12:34:56"]);
    let expected = ["decimal i32 text", "1.23 -2147483648 a", "~ ~ ~", "-4.5 1 ü"];
    assert_eq!(shown(&table("groups.parquet")), expected);
}

#[test]
fn frames_of_pandas() {
    let frame = table("pandas.parquet");
    assert_eq!(shown(&frame), ["size colour when", "1.5 red 2024-01-01T00:00:00", "~ ~ ~"]);
    assert!(matches!(frame.columns()[0].cells(), Cells::Numbers(_)));
}

/// Which Parquet has no type for, and Arrow's schema beside it tells.
#[test]
fn durations_are_seconds() {
    assert_eq!(shown(&table("durations.parquet")), ["took y", "90 1", "~ 2", "1.5 3"]);
}

#[test]
fn what_is_no_column_is_refused_by_name() {
    let refused = refusal("refused-nested.parquet");
    let columns =
        "`list` (lists), `struct` (several fields), `map` (lists), `binary` (8 bytes each)";
    assert!(refused.contains(columns), "{refused}");
    let brotli = refusal("refused-brotli.parquet");
    assert!(
        brotli.ends_with(
            "a Parquet file with Brotli, which is not read: write it with zstd, snappy or gzip"
        ),
        "{brotli}"
    );
}

#[test]
fn columns_may_be_left_out() {
    let options = ReadOptions::new().without(["list", "struct", "map", "binary"]);
    assert_eq!(shown(&options.read(path("refused-nested.parquet")).unwrap()), ["fine", "1", "2"]);
    let error = ReadOptions::new().without(["lst"]).read(path("refused-nested.parquet"));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("did you mean `list`?"), "{error}");

    let lines = "{\"a\": 1, \"b\": [1]}\n{\"a\": 2}\n".as_bytes();
    let read = |name| ReadOptions::new().without([name]).from_reader(lines);
    assert_eq!(shown(&read("b").unwrap()), ["a", "1", "2"]);
    let error = read("c").unwrap_err().to_string();
    assert!(error.contains("got a list at `b`"), "{error}");
    let csv = ReadOptions::new().without(["size"]).read(path("plain.csv")).unwrap();
    assert_eq!(shown(&csv), ["colour", "red", "blue"]);
    let error = ReadOptions::new().without(["c"]).read(path("plain.csv")).unwrap_err().to_string();
    assert!(error.contains("no column `c`"), "{error}");
}

#[test]
fn what_nobody_needs_is_a_gap_where_it_is_no_cell() {
    let expected = ["fine list struct map binary", "1 ~ ~ ~ ~", "2 ~ ~ ~ ~"];
    for name in ["refused-nested.parquet", "refused-nested.arrow"] {
        let read = |options: ReadOptions| shown(&options.read(path(name)).unwrap());
        let nested = ["list", "struct", "map", "binary"];
        assert_eq!(read(ReadOptions::new().unneeded(nested)), expected, "{name}");
        assert_eq!(read(ReadOptions::new().needed(["fine"])), expected, "{name}");
        // What can be read is.
        assert_eq!(read(ReadOptions::new().needed(["other"])), expected, "{name}");
        let error = ReadOptions::new().unneeded(["list", "map", "binary"]).read(path(name));
        let error = error.unwrap_err().to_string();
        assert!(error.contains("`struct` (several fields);"), "{error}");
    }
}

#[test]
fn more_rows_than_the_file_can_hold_are_a_trap() {
    let limits = Limits { bytes: 100, ..Limits::default() };
    let error = ReadOptions::new().limits(limits).read(path("pandas.parquet")).unwrap_err();
    assert!(error.to_string().contains("trap"), "{error}");
}
