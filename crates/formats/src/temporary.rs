//! The files in which others are written before they are put in their places.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use same_file::Handle;
use tempfile::{NamedTempFile, TempPath};

use crate::whole_file::folder_of;

/// Those of this process. Whoever holds the lock knows that none appears, and none moves.
static WRITTEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn written() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // A set of names is whole, whatever panicked.
    WRITTEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary file, which is removed unless it is put in a place.
#[derive(Debug)]
pub(crate) struct Temporary {
    // It is removed before its name is forgotten.
    file: NamedTempFile,
    _name: Name,
}

impl Temporary {
    /// One beside the file that is to be written, and locked.
    pub(crate) fn beside(path: &Path) -> io::Result<Self> {
        let mut written = written();
        let (file, name) = claim_one_of(path)?;
        let file = NamedTempFile::from_parts(file, TempPath::try_from_path(name)?);
        let name = Name(file.path().to_owned());
        written.insert(name.0.clone());
        Ok(Self { file, _name: name })
    }

    pub(crate) fn file(&self) -> &File {
        self.file.as_file()
    }

    pub(crate) fn file_mut(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Puts it where a file may be.
    pub(crate) fn replace(self, path: &Path) -> io::Result<()> {
        let Self { file, _name } = self;
        let none_moves = written();
        let put = file.persist(path).map(drop);
        drop(none_moves);
        Ok(put?)
    }

    /// Puts it where no file is.
    pub(crate) fn put_at(self, path: &Path) -> io::Result<()> {
        let Self { file, _name } = self;
        let none_moves = written();
        let put = file.persist_noclobber(path).map(drop);
        drop(none_moves);
        Ok(put?)
    }
}

/// The name of a temporary file of this process.
#[derive(Debug)]
struct Name(PathBuf);

impl Drop for Name {
    fn drop(&mut self) {
        written().remove(&self.0);
    }
}

/// That a process has given up what it was writing: see [`WholeFile::abandon_all`].
///
/// [`WholeFile::abandon_all`]: crate::WholeFile::abandon_all
#[derive(Debug)]
pub struct AllAbandoned {
    _none_appears: MutexGuard<'static, BTreeSet<PathBuf>>,
}

pub(crate) fn abandon_all() -> AllAbandoned {
    let mut written = written();
    for name in &*written {
        // What cannot be removed is found by the next writer.
        let _ = fs::remove_file(name);
    }
    written.clear();
    AllAbandoned { _none_appears: written }
}

/// The temporary file for `path`, locked, and its name. The names are always the same, so that
/// the file of a process that was killed is found; as many as there are writers at a time.
fn claim_one_of(path: &Path) -> io::Result<(File, PathBuf)> {
    let temporary = names(path)?;
    let mut number = 1;
    let file = loop {
        match claim(&temporary(number))? {
            Some(file) => break file,
            None => number += 1,
        }
    };
    // Of several that were killed.
    remove_abandoned_from(number + 1, &temporary);
    Ok((file, temporary(number)))
}

/// The names of the temporary files for `path`, by their numbers.
fn names(path: &Path) -> io::Result<impl Fn(u32) -> PathBuf> {
    let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?;
    // Of any name, also the longest, one that is not too long.
    let hash = blake3::hash(name.as_encoded_bytes()).to_hex();
    Ok(move |number| folder_of(path).join(format!(".densely-{}-{number}.tmp", &hash[..16])))
}

fn remove_abandoned_from(mut number: u32, temporary: &impl Fn(u32) -> PathBuf) {
    while temporary(number).exists() && remove_abandoned(&temporary(number)) {
        number += 1;
    }
}

/// Removes what killed processes left of `path`.
pub(crate) fn remove_all_abandoned(path: &Path) {
    if let Ok(temporary) = names(path) {
        remove_abandoned_from(1, &temporary);
    }
}

/// Creates and locks a file; `None` if another process has it.
fn claim(path: &Path) -> io::Result<Option<File>> {
    loop {
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => {
                // Until it is locked, another process may take it for abandoned. Where files
                // cannot be locked, none is ever removed.
                let locked = file.lock().is_ok();
                if !locked || is_at(&file, path) {
                    return Ok(Some(file));
                }
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if !remove_abandoned(path) {
                    return Ok(None);
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// Removes a file that no living process has locked. Says whether there is none now.
fn remove_abandoned(path: &Path) -> bool {
    // A pipe would wait, and a link lead elsewhere.
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => return false,
        Ok(_) => {}
        Err(error) => return error.kind() == ErrorKind::NotFound,
    }
    match File::open(path) {
        Err(error) => error.kind() == ErrorKind::NotFound,
        Ok(file) if file.try_lock().is_err() => false,
        // It has moved to its place in the meantime.
        Ok(file) if !is_at(&file, path) => true,
        Ok(_locked) => fs::remove_file(path).is_ok(),
    }
}

/// Whether this is the file that the path leads to.
fn is_at(file: &File, path: &Path) -> bool {
    let handle = file.try_clone().and_then(Handle::from_file);
    matches!((handle, Handle::from_path(path)), (Ok(ours), Ok(found)) if ours == found)
}
