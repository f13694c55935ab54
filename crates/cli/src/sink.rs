//! Where a result goes: to the standard output, into a file that is written whole or not at
//! all, or into what is no file, as a pipe.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use densely::formats::WholeFile;
use densely::prelude::Table;
use densely_files::{FileError, Reason, WriteFormat};
use same_file::is_same_file;

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

/// Why parts are not written as one.
enum Failed {
    Written(Reason),
    Part(Box<CliError>),
}

impl From<Reason> for Failed {
    fn from(reason: Reason) -> Self {
        Self::Written(reason)
    }
}

impl Sink {
    /// The file of this path, or the standard output. To be called before the work is done
    /// whose result it takes from `inputs`: what cannot be written is refused here.
    ///
    /// # Errors
    /// If there is a file, and it is not to be replaced, or one of the inputs; if none can be
    /// written.
    pub(crate) fn open(
        path: Option<&Path>,
        replace: bool,
        inputs: &[&Path],
    ) -> Result<Self, CliError> {
        let Some(path) = path.filter(|path| !is_stdout(path)) else {
            return Ok(Self { path: None, target: Target::Stdout(io::stdout()), replace });
        };
        let target = match fs::metadata(path) {
            Ok(found) if !found.is_file() && !found.is_dir() || is_descriptor(path) => {
                open_direct(path, &found).map(Target::Direct)
            }
            Ok(found) if found.is_file() && !replace => {
                return Err(CliError::FileExists(path.to_owned()));
            }
            Ok(found) if found.is_file() && inputs.iter().any(|input| is_same(path, input)) => {
                return Err(CliError::OutputIsInput(path.to_owned()));
            }
            _ => WholeFile::create(path).map(Target::Whole),
        };
        let target = target.map_err(CliError::file(path))?;
        Ok(Self { path: Some(path.to_owned()), target, replace })
    }

    /// How tables are written here: as the name says it, and else as CSV.
    ///
    /// # Errors
    /// If the name says what is not written.
    pub(crate) fn format(&self) -> Result<WriteFormat, CliError> {
        match &self.path {
            None => Ok(WriteFormat::CSV),
            Some(path) => Ok(WriteFormat::of_output(path)?),
        }
    }

    /// Hands over tables of the same columns, as one of so many rows.
    ///
    /// # Errors
    /// Those of [`fill`](Self::fill) and of the parts; if the format cannot hold them.
    pub(crate) fn fill_parts(
        self,
        format: WriteFormat,
        rows: usize,
        parts: impl Iterator<Item = Result<Table, CliError>>,
    ) -> Result<(), CliError> {
        let path = self.path.clone().unwrap_or_default();
        let mut failed = None;
        let filled = self.fill(|to| {
            let parts = parts.map(|part| part.map_err(|error| Failed::Part(error.into())));
            format.write_parts(rows, parts, to).map_err(|error| {
                let error = match error {
                    Failed::Written(Reason::Read(error)) => return error,
                    Failed::Written(reason) => {
                        FileError::Invalid { path, reason: Box::new(reason) }.into()
                    }
                    Failed::Part(error) => *error,
                };
                failed = Some(error);
                io::ErrorKind::Other.into()
            })
        });
        failed.map_or(filled, Err)
    }

    /// Hands over the result: `write` puts it down, and if it can, the file is there.
    pub(crate) fn fill(
        mut self,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> Result<(), CliError> {
        let written = match &mut self.target {
            Target::Stdout(stdout) => write(stdout),
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

/// Whether two paths lead to the same file, by links of any kind.
fn is_same(path: &Path, input: &Path) -> bool {
    // To open a pipe would wait for somebody at its other end.
    input.is_file() && is_same_file(path, input).unwrap_or(false)
}

/// Opens what is no file.
#[cfg(not(unix))]
fn open_direct(path: &Path, _found: &Metadata) -> io::Result<File> {
    OpenOptions::new().append(true).open(path)
}

/// Opens what is no file. A disk has files that would be lost; and a pipe that nobody reads
/// from would wait without end.
#[cfg(unix)]
fn open_direct(path: &Path, found: &Metadata) -> io::Result<File> {
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    const PATIENCE: Duration = Duration::from_secs(10);

    let refuse = |kind, what| Err(io::Error::new(kind, what));
    if found.file_type().is_block_device() {
        return refuse(io::ErrorKind::InvalidInput, "it is a disk, and not written to");
    }
    let started = Instant::now();
    // Without waiting, there is an error as long as there is no reader.
    let open = || OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(path);
    while found.file_type().is_fifo() {
        match open() {
            // It is held until the pipe is opened again, for the reader not to see an end.
            Ok(_held) => return OpenOptions::new().append(true).open(path),
            Err(error) if error.raw_os_error() != Some(libc::ENXIO) => return Err(error),
            Err(_) if started.elapsed() > PATIENCE => {
                return refuse(io::ErrorKind::TimedOut, "nobody reads from this pipe");
            }
            Err(_) => sleep(Duration::from_millis(10)),
        }
    }
    OpenOptions::new().append(true).open(path)
}

/// The standard output by one of its names. As any other file it would be written from its
/// beginning.
fn is_stdout(path: &Path) -> bool {
    let names = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
    path == Path::new("-") || cfg!(unix) && names.iter().any(|name| path == Path::new(name))
}

/// What the shell has opened, as for `-o >(gzip > predictions.gz)`.
fn is_descriptor(path: &Path) -> bool {
    cfg!(unix) && (path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd"))
        || path == Path::new("/dev/stderr")
}
