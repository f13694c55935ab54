use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::DataError;

/// Bytes that are put aside on the disk, and checked when they come back: in a temporary file without a name,
/// which is gone when this is, also if the process is killed.
///
/// ```
/// use densely_data::Spill;
///
/// let mut spill = Spill::new(std::env::temp_dir())?;
/// let (first, second) = (spill.push(b"one")?, spill.push(b"two")?);
/// let mut bytes = Vec::new();
/// spill.read(second, &mut bytes)?;
/// assert_eq!(bytes, b"two");
/// spill.read(first, &mut bytes)?;
/// assert_eq!(bytes, b"one");
/// # Ok::<(), densely_data::DataError>(())
/// ```
#[derive(Debug)]
pub struct Spill {
    file: Mutex<File>,
    folder: PathBuf,
    end: u64,
}

/// Where bytes are in a [`Spill`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    start: u64,
    bytes: usize,
}

/// A hash stands before the bytes that it is of.
const HASH: usize = blake3::OUT_LEN;

impl Spill {
    /// In this folder.
    ///
    /// # Errors
    /// [`DataError::Stored`] if there cannot be a file.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self, DataError> {
        let folder = folder.into();
        match tempfile::tempfile_in(&folder) {
            Ok(file) => Ok(Self { file: file.into(), folder, end: 0 }),
            Err(source) => Err(DataError::Stored { folder, done: "made", source }),
        }
    }

    /// Puts these aside.
    ///
    /// # Errors
    /// [`DataError::Stored`] if the disk has no room for them.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Extent, DataError> {
        let start = self.end;
        let mut file = self.file();
        let hash = blake3::hash(bytes);
        let written = file.seek(SeekFrom::Start(start));
        let written = written.and_then(|_| file.write_all(hash.as_bytes()));
        let written = written.and_then(|()| file.write_all(bytes));
        drop(file);
        written.map_err(|source| self.failed("written", source))?;
        self.end += (HASH + bytes.len()) as u64;
        Ok(Extent { start, bytes: bytes.len() })
    }

    /// Makes `to` those that were put there.
    ///
    /// # Errors
    /// [`DataError::Stored`] if they cannot be read, [`DataError::Damaged`] if they are others.
    pub fn read(&self, extent: Extent, to: &mut Vec<u8>) -> Result<(), DataError> {
        to.resize(extent.bytes, 0);
        let (mut hash, mut file) = ([0; HASH], self.file());
        let read = file.seek(SeekFrom::Start(extent.start));
        let read = read.and_then(|_| file.read_exact(&mut hash));
        let read = read.and_then(|()| file.read_exact(to));
        drop(file);
        match read {
            Ok(()) if blake3::hash(to) == hash => Ok(()),
            Err(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
                Err(self.failed("read", source))
            }
            _ => Err(DataError::Damaged { folder: self.folder.clone(), at: extent.start }),
        }
    }

    /// What could not be done with it.
    pub(crate) fn failed(&self, done: &'static str, source: io::Error) -> DataError {
        DataError::Stored { folder: self.folder.clone(), done, source }
    }

    fn file(&self) -> MutexGuard<'_, File> {
        // Where it is, is set before each use.
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_that_turns_is_found() {
        let mut spill = Spill::new(std::env::temp_dir()).unwrap();
        let (first, second) = (spill.push(&[7; 100]).unwrap(), spill.push(&[8; 50]).unwrap());
        let mut bytes = Vec::new();
        for at in [0, 31, 32, 131] {
            let turn = || {
                let (mut file, mut byte) = (spill.file(), [0]);
                file.seek(SeekFrom::Start(at)).unwrap();
                file.read_exact(&mut byte).unwrap();
                file.seek(SeekFrom::Start(at)).unwrap();
                file.write_all(&[byte[0] ^ 1]).unwrap();
            };
            turn();
            let error = spill.read(first, &mut bytes).unwrap_err();
            assert!(matches!(error, DataError::Damaged { at: 0, .. }), "{error}");
            spill.read(second, &mut bytes).unwrap();
            turn();
            spill.read(first, &mut bytes).unwrap();
            assert_eq!(bytes, [7; 100]);
        }
        spill.file().set_len(150).unwrap();
        assert!(matches!(spill.read(second, &mut bytes), Err(DataError::Damaged { at: 132, .. })));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = Spill::new("no such folder").unwrap_err();
        assert!(error.to_string().starts_with("the temporary file in no such folder"), "{error}");
    }

    /// Where there is such a device, which has no room for anything.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_disk_without_room_is_said() {
        let Ok(file) = File::options().write(true).open("/dev/full") else { return };
        let mut spill = Spill { file: file.into(), folder: "/dev".into(), end: 0 };
        let error = spill.push(b"one").unwrap_err();
        assert!(matches!(error, DataError::Stored { done: "written", .. }), "{error}");
    }
}
