use std::fs;
use std::io::{Cursor, Read, Write};

use densely_files::{Format, ReadOptions};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

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
    let options = ReadOptions::new().unneeded(["b"]);
    assert_eq!(column(&options.read(path("refused-error.xlsx")).unwrap(), "b")[0], "~");
    let error = refusal("refused-beyond.xlsx");
    assert!(error.contains("cell D3: expected a name for column D"), "{error}");
}

/// A program that writes formulas need not compute them: they would be gaps.
#[test]
fn formulas_that_nobody_has_computed_are_no_gaps() {
    let xlsx = |cell: &str| {
        let sheet = format!(
            "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>x</v></c><c r=\"B1\" t=\"str\"><v>y</v></c></row>\
             <row r=\"2\"><c r=\"A2\"><v>1</v></c>{cell}</row></sheetData></worksheet>"
        );
        changed("refused-beyond.xlsx", "xl/worksheets/sheet1.xml", sheet.as_bytes())
    };
    let ods = |cell: &str| {
        let text = |text: &str| {
            format!(
                "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
            )
        };
        let (x, y) = (text("x"), text("y"));
        let body = format!(
            "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"a\">\
             <table:table-row>{x}{y}</table:table-row><table:table-row>{x}{cell}</table:table-row>\
             </table:table></office:spreadsheet></office:body></office:document-content>"
        );
        changed("sheets.ods", "content.xml", body.as_bytes())
    };
    let read = |workbook: &[u8], options: ReadOptions| {
        let read = options.format(Format::Sheet).from_reader(workbook);
        read.map(|table| column(&table, "y")).map_err(|error| error.to_string())
    };
    let formula = "table:formula=\"of:=[.A2]+1\"";
    for (uncomputed, computed, value) in [
        (xlsx("<c r=\"B2\"><f>A2+1</f></c>"), xlsx("<c r=\"B2\"><f>A2+1</f><v>2</v></c>"), "2"),
        (
            xlsx("<c r=\"B2\"><f>A2+1</f><v></v></c>"),
            xlsx("<c r=\"B2\" t=\"str\"><f>\"\"</f><v></v></c>"),
            "~",
        ),
        (
            ods(&format!("<table:table-cell {formula}/>")),
            ods(&format!(
                "<table:table-cell {formula} office:value-type=\"float\" office:value=\"2\"/>"
            )),
            "2",
        ),
    ] {
        assert_eq!(read(&computed, ReadOptions::new()).unwrap(), [value]);
        let error = read(&uncomputed, ReadOptions::new()).unwrap_err();
        assert!(
            error.contains("cell B2, column `y`") && error.contains("nobody has computed"),
            "{error}"
        );
        assert_eq!(read(&uncomputed, ReadOptions::new().unneeded(["y"])).unwrap(), ["~"]);
    }
}

/// A workbook of `tests/data` in which one part is replaced.
fn changed(workbook: &str, part: &str, contents: &[u8]) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(fs::read(path(workbook)).unwrap())).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(if name == part { contents } else { &bytes }).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The names of its columns, or why it is refused.
fn with_part(workbook: &str, part: &str, contents: &[u8]) -> String {
    let workbook = changed(workbook, part, contents);
    let read = ReadOptions::new().format(Format::Sheet).from_reader(&workbook[..]);
    read.map(|table| shown(&table)[0].clone()).unwrap_or_else(|error| error.to_string())
}

#[test]
fn sheets_of_few_bytes_and_many_cells_are_a_trap() {
    let ods = |rows: &str| {
        let body = format!(
            "<office:document-content><office:body><office:spreadsheet>\
             <table:table table:name=\"a\">{rows}</table:table>\
             </office:spreadsheet></office:body></office:document-content>"
        );
        with_part("sheets.ods", "content.xml", body.as_bytes())
    };
    let cell = |attributes: &str| {
        let text = "<text:p>x</text:p>";
        format!(
            "<table:table-cell {attributes} office:value-type=\"string\">{text}</table:table-cell>"
        )
    };
    let row = |attributes: &str, cells: &str| {
        format!("<table:table-row {attributes}>{cells}</table:table-row>")
    };
    assert_eq!(ods(&row("", &cell("")).repeat(2)), "x");
    let wide = cell("table:number-columns-repeated=\"16384\"");
    assert!(ods(&row("", &wide).repeat(100)).contains("trap"));
    assert!(ods(&row("table:number-rows-repeated=\"1048576\"", &wide)).contains("trap"));
    assert!(ods("<table:table-row>").contains("damaged"));

    let zeros = vec![b' '; 100 << 20];
    for (workbook, part) in
        [("sheets.xlsx", "xl/worksheets/sheet2.xml"), ("sheets.ods", "content.xml")]
    {
        let refusal = with_part(workbook, part, &zeros);
        assert!(refusal.contains("trap"), "{refusal}");
    }
    let sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c>\
                 <c r=\"XFD1\"><v>2</v></c></row><row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c>\
                 </row></sheetData></worksheet>";
    // Rows of which nothing is there are none.
    let read = with_part("refused-beyond.xlsx", "xl/worksheets/sheet1.xml", sheet.as_bytes());
    assert!(read.starts_with("1 column 2 column 3"), "{read}");
}
