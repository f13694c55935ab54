//! What changed files are made of.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::mutate::Random;
use crate::signed;
use crate::target::Target;

/// Files of use, and if they are archives, what is in them.
pub(crate) struct Corpus {
    files: Vec<(Vec<u8>, Option<Entries>)>,
    is_signed: bool,
}

type Entries = Vec<(String, Vec<u8>)>;

/// Inputs that are kept of a run, so that its memory is not theirs alone.
const MOST: usize = 2_000;
const LONGEST: usize = 1 << 16;

impl Corpus {
    /// The files that tests read, and what was of use before.
    pub(crate) fn of(target: &Target) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let of_tests = files(&here.join("..").join(target.folder).join("tests/data"));
        let mut paths: Vec<PathBuf> = of_tests
            .into_iter()
            .filter(|path| target.ends.iter().any(|end| path.to_string_lossy().ends_with(end)))
            .collect();
        paths.extend(files(&here.join("corpus").join(target.name)));
        let mut corpus = Self { files: Vec::new(), is_signed: target.is_signed };
        paths.iter().for_each(|path| corpus.add(&fs::read(path).expect("it was there")));
        target.made.iter().for_each(|made| corpus.add(&made()));
        assert!(corpus.len() > 0, "{}: there is nothing to change", target.name);
        corpus
    }

    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn whole(&self, index: usize) -> Vec<u8> {
        self.files[index].0.clone()
    }

    /// Keeps what is worth being changed.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        if self.files.len() < MOST && bytes.len() <= LONGEST {
            let entries = bytes.starts_with(b"PK").then(|| entries(bytes)).flatten();
            self.files.push((bytes.to_vec(), entries));
        }
    }

    /// One of them with changes: of an archive mostly in what it holds.
    pub(crate) fn changed(&self, random: &mut Random) -> Vec<u8> {
        let (bytes, entries) = &self.files[random.below(self.files.len())];
        let (other, _) = &self.files[random.below(self.files.len())];
        if let Some(entries) = entries.as_ref().filter(|_| random.below(4) > 0) {
            let mut entries = entries.clone();
            let entry = random.below(entries.len());
            random.change(&mut entries[entry].1, other);
            return archive(&entries);
        }
        if self.is_signed && random.below(4) > 0 {
            return signed::changed(bytes, |part| random.change(part, other));
        }
        let mut bytes = bytes.clone();
        random.change(&mut bytes, other);
        bytes
    }
}

/// The files of a folder, in order; none, if there is no such folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = found.filter_map(|file| Some(file.ok()?.path())).collect();
    paths.sort();
    paths
}

/// What is in an archive, if it is one with something in it.
fn entries(bytes: &[u8]) -> Option<Entries> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).ok()?;
        let (name, mut bytes) = (entry.name().ok()?.into_owned(), Vec::new());
        entry.take(LONGEST as u64).read_to_end(&mut bytes).ok()?;
        entries.push((name, bytes));
    }
    Some(entries).filter(|entries| !entries.is_empty())
}

fn archive(entries: &Entries) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in entries {
        // Two of one name are none of ours.
        if writer.start_file(name.as_str(), options).is_ok() {
            writer.write_all(bytes).expect("memory takes all");
        }
    }
    writer.finish().expect("memory takes all").into_inner()
}
