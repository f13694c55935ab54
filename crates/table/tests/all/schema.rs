//! What columns are, and which are left out.

use densely_table::{Column, ColumnKind, Rows, Schema, SchemaOptions, Table, TableError};

fn schema(text: &str, options: &SchemaOptions) -> Vec<String> {
    let table = Table::from_reader(text.as_bytes()).unwrap();
    let schema = Schema::infer(&Rows::all(&table), options).unwrap();
    schema.columns().iter().map(ToString::to_string).collect()
}

/// A table of one column besides numbers that are features.
fn of(name: &str, cells: impl IntoIterator<Item = String>) -> String {
    let mut text = format!("{name},x\n");
    for (i, cell) in cells.into_iter().enumerate() {
        text += &format!("{cell},{}.5\n", i % 7);
    }
    schema(&text, &SchemaOptions::new())[0].clone()
}

fn all(cells: &[&str]) -> Vec<String> {
    cells.iter().map(ToString::to_string).collect()
}

#[test]
fn kinds_are_told_from_the_cells() {
    for (cells, expected) in [
        (all(&["1.5", "2", "NA"]), "a: number"),
        (all(&["True", "False", "", "True"]), "a: boolean"),
        (all(&["yes", "no", "yes"]), "a: boolean"),
        (all(&["red", "blue", "red"]), "a: category"),
        (all(&["01", "1", "02", "01"]), "a: category"),
        (all(&["2024-01-02", "2024-03-01T12:00", "NA"]), "a: time"),
        (all(&["06:43", "23:59:30", "NA"]), "a: time"),
        (all(&["20240229", "", "20231231"]), "a: time"),
        (all(&["20240229", "20230229"]), "a: number"),
        (all(&["20240229", "2024-03-01", "NA"]), "a: time"),
        (all(&["6:43", "12:05"]), "a: time"),
        (
            all(&["06:43", "2024-03-01", "07:00", "2024-03-02"]),
            "a: category, left out: none of its 4 values is in 2 rows",
        ),
        (all(&["", "", ""]), "a: number, left out: it has no value"),
        (all(&["7", "7", "7"]), "a: number, left out: it is always `7`"),
        (all(&["x", "x", "x"]), "a: category, left out: it is always `x`"),
        // Whether there is a value is something to learn from.
        (all(&["7", "", "7"]), "a: number"),
    ] {
        assert_eq!(of("a", cells.clone()), expected, "{cells:?}");
    }
    let sentences = (0..30).map(|i| format!("it was the {i} th time this year"));
    assert_eq!(of("a", sentences), "a: text, left out: it is text");
}

/// The index of a frame that was filtered or sorted, as pandas calls it.
#[test]
fn an_index_without_a_name_is_no_feature() {
    let cells = (0..80).map(|i| (i * 37 % 997).to_string());
    let said = "__index_level_0__: number, left out: it identifies rows";
    assert!(of("__index_level_0__", cells).starts_with(said));
}

/// Other formats have text where a delimited one has numbers.
#[test]
fn text_of_eight_digits_is_dates_too() {
    let days = ["20240229", "20240301", "20240302"];
    let columns = [Column::texts("day", days.map(Some)), Column::numbers("x", vec![1.0, 2.0, 4.0])];
    let table = Table::from_columns(columns.to_vec()).unwrap();
    let schema = Schema::infer(&Rows::all(&table), &SchemaOptions::new()).unwrap();
    assert_eq!(schema.columns()[0].to_string(), "day: time");
}

#[test]
fn what_looks_like_dates_and_has_the_name_of_an_identifier_is_none() {
    let cells = all(&["20240229", "20240228", "20240227"]);
    assert_eq!(of("order_id", cells.clone()), "order_id: number");
    assert_eq!(of("zip", cells), "zip: category");
}

#[test]
fn numbers_with_a_few_mistakes_are_numbers_and_codes_are_not() {
    let numbers = |i: usize| format!("{}.{}", i, i % 10);
    let mistake = |cells: &[(usize, &str)]| {
        let cells: Vec<(usize, String)> = cells.iter().map(|&(i, c)| (i, c.to_owned())).collect();
        (0..100).map(move |i| {
            cells.iter().find(|(at, _)| *at == i).map_or(numbers(i), |(_, cell)| cell.clone())
        })
    };
    assert_eq!(of("a", mistake(&[(3, "abc"), (7, "\"1,5\"")])), "a: number");
    let half = (0..100).map(|i| if i % 5 < 2 { "bad".to_owned() } else { numbers(i) });
    assert_eq!(of("a", half), "a: number");
    assert!(of("a", mistake(&[(3, "007")])).starts_with("a: category"));
}

#[test]
fn identifiers_and_row_numbers_are_left_out() {
    let count = |from: usize| (from..from + 60).map(|i| i.to_string());
    let shuffled = || (0..60).map(|i| (i * 17 % 60).to_string());
    let left = "a: number, left out: it numbers the rows";
    assert_eq!(of("id", count(1000)), left.replace("a:", "id:"));
    assert_eq!(of("", (0..5).map(|i| i.to_string())), left.replace("a:", "column 1:"));
    assert_eq!(of("", shuffled()), left.replace("a:", "column 1:"));
    assert_eq!(of("user_id", shuffled()), left.replace("a:", "user_id:"));
    // A name says that they are quantities: years count, too. And without one, they may be.
    assert_eq!(of("year", count(1900)), "year: number");
    assert_eq!(of("a", shuffled()), "a: number");
    let sparse = || (0..60).map(|i| (i * 7919 % 65_521).to_string());
    assert_eq!(of("", sparse()), "column 1: number");
    assert_eq!(of("MID", sparse()), "MID: number");
    assert_eq!(
        of("CustomerID", sparse()),
        "CustomerID: number, left out: it identifies rows, with 60 different values",
    );
    assert_eq!(
        of("a", (0..60).map(|i| format!("k{i}"))),
        "a: category, left out: it identifies rows, with 60 different values",
    );
    assert_eq!(
        of("a", (0..900).map(|i| format!("k{}", i / 2))),
        "a: category, left out: none of its 450 values is in 9 rows",
    );
    for (before, after) in [("$1,", ""), ("", "%"), ("", " kg"), ("1'", ""), ("−", ""), ("", " €")]
    {
        let column = of("a", (100..160).map(|i| format!("\"{before}{i}{after}\"")));
        assert!(column.contains("numbers with something around them, such as `"), "{column}");
    }
    assert_eq!(
        of("t", (0..60).map(|i| (1_700_000_000_000_000_u64 + 977 * i).to_string())),
        "t: category, left out: `1700000000000000` is no number but a code, as whole numbers are that begin \
         with 0 or have more than 15 digits: if it is a number, say that the column is of numbers",
    );
    let odd = of("t", (100..160).map(|i| if i == 130 { "007".to_owned() } else { i.to_string() }));
    assert!(odd.starts_with("t: category, left out: `007` is no number but a code"), "{odd}");
    assert_eq!(of("zip", (0..60).map(|i| (90_000 + i % 3).to_string())), "zip: category");
}

#[test]
fn options_decide_before_the_cells() {
    let mut text = "id,code,day,y\n".to_owned();
    for i in 0..60 {
        text += &format!("{i},{},2024-01-{:02},{}\n", i % 3, i % 28 + 1, i % 2);
    }
    let options = SchemaOptions::new().target("y").keep("id").kind("code", ColumnKind::Category);
    let options = options.role("day", "time of the split");
    assert_eq!(
        schema(&text, &options),
        ["id: number", "code: category", "day: time, left out: it is the time of the split"],
    );
    let options = SchemaOptions::new().target("y").drop("code").drop("day");
    let table = Table::from_reader(text.as_bytes()).unwrap();
    let error = Schema::infer(&Rows::all(&table), &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no feature is left: id: number, left out: it numbers the rows; \
         code: number, left out: as asked for; day: time, left out: as asked for",
    );
    let error = Schema::infer(&Rows::all(&table), &SchemaOptions::new().drop("dy")).unwrap_err();
    assert!(matches!(error, TableError::UnknownColumn { name, .. } if name == "dy"));
}

/// What the held-out part has in it is not looked at.
#[test]
fn values_are_those_of_the_training_part() {
    let table = Table::from_reader("a,b\n1,x\n1,y\n2,z\n1,x\n".as_bytes()).unwrap();
    let schema = Schema::infer(&Rows::of(&table, &[0, 1, 3]), &SchemaOptions::new()).unwrap();
    assert_eq!(schema.columns()[0].to_string(), "a: number, left out: it is always `1`");
    assert_eq!(schema.features().map(|column| &*column.name).collect::<Vec<_>>(), ["b"]);
}

/// Dates that ISO 8601 would write otherwise are no categories and no identifiers.
#[test]
fn dates_of_other_kinds_are_left_out_with_how_to_write_them() {
    let month = |i: usize| ["Jan", "June", "sept", "December"][i % 4];
    let text = |row: &dyn Fn(usize) -> String| {
        let rows = (0..80).map(|i| format!("\"{}\",{}.5\n", row(i), i % 7));
        "when,y\n".to_owned() + &rows.collect::<String>()
    };
    let (day, hour) = (|i: usize| 1 + i % 28, |i: usize| i % 24);
    for (text, example) in [
        (text(&|i| format!("202406{:02}T{:02}4300", day(i), hour(i))), "20240601T004300"),
        (text(&|i| format!("{} {} 2024", day(i), month(i))), "1 Jan 2024"),
        (text(&|i| format!("{}-{}-2024 06:43", day(i), month(i))), "1-Jan-2024 06:43"),
        (text(&|i| format!("{} {}, 2024", month(i), day(i))), "Jan 1, 2024"),
        (text(&|i| format!("{:02}.06.2024", day(i))), "01.06.2024"),
    ] {
        let table = Table::from_reader(text.as_bytes()).unwrap();
        let schema = Schema::infer(&Rows::all(&table), &SchemaOptions::new()).unwrap();
        let said = schema.columns()[0].to_string();
        let expected =
            format!("its cells are dates such as `{example}`: write them as ISO 8601 does");
        assert!(said.contains(&expected), "{said}");
    }
    let words = text(&|i| format!("{} marches {}", i % 9, i % 4));
    let table = Table::from_reader(words.as_bytes()).unwrap();
    let schema = Schema::infer(&Rows::all(&table), &SchemaOptions::new()).unwrap();
    assert!(!schema.columns()[0].to_string().contains("dates"), "{schema}");
}
