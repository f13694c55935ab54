use densely_files::ReadOptions;

use crate::common::{column, path, refusal, shown, table};

#[test]
fn sheets_of_excel_and_open_document() {
    for (name, seconds) in [("sheets.xlsx", "23:59:59"), ("sheets.ods", "23:59:59")] {
        let table = table(name);
        for (name, expected) in [
            ("size", ["1.5", "~", "3"]),
            ("count", ["1", "2", "3"]),
            ("colour", ["red", "~", "blue"]),
            ("code", ["007", "8", "12"]),
            ("flag", ["true", "false", "true"]),
            ("moment", ["2024-02-29T12:34:56", "~", &format!("1999-12-31T{seconds}")[..]]),
        ] {
            assert_eq!(column(&table, name), expected, "{name}");
        }
        let days = column(&table, "day");
        assert!(days[0].starts_with("2024-02-29") && days[2] == "~", "{days:?}");
        let second = ReadOptions::new().sheet("second").read(path(name)).unwrap();
        assert_eq!(shown(&second), ["size", "1.5", "3"]);
        let error = ReadOptions::new().sheet("secnd").read(path(name)).unwrap_err();
        assert!(error.to_string().contains("did you mean `second`?"), "{error}");
    }
}

#[test]
fn cells_that_cannot_be_taken_are_named() {
    let error = refusal("refused-error.xlsx");
    assert!(error.contains("cell B2, column `b`") && error.contains("#DIV/0!"), "{error}");
    let error = refusal("refused-beyond.xlsx");
    assert!(error.contains("cell D3: expected a name for column D"), "{error}");
}
