//! Which rows of a file were learnt from, and which held out: a file in the folder of a run.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use same_file::is_same_file;
use serde::{Deserialize, Serialize};

use crate::args::{DecimalArg, DialectArgs, Names, YesNo};
use crate::error::CliError;

/// Rows are counted from 0, as they are in the file; those that are nowhere were left out.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Split {
    /// The file, or several that are one table.
    #[serde(with = "one_or_several")]
    pub(crate) data: Vec<PathBuf>,
    /// Its hash, by BLAKE3; of several, the hash of their hashes.
    pub(crate) data_hash: String,
    /// How it was read, if not as found.
    #[serde(default)]
    pub(crate) reading: Reading,
    pub(crate) train: Vec<usize>,
    pub(crate) validation: Vec<usize>,
    pub(crate) test: Vec<usize>,
    /// The files that were given to test on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) test_data: Option<TestData>,
    /// Whether the run has learnt from other data before, among which these rows may have been.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) has_other_data: bool,
}

/// Files of rows that are all tested on.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TestData {
    #[serde(with = "one_or_several")]
    pub(crate) data: Vec<PathBuf>,
    pub(crate) data_hash: String,
}

/// Which part of what a run had rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeldOut {
    Test,
    Validation,
}

impl HeldOut {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Validation => "validation",
        }
    }
}

/// What was said of a file when it was read.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reading {
    separator: Option<String>,
    header: Option<bool>,
    decimal_comma: Option<bool>,
    missing: Option<Vec<String>>,
    sheet: Option<String>,
    labels: Option<PathBuf>,
}

impl Reading {
    pub(crate) fn of(args: &DialectArgs) -> Self {
        Self {
            separator: args.separator.map(|separator| separator.to_string()),
            header: args.header.map(|header| header == YesNo::Yes),
            decimal_comma: args.decimal.map(|decimal| decimal == DecimalArg::Comma),
            missing: args.missing_words(),
            sheet: args.sheet.clone(),
            labels: args.labels.as_ref().map(|path| whole(path)),
        }
    }

    /// The same as options, of which those that are given now come first.
    pub(crate) fn or(&self, args: &DialectArgs) -> DialectArgs {
        let separator = || self.separator.as_deref()?.parse().ok();
        let header = |yes| if yes { YesNo::Yes } else { YesNo::No };
        let decimal = |comma| if comma { DecimalArg::Comma } else { DecimalArg::Point };
        DialectArgs {
            separator: args.separator.or_else(separator),
            header: args.header.or(self.header.map(header)),
            decimal: args.decimal.or(self.decimal_comma.map(decimal)),
            missing: match args.missing.is_empty() {
                true => self.missing.clone().map(Names).into_iter().collect(),
                false => args.missing.clone(),
            },
            sheet: args.sheet.clone().or(self.sheet.clone()),
            labels: args.labels.clone().or(self.labels.clone()),
        }
    }
}

/// The whole path of a file, without `..`: what a folder is in, the system knows where it is a link. A path that cannot
/// be told stays as it is.
pub(crate) fn whole(path: &Path) -> PathBuf {
    let Ok(absolute) = std::path::absolute(path) else { return path.to_owned() };
    let mut whole = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => match whole.canonicalize() {
                Ok(found) => whole = found.parent().map_or(found.clone(), Path::to_owned),
                Err(_) => return absolute,
            },
            part => whole.push(part),
        }
    }
    whole
}

impl Split {
    /// That in a file.
    ///
    /// # Errors
    /// If it cannot be read, or is none.
    pub(crate) fn read(path: &Path) -> Result<Self, CliError> {
        let text = fs::read_to_string(path).map_err(CliError::file(path))?;
        Self::parse(&text).map_err(|error| CliError::file(path)(error.into()))
    }

    /// # Errors
    /// If it is no text of a split.
    pub(crate) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    pub(crate) fn text(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string(self)? + "\n")
    }

    /// The rows that were held out: those to test on, or else those to validate on.
    pub(crate) fn held_out(&self) -> Option<(HeldOut, &[usize])> {
        match (&self.test[..], &self.validation[..]) {
            ([], []) => None,
            ([], validation) => Some((HeldOut::Validation, validation)),
            (test, _) => Some((HeldOut::Test, test)),
        }
    }

    /// Whether the same rows of the same data are in the same parts.
    pub(crate) fn has_parts_of(&self, other: &Self) -> bool {
        self.data_hash == other.data_hash
            && (&self.train, &self.validation, &self.test)
                == (&other.train, &other.validation, &other.test)
    }
}

/// A path, or a list of them.
mod one_or_several {
    use std::path::PathBuf;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Paths {
        One(PathBuf),
        Several(Vec<PathBuf>),
    }

    pub(super) fn serialize<S: Serializer>(paths: &[PathBuf], to: S) -> Result<S::Ok, S::Error> {
        match paths {
            [path] => path.serialize(to),
            paths => paths.serialize(to),
        }
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Vec<PathBuf>, D::Error> {
        Ok(match Paths::deserialize(from)? {
            Paths::One(path) => vec![path],
            Paths::Several(paths) => paths,
        })
    }
}

/// The hash of a file, or of several.
pub(crate) fn hash(paths: &[PathBuf]) -> Result<String, CliError> {
    let hashes = paths.iter().map(|path| hash_one(path).map_err(CliError::file(path)));
    let hashes = hashes.collect::<Result<Vec<_>, _>>()?;
    Ok(match &hashes[..] {
        [hash] => hash.clone(),
        hashes => blake3::hash(hashes.concat().as_bytes()).to_hex().to_string(),
    })
}

/// The first of other files that has the same bytes.
pub(crate) fn copy_among<'a>(
    path: &Path,
    others: &'a [PathBuf],
) -> Result<Option<&'a PathBuf>, CliError> {
    for other in others {
        if are_copies(path, other)? {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

/// Whether files have the same bytes; they are read as far as they have.
fn are_copies(some: &Path, other: &Path) -> Result<bool, CliError> {
    let len = |path: &Path| Some(path.metadata().ok().filter(|of| of.is_file())?.len());
    if len(some).is_none() || len(some) != len(other) {
        return Ok(false);
    }
    if is_same_file(some, other).unwrap_or(false) {
        return Ok(true);
    }
    let open = |path: &Path| {
        let file = File::open(path).map_err(CliError::file(path))?;
        Ok::<_, CliError>(BufReader::with_capacity(1 << 16, file))
    };
    let (mut one, mut two) = (open(some)?, open(other)?);
    loop {
        let a = one.fill_buf().map_err(CliError::file(some))?;
        let b = two.fill_buf().map_err(CliError::file(other))?;
        let len = a.len().min(b.len());
        if a[..len] != b[..len] || a.is_empty() != b.is_empty() {
            return Ok(false);
        }
        if len == 0 {
            return Ok(true);
        }
        one.consume(len);
        two.consume(len);
    }
}

fn hash_one(path: &Path) -> io::Result<String> {
    let (mut file, mut hasher) = (File::open(path)?, blake3::Hasher::new());
    let mut bytes = vec![0; 1 << 18];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(hasher.finalize().to_hex().to_string()),
            read => hasher.update(&bytes[..read]),
        };
    }
}
