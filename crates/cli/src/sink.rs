//! Where a result goes: to the standard output, into a file that is written whole or not at
//! all, or into what is no file, as a pipe.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use densely::formats::WholeFile;

use crate::error::CliError;

/// Takes what is written; what is no whole file has it at once.
#[derive(Debug)]
pub(crate) struct Sink {
    path: Option<PathBuf>,
    target: Target,
    replace: bool,
}

#[derive(Debug)]
enum Target {
    Stdout(io::Stdout),
    Whole(WholeFile),
    Direct(File),
}

impl Sink {
    /// The file of this path, or the standard output. To be called before the work is done
    /// whose result it takes: what cannot be written is refused here.
    ///
    /// # Errors
    /// If there is a file, and it is not to be replaced, or none can be written.
    pub(crate) fn open(path: Option<&Path>, replace: bool) -> Result<Self, CliError> {
        let Some(path) = path.filter(|path| !is_stdout(path)) else {
            return Ok(Self { path: None, target: Target::Stdout(io::stdout()), replace });
        };
        let target = match fs::metadata(path) {
            Ok(found) if !found.is_file() && !found.is_dir() || is_descriptor(path) => {
                OpenOptions::new().append(true).open(path).map(Target::Direct)
            }
            Ok(found) if found.is_file() && !replace => {
                return Err(CliError::FileExists(path.to_owned()));
            }
            _ => WholeFile::create(path).map(Target::Whole),
        };
        let target = target.map_err(CliError::file(path))?;
        Ok(Self { path: Some(path.to_owned()), target, replace })
    }

    /// Hands over the result: `write` puts it down, and if it can, the file is there.
    pub(crate) fn fill(
        mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        let written = match &mut self.target {
            Target::Stdout(stdout) => write(&mut stdout.lock()),
            Target::Whole(file) => write(file),
            Target::Direct(file) => write(file),
        };
        let finished = written.and_then(|()| match self.target {
            Target::Whole(file) if self.replace => file.finish(),
            Target::Whole(file) => file.finish_new(),
            _ => Ok(()),
        });
        finished.map_err(|error| match self.path {
            None => CliError::Output(error),
            Some(path) if error.kind() == io::ErrorKind::AlreadyExists => {
                CliError::FileExists(path)
            }
            Some(path) => CliError::File { path, source: error },
        })
    }
}

/// The standard output by one of its names. As any other file it would be written from its
/// beginning.
fn is_stdout(path: &Path) -> bool {
    let names = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
    cfg!(unix) && names.iter().any(|name| path == Path::new(name))
}

/// What the shell has opened, as for `-o >(gzip > predictions.gz)`.
fn is_descriptor(path: &Path) -> bool {
    cfg!(unix) && (path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd"))
        || path == Path::new("/dev/stderr")
}
