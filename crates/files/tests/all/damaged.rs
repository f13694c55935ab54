use std::fs;
use std::time::{Duration, Instant};

use densely_files::{Format, ReadOptions};

use crate::common::{is_invalid, path, refusal};

/// One small file of each format.
const FILES: [(&str, Format); 17] = [
    ("version-1.npy", Format::Npy),
    ("text-unicode.npy", Format::Npy),
    ("images-fortran.npy", Format::Npy),
    ("stored.npz", Format::Npz),
    ("deflated.npz", Format::Npz),
    ("images-i2-idx3-ubyte", Format::Idx),
    ("groups.parquet", Format::Parquet),
    ("pandas.parquet", Format::Parquet),
    ("types-uncompressed.feather", Format::Arrow),
    ("types-zstd.feather", Format::Arrow),
    ("deltas.arrows", Format::Arrow),
    ("sheets.xlsx", Format::Sheet),
    ("sheets.ods", Format::Sheet),
    ("missing.jsonl", Format::JsonLines),
    ("groups.svmlight", Format::Libsvm),
    ("weather.arff", Format::Arff),
    ("sparse.arff", Format::Arff),
];

/// Sheets take longest to read, and Arrow's files are largest.
fn step(format: Format) -> usize {
    match format {
        Format::Sheet => 13,
        Format::Arrow => 7,
        _ => 1,
    }
}

#[test]
fn files_that_end_too_early_are_read_or_refused() {
    let is_text = |format| matches!(format, Format::JsonLines | Format::Libsvm | Format::Arff);
    for (name, format) in FILES {
        let bytes = fs::read(path(name)).unwrap();
        assert!(ReadOptions::new().format(format).from_reader(&bytes[..]).is_ok(), "{name}");
        let before = Instant::now();
        for end in (0..bytes.len()).step_by(step(format)) {
            match ReadOptions::new().format(format).from_reader(&bytes[..end]) {
                Ok(_) => assert!(is_text(format), "{name} of {end} bytes"),
                Err(error) => assert!(is_invalid(&error), "{name} of {end} bytes: {error}"),
            }
        }
        assert!(before.elapsed() < Duration::from_secs(60), "{name}");
    }
}

/// As in delimited text, but that they cannot be left out by their name.
#[test]
fn names_that_come_twice_are_refused() {
    for name in ["refused-twice.parquet", "refused-twice.feather", "refused-twice.xlsx"] {
        let error = refusal(name);
        assert!(error.contains("there are two columns `a`: give one of them another"), "{error}");
    }
}

#[test]
fn files_with_other_bits_are_read_or_refused() {
    for (name, format) in FILES {
        let bytes = fs::read(path(name)).unwrap();
        for at in (0..bytes.len()).step_by(step(format)) {
            for bits in [1, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= bits;
                let read = ReadOptions::new().format(format).from_reader(&changed[..]);
                if let Err(error) = read {
                    assert!(is_invalid(&error), "{name}, byte {at}: {error}");
                    assert!(error.to_string().chars().count() < 800, "{name}, byte {at}");
                }
            }
        }
    }
}
