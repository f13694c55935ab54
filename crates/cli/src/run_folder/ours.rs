use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use densely::formats::{is_checkpoint_file, is_model_file};
use serde_json::Value;

use super::{CHECKPOINT, CONFIG, EVENTS, MODEL, REPORT, SPLIT, TRIALS, TRIALS_PAGE};
use crate::commands::tune::is_trials;
use crate::config;
use crate::report::MARK;
use crate::split::Split;
use crate::tensorboard::is_events;

/// What each line of a run's metrics has had from the first version on.
const FIELDS: [&str; 4] = ["epoch", "train_loss", "learning_rate", "best"];

/// Whether a file is provably one that a run has written, of this version or another.
pub(super) fn is_ours(file: &Path) -> bool {
    let folder_is_ours = || {
        is_model_file(file.with_file_name(MODEL)).unwrap_or(false)
            || is_marked(&file.with_file_name(CONFIG))
    };
    if file.ends_with(MODEL) {
        is_model_file(file).unwrap_or(false)
    } else if file.ends_with(CHECKPOINT) {
        is_checkpoint_file(file).unwrap_or(false)
    } else if is_empty(file) {
        // It may be anybody's. Earlier versions left such a file on a full disk.
        folder_is_ours()
    } else if file.ends_with(CONFIG) {
        // Earlier versions did not mark it, but wrote all options.
        is_marked(file)
            || text(file).is_some_and(|text| config::is_whole(&text)) && folder_is_ours()
    } else if file.ends_with(TRIALS) {
        first_line(file).is_some_and(|line| is_trials(&line))
    } else if file.ends_with(REPORT) || file.ends_with(TRIALS_PAGE) {
        first_line(file).is_some_and(|line| line.starts_with(MARK))
    } else if file.ends_with(EVENTS) {
        let mut beginning = Vec::new();
        let read = reader(file).map(|file| file.take(1 << 10).read_to_end(&mut beginning));
        read.is_some_and(|read| read.is_ok()) && is_events(&beginning)
    } else if file.ends_with(SPLIT) {
        text(file).is_some_and(|text| Split::parse(&text).is_ok())
    } else {
        is_metrics(file) && folder_is_ours()
    }
}

fn is_empty(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() == 0)
}

fn is_marked(config: &Path) -> bool {
    first_line(config).is_some_and(|line| config::is_marked(&line))
}

/// Other programs write such files, too, and some name the same things so.
fn is_metrics(file: &Path) -> bool {
    let line = first_line(file).and_then(|line| serde_json::from_str::<Value>(&line).ok());
    line.is_some_and(|line| {
        FIELDS.iter().all(|field| line.get(field).is_some()) && line["epoch"] == 1
    })
}

/// The beginning of a text file, up to a length that ours do not have.
fn reader(path: &Path) -> Option<BufReader<impl Read>> {
    const LONGEST: u64 = 1 << 28;
    // To open a pipe would wait for somebody to write into it.
    let file = fs::metadata(path).ok().filter(fs::Metadata::is_file);
    let file = file.and_then(|_| File::open(path).ok())?;
    Some(BufReader::new(file.take(LONGEST)))
}

fn first_line(path: &Path) -> Option<String> {
    let mut line = String::new();
    reader(path)?.read_line(&mut line).ok()?;
    Some(line)
}

pub(super) fn text(path: &Path) -> Option<String> {
    let mut text = String::new();
    reader(path)?.read_to_string(&mut text).ok()?;
    Some(text)
}
