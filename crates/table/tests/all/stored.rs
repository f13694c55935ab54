//! Tables on the disk are what they are in memory.

use densely_table::{
    ColumnKind, Encoding, EncodingOptions, Impute, LeftOut, Rows, Schema, SchemaOptions,
    StoredRows, StoredTable, StoredTableWriter, Table, TableError, TextOptions,
};
use densely_tensor::{Key, Purpose, Stream};

const HEADER: &str =
    "id,Unnamed: 0,code_id,size,late,kind,rare,truth,when,always,zip,words,007,empty,ratio,y";

/// Rows of cells of all kinds, with gaps; some columns have texts only far down.
fn rows(count: usize, seed: u64) -> Vec<String> {
    let mut draws = Stream::new(seed, Purpose::Other, Key::default());
    let row = |i: usize| {
        let mut gap = |cell: String| if draws.below(9) == 0 { "NA".to_owned() } else { cell };
        let size = gap(format!("{:.2}", (i * 7919 % 1000) as f64 / 8.0));
        let late = gap(if i + 3 > count { "none yet".into() } else { (i % 5).to_string() });
        let kind = gap(["pear", "apple", "fig"][i * i % 3].to_owned());
        let truth = gap(["yes", "no"][i % 2].to_owned());
        let when = gap(format!("20{:02}-{:02}-{:02}", i % 30, 1 + i % 12, 1 + i % 28));
        let ratio = gap(format!("{}", (i as f64).sin()));
        let cells = [
            (i + 1).to_string(),
            (3 * (count - i)).to_string(),
            (1_000_000 + i * 7919 % 104_729).to_string(),
            size,
            late,
            kind,
            format!("only {i}"),
            truth,
            when,
            "5".into(),
            (10_000 + i % 3).to_string(),
            format!("\"these are, many\n words {}\"", i % 7),
            format!("00{}", i % 4),
            String::new(),
            ratio,
            (i % 2).to_string(),
        ];
        cells.join(",")
    };
    (0..count).map(row).collect()
}

fn text(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

fn table(rows: &[String]) -> Table {
    Table::from_reader(text(rows).as_bytes()).unwrap()
}

/// In chunks of so many rows, as parts of one file are.
fn stored(rows: &[String], chunk: usize) -> StoredTable {
    let mut writer = StoredTableWriter::new(std::env::temp_dir()).unwrap();
    rows.chunks(chunk).for_each(|rows| writer.push(table(rows)).unwrap());
    writer.finish().unwrap()
}

fn options() -> SchemaOptions {
    SchemaOptions::new().target("y")
}

/// Of all and of some rows, in chunks of any size, with and without options.
#[test]
fn schema_and_encoding_are_those_of_memory() {
    for (count, chunk, seed) in [(300, 7, 1), (120, 119, 2), (60, 1, 3), (2000, 500, 4)] {
        let rows = rows(count, seed);
        let (table, stored) = (table(&rows), stored(&rows, chunk));
        let mut draws = Stream::new(seed, Purpose::Split, Key::default());
        let parts: Vec<u8> = (0..count).map(|_| u8::from(draws.below(4) == 0)).collect();
        let chosen: Vec<usize> = (0..count).filter(|&row| parts[row] == 0).collect();
        for (memory, disk) in [
            (Rows::all(&table), StoredRows::all(&stored)),
            (Rows::of(&table, &chosen), StoredRows::of(&stored, &parts, 0)),
        ] {
            assert_eq!(memory.len(), disk.len());
            let wanted = options().keep("id").keep("rare").kind("zip", ColumnKind::Number);
            let told =
                options().kind("code_id", ColumnKind::Category).drop("size").drop("kind").rare(3);
            for options in [options(), wanted, told.role("ratio", "weight")] {
                let schema = Schema::infer(&memory, &options).unwrap();
                assert_eq!(Schema::infer_stored(&disk, &options).unwrap(), schema, "{count}");
                for impute in [Impute::Median, Impute::Mean, Impute::MostFrequent] {
                    let options = EncodingOptions::new().impute(impute).categories(5).rare(2);
                    let encoding = Encoding::fit(&schema, &memory, &options).unwrap();
                    let found = Encoding::fit_stored(&schema, &disk, &options).unwrap();
                    assert_eq!(found, encoding);
                }
            }
        }
    }
}

/// Which is a matter of all cells, also of those that are not learnt from.
#[test]
fn dates_are_told_from_all_rows() {
    let text = "y,x,day\n1,2,20240101\n2,1,20240102\n3,5,20240230\n".to_owned();
    let table = Table::from_reader(text.as_bytes()).unwrap();
    let mut writer = StoredTableWriter::new(std::env::temp_dir()).unwrap();
    writer.push(Table::from_reader(text.as_bytes()).unwrap()).unwrap();
    let stored = writer.finish().unwrap();
    let memory = Schema::infer(&Rows::of(&table, &[0, 1]), &options()).unwrap();
    let disk = Schema::infer_stored(&StoredRows::of(&stored, &[0, 0, 1], 0), &options()).unwrap();
    assert_eq!(memory.columns()[1].to_string(), "day: number");
    assert_eq!(disk, memory);
}

#[test]
fn columns_are_left_out_for_the_same_reasons() {
    let rows = rows(300, 5);
    let schema = Schema::infer_stored(&StoredRows::all(&stored(&rows, 11)), &options()).unwrap();
    let left_out = |name: &str| {
        schema.columns().iter().find(|column| column.name == name).unwrap().left_out.clone()
    };
    assert_eq!(left_out("id"), Some(LeftOut::RowNumbers));
    // It falls by three from row to row, which numbers no rows.
    assert_eq!(left_out("Unnamed: 0"), None);
    assert_eq!(left_out("code_id"), Some(LeftOut::Identifier { distinct: 300 }));
    assert_eq!(left_out("always"), Some(LeftOut::Constant("5".into())));
    assert_eq!(left_out("empty"), Some(LeftOut::Empty));
    assert_eq!(left_out("rare"), Some(LeftOut::Identifier { distinct: 300 }));
    assert_eq!(left_out("size"), None);
}

#[test]
fn cells_and_places_are_those_of_memory() {
    let rows = rows(50, 6);
    let (table, stored) = (table(&rows), stored(&rows, 8));
    for name in table.names() {
        let (memory, disk) = (table.column(name).unwrap(), stored.column(name).unwrap());
        assert!((0..50).all(|row| memory.text(row) == disk.text(row)), "{name}");
    }
    let late = [table.position("late").unwrap(), table.position("y").unwrap()];
    for (chunk, rows) in stored.chunks().enumerate() {
        let part = stored.chunk(chunk, &late).unwrap();
        assert_eq!(part.names().collect::<Vec<_>>(), ["late", "y"]);
        for row in rows.clone() {
            let cell = part.columns()[0].text(row - rows.start);
            assert_eq!(cell, table.columns()[late[0]].text(row));
        }
    }
}

/// As several files in memory are: by names, each with its own lines.
#[test]
fn several_files_are_one_table() {
    let first = "a,b\n1,\"x\ny\"\n2,z\n".to_owned() + &"3,z\n".repeat(3_000_000);
    let second = "b;a\nq;4,5\n";
    let read = |text: &str| Table::from_reader(text.as_bytes()).unwrap();
    let table = Table::concat([read(&first), read(second)]).unwrap();
    let mut writer = StoredTableWriter::new(std::env::temp_dir()).unwrap();
    writer.read(&TextOptions::new(), first.as_bytes()).unwrap();
    writer.read(&TextOptions::new(), second.as_bytes()).unwrap();
    let error = writer.read(&TextOptions::new(), "a,c\n1,2\n".as_bytes()).unwrap_err();
    assert!(matches!(error, TableError::MissingColumns { .. }), "{error}");
    let stored = writer.finish().unwrap();
    assert!(stored.chunks().len() > 2 && stored.rows() == table.rows());
    let last = table.rows() - 1;
    for row in [0, 1, 2, 2_500_000, last - 1, last] {
        assert_eq!(stored.place(row), table.place(row), "{row}");
    }
    let chunk = stored.chunk(stored.chunks().len() - 1, &[0, 1]).unwrap();
    assert_eq!(chunk.place(0), table.place(last));
    assert_eq!(
        (chunk.columns()[0].text(0).as_deref(), chunk.names().next()),
        (Some("4.5"), Some("a"))
    );
}

#[test]
fn a_cell_that_is_no_number_is_named_and_too_many_texts_are_said() {
    let rows: Vec<String> = (0..90).map(|i| format!("{i},t{i}")).collect();
    let mut rows = rows.join("\n");
    rows.push_str("\ninf,t\n");
    let text = format!("a,b\n{rows}");
    let stored = |most: usize| {
        let mut writer = StoredTableWriter::new(std::env::temp_dir()).unwrap().most_text(most);
        writer.read(&TextOptions::new(), text.as_bytes()).unwrap();
        writer.finish().unwrap()
    };
    let table = stored(1 << 20);
    let schema = Schema::infer_stored(&StoredRows::all(&table), &SchemaOptions::new()).unwrap();
    let error = Encoding::fit_stored(&schema, &StoredRows::all(&table), &EncodingOptions::new());
    let memory = Table::from_reader(text.as_bytes()).unwrap();
    let expected = Encoding::fit(&schema, &Rows::all(&memory), &EncodingOptions::new());
    assert_eq!(error.unwrap_err().to_string(), expected.unwrap_err().to_string());
    let error = stored(100).column("b").unwrap_err();
    assert!(matches!(error, TableError::ManyTexts { rows: 91, bytes: 100, .. }), "{error}");
    let (narrow, options) = (stored(100), SchemaOptions::new());
    let all = StoredRows::all(&narrow);
    let error = Schema::infer_stored(&all, &options).unwrap_err();
    assert!(matches!(error, TableError::ManyTexts { .. }), "{error}");
    let schema = Schema::infer_stored(&all, &options.drop("b")).unwrap();
    assert_eq!(schema.columns()[1].left_out, Some(LeftOut::Dropped));
    let empty = StoredTableWriter::new(std::env::temp_dir()).unwrap();
    assert!(matches!(empty.finish(), Err(TableError::NoRows)));
}
