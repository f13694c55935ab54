use std::borrow::Cow;
use std::collections::BTreeMap;

use densely_tensor::{Mat, MatRef, Scalar};
use safetensors::tensor::{Dtype, SafeTensors, View};

use crate::error::Reason;

/// The tensors of a file to be written, by name.
#[derive(Debug, Default)]
pub(crate) struct Tensors(BTreeMap<String, Tensor>);

#[derive(Debug)]
struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensors {
    pub(crate) fn insert_vector<T: Scalar>(&mut self, name: impl Into<String>, values: &[T]) {
        self.insert::<T>(name.into(), vec![values.len()], values.iter().copied());
    }

    /// Row by row, as other programs store matrices.
    pub(crate) fn insert_matrix<T: Scalar>(&mut self, name: impl Into<String>, x: MatRef<'_, T>) {
        let values = (0..x.nrows()).flat_map(|i| (0..x.ncols()).map(move |j| x[(i, j)]));
        self.insert::<T>(name.into(), vec![x.nrows(), x.ncols()], values);
    }

    fn insert<T: Scalar>(
        &mut self,
        name: String,
        shape: Vec<usize>,
        values: impl Iterator<Item = T>,
    ) {
        let mut bytes = Vec::with_capacity(shape.iter().product::<usize>() * size_of::<T>());
        values.for_each(|value| value.extend_le_bytes(&mut bytes));
        self.0.insert(name, Tensor { dtype: dtype::<T>(), shape, bytes });
    }

    /// Adds all names, shapes and contents to a hash, in the order of the names.
    pub(crate) fn hash(&self, hasher: &mut blake3::Hasher) {
        for (name, tensor) in &self.0 {
            hash(hasher, name, tensor.dtype, &tensor.shape, &tensor.bytes);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, impl View)> {
        self.0.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// The tensors of a file that was read.
#[derive(Debug)]
pub(crate) struct Stored<'a>(pub(crate) SafeTensors<'a>);

impl Stored<'_> {
    pub(crate) fn vector<T: Scalar>(&self, name: &str, len: usize) -> Result<Vec<T>, Reason> {
        self.values(name, &[len])
    }

    /// A vector of as many values as there are.
    pub(crate) fn any_vector<T: Scalar>(&self, name: &str) -> Result<Vec<T>, Reason> {
        let tensor = self.0.tensor(name).map_err(|_| Reason::MissingTensor(name.to_owned()))?;
        // What is no vector is refused for its shape.
        self.vector(name, tensor.shape().first().copied().unwrap_or(0))
    }

    pub(crate) fn matrix<T: Scalar>(
        &self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Mat<T>, Reason> {
        let values = self.values::<T>(name, &[rows, columns])?;
        Ok(Mat::from_fn(rows, columns, |i, j| values[i * columns + j]))
    }

    /// Nothing is allocated before the file is known to hold as many values.
    fn values<T: Scalar>(&self, name: &str, shape: &[usize]) -> Result<Vec<T>, Reason> {
        let tensor = self.0.tensor(name).map_err(|_| Reason::MissingTensor(name.to_owned()))?;
        if tensor.dtype() != dtype::<T>() || tensor.shape() != shape {
            return Err(Reason::Tensor {
                name: name.to_owned(),
                expected: format!("{:?} {shape:?}", dtype::<T>()),
                actual: format!("{:?} {:?}", tensor.dtype(), tensor.shape()),
            });
        }
        let chunks = tensor.data().chunks_exact(size_of::<T>());
        let values: Vec<T> = chunks.filter_map(T::from_le_bytes).collect();
        if values.iter().all(|value| Scalar::is_finite(*value)) {
            Ok(values)
        } else {
            Err(Reason::NotFinite(name.to_owned()))
        }
    }

    /// As [`Tensors::hash`].
    pub(crate) fn hash(&self, hasher: &mut blake3::Hasher) {
        let tensors: BTreeMap<_, _> = self.0.iter().collect();
        for (name, tensor) in tensors {
            hash(hasher, name, tensor.dtype(), tensor.shape(), tensor.data());
        }
    }
}

fn hash(hasher: &mut blake3::Hasher, name: &str, dtype: Dtype, shape: &[usize], bytes: &[u8]) {
    hasher.update(format!("{name:?} {dtype:?} {shape:?} {}\n", bytes.len()).as_bytes());
    hasher.update(bytes);
}

fn dtype<T: Scalar>() -> Dtype {
    if size_of::<T>() == 4 { Dtype::F32 } else { Dtype::F64 }
}
