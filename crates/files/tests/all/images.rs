use std::fs;

use densely_files::read;
use tempfile::TempDir;

use crate::common::{is_invalid, path, shown};

/// A folder with these files of `tests/data`, each in the folder of a class.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (i, (class, name)) in files.iter().enumerate() {
        fs::create_dir_all(folder.path().join(class)).unwrap();
        let to = folder.path().join(class).join(format!("{i}-{name}"));
        fs::copy(path(name), to).unwrap();
    }
    folder
}

#[test]
fn images_by_class() {
    let files = [("night", "grey.png"), ("day", "grey-alpha.png"), ("night", "grey.jpg")];
    let table = shown(&read(folder(&files).path()).unwrap());
    assert_eq!(table[0], "x0 x1 x2 x3 x4 x5 label");
    assert_eq!(table[1..3], ["0 50 100 150 200 250 day", "0 50 100 150 200 250 night"]);
    assert!(table[3].ends_with(" night"));
    let table = shown(&read(folder(&[("a", "colour.png"), ("b", "palette.png")]).path()).unwrap());
    assert_eq!(table, ["x0 x1 x2 label", "10 20 30 a", "10 20 30 b"]);
}

#[test]
fn images_that_make_no_table_are_named() {
    for (files, expected) in [
        (
            &[("a", "grey.png"), ("b", "colour.png")][..],
            "expected 3 x 2 x 1, as the first image has, got 1 x 1 x 3",
        ),
        (&[("a", "grey-16.png")], "8 bits"),
        (&[("a", "plain.csv")], "plain.csv"),
        (&[(".", "grey.png")], "expected a folder of images"),
        (&[], "the table has a header but no row"),
    ] {
        let error = read(folder(files).path()).unwrap_err();
        assert!(is_invalid(&error) && error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn images_that_are_damaged_are_refused() {
    for name in ["grey.png", "grey.jpg"] {
        let bytes = fs::read(path(name)).unwrap();
        let folder = folder(&[("a", name)]);
        let file = folder.path().join("a").join(format!("0-{name}"));
        for at in 0..bytes.len() {
            fs::write(&file, &bytes[..at]).unwrap();
            let _ = read(folder.path()).map_err(|error| assert!(is_invalid(&error), "{error}"));
            let mut changed = bytes.clone();
            changed[at] ^= 0xff;
            fs::write(&file, &changed).unwrap();
            let _ = read(folder.path()).map_err(|error| assert!(is_invalid(&error), "{error}"));
        }
    }
}
