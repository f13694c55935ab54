use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf, is_separator};

use crate::temporary::{AllAbandoned, Temporary, abandon_all, remove_all_abandoned};

/// A file that is written whole or not at all.
///
/// Bytes go to a temporary file beside it, which [`finish`](Self::finish) puts in its place
/// once they are on the disk. Until then, and if that never comes, the file that was there
/// before stays as it was. A temporary file that a killed process left is removed by the next
/// one that writes the same file; those of living processes are locked.
///
/// ```
/// use std::io::Write;
///
/// use densely_formats::WholeFile;
///
/// let path = std::env::temp_dir().join("densely-whole-file.txt");
/// WholeFile::write(&path, "old")?;
/// let mut file = WholeFile::create(&path)?;
/// file.write_all(b"new")?;
/// assert_eq!(std::fs::read_to_string(&path)?, "old");
/// file.finish()?;
/// assert_eq!(std::fs::read_to_string(&path)?, "new");
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct WholeFile {
    temporary: Temporary,
    path: PathBuf,
}

impl WholeFile {
    /// Begins a file. A link is followed: what it leads to is written.
    ///
    /// # Errors
    /// If no file can be written in its folder, or the path is a folder.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        // By its name, too: it would be found when the file is put in its place.
        if path.as_os_str().as_encoded_bytes().last().is_some_and(|&end| is_separator(end.into())) {
            return Err(ErrorKind::IsADirectory.into());
        }
        let path = match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => fs::canonicalize(path)?,
            Ok(found) if found.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            _ => path.to_owned(),
        };
        let temporary = Temporary::beside(&path)?;
        // What is private stays private, also while it is written.
        if let Ok(old) = fs::metadata(&path) {
            temporary.file().set_permissions(old.permissions())?;
        }
        Ok(Self { temporary, path })
    }

    /// Writes a file of these bytes in place of the one that may be there.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let mut file = Self::create(path)?;
        file.write_all(bytes.as_ref())?;
        file.finish()
    }

    /// A file of these bytes, all of which are on the disk, and which is not in its place yet: what may
    /// fail for want of room has been done.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn stage(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> io::Result<Self> {
        let mut file = Self::create(path)?;
        file.write_all(bytes.as_ref())?;
        file.temporary.file().sync_all()?;
        Ok(file)
    }

    /// Puts the file in its place, and in that of the one that may be there.
    ///
    /// # Errors
    /// If its bytes cannot be brought to the disk, or the file not into its place.
    pub fn finish(self) -> io::Result<()> {
        self.temporary.file().sync_all()?;
        self.temporary.replace(&self.path)?;
        sync_folder_of(&self.path)
    }

    /// Puts the file in its place, if no file is there.
    ///
    /// # Errors
    /// As [`finish`](Self::finish); [`ErrorKind::AlreadyExists`] if there is a file.
    pub fn finish_new(self) -> io::Result<()> {
        self.temporary.file().sync_all()?;
        self.temporary.put_at(&self.path)?;
        sync_folder_of(&self.path)
    }

    /// Removes what killed processes left of a file that they were writing, though nobody writes it
    /// again.
    pub fn remove_abandoned(path: impl AsRef<Path>) {
        remove_all_abandoned(path.as_ref());
    }

    /// Removes the temporary files of this process, for it is to end: while the result lives,
    /// no file is begun, and none finished.
    #[must_use]
    pub fn abandon_all() -> AllAbandoned {
        abandon_all()
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Its own errors name the temporary file, which nobody knows.
        self.temporary.file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.file_mut().flush()
    }
}

/// Where a name is looked up.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A new name is on the disk once its folder is.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder_of(path))?.sync_all() } else { Ok(()) }
}
