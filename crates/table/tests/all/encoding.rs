//! From columns to numbers.

use densely_table::{
    ColumnKind, Encoder, Encoding, EncodingOptions, Impute, Rows, Schema, SchemaOptions, Table,
    TableError,
};
use densely_tensor::Threads;

fn table(text: &str) -> Table {
    Table::from_reader(text.as_bytes()).unwrap()
}

fn fit(table: &Table, options: &EncodingOptions) -> Encoding {
    let schema = Schema::infer(&Rows::all(table), &SchemaOptions::new()).unwrap();
    Encoding::fit(&schema, &Rows::all(table), options).unwrap()
}

/// The numbers of each row.
fn encoded(encoding: &Encoding, table: &Table) -> Vec<Vec<f64>> {
    let x = encoding.encode(&Rows::all(table)).unwrap();
    (0..x.ncols()).map(|j| x.col_as_slice(j).to_vec()).collect()
}

#[test]
fn gaps_have_the_median_and_a_column_says_so() {
    let train = table("a,b\n1,5\nNA,6\n3,7\n8,8\nNA,9\n");
    let encoding = fit(&train, &EncodingOptions::new());
    assert_eq!(encoding.feature_names_out(), ["a", "a is missing", "b"]);
    assert_eq!(encoding.sources(), [0, 0, 1]);
    assert_eq!(encoded(&encoding, &train)[1], [3.0, 1.0, 6.0]);
    // A gap where training had none has the median alone.
    assert_eq!(encoded(&encoding, &table("b,a\n,2\n9,4\n"))[0], [2.0, 0.0, 7.0]);
    // One gap tells nothing.
    let one = fit(&table("a,b\n1,5\nNA,6\n3,7\n8,8\n"), &EncodingOptions::new());
    assert_eq!(one.feature_names_out(), ["a", "b"]);
    let encoding = fit(&train, &EncodingOptions::new().impute(Impute::Mean));
    assert_eq!(encoded(&encoding, &train)[1][0], 4.0);
}

#[test]
fn rare_and_new_categories_are_others() {
    let mut text = "k,x\n".to_owned();
    for i in 0..42 {
        let k = match i {
            0..20 => "b",
            20..36 => "a",
            36 => "rare",
            37 | 38 => "",
            _ => "z",
        };
        text += &format!("{k},{}\n", i % 7);
    }
    let train = table(&text);
    let encoding = fit(&train, &EncodingOptions::new().rare(2));
    let names = encoding.feature_names_out();
    assert_eq!(names, ["k = a", "k = b", "k = z", "k is another", "k is missing", "x"]);
    let new = table("k,x\na,1\nrare,1\nnew,1\n,1\n");
    let x = encoded(&encoding, &new);
    assert_eq!(x[0][..5], [1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(x[1][..5], [0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(x[2], x[1]);
    assert_eq!(x[3][..5], [0.0, 0.0, 0.0, 0.0, 1.0]);

    let encoding = fit(&train, &EncodingOptions::new().rare(1).categories(1));
    assert_eq!(encoding.feature_names_out()[..2], ["k = b", "k is another"]);
    // Without others in training, a new one is none of all.
    let train = table("k,x\na,1\nb,2\na,3\nb,5\n");
    let encoding = fit(&train, &EncodingOptions::new());
    assert_eq!(encoded(&encoding, &table("k,x\nc,1\n,1\n")), [[0.0, 0.0, 1.0]; 2]);
}

/// Whether a file has them as numbers or as text, and however they are spelt.
#[test]
fn a_category_that_is_a_number_is_one_in_every_file() {
    let train = table("k,x\n1,1\nb,2\n2.50,3\n1,4\n");
    let encoding = fit(&train, &EncodingOptions::new().rare(1));
    assert_eq!(encoding.feature_names_out()[..3], ["k = 1", "k = 2.5", "k = b"]);
    let numbers = encoded(&encoding, &table("k,x\n1.0,1\n2.5,1\n3,1\n"));
    assert_eq!(numbers[0][..3], [1.0, 0.0, 0.0]);
    assert_eq!(numbers[1][..3], [0.0, 1.0, 0.0]);
    assert_eq!(numbers[2][..3], [0.0, 0.0, 0.0]);
}

#[test]
fn truth_values_are_0_and_1_however_they_are_written() {
    let train = table("t,x\nyes,1\nno,2\nyes,3\n");
    let encoding = fit(&train, &EncodingOptions::new());
    assert_eq!(encoding.feature_names_out(), ["t", "x"]);
    for text in ["t,x\nyes,1\nno,1\n", "t,x\nTrue,1\nFALSE,1\n", "t,x\n1,1\n0,1\n"] {
        let t: Vec<f64> = encoded(&encoding, &table(text)).iter().map(|row| row[0]).collect();
        assert_eq!(t, [1.0, 0.0], "{text}");
    }
    let error = encoding.encode(&Rows::all(&table("t,x\nmaybe,1\n2,2\n"))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `t`: 2 cells of 2, `maybe` in row 1 (line 2), `2` in row 2 (line 3): expected truth \
         values, as true or false, yes or no, 1 or 0; correct the cells",
    );
}

#[test]
fn times_are_what_differs_of_them() {
    let train = table("t,x\n2023-12-31T12:00,1\n2024-01-01T18:30,2\n,3\n,4\n");
    let encoding = fit(&train, &EncodingOptions::new());
    let names = encoding.feature_names_out();
    let parts = ["t: year", "t: month", "t: weekday", "t: hour", "t: seconds", "t is missing", "x"];
    assert_eq!(names, parts);
    let x = encoded(&encoding, &train);
    assert_eq!(x[0], [2023.0, 12.0, 7.0, 12.0, 0.0, 0.0, 1.0]);
    assert_eq!(x[1], [2024.0, 1.0, 1.0, 18.5, 30.5 * 3600.0, 0.0, 2.0]);
    assert_eq!(x[2], [2023.5, 6.5, 4.0, 15.25, 15.25 * 3600.0, 1.0, 3.0]);
    let days = table("t,x\n2024-03-04,1\n2024-03-05,2\n");
    assert_eq!(
        fit(&days, &EncodingOptions::new()).feature_names_out(),
        ["t: weekday", "t: seconds", "x"]
    );
    let error = encoding.encode(&Rows::all(&table("t,x\nnoon,1\n"))).unwrap_err();
    assert!(matches!(error, TableError::NotTimes(_)), "{error}");
}

/// However a file writes them.
#[test]
fn dates_of_eight_digits_are_dates() {
    let digits = table("t,x\n20240229,1\n20240301,2\nNA,3\nNA,4\n");
    let separated = table("t,x\n2024-02-29,1\n2024-03-01,2\nNA,3\nNA,4\n");
    let encoding = fit(&digits, &EncodingOptions::new());
    assert_eq!(encoding, fit(&separated, &EncodingOptions::new()));
    let parts = ["t: month", "t: weekday", "t: seconds", "t is missing", "x"];
    assert_eq!(encoding.feature_names_out(), parts);
    let x = encoded(&encoding, &digits);
    assert_eq!(x, encoded(&encoding, &separated));
    assert_eq!(x[1], [3.0, 5.0, 86_400.0, 0.0, 2.0]);
    let error = encoding.encode(&Rows::all(&table("t,x\n20240230,1\n"))).unwrap_err();
    let expected = "column `t`: `20240230` in row 1 (line 2): expected dates, or dates with times";
    assert!(error.to_string().starts_with(expected), "{error}");
}

/// Of a time of the day there is the hour; a date is none, nor is the reverse.
#[test]
fn times_of_the_day_are_hours() {
    let clocks = table("t,x\n06:30,1\n18:45:36,2\n,3\n7:00,4\n,5\n");
    let encoding = fit(&clocks, &EncodingOptions::new().rare(1));
    assert_eq!(encoding.feature_names_out(), ["t: hour", "t is missing", "x"]);
    let x = encoded(&encoding, &clocks);
    assert_eq!(x[1], [18.76, 0.0, 2.0]);
    assert_eq!(x[2][..2], [7.0, 1.0]);
    for other in ["2024-02-29", "2024-02-29T06:30", "06:30Z", "06:30+02:00", "24:00"] {
        let new = table(&format!("t,x\n06:30,1\n{other},2\n"));
        let error = encoding.encode(&Rows::all(&new)).unwrap_err().to_string();
        let expected =
            format!("column `t`: `{other}` in row 2 (line 3): expected times of the day, as 06:43");
        assert!(error.starts_with(&expected), "{error}");
    }
    let days = fit(&table("t,x\n2024-03-04,1\n2024-03-05,2\n"), &EncodingOptions::new());
    let error = days.encode(&Rows::all(&table("t,x\n06:30,1\n"))).unwrap_err();
    assert!(matches!(error, TableError::NotTimes(_)), "{error}");
}

/// 9999-12-31 stands for an end that is not known yet: a gap, but where rows are put in order.
#[test]
fn an_open_end_is_a_gap() {
    for (first, second, open) in
        [("2024-03-04", "2024-03-05", "9999-12-31"), ("20240304", "20240305", "99991231")]
    {
        let days = table(&format!("t,x\n{first},1\n{open},2\n{second},3\n{open},4\n"));
        let encoding = fit(&days, &EncodingOptions::new().rare(1));
        let names = ["t: weekday", "t: seconds", "t is missing", "x"];
        assert_eq!(encoding.feature_names_out(), names);
        assert_eq!(encoded(&encoding, &days)[1], [1.5, 43_200.0, 1.0, 2.0]);
        let order = Rows::all(&days).order("t").unwrap();
        assert!(order[0] < order[2] && order[2] < order[1] && order[1] == order[3], "{order:?}");
    }
}

#[test]
fn times_far_from_those_of_training_are_counted() {
    let train = table("t,x\n2023-01-01,1\n2024-01-01,2\n2023-07-01T12:00,3\n");
    let encoding = fit(&train, &EncodingOptions::new());
    let new = table("t,x\n2024-12-30,1\n20250102,1\n,1\n1990-05-05T06:00,1\n");
    let threads = Threads::single();
    let far = encoding.rows(&Rows::all(&new), &threads).unwrap().far_cells(&threads);
    assert_eq!((far.len(), far[0].column, far[0].count, far[0].row), (1, "t", 2, 1));
    assert_eq!(
        (&*far[0].cell, &far[0].range),
        ("20250102", &["2023-01-01", "2024-01-01"].map(str::to_owned))
    );
}

/// In metres what was in millimetres: near 0, and nowhere far from what was seen.
#[test]
fn numbers_outside_those_of_training_are_counted_where_most_are() {
    let cells = |of: &dyn Fn(usize) -> f64, rows: usize| -> String {
        (0..rows).map(|i| format!("{},{i}.5\n", of(i))).collect()
    };
    let train = table(&format!("a,x\n{}", cells(&|i| 500.0 + (i * 7 % 90) as f64, 90)));
    let encoding = fit(&train, &EncodingOptions::new());
    let threads = Threads::single();
    let told = |text: String| {
        let new = table(&format!("a,x\n{text}"));
        let far = encoding.rows(&Rows::all(&new), &threads).unwrap().far_cells(&threads);
        far.iter().find(|far| far.column == "a").map(|far| (far.count, far.row))
    };
    assert_eq!(told(cells(&|i| 450.0 + i as f64 / 10.0, 30)), Some((30, 0)));
    assert_eq!(told(cells(&|i| if i % 2 == 0 { 450.0 } else { 550.0 }, 30)), None);
    assert_eq!(told(cells(&|_| 450.0, 19)), None);
}

#[test]
fn numbers_far_from_those_of_training_are_counted() {
    let train = table("a,b,flag,k\n1,-5,yes,u\n,-5,no,v\n3,-5,yes,u\n2,-4,no,v\n");
    let encoding = fit(&train, &EncodingOptions::new().rare(1));
    let range = |i: usize| match encoding.encoders()[i].encoder {
        Encoder::Number(encoder) | Encoder::Boolean(encoder) => encoder.range,
        _ => None,
    };
    assert_eq!([0, 1, 2, 3].map(range), [Some((1.0, 3.0)), Some((-5.0, -4.0)), None, None]);
    let new = table("a,b,flag,k\n5,-4,yes,u\n5.5,-4,yes,w\n-1,-7,no,u\n,-4.5,no,u\n-1.5,-4,no,u\n");
    let (all, threads) = (Rows::all(&new), Threads::single());
    let far = encoding.rows(&all, &threads).unwrap().far_cells(&threads);
    let told: Vec<_> = far.iter().map(|far| (far.column, far.count, far.row, &*far.cell)).collect();
    assert_eq!(told, [("a", 2, 1, "5.5"), ("b", 1, 2, "-7")]);
    let some = Rows::of(&new, &[0, 3, 4]);
    let far = encoding.rows(&some, &threads).unwrap().far_cells(&threads);
    assert_eq!(far.iter().map(|far| (far.count, far.row)).collect::<Vec<_>>(), [(1, 4)]);
}

#[test]
fn all_bad_cells_of_a_column_are_counted() {
    let mut text = "a,b\n".to_owned();
    for i in 0..100 {
        let a = if i % 25 == 3 { format!("x{i}") } else { i.to_string() };
        text += &format!("{a},{}\n", i % 3);
    }
    let train = table(&text);
    let schema = Schema::infer(&Rows::all(&train), &SchemaOptions::new()).unwrap();
    let error = Encoding::fit(&schema, &Rows::all(&train), &EncodingOptions::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `a`: 4 cells of 100, `x3` in row 4 (line 5), `x28` in row 29 (line 30), `x53` in row \
         54 (line 55), ...: expected numbers; correct the cells, name them as gaps, take the column \
         as categories, or leave it out",
    );
    let infinite = table("a,b\n1,2\ninf,3\n");
    let schema = Schema::infer(&Rows::all(&infinite), &SchemaOptions::new()).unwrap();
    let error = Encoding::fit(&schema, &Rows::all(&infinite), &EncodingOptions::new()).unwrap_err();
    assert!(error.to_string().starts_with("column `a`: `inf` in row 2 (line 3): expected finite"));
    // What is too large is shown as it was written, also where tables are put together.
    let beyond = Table::concat([table("a,b\n1,2\n"), table("a,b\n-1e400,3\n5,1\n")]).unwrap();
    let schema = Schema::infer(&Rows::all(&beyond), &SchemaOptions::new()).unwrap();
    let error = Encoding::fit(&schema, &Rows::all(&beyond), &EncodingOptions::new()).unwrap_err();
    let expected =
        "column `a`: `-1e400` in row 1 of file 2 (line 2): expected finite numbers, up to 1.8e308";
    assert!(error.to_string().starts_with(expected), "{error}");
}

#[test]
fn a_missing_column_is_named_with_the_nearest() {
    let encoding = fit(&table("size,b\n1,2\n2,3\n"), &EncodingOptions::new());
    let error = encoding.encode(&Rows::all(&table("Size,b\n1,2\n"))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "columns missing from the table: `size` (is the first `Size`?); its columns are `Size`, `b`",
    );
}

#[test]
fn codes_may_be_said_to_be_numbers_and_numbers_categories() {
    let train = table("k,n,x\n007,1,1\n1,2,2\n02,1,5\n");
    let options =
        SchemaOptions::new().kind("k", ColumnKind::Number).kind("n", ColumnKind::Category);
    let schema = Schema::infer(&Rows::all(&train), &options).unwrap();
    let options = EncodingOptions::new().rare(1);
    let encoding = Encoding::fit(&schema, &Rows::all(&train), &options).unwrap();
    assert_eq!(encoding.feature_names_out(), ["k", "n = 1", "n = 2", "x"]);
    assert_eq!(encoded(&encoding, &train)[0], [7.0, 1.0, 0.0, 1.0]);
}

#[test]
fn numbers_as_they_are_know_no_gaps() {
    let encoding = Encoding::of_numbers(["a", "b"]);
    assert_eq!(encoded(&encoding, &table("b,c,a\n1,x,2\n")), [[2.0, 1.0]]);
    let error = encoding.encode(&Rows::all(&table("a,b\n1,\n"))).unwrap_err();
    assert!(matches!(error, TableError::Gaps(_)), "{error}");
}

/// Many rows, in panels, some of them chosen.
#[test]
fn rows_are_encoded_in_the_order_asked_for() {
    let mut text = "a,k\n".to_owned();
    (0..1000).for_each(|i| text += &format!("{}.25,k{}\n", i * 3 % 1000, i % 3));
    let all = table(&text);
    let encoding = fit(&all, &EncodingOptions::new());
    let whole = encoded(&encoding, &all);
    let chosen: Vec<usize> = (0..500).map(|i| i * 7 % 1000).collect();
    let x = encoding.encode(&Rows::of(&all, &chosen)).unwrap();
    for (j, &row) in chosen.iter().enumerate() {
        assert_eq!(x.col_as_slice(j), whole[row]);
        assert_eq!(whole[row][0], (row * 3 % 1000) as f64 + 0.25);
    }
}

#[test]
fn a_name_that_would_come_twice_has_a_number() {
    let encoding =
        fit(&table("k,k = a,k = a (2)\na,1,2\nb,2,1\na,3,5\nb,4,3\n"), &EncodingOptions::new());
    let names = ["k = a", "k = b", "k = a (2)", "k = a (2) (2)"];
    assert_eq!(encoding.feature_names_out(), names);
}
