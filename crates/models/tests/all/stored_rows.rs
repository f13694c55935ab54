//! What is fitted to a table on the disk is what is fitted to one in memory, to the bit.

use densely_data::{StoredDatasetWriter, Target, split_indices, split_labels, value_strata};
use densely_models::{ModelError, Preparation};
use densely_preprocess::{PreprocessError, TransformKinds};
use densely_table::{
    Encoding, EncodingOptions, Rows, Schema, SchemaOptions, StoredRows, StoredTable,
    StoredTableWriter, Table, TargetColumns,
};
use densely_tensor::{Key, Purpose, Stream, Threads};

const HEADER: &str = "a,b,kind,when,same,class,value\n";

/// Numbers with gaps and means far from 0, categories, times, and a constant; some rows have no target.
fn rows(count: usize) -> Vec<String> {
    let row = |i: usize| {
        let gap = |every: usize, cell: String| if i % every == 3 { "NA".into() } else { cell };
        let cells = [
            gap(7, format!("{}", 1e6 + (i as f64).sin())),
            format!("{:.3}", (i * i % 1013) as f64 / 7.0),
            gap(11, ["x", "y", "z"][i * 31 % 3].to_owned()),
            format!("2020-{:02}-{:02}", 1 + i % 12, 1 + i % 28),
            if i.is_multiple_of(5) { "0.1" } else { "0.1000000000000001" }.to_owned(),
            gap(50, ["no", "yes", "maybe"][i % 3].to_owned()),
            gap(60, format!("{}", 1.0 + (i % 97) as f64)),
        ];
        cells.join(",") + "\n"
    };
    (0..count).map(row).collect()
}

fn table(rows: &[String]) -> Table {
    Table::from_reader((HEADER.to_owned() + &rows.concat()).as_bytes()).unwrap()
}

fn stored(rows: &[String], chunk: usize) -> StoredTable {
    let mut writer = StoredTableWriter::new(std::env::temp_dir()).unwrap();
    rows.chunks(chunk).for_each(|rows| writer.push(table(rows)).unwrap());
    writer.finish().unwrap()
}

/// Whichever the preprocessing, the target, the chunks, and what is in memory at a time.
#[test]
fn preparations_and_examples_are_those_of_memory() {
    let (rows, known) = (rows(900), TransformKinds::new());
    let table = table(&rows);
    for (names, logs, methods, chunk, memory) in [
        (&["class"][..], false, &["standardize"][..], 13, 0),
        (&["class"], false, &["robust", "min-max"], 100, 1 << 15),
        (&["value"], false, &["max-abs"], 899, 1 << 30),
        (&["value"], true, &["center", "standardize", "robust"], 40, 20_000),
        (&["b", "value"], false, &["none"], 200, 0),
    ] {
        let on_disk = stored(&rows, chunk);
        let target = TargetColumns::infer(&table, names, None).unwrap();
        assert_eq!(TargetColumns::infer_stored(&on_disk, names, None).unwrap(), target);
        let (kept, read) = target.read(&Rows::all(&table)).unwrap();
        let (mut parts, mut labels) = (vec![9; 900], Vec::new());
        let all = StoredRows::all(&on_disk);
        let noted = target.read_stored(&all, |rows, read| {
            rows.iter().for_each(|&row| parts[row] = 0);
            labels.extend((0..rows.len()).map(|j| read.labels().map_or(0, |labels| labels[j])));
            Ok::<_, ModelError>(())
        });
        noted.unwrap();
        let stream = || Stream::new(5, Purpose::Split, Key::default());
        let (rest, _) = split_indices(&read, 0.2, &mut stream()).unwrap();
        if let Some(values) = read.values().filter(|values| values.nrows() == 1) {
            let values: Vec<f64> = (0..labels.len()).map(|j| values[(0, j)]).collect();
            labels = value_strata(&values, 0.2);
        }
        let is_held_out = split_labels(labels.iter().copied(), 0.2, &mut stream()).unwrap();
        for (&row, &is) in kept.iter().zip(&is_held_out) {
            parts[row] = u8::from(is);
        }
        let train: Vec<usize> = rest.iter().map(|&example| kept[example]).collect();
        let memory_rows = Rows::of(&table, &train);
        let disk_rows = StoredRows::of(&on_disk, &parts, 0);
        assert_eq!(disk_rows.len(), train.len());

        let options =
            names.iter().fold(SchemaOptions::new(), |options, name| options.target(*name));
        let schema = Schema::infer(&memory_rows, &options).unwrap();
        assert_eq!(Schema::infer_stored(&disk_rows, &options).unwrap(), schema);
        let options = EncodingOptions::new();
        let encoding = Encoding::fit(&schema, &memory_rows, &options).unwrap();
        assert_eq!(Encoding::fit_stored(&schema, &disk_rows, &options).unwrap(), encoding);
        let (_, read) = target.read(&memory_rows).unwrap();
        let threads = Threads::new(2).unwrap();
        let encoded = encoding.rows(&memory_rows, &threads).unwrap();
        let methods = methods.iter().copied();
        let expected =
            Preparation::fit_rows(methods.clone(), &encoded, &target, &read, &known, &threads);
        let expected = match logs {
            true => expected.unwrap().with_log_targets(&read).unwrap(),
            false => expected.unwrap(),
        };
        let found = Preparation::fit_stored(
            methods, &encoding, &disk_rows, &target, logs, &known, memory, &threads,
        );
        assert_eq!(found.unwrap(), expected, "{names:?}");

        let writer = || StoredDatasetWriter::<f32>::new(std::env::temp_dir()).unwrap();
        let held_out = StoredRows::of(&on_disk, &parts, 1);
        let mut writers = [(disk_rows, writer()), (held_out.clone(), writer())];
        expected.store(&on_disk, &target, &mut writers, &threads).unwrap();
        let [examples, others] = writers.map(|(_, writer)| writer.finish().unwrap());
        assert_eq!(others.len(), held_out.len());
        let data = expected.rows::<f32>(&encoded, &read, None, &threads).unwrap();
        assert_eq!((examples.blocks(), examples.block(0).unwrap()), (1, data));
    }
}

#[test]
fn what_learns_of_all_features_together_is_refused() {
    let rows = rows(100);
    let on_disk = stored(&rows, 30);
    let all = StoredRows::all(&on_disk);
    let options = SchemaOptions::new().target("b").drop("value").drop("class");
    let schema = Schema::infer_stored(&all, &options).unwrap();
    let encoding = Encoding::fit_stored(&schema, &all, &EncodingOptions::new()).unwrap();
    let target = TargetColumns::infer_stored(&on_disk, &["b"], None).unwrap();
    let (known, threads) = (TransformKinds::new(), Threads::single());
    let methods = ["standardize", "pca(2)"];
    let error =
        Preparation::fit_stored(methods, &encoding, &all, &target, false, &known, 0, &threads);
    let together = |error: &PreprocessError| matches!(error, PreprocessError::Together { .. });
    assert!(matches!(&error, Err(ModelError::Preprocess(error)) if together(error)), "{error:?}");
    // There is a row of 0.
    let error =
        Preparation::fit_stored(["center"], &encoding, &all, &target, true, &known, 0, &threads);
    assert!(matches!(error, Err(ModelError::NotPositive { value: 0.0, .. })), "{error:?}");
}

#[test]
fn a_target_that_is_nowhere_is_said() {
    let on_disk = stored(&rows(20), 7);
    let target = TargetColumns::of_classes("class", vec!["no".into(), "yes".into()]);
    let nothing = |_: &[usize], _: Target<f64>| Ok::<_, ModelError>(());
    let error = target.read_stored(&StoredRows::all(&on_disk), nothing).unwrap_err();
    assert!(error.to_string().contains("maybe"), "{error}");
    let parts = vec![1; 20];
    let none = StoredRows::of(&on_disk, &parts, 0);
    let error = target.read_stored(&none, nothing).unwrap_err();
    assert!(error.to_string().contains("class"), "{error}");
}
