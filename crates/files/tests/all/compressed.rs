use std::fs;
use std::io::Write;

use densely_files::{FileError, Limits, ReadOptions, Reason};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::common::{path, shown, table};

#[test]
fn compressed_text_of_several_parts() {
    let plain = shown(&table("plain.csv"));
    assert_eq!(plain, ["size colour", "1.5 red", "~ blue"]);
    for name in ["members.csv.gz", "frames.csv.zst"] {
        assert_eq!(shown(&table(name)), plain);
        let bytes = fs::read(path(name)).unwrap();
        assert_eq!(shown(&ReadOptions::new().from_reader(&bytes[..]).unwrap()), plain);
        for end in 5..bytes.len() {
            match ReadOptions::new().from_reader(&bytes[..end]) {
                // Where a part ends, so does a file that has no more.
                Ok(table) => assert!(table.rows() < 2, "{name} of {end} bytes"),
                Err(error) => {
                    let said = error.to_string();
                    assert!(said.contains("or it is damaged"), "{name} of {end} bytes: {said}");
                }
            }
        }
    }
}

#[test]
fn any_format_may_be_compressed() {
    let folder = TempDir::new().unwrap();
    for name in ["version-1.npy", "types-none.parquet", "missing.jsonl", "one-based.libsvm"] {
        let file = folder.path().join(format!("{name}.gz"));
        let mut encoder = GzEncoder::new(fs::File::create(&file).unwrap(), Compression::fast());
        encoder.write_all(&fs::read(path(name)).unwrap()).unwrap();
        encoder.finish().unwrap();
        assert_eq!(shown(&densely_files::read(&file).unwrap()), shown(&table(name)));
    }
}

/// A header, and then the same row again and again.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(b"a,b\n").unwrap();
    let rows = b"1,2\n".repeat(1 << 16);
    for _ in 0..bytes / rows.len() {
        encoder.write_all(&rows).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn bombs_are_refused_unless_they_are_trusted() {
    let bomb = bomb(100 << 20);
    assert!(bomb.len() < 200 << 10, "{}", bomb.len());
    let read = |limits| ReadOptions::new().limits(limits).from_reader(&bomb[..]);
    let too_large = |limits, part: &str| {
        let error: FileError = read(limits).unwrap_err();
        let FileError::Invalid { reason, .. } = &error else { panic!("{error}") };
        assert!(matches!(**reason, Reason::TooLarge { .. }), "{error}");
        assert!(error.to_string().contains(part), "{error}");
    };
    too_large(Limits::default(), "at most 200 times");
    too_large(Limits { bytes: 1 << 20, ratio: 2000 }, "at most 1048576 bytes");
    let trusted = read(Limits { ratio: 2000, ..Limits::default() }).unwrap();
    assert_eq!(trusted.rows(), 25 << 20);
}
