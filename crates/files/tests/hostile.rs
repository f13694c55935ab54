//! Files that somebody changed are read or refused: no panic gets out, nothing hangs, and an
//! allocator that refuses more than 768 MiB at once, which ends the process, does not have to.
//!
//! `HOSTILE_SECONDS=600 cargo test -p densely-files --test hostile` does so for longer.

use std::alloc::System;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use cap::Cap;
use densely_files::{Format, Limits, ReadOptions};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 768 << 20);

/// The same numbers on each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }

    /// A few bytes of a file changed, moved, left out or put in.
    fn mutate(&mut self, bytes: &mut Vec<u8>, others: &[Vec<u8>]) {
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let length = self.below(9).min(bytes.len() - at);
            match self.below(7) {
                0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << self.below(8)),
                1 => bytes[at..][..length].fill([0, 0xff, 0x7f, 0x80][self.below(4)]),
                2 => drop(bytes.drain(at..at + length)),
                3 => {
                    let copied = bytes[at..][..length].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, copied);
                }
                4 => bytes.truncate(at),
                5 => {
                    let other = &others[self.below(others.len())];
                    let from = self.below(other.len());
                    let piece = &other[from..][..self.below(64).min(other.len() - from)];
                    bytes.splice(at..at + length, piece.iter().copied());
                }
                // Numbers in text.
                _ => {
                    let number =
                        ["1048576", "-1", "99999999999999999999", "0", "1e400"][self.below(5)];
                    if let Some(digit) = bytes[at..].iter().position(u8::is_ascii_digit) {
                        bytes.splice(at + digit..=at + digit, number.bytes());
                    }
                }
            }
        }
    }
}

fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let entry = |index| {
        let mut entry = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.name().unwrap().into_owned(), bytes)
    };
    (0..count).map(entry).collect()
}

fn archive(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in entries {
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// One test, since the allocator is the whole process's.
#[test]
fn changed_files_are_read_or_refused() {
    let seconds = std::env::var("HOSTILE_SECONDS").ok().and_then(|text| text.parse().ok());
    let each = Duration::from_secs_f64(seconds.unwrap_or(1.0));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for (format, ends) in [
        (Format::Npy, &[".npy"][..]),
        (Format::Npz, &[".npz"]),
        (Format::Idx, &["-idx3-ubyte"]),
        (Format::Parquet, &[".parquet"]),
        (Format::Sheet, &[".xlsx", ".ods"]),
        (Format::JsonLines, &[".jsonl"]),
        (Format::Libsvm, &[".libsvm", ".svmlight"]),
        (Format::Arff, &[".arff"]),
        (Format::Text, &[".csv", ".gz", ".zst"]),
    ] {
        let mut names: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        names.sort();
        let of_format = |name: &str| ends.iter().any(|end| name.ends_with(end));
        names.retain(|path| of_format(path.to_str().unwrap()));
        let files: Vec<Vec<u8>> = names.iter().map(|path| fs::read(path).unwrap()).collect();
        assert!(!files.is_empty(), "{format}");
        let archives: Vec<_> =
            files.iter().map(|file| file.starts_with(b"PK").then(|| entries(file))).collect();
        let options = ReadOptions::new().limits(Limits { bytes: 1 << 27, ratio: 200 });
        let options = if format == Format::Text { options } else { options.format(format) };
        let (start, mut random, mut read, mut refused) = (Instant::now(), Random(1), 0, 0);
        while start.elapsed() < each {
            let which = random.below(files.len());
            let mut bytes = files[which].clone();
            let parts = archives[which].as_ref().filter(|_| random.below(4) > 0);
            if let Some(mut parts) = parts.cloned() {
                let part = random.below(parts.len());
                random.mutate(&mut parts[part].1, &files);
                bytes = archive(&parts);
            } else {
                random.mutate(&mut bytes, &files);
            }
            let before = Instant::now();
            match options.from_reader(&bytes[..]) {
                Ok(_) => read += 1,
                Err(_) => refused += 1,
            }
            assert!(before.elapsed() < Duration::from_secs(60), "{format}: {bytes:?}");
        }
        println!("{format}: {read} were read, {refused} refused");
    }
}
