//! What the program writes as files that are read as tables: predictions, and prepared features.

use crate::common::{Folder, flowers, parabola};
use densely::preprocess::{Standardize, Transform};
use densely::table::{Cells, Column, Table};
use densely::tensor::Mat;

fn numbers(column: &Column) -> Vec<f64> {
    match column.cells() {
        Cells::Numbers(numbers) => (0..column.len()).map(|row| numbers.get(row)).collect(),
        Cells::Texts(_) => panic!("{} is text", column.name()),
    }
}

fn read(folder: &Folder, name: &str) -> Table {
    densely_files::read(folder.path().join(name)).unwrap()
}

#[test]
fn preprocess_writes_what_a_network_would_see() {
    let folder = Folder::new();
    let row = |i: usize| {
        let size = if i % 7 == 3 { "NA".to_owned() } else { (i * 31 % 50).to_string() };
        format!("{size},{},{}\n", ["red", "blue", "green"][i % 3], ["yes", "no"][i / 2 % 2])
    };
    folder.write("t.csv", "size,colour,y\n".to_owned() + &(0..100).map(row).collect::<String>());

    folder.ok("preprocess t.csv --preprocess none --target y -o encoded.csv");
    let encoded = read(&folder, "encoded.csv");
    let names: Vec<&str> = encoded.names().collect();
    assert_eq!(names.first(), Some(&"size"), "{names:?}");
    assert_eq!(names.last(), Some(&"y"), "{names:?}");
    assert!(names.len() >= 6, "a gap and three colours have columns: {names:?}");
    assert_eq!(encoded.column("y").unwrap().text(2).as_deref(), Some("no"));

    folder.ok("preprocess t.csv --target y -o t.parquet");
    folder.ok("preprocess t.csv --target y -o t.tsv");
    folder.ok("preprocess t.csv --drop y -o t.npy");
    let stdout = folder.ok("preprocess t.csv --drop y");
    folder.write("stdout.csv", stdout);
    let rows = encoded.rows();
    let features = names.len() - 1;
    let mut x = Mat::zeros(features, rows);
    for (i, column) in encoded.columns()[..features].iter().enumerate() {
        numbers(column).into_iter().enumerate().for_each(|(j, value)| x[(i, j)] = value);
    }
    let expected = Standardize::fit_but_binary(x.as_ref()).unwrap().transform(x.as_ref()).unwrap();
    for file in ["t.parquet", "t.tsv", "t.npy", "stdout.csv"] {
        let table = read(&folder, file);
        for i in 0..features {
            let column = numbers(&table.columns()[i]);
            let expected: Vec<f64> = (0..rows).map(|j| expected[(i, j)]).collect();
            assert_eq!(column, expected, "{file}");
        }
        let has_target = matches!(file, "t.parquet" | "t.tsv");
        assert_eq!(table.columns().len(), features + usize::from(has_target), "{file}");
    }

    let message = folder.fails(1, "preprocess t.csv --target y -o text.npy");
    assert!(message.contains("`y`") && message.contains("write CSV or Parquet"), "{message}");
    assert!(!folder.path().join("text.npy").exists());
    assert!(folder.fails(1, "preprocess t.csv -o t.npy").contains("--force"));
    folder.ok("preprocess t.csv --drop y --preprocess standardize,pca(2) -o t.npy --force");
    assert_eq!(read(&folder, "t.npy").columns().len(), 2);
    folder.ok("preprocess t.csv --target y -o t.csv.gz");
    folder.ok("preprocess t.csv --drop y -o t.npy.zst");
    assert_eq!(std::fs::read(folder.path().join("t.csv.gz")).unwrap()[..2], [0x1f, 0x8b]);
    let unpacked = read(&folder, "t.csv.gz");
    assert_eq!(numbers(&unpacked.columns()[0]), numbers(&read(&folder, "t.tsv").columns()[0]));
    assert_eq!(read(&folder, "t.npy.zst").rows(), rows);
    for (name, said) in [
        ("t.xlsx", "tables are not written as .xlsx: end the name in .csv"),
        ("t.feather", "tables are not written as .feather: end the name in .csv"),
        ("t.parquet.gz", "Parquet is compressed already: end the name in .csv"),
    ] {
        let message = folder.fails(1, &format!("preprocess t.csv --target y -o {name}"));
        assert!(message.contains(&format!("{name}: {said}")), "{message}");
        assert!(!folder.path().join(name).exists());
    }
    let message = folder.fails(1, "preprocess t.csv --target why");
    assert!(message.contains("why"), "{message}");
}

#[test]
fn preprocess_applies_what_a_model_was_fitted_with() {
    let folder = Folder::new();
    folder.write("t.csv", parabola());
    folder.ok("train t.csv --epochs 1 --test 0 --validation 0 --out run");
    folder.ok("preprocess t.csv --drop y -o fitted.csv");
    folder.ok("preprocess t.csv --with run --target y -o same.csv");
    let (fitted, same) = (read(&folder, "fitted.csv"), read(&folder, "same.csv"));
    assert_eq!(same.names().collect::<Vec<_>>(), ["a", "b", "y"]);
    for name in ["a", "b"] {
        let column = |table: &Table| numbers(table.column(name).unwrap());
        assert_eq!(column(&fitted), column(&same));
    }
    // Two rows alone would be standardised otherwise.
    let two: String = parabola().lines().take(3).map(|line| line.to_owned() + "\n").collect();
    folder.write("two.csv", two);
    folder.ok("preprocess two.csv --with run -o two.npy");
    let two = read(&folder, "two.npy");
    let whole = numbers(same.column("b").unwrap());
    assert_eq!(numbers(&two.columns()[1]), whole[..2]);

    let message = folder.fails(2, "preprocess t.csv --with run --preprocess center");
    assert!(message.contains("--with"), "{message}");
    let message = folder.fails(1, "preprocess t.csv --with run -o t.csv --force");
    assert!(message.contains("it is what is read"), "{message}");
}

#[test]
fn predictions_are_written_as_their_file_is_called() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder.ok("train t.csv --target kind --epochs 5 --out run");
    folder.ok("predict run t.csv --proba --keep number,kind -o p.csv");
    folder.ok("predict run t.csv --proba --keep number,kind -o p.tsv");
    folder.ok("predict run t.csv --keep number -o p.txt");
    assert_eq!(folder.read("p.tsv"), folder.read("p.csv").replace(',', "\t"));
    // The target beside what is predicted of it.
    let header = "number,kind,predicted_kind,p_daisy,p_rose,p_tulip\n";
    assert!(folder.read("p.csv").starts_with(header), "{}", folder.read("p.csv"));
    assert!(folder.read("p.txt").starts_with("number,kind\n"));
    let message = folder.fails(1, "predict run t.csv --keep number,number");
    assert!(
        message.contains("--keep: two columns beside each other would be called `number`"),
        "{message}"
    );
    let message = folder.fails(1, "predict run t.csv -o p.jsonl");
    assert!(message.contains("not written as .jsonl: end the name in .csv"), "{message}");
    let message = folder.fails(1, "predict run t.csv -o p.npy");
    assert!(message.contains("p.npy") && message.contains("write CSV or Parquet"), "{message}");
    assert!(!folder.path().join("p.npy").exists());

    folder.ok("predict run t.csv --proba --keep number -o p.parquet");
    let (csv, parquet) = (read(&folder, "p.txt"), read(&folder, "p.parquet"));
    assert_eq!(
        parquet.names().collect::<Vec<_>>(),
        ["number", "kind", "p_daisy", "p_rose", "p_tulip"]
    );
    for row in 0..csv.rows() {
        for name in ["number", "kind"] {
            let text = |table: &Table| {
                table.column(name).unwrap().text(row).map(std::borrow::Cow::into_owned)
            };
            assert_eq!(text(&csv), text(&parquet));
        }
        let p = |name: &str| numbers(parquet.column(name).unwrap())[row];
        assert!((p("p_daisy") + p("p_rose") + p("p_tulip") - 1.0).abs() < 1e-6);
    }

    folder.write("n.csv", parabola());
    folder.ok("train n.csv --epochs 5 --dtype f64 --out numbers");
    folder.ok("predict numbers n.csv -o n.npy");
    folder.ok("predict numbers n.csv -o y.csv");
    let (npy, csv) = (read(&folder, "n.npy"), read(&folder, "y.csv"));
    let predicted = csv.column("y").unwrap();
    assert_eq!(predicted.len(), 200);
    assert_eq!(numbers(&npy.columns()[0]), numbers(csv.column("y").unwrap()));
}

/// Of more rows than are made numbers together.
#[test]
fn long_tables_are_written_in_parts() {
    let folder = Folder::new();
    let row = |i: usize| format!("{}.5,{},{}\n", i % 97, i % 13, ["no", "yes"][i % 3 % 2]);
    let rows = 9_000;
    let wide: String = (0..600).map(|c| format!(",c{c}")).collect();
    let cells = |i: usize| (0..600).map(|c| format!(",{}", (i + c) % 10)).collect::<String>();
    let text = |i: usize| row(i).replace('\n', &(cells(i) + "\n"));
    folder.write("t.csv", format!("a,b,y{wide}\n") + &(0..rows).map(text).collect::<String>());
    let few: String = (0..rows).map(row).collect();
    folder.write("few.csv", format!("a,b,y\n{few}"));
    folder.ok("train few.csv --epochs 1 --hidden 4 --dtype f64 --out run");

    let predicted = folder.ok("predict run few.csv --keep a --proba");
    folder.ok("predict run few.csv --keep a --proba -o p.parquet");
    let parquet = read(&folder, "p.parquet");
    assert_eq!((predicted.lines().count(), parquet.rows()), (rows + 1, rows));
    let last = predicted.lines().last().unwrap();
    assert!(last.starts_with(&format!("{}.5,", (rows - 1) % 97)), "{last}");
    let p = numbers(parquet.column("p_yes").unwrap())[rows - 1];
    assert!(last.ends_with(&format!(",{p}")), "{last} and {p}");

    folder.ok("preprocess few.csv --drop y -o few.npy");
    folder.ok("preprocess t.csv --target y -o t.parquet");
    let (few, all) = (read(&folder, "few.npy"), read(&folder, "t.parquet"));
    assert_eq!((all.rows(), all.columns().len()), (rows, 603));
    assert_eq!(numbers(all.column("b").unwrap()), numbers(&few.columns()[1]));
    assert_eq!(
        all.column("y").unwrap().text(rows - 1).as_deref(),
        Some(["no", "yes"][(rows - 1) % 3 % 2])
    );
}
