use std::fs;
use std::io::{self, Read};

use densely_files::{Format, Limits, ReadOptions, read};
use densely_table::Cells;

use crate::common::{path, refusal, shown, table};

#[test]
fn all_types_of_numbers_in_both_orders_of_bytes() {
    let mut seen = 0;
    for file in fs::read_dir(path("")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if !name.starts_with("type-") {
            continue;
        }
        let table = table(&name);
        assert!(table.columns().iter().all(|column| match column.cells() {
            Cells::Numbers(_) => true,
            Cells::Texts(_) => name.contains("bool"),
        }));
        let expected = match name.contains("bool") {
            true => ["x0 x1 x2", "false false true", "true true true"],
            false => ["x0 x1 x2", "0 1 2", "3 4 100"],
        };
        assert_eq!(shown(&table), expected, "{name}");
        seen += 1;
    }
    assert_eq!(seen, 21);
}

#[test]
fn extremes_of_numbers() {
    // What is no `f64` stays what it is, as text.
    let expected = ["x0", "-9223372036854775808", "9007199254740993", "9223372036854775807", "-1"];
    assert_eq!(shown(&table("extreme-i8.npy")), expected);
    assert_eq!(shown(&table("extreme-u8.npy")), ["x0", "18446744073709551615", "0"]);
    let half = table("special-f2.npy");
    let Cells::Numbers(numbers) = half.columns()[0].cells() else { panic!() };
    let values: Vec<f64> = (0..half.rows()).map(|row| numbers.get(row)).collect();
    assert!(values[0].is_nan() && numbers.gaps() == 1);
    assert_eq!(
        values[1..],
        [f64::INFINITY, f64::NEG_INFINITY, 1023.0 / 2_f64.powi(24), 65504.0, 2_f64.powi(-24), -0.5]
    );
}

#[test]
fn shapes_and_orders_of_axes() {
    let expected = ["x0 x1 x2", "0 1 2", "3 4 5", "6 7 8", "9 10 11"];
    assert_eq!(shown(&table("fortran.npy")), expected);
    let images = shown(&table("images-c.npy"));
    assert_eq!(images[0], "x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11");
    assert_eq!(images[2], "12 13 14 15 16 17 18 19 20 21 22 23");
    assert_eq!(shown(&table("images-fortran.npy")), images);
    assert_eq!(shown(&table("vector.npy")), ["x0", "1.5", "2.5"]);
    for version in ["version-1.npy", "version-2.npy", "version-3.npy"] {
        assert_eq!(shown(&table(version)), ["x0 x1", "1 0", "0 1"]);
    }
}

#[test]
fn texts_are_texts() {
    assert_eq!(shown(&table("text-unicode.npy")), ["x0 x1", "rot grün", "~ 🙂"]);
    assert_eq!(shown(&table("text-bytes.npy")), ["x0", "ab", "c"]);
}

#[test]
fn other_arrays_are_refused_with_a_reason() {
    for (name, expected) in [
        ("refused-structured.npy", "an array of an NPZ file"),
        ("refused-object.npy", "pickle"),
        ("refused-complex.npy", "`.real` and `.imag`"),
        ("refused-time.npy", "times"),
        ("refused-long.npy", ".astype('f8')"),
        ("refused-scalar.npy", "a single value"),
        ("no-rows.npy", "no row of data"),
    ] {
        let refusal = refusal(name);
        assert!(refusal.contains(expected) && refusal.contains(name), "{refusal}");
    }
}

#[test]
fn arrays_of_one_file_are_columns_of_one_table() {
    assert_eq!(shown(&table("stored.npz")), ["x0 x1 y", "0 1 a", "2 3 b", "4 5 a"]);
    assert_eq!(shown(&table("deflated.npz")), ["X0 X1 y", "0 1 0", "2 3 1", "4 5 0"]);
    assert_eq!(shown(&table("unnamed.npz"))[0], "arr_0_0 arr_0_1 arr_1");
    let refusal = refusal("split.npz");
    assert!(refusal.contains("`x_train` has 3, `y_train` has 3, `x_test` has 1"), "{refusal}");
    let chosen = ReadOptions::new().arrays(["y_train", "x_train"]).read(path("split.npz")).unwrap();
    assert_eq!(shown(&chosen), ["y_train x_train0 x_train1", "a 0 1", "b 2 3", "a 4 5"]);
    let error = ReadOptions::new().arrays(["x_tain"]).read(path("split.npz")).unwrap_err();
    assert!(error.to_string().contains("did you mean `x_train`?"), "{error}");
}

#[test]
fn images_are_told_from_other_rows() {
    let are_images = |name: &str| ReadOptions::new().are_images(path(name)).unwrap();
    assert!(are_images("images-u1-idx3-ubyte"));
    for other in ["labels-idx1-ubyte.gz", "images-c.npy", "plain.csv", "groups.arrows"] {
        assert!(!are_images(other), "{other}");
    }
}

#[test]
fn idx_images_with_their_labels() {
    for letter in ["u1", "i1", "i2", "i4", "f4", "f8"] {
        let table = table(&format!("images-{letter}-idx3-ubyte"));
        assert_eq!(shown(&table), ["x0 x1 x2 x3", "0 1 2 3", "4 5 6 7", "8 9 10 11"]);
    }
    let images = path("images-u1-idx3-ubyte");
    let labelled = ReadOptions::new().labels(path("labels-idx1-ubyte.gz")).read(&images).unwrap();
    assert_eq!(shown(&labelled)[..2], ["x0 x1 x2 x3 label", "0 1 2 3 7"]);
    for (labels, expected) in [
        ("vector.npy", "expected one for each of 3 rows, got 2"),
        ("fortran.npy", "expected one column, got 3"),
    ] {
        let error = ReadOptions::new().labels(path(labels)).read(&images).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn what_follows_an_array_is_not_passed_over() {
    let mut bytes = fs::read(path("version-1.npy")).unwrap();
    bytes.push(0);
    let error = ReadOptions::new().from_reader(&bytes[..]).unwrap_err().to_string();
    assert!(error.contains("33 bytes follow"), "{error}");
}

#[test]
fn arrays_may_come_through_a_pipe() {
    let bytes = fs::read(path("deflated.npz")).unwrap();
    let table = ReadOptions::new().from_reader(&bytes[..]).unwrap();
    assert_eq!(shown(&table), shown(&read(path("deflated.npz")).unwrap()));
    let endless = io::repeat(0).take(1 << 30);
    let endless = bytes.chain(endless);
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let error = ReadOptions::new().limits(limits).from_reader(endless).unwrap_err();
    assert!(error.to_string().contains("at most 1048576 bytes"), "{error}");
    let error = ReadOptions::new().format(Format::Npy).from_reader(&b"a,b\n"[..]).unwrap_err();
    assert!(error.to_string().starts_with("-: this is no NPY file"), "{error}");
}
