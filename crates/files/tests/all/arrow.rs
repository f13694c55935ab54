use std::fs;

use densely_files::{Limits, ReadOptions};
use densely_table::Cells;

use crate::common::{assert_all_types, column, is_invalid, path, refusal, shown, table};

#[test]
fn all_types_by_all_codecs() {
    for name in ["uncompressed", "lz4", "zstd"] {
        let table = table(&format!("types-{name}.feather"));
        assert_all_types(&table);
        for (name, expected) in [
            ("view", ["a", "~", "longer than twelve bytes"]),
            ("day ms", ["2024-02-29", "~", "1969-12-31"]),
            ("time s", ["12:34:56", "~", "00:00:00"]),
            ("time ns", ["12:34:56.000005", "~", "00:00:00"]),
            ("stamp s", ["2024-02-29T12:34:56Z", "~", "2024-02-29T12:34:56Z"]),
            ("duration", ["1.5", "~", "-86400"]),
            ("huge decimal", ["1.23", "~", "-4.5"]),
            ("whole values", ["10", "~", "20"]),
        ] {
            assert_eq!(column(&table, name), expected, "{name}");
        }
        assert!(matches!(table.column("duration").unwrap().cells(), Cells::Numbers(_)));
        assert!(matches!(table.column("whole values").unwrap().cells(), Cells::Numbers(_)));
    }
}

#[test]
fn streams_of_several_batches() {
    let expected = ["decimal i32 dictionary", "1.23 -2147483648 a", "~ ~ ~", "-4.5 1 a"];
    assert_eq!(shown(&table("groups.arrows")), expected);
    let piped = fs::read(path("groups.arrows")).unwrap();
    assert_eq!(shown(&ReadOptions::new().from_reader(&piped[..]).unwrap()), expected);
    // Dictionaries that grow, and that are replaced.
    assert_eq!(shown(&table("deltas.arrows")), ["word", "a", "b", "a", "b", "c", "d"]);
}

/// Whose columns are described at their end alone.
#[test]
fn files_of_polars() {
    let expected = ["day kind y", "2024-02-29 pear 1.5", "~ fig 2", "2024-03-01 pear 3"];
    assert_eq!(shown(&table("polars.arrow")), expected);
    let mut bytes = fs::read(path("polars.arrow")).unwrap();
    for end in [bytes.len() - 1, bytes.len() - 40, 12] {
        let error = ReadOptions::new().from_reader(&bytes[..end]).unwrap_err().to_string();
        assert!(
            error.contains("this is no Arrow file, or it is damaged: it does not end as it should"),
            "{error}"
        );
    }
    // Where the end says what the columns are.
    let length = u32::from_le_bytes(bytes[bytes.len() - 10..][..4].try_into().unwrap()) as usize;
    let start = bytes.len() - 10 - length;
    bytes[start..start + 8].fill(0xf0);
    let error = ReadOptions::new().from_reader(&bytes[..]).unwrap_err().to_string();
    assert!(error.contains("or it is damaged: ") && error.trim_end() == error, "{error}");
}

#[test]
fn streams_without_an_end_are_refused() {
    // Between two batches as well as within one: rows may be lost.
    let bytes = fs::read(path("groups.arrows")).unwrap();
    for end in [bytes.len() - 8, bytes.len() / 2] {
        let error = ReadOptions::new().from_reader(&bytes[..end]).unwrap_err();
        assert!(is_invalid(&error) && error.to_string().contains("Arrow file"), "{error}");
    }
}

#[test]
fn what_is_no_column_is_refused_by_name() {
    let refused = refusal("refused-nested.arrow");
    let columns = "`list` (lists), `struct` (several fields), `map` (maps), `binary` (bytes)";
    assert!(refused.contains(columns), "{refused}");
    let options = ReadOptions::new().without(["list", "struct", "map", "binary"]);
    assert_eq!(shown(&options.read(path("refused-nested.arrow")).unwrap()), ["fine", "1", "2"]);
    let error = ReadOptions::new().without(["lst"]).read(path("refused-nested.arrow"));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("did you mean `list`?"), "{error}");
    assert!(refusal("refused-old.feather").contains("write_feather"));
}

#[test]
fn more_than_a_file_can_hold_is_a_trap() {
    for (bytes, name) in [(100, "types-uncompressed.feather"), (1_000, "types-zstd.feather")] {
        let limits = Limits { bytes, ..Limits::default() };
        let error = ReadOptions::new().limits(limits).read(path(name)).unwrap_err();
        assert!(error.to_string().contains("trap"), "{error}");
    }
}
