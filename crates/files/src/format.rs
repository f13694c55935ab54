use std::fmt;
use std::path::Path;

use crate::Reason;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Delimited text, as CSV.
    Text,
    /// An array of NumPy.
    Npy,
    /// Several arrays of NumPy.
    Npz,
    /// An array as MNIST has it.
    Idx,
    /// Parquet.
    Parquet,
    /// Arrow's format between programs (IPC), as a file, which Feather is, or as a stream.
    Arrow,
    /// A workbook of Excel or `OpenDocument`.
    Sheet,
    /// An object of JSON on each line.
    JsonLines,
    /// libsvm, or svmlight.
    Libsvm,
    /// ARFF, of Weka.
    Arff,
    /// A folder of images for each class.
    Images,
}

impl Format {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "delimited text",
            Self::Npy => "NPY",
            Self::Npz => "NPZ",
            Self::Idx => "IDX",
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow IPC",
            Self::Sheet => "spreadsheets",
            Self::JsonLines => "JSON lines",
            Self::Libsvm => "libsvm",
            Self::Arff => "ARFF",
            Self::Images => "folders of images",
        }
    }

    /// What the contents say, or else the name. `head` is the beginning of the file.
    pub(crate) fn recognise(head: &[u8], path: Option<&Path>) -> Result<Self, Reason> {
        if let Some(format) = by_magic(head)? {
            return Ok(format);
        }
        let extension = path.and_then(extension);
        Ok(match extension.as_deref() {
            Some("csv" | "tsv" | "tab") => Self::Text,
            Some("jsonl" | "ndjson" | "json") => Self::JsonLines,
            Some("libsvm" | "svm" | "svmlight") => Self::Libsvm,
            Some("arff") => Self::Arff,
            Some(
                claimed @ ("npy" | "npz" | "parquet" | "arrow" | "arrows" | "feather" | "ipc"
                | "xlsx" | "ods"),
            ) => {
                let detail =
                    format!("its name ends in .{claimed}, and its contents are something else");
                return Err(Reason::damaged(long_name(claimed), detail));
            }
            _ => by_text(head),
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn long_name(extension: &str) -> &'static str {
    match extension {
        "npy" => "NPY file",
        "npz" => "NPZ file",
        "parquet" => "Parquet file",
        "arrow" | "arrows" | "feather" | "ipc" => "Arrow file",
        _ => "spreadsheet",
    }
}

/// How a name ends, without what compression adds.
pub(crate) fn extension(path: &Path) -> Option<String> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    match &extension[..] {
        "gz" | "zst" => {
            Some(Path::new(path.file_stem()?).extension()?.to_str()?.to_ascii_lowercase())
        }
        _ => Some(extension),
    }
}

/// The first bytes of formats that are known and not read.
const REFUSED: [(&[u8], &str, &str); 13] = [
    (b"FEA1\0", "an old Feather file", "write it again, `pyarrow.feather.write_feather(...)`"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", "write its table as Parquet or CSV"),
    (b"\x80\x02", "a Python pickle", PICKLE),
    (b"\x80\x03", "a Python pickle", PICKLE),
    (b"\x80\x04", "a Python pickle", PICKLE),
    (b"\x80\x05", "a Python pickle", PICKLE),
    (b"\xd0\xcf\x11\xe0", "an old workbook of Excel (.xls)", "save it as .xlsx"),
    (b"BZh91AY&SY", "a file that bzip2 compressed", "decompress it first, `bunzip2 FILE`"),
    (b"\xfd7zXZ\0", "a file that xz compressed", "decompress it first, `unxz FILE`"),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file", "write its table as CSV, `writetable(...)`"),
    (b"SQLite format 3\0", "a database of SQLite", "write the table as CSV, `sqlite3 -csv`"),
    (b"%PDF-", "a PDF", "find the table it was made of"),
    (b"RDX3\n", "a file of R", "write its table as CSV, `write.csv(...)`"),
];

const PICKLE: &str = "reading one runs whatever is in it; write the data as NPY, Parquet or CSV";

fn by_magic(head: &[u8]) -> Result<Option<Format>, Reason> {
    for (magic, what, advice) in REFUSED {
        if head.starts_with(magic) {
            return Err(Reason::Unsupported { what, advice });
        }
    }
    Ok(match head {
        // A table of text may begin with a column of that name.
        [b'P', b'A', b'R', b'1', rest @ ..]
            if !matches!(rest, [b'\t'..=b'\r' | b' '..=b'~', ..]) =>
        {
            Some(Format::Parquet)
        }
        [b'A', b'R', b'R', b'O', b'W', b'1', 0, 0, ..] => Some(Format::Arrow),
        // A stream: a message of less than 16 MiB.
        [0xff, 0xff, 0xff, 0xff, _, _, _, 0, ..] => Some(Format::Arrow),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Some(Format::Npy),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(by_first_entry(head)),
        [0, 0, 0x08 | 0x09 | 0x0b..=0x0e, 1..=8, ..] => Some(Format::Idx),
        _ => None,
    })
}

/// An archive is of arrays if the first thing in it is one.
fn by_first_entry(head: &[u8]) -> Format {
    let length = head.get(26..28).map_or(0, |length| u16::from_le_bytes([length[0], length[1]]));
    let name = head.get(30..30 + usize::from(length)).unwrap_or_default();
    if name.ends_with(b".npy") || head.starts_with(b"PK\x05\x06") {
        Format::Npz
    } else {
        Format::Sheet
    }
}

fn by_text(head: &[u8]) -> Format {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let mut lines = lines.filter(|line| !line.is_empty());
    let starts = |line: &[u8], with: &[u8]| {
        line.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    match lines.find(|line| !line.starts_with(b"%")) {
        Some(line) if starts(line, b"@relation") => Format::Arff,
        Some([b'{', rest @ ..]) if matches!(rest.trim_ascii_start(), [b'"' | b'}', ..]) => {
            Format::JsonLines
        }
        _ => Format::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(head: &[u8], path: &str) -> Result<Format, Reason> {
        Format::recognise(head, Some(Path::new(path)))
    }

    #[test]
    fn contents_come_before_names() {
        for (head, path, expected) in [
            (&b"PAR1\x15\x04"[..], "a.csv", Format::Parquet),
            (b"PAR1,PAR2\n", "a.csv", Format::Text),
            (b"ARROW1\0\0\xff\xff\xff\xff", "a.feather", Format::Arrow),
            (b"\xff\xff\xff\xff\xa8\x01\0\0", "a", Format::Arrow),
            (b"ARROW1,b\n", "a.csv", Format::Text),
            (b"FEA1,BZh\n", "a", Format::Text),
            (b"\x93NUMPY\x01\x00", "a", Format::Npy),
            (b"\0\0\x08\x03\0\0\0\x01", "train-images-idx3-ubyte", Format::Idx),
            (b"a,b\n1,2\n", "a.txt", Format::Text),
            (b"a,b\n1,2\n", "a.csv.gz", Format::Text),
            (b"{\"a\": 1}\n", "a", Format::JsonLines),
            (b"{\"a\": 1}\n", "a.csv", Format::Text),
            (b"% about\n@RELATION x\n", "a", Format::Arff),
            (b"1 1:2 3:4\n", "a.svm", Format::Libsvm),
            (b"1 1:2 3:4\n", "a.libsvm.gz", Format::Libsvm),
            (b"", "a.arff", Format::Arff),
        ] {
            assert_eq!(format(head, path).unwrap(), expected, "{path}");
        }
    }

    #[test]
    fn what_is_not_read_is_named() {
        for (head, expected) in [
            (&b"FEA1\0"[..], "write_feather"),
            (b"\x89HDF\r\n\x1a\n", "HDF5"),
            (b"\x80\x04\x95", "pickle"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1", ".xlsx"),
            (b"BZh91AY&SY", "bunzip2"),
            (b"\xfd7zXZ\0", "unxz"),
        ] {
            let error = format(head, "data").unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let error = format(b"a,b\n", "a.parquet").unwrap_err().to_string();
        assert!(error.contains(".parquet"), "{error}");
    }
}
