//! A file is read in little memory, and what it claims without evidence in none.

use std::alloc::System;
use std::fs;
use std::path::Path;

use cap::Cap;
use densely_files::{FileError, ReadOptions, read};
use densely_table::Table;
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 1 << 30);

const MIB: usize = 1 << 20;

/// What `work` returns, and the bytes that it had allocated at the same time, at most.
fn peak<R>(work: impl FnOnce() -> R) -> (R, usize) {
    // Up to where the most ever were.
    let ballast = Vec::<u8>::with_capacity(ALLOCATOR.max_allocated() - ALLOCATOR.allocated());
    let before = ALLOCATOR.allocated();
    let result = work();
    let most = ALLOCATOR.max_allocated() - before;
    drop(ballast);
    (result, most)
}

/// Reads a file, and checks how much memory that took.
fn measured(name: &str, path: &Path) -> Result<Table, FileError> {
    let size = fs::metadata(path).unwrap().len() as usize;
    let (read, most) = peak(|| read(path));
    println!("{name}: {size} bytes, {most} at once: {:.2} times", most as f64 / size as f64);
    assert!(most <= 4 * size + MIB, "{name}: {most} bytes for a file of {size}");
    read
}

/// An array of NumPy with this header.
fn npy(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
}

/// Bytes without much of a pattern.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..length).map(next).collect()
}

/// One test, since the counter is the whole process's.
#[test]
fn memory_is_taken_for_what_is_there() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    let write = |bytes: &[u8]| fs::write(&path, bytes).unwrap();

    for (descr, size, fraction) in [
        ("|u1", 1, false),
        ("|i1", 1, false),
        ("<u2", 2, false),
        (">i2", 2, false),
        ("<u4", 4, false),
        ("<i4", 4, false),
        ("<f4", 4, true),
        ("<f8", 8, true),
    ] {
        let mut data = noise(size * 3_000_000);
        for (i, number) in data.chunks_exact_mut(size).enumerate().filter(|_| fraction) {
            match size {
                4 => number.copy_from_slice(&(i as f32 / 7.0).to_le_bytes()),
                _ => number.copy_from_slice(&(i as f64 / 7.0).to_le_bytes()),
            }
        }
        for (fortran, shape) in
            [("False", "(3000000,)"), ("False", "(3000, 1000)"), ("True", "(30000, 100)")]
        {
            write(&npy(descr, fortran, shape, &data));
            measured(&format!("{descr} {shape}"), &path).unwrap();
        }
    }
    // Halves of many columns, and truth values, which are texts.
    write(&npy("<f2", "False", "(3000, 100)", &noise(600_000)));
    measured("halves", &path).unwrap();
    write(&npy("|b1", "False", "(30000, 100)", &noise(3_000_000)));
    measured("truth values", &path).unwrap();
    let idx = [&[0, 0, 8, 2, 0, 0, 0x27, 0x10, 0, 0, 1, 0][..], &noise(2_560_000)].concat();
    write(&idx);
    measured("IDX", &path).unwrap();

    claims(&path);
    let options = ReadOptions::new();
    let sparse = (0..2000).map(|row| format!("{{\"{row}\": 1}}\n")).collect::<String>();
    let (read, most) = peak(|| options.from_reader(sparse.as_bytes()));
    // Two bytes for each of four million cells, and room for as many more.
    assert!(read.is_ok() && most < 4 * 4_000_000 + MIB, "{most}");
}

/// Headers that claim what is not there.
fn claims(path: &Path) {
    let shapes = [
        "(1000000000000,)",
        "(18446744073709551615, 18446744073709551615)",
        "(18446744073709551615, 0)",
        "(0, 18446744073709551615)",
        "(4294967296, 4294967296)",
        "(1, 1000000000)",
    ];
    for shape in shapes {
        for descr in ["<f8", "|u1", "<U1000000000", "|S0", "<U4611686018427387905"] {
            fs::write(path, npy(descr, "False", shape, &[0; 64])).unwrap();
            let error = measured(&format!("{descr} {shape}"), path).unwrap_err();
            assert!(matches!(error, FileError::Invalid { .. }), "{error}");
        }
    }
    let mut long = npy("<f8", "False", "(1,)", &[0; 8]);
    long[6] = 2;
    long.splice(8..10, u32::MAX.to_le_bytes());
    fs::write(path, long).unwrap();
    let error = measured("a header of 4 GiB", path).unwrap_err().to_string();
    assert!(error.contains("its header has 4294967295 bytes"), "{error}");
    fs::write(path, [&[0, 0, 0x0e, 8][..], &[0xff; 32]].concat()).unwrap();
    let error = measured("IDX of 2^256", path).unwrap_err().to_string();
    assert!(error.contains("of 8 bytes each, and 0 bytes follow"), "{error}");
    for text in ["1 4294967295:1\n", "1 1:1 100000:1\n1 1:1 300000000:1\n"] {
        fs::write(path, text).unwrap();
        let options = ReadOptions::new().format(densely_files::Format::Libsvm);
        let (read, most) = peak(|| options.read(path));
        let error = read.unwrap_err().to_string();
        assert!(error.contains("trap") && most < 96 * MIB, "{most}: {error}");
    }
}
