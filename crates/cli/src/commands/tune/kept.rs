use std::path::Path;

use super::log::{self, Header, Line, Log};
use crate::args::TuneArgs;
use crate::commands::train::Raw;
use crate::config::OptionText;
use crate::error::CliError;
use crate::output::{counted, eprintln};
use crate::run_folder::{SearchFolder, TRIALS};
use crate::signals::Signals;
use crate::split::hash;
use crate::visible::visible;

/// The folder of a search, and what is written there while it goes on.
pub(super) struct Kept {
    pub(super) folder: SearchFolder,
    pub(super) log: Log,
    /// Those of the search before it was stopped.
    pub(super) seconds: f64,
}

impl Kept {
    /// Puts the lines in order, and returns them.
    pub(super) fn finish(&self) -> Result<Vec<Line>, CliError> {
        let path = self.folder.path();
        let (lines, text) = self.log.finish().map_err(CliError::file(path.join(TRIALS)))?;
        self.folder.write_trials(&text)?;
        Ok(lines)
    }
}

/// The folder of a new search, or that of one that goes on.
pub(super) fn open(
    args: &TuneArgs,
    given: &[OptionText],
    raw: &Raw<'_>,
    signals: &Signals,
) -> Result<Kept, CliError> {
    let paths = &args.train.data;
    let are_files = paths.iter().all(|path| path.is_file()) && !paths.is_empty();
    let header = Header {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        options: given.iter().cloned().collect(),
        data_hash: are_files.then(|| hash(paths)).transpose()?,
    };
    let out = args.train.out.as_deref();
    let (folder, lines) = match out.filter(|_| args.train.resume) {
        None => {
            let text = log::text(&header, &[])?;
            let (name, force) = (raw.name(), args.train.force);
            (SearchFolder::create(out, &name, force, &text, signals)?, Vec::new())
        }
        Some(out) => {
            let (before, lines) = log::read(out)?;
            let differences = header.differences(&before);
            if !differences.is_empty() {
                return Err(CliError::OtherSearch { folder: out.to_owned(), differences });
            }
            let folder = SearchFolder::resume(out)?;
            folder.write_trials(&log::text(&before, &lines)?)?;
            eprintln!("  resumed  {}, {} known", shown(out), counted(lines.len(), "result"));
            (folder, lines)
        }
    };
    let seconds = lines.iter().map(|line| line.seconds).fold(0.0, f64::max);
    let log = Log::open(folder.path(), header, lines)?;
    Ok(Kept { folder, log, seconds })
}

fn shown(folder: &Path) -> String {
    visible(&folder.display().to_string()).into_owned()
}
