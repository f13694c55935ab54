//! Files that were changed: an error or another network, and never a panic, nor more memory than the
//! allocator of the tests gives.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use densely_import::{ImportOptions, Task, import};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::data;

const EACH: usize = 400;

/// Numbers that look random.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    /// Changes some bytes, or leaves some out, or puts some in.
    fn change(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..1 + self.below(4) {
            let (at, to) = (self.below(bytes.len()), self.below(bytes.len()));
            let end = (at + 1 + self.below(8)).min(bytes.len());
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] = self.below(256) as u8,
                1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                2 => bytes.truncate(at),
                3 => bytes[at..end].fill(0xff),
                4 => drop(bytes.drain(at..end)),
                _ => {
                    let part = bytes[to..(to + self.below(32)).min(bytes.len())].to_vec();
                    drop(bytes.splice(at..at, part));
                }
            }
        }
    }
}

fn is_read(path: &Path, bytes: &[u8]) -> bool {
    fs::write(path, bytes).unwrap();
    let options = ImportOptions::new().activation(["relu".into()]).task(Task::Classify);
    // Some files say their activations, which are others.
    import(path, &options).is_ok()
        || import(path, &options.prefix("model")).is_ok()
        || import(path, &ImportOptions::new().task(Task::Classify)).is_ok()
}

/// The same archive, whose checksums fit what was changed in it.
fn archive(draw: &mut Draw, bytes: &[u8]) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for index in 0..from.len() {
        let mut entry = from.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        let name = entry.name().unwrap().into_owned();
        if name.ends_with("data.pkl") || name == "config.json" || draw.below(4) == 0 {
            draw.change(&mut content);
        }
        to.start_file(name, options).unwrap();
        to.write_all(&content).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn what_was_changed_is_an_error_or_another_network() {
    let folder = tempfile::tempdir().unwrap();
    let (path, mut draw) = (folder.path().join("file"), Draw(88_172_645_463_325_252));
    let (mut read, mut refused) = (0, 0);
    let files = [
        "sequential.safetensors",
        "named.pt",
        "legacy.pt",
        "classifier.npz",
        "keras.npz",
        "weights.weights.h5",
        "functional.keras",
        "whole.h5",
    ];
    for name in files {
        let bytes = fs::read(data(name)).unwrap();
        assert!(is_read(&path, &bytes), "{name}");
        for round in 0..EACH {
            let mut changed = bytes.clone();
            if round % 2 == 0 && bytes.starts_with(b"PK") {
                changed = archive(&mut draw, &bytes);
            } else {
                draw.change(&mut changed);
            }
            *if is_read(&path, &changed) { &mut read } else { &mut refused } += 1;
        }
    }
    // Neither is all noticed, as a weight may be any number, nor all refused.
    assert!(read > EACH / 20 && refused > EACH, "{read} were read, {refused} refused");
}
