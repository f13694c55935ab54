use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use same_file::Handle;
use tempfile::{NamedTempFile, TempPath};

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
    temporary: NamedTempFile,
    path: PathBuf,
}

impl WholeFile {
    /// Begins a file. A link is followed: what it leads to is written.
    ///
    /// # Errors
    /// If no file can be written in its folder, or the path is a folder.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let path = match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => fs::canonicalize(path)?,
            Ok(found) if found.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            _ => path.to_owned(),
        };
        let (file, name) = claim_one_of(&path)?;
        let temporary = NamedTempFile::from_parts(file, TempPath::try_from_path(name)?);
        // What is private stays private, also while it is written.
        if let Ok(old) = fs::metadata(&path) {
            temporary.as_file().set_permissions(old.permissions())?;
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

    /// Puts the file in its place, and in that of the one that may be there.
    ///
    /// # Errors
    /// If its bytes cannot be brought to the disk, or the file not into its place.
    pub fn finish(self) -> io::Result<()> {
        self.temporary.as_file().sync_all()?;
        self.temporary.persist(&self.path)?;
        sync_folder_of(&self.path)
    }

    /// Puts the file in its place, if no file is there.
    ///
    /// # Errors
    /// As [`finish`](Self::finish); [`ErrorKind::AlreadyExists`] if there is a file.
    pub fn finish_new(self) -> io::Result<()> {
        self.temporary.as_file().sync_all()?;
        self.temporary.persist_noclobber(&self.path)?;
        sync_folder_of(&self.path)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Its own errors name the temporary file, which nobody knows.
        self.temporary.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.as_file_mut().flush()
    }
}

/// Where a name is looked up.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A new name is on the disk once its folder is.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder_of(path))?.sync_all() } else { Ok(()) }
}

/// The temporary file for `path`, locked, and its name. The names are always the same, so that
/// the file of a process that was killed is found; as many as there are writers at a time.
fn claim_one_of(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?;
    // Of any name, also the longest, one that is not too long.
    let hash = blake3::hash(name.as_encoded_bytes()).to_hex();
    let temporary =
        |number: u32| folder_of(path).join(format!(".densely-{}-{number}.tmp", &hash[..16]));
    let mut number = 1;
    let file = loop {
        match claim(&temporary(number))? {
            Some(file) => break file,
            None => number += 1,
        }
    };
    // Of several that were killed.
    let mut other = number + 1;
    while temporary(other).exists() && remove_abandoned(&temporary(other)) {
        other += 1;
    }
    Ok((file, temporary(number)))
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
