//! The bytes of a safetensors file, read from its beginning to its end.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, TensorInfo};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::FormatError;
use crate::error::Reason;
use crate::tensor::Tensors;

/// The bytes of a header, at most, as in the library.
pub(crate) const LONGEST: u64 = 100_000_000;

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

    /// Of bytes that are no file yet.
    pub(crate) fn reason(self) -> Reason {
        match self {
            Self::File(error) => Reason::NotSafetensors(error.to_string()),
            Self::Invalid(reason) => reason,
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
    pub(crate) fn header(&mut self) -> Result<Header, Failure> {
        let mut header: Header = serde_json::from_slice(&self.header_bytes()?)
            .map_err(SafeTensorError::InvalidHeaderDeserialization)?;
        header.tensors.sort_by_key(|(_, info)| info.data_offsets);
        let size = header.check()?;
        if self.left.is_some_and(|left| left != size as u64) {
            return Err(SafeTensorError::MetadataIncompleteBuffer.into());
        }
        Ok(header)
    }

    /// The tensors, which are all that is left.
    pub(crate) fn tensors(mut self, infos: Vec<(String, TensorInfo)>) -> Result<Tensors, Failure> {
        let mut tensors = Tensors::default();
        for (name, info) in infos {
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
pub(crate) struct Header {
    /// Our entry, if there is one, of a model or of a checkpoint.
    pub(crate) description: Option<String>,
    pub(crate) checkpoint: Option<String>,
    /// In the order of their bytes.
    pub(crate) tensors: Vec<(String, TensorInfo)>,
}

impl Header {
    /// Whether each tensor begins where the one before it ends, has as many bytes as its shape
    /// says, and a name of its own. Returns the bytes of all.
    fn check(&self) -> Result<usize, SafeTensorError> {
        let mut end = 0;
        for (name, info) in &self.tensors {
            let (from, to) = info.data_offsets;
            if from != end || to < from {
                return Err(SafeTensorError::InvalidOffset(name.clone()));
            }
            let values = info.shape.iter().try_fold(1_usize, |all, &size| all.checked_mul(size));
            let bits = values.and_then(|values| values.checked_mul(info.dtype.bitsize()));
            let bits = bits.ok_or(SafeTensorError::ValidationOverflow)?;
            if !bits.is_multiple_of(8) {
                return Err(SafeTensorError::MisalignedSlice);
            }
            if to - from != bits / 8 {
                return Err(SafeTensorError::TensorInvalidInfo);
            }
            end = to;
        }
        let mut names: Vec<&str> = self.tensors.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(SafeTensorError::MetadataIncompleteBuffer);
        }
        Ok(end)
    }

    /// The bytes of all tensors.
    pub(crate) fn data_len(&self) -> usize {
        self.tensors.last().map_or(0, |(_, info)| info.data_offsets.1)
    }
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
                let mut header =
                    Header { description: None, checkpoint: None, tensors: Vec::new() };
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        let Entries { densely, checkpoint } = map.next_value()?;
                        (header.description, header.checkpoint) = (densely, checkpoint);
                    } else {
                        let info = map.next_value::<Info>()?.into();
                        // To double would take a file of nothing but names too far.
                        if header.tensors.len() == header.tensors.capacity() {
                            header.tensors.reserve_exact(header.tensors.len() / 4 + 16);
                        }
                        header.tensors.push((name, info));
                    }
                }
                Ok(header)
            }
        }
        deserializer.deserialize_map(Names)
    }
}

/// The type, the shape and the place of a tensor.
#[derive(serde::Deserialize)]
struct Info {
    dtype: Dtype,
    shape: Shape,
    data_offsets: (usize, usize),
}

impl From<Info> for TensorInfo {
    fn from(Info { dtype, shape: Shape(shape), data_offsets }: Info) -> Self {
        Self { dtype, shape, data_offsets }
    }
}

/// A shape of few dimensions: each takes a few bytes of a file, and more of memory.
struct Shape(Vec<usize>);

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const MOST: usize = 8;
        struct Sizes;
        impl<'de> Visitor<'de> for Sizes {
            type Value = Shape;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "at most {MOST} dimensions")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sizes: A) -> Result<Shape, A::Error> {
                let mut shape = Vec::with_capacity(2);
                while let Some(size) = sizes.next_element()? {
                    if shape.len() == MOST {
                        return Err(A::Error::invalid_length(MOST + 1, &self));
                    }
                    shape.push(size);
                }
                Ok(Shape(shape))
            }
        }
        deserializer.deserialize_seq(Sizes)
    }
}

/// Our entries; those of other programs are left out.
#[derive(serde::Deserialize)]
struct Entries {
    densely: Option<String>,
    #[serde(rename = "densely-checkpoint")]
    checkpoint: Option<String>,
}
