//! The bytes of a safetensors file, read from its beginning to its end.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use safetensors::SafeTensorError;
use safetensors::tensor::{Metadata, TensorInfo};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::FormatError;
use crate::error::Reason;
use crate::tensor::Tensors;

/// The bytes of a header, at most, as in the library.
const LONGEST: u64 = 100_000_000;

/// Why nothing came of a file.
pub(crate) enum Failure {
    /// It cannot be read.
    File(io::Error),
    /// It holds something else.
    Invalid(Reason),
}

impl Failure {
    /// As the error of the file that it is about.
    pub(crate) fn at(self, path: &Path) -> FormatError {
        match self {
            Self::File(source) => FormatError::file(path, source),
            Self::Invalid(reason) => FormatError::invalid(path, reason),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self::Invalid(reason)
    }
}

impl From<SafeTensorError> for Failure {
    fn from(error: SafeTensorError) -> Self {
        Self::Invalid(Reason::NotSafetensors(error.to_string()))
    }
}

/// What is yet to be read of a file.
pub(crate) struct Source<R> {
    file: R,
    /// The bytes that are left, if that is known: it is not of a pipe.
    left: Option<u64>,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(file: R, size: Option<u64>) -> Self {
        Self { file, left: size }
    }

    /// The header, as it is.
    pub(crate) fn header_bytes(&mut self) -> Result<Vec<u8>, Failure> {
        let length = self.bytes(8, SafeTensorError::HeaderTooSmall)?;
        let length = length.try_into().map_or(u64::MAX, u64::from_le_bytes);
        if length > LONGEST {
            return Err(SafeTensorError::HeaderTooLarge.into());
        }
        self.bytes(length, SafeTensorError::InvalidHeaderLength)
    }

    /// What the header says of the file: our entry, if there is one, and its tensors, of which
    /// nothing has been read, but which are known to fill the rest of the file.
    pub(crate) fn header(&mut self) -> Result<(Option<String>, Metadata), Failure> {
        let header: Header = serde_json::from_slice(&self.header_bytes()?)
            .map_err(SafeTensorError::InvalidHeaderDeserialization)?;
        let Header { description, mut tensors } = header;
        tensors.sort_by_key(|(_, info)| info.data_offsets);
        let count = tensors.len();
        let metadata = Metadata::new(None, tensors)?;
        let used_twice = metadata.tensors().len() < count;
        let incomplete = self.left.is_some_and(|left| left != metadata.data_len() as u64);
        if used_twice || incomplete {
            return Err(SafeTensorError::MetadataIncompleteBuffer.into());
        }
        Ok((description, metadata))
    }

    /// The tensors, which are all that is left.
    pub(crate) fn tensors(mut self, metadata: &Metadata) -> Result<Tensors, Failure> {
        let mut tensors = Tensors::default();
        for name in metadata.offset_keys() {
            let Some(info) = metadata.info(&name) else { continue };
            let (start, end) = info.data_offsets;
            let length = (end - start) as u64;
            let bytes = self.bytes(length, SafeTensorError::MetadataIncompleteBuffer)?;
            tensors.insert_bytes(name, info, bytes);
        }
        match self.file.read(&mut [0])? {
            0 => Ok(tensors),
            _ => Err(SafeTensorError::MetadataIncompleteBuffer.into()),
        }
    }

    /// The next bytes, or the error for a file with fewer. Without knowing that there are as
    /// many, memory is taken as they come.
    fn bytes(&mut self, length: u64, fewer: SafeTensorError) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        if let Some(left) = &mut self.left {
            match left.checked_sub(length) {
                Some(rest) => *left = rest,
                None => return Err(fewer.into()),
            }
            bytes.reserve_exact(length as usize);
        }
        self.file.by_ref().take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(fewer.into()) }
    }
}

/// The header. The library would copy all of it on the way, into ten times the memory.
struct Header {
    description: Option<String>,
    tensors: Vec<(String, TensorInfo)>,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Header;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the header of a safetensors file")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
                let mut header = Header { description: None, tensors: Vec::new() };
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        header.description = map.next_value::<Entries>()?.densely;
                    } else {
                        header.tensors.push((name, map.next_value()?));
                    }
                }
                Ok(header)
            }
        }
        deserializer.deserialize_map(Names)
    }
}

/// Our entry; those of other programs are left out.
#[derive(serde::Deserialize)]
struct Entries {
    densely: Option<String>,
}
