use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use densely_preprocess::Learned;
use densely_tensor::{Mat, MatRef, Scalar, first_non_finite};
use safetensors::tensor::{Dtype, TensorInfo, View};

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

    /// What a transformation has learnt, under names that begin with `prefix.`.
    pub(crate) fn insert_learned(&mut self, prefix: &str, learned: &Learned) {
        for (name, shape, values) in learned.iter() {
            self.insert(format!("{prefix}.{name}"), shape.to_vec(), values.iter().copied());
        }
    }

    fn insert<T: Scalar>(
        &mut self,
        name: String,
        shape: Vec<usize>,
        values: impl Iterator<Item = T>,
    ) {
        let mut bytes = Vec::with_capacity(shape.iter().product::<usize>() * size_of::<T>());
        values.for_each(|value| bytes.extend(value.to_le_bytes().as_ref()));
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

impl Tensors {
    /// Adds what was read from a file.
    pub(crate) fn insert_bytes(&mut self, name: String, info: TensorInfo, bytes: Vec<u8>) {
        self.0.insert(name, Tensor { dtype: info.dtype, shape: info.shape, bytes });
    }

    fn tensor(&self, name: &str) -> Result<&Tensor, Reason> {
        self.0.get(name).ok_or_else(|| Reason::MissingTensor(name.to_owned()))
    }
}

impl Tensor {
    fn expect<T: Scalar>(&self, name: &str, shape: &[usize]) -> Result<(), Reason> {
        if self.dtype == dtype::<T>() && self.shape == shape {
            return Ok(());
        }
        Err(Reason::Tensor {
            name: name.to_owned(),
            expected: format!("{:?} {shape:?}", dtype::<T>()),
            actual: format!("{:?} {:?}", self.dtype, self.shape),
        })
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

/// The tensors of a file that was read. Each is taken once, and its bytes are given back then.
#[derive(Debug)]
pub(crate) struct Stored(RefCell<Tensors>);

impl Stored {
    pub(crate) fn vector<T: Scalar>(&self, name: &str, len: usize) -> Result<Vec<T>, Reason> {
        let values = self.take::<T>(name, &[len])?;
        finite(name, (0..len).map(|i| values.get(i)).collect())
    }

    /// A vector of as many values as there are.
    pub(crate) fn any_vector<T: Scalar>(&self, name: &str) -> Result<Vec<T>, Reason> {
        // What is no vector is refused for its shape.
        let len = self.0.borrow().tensor(name)?.shape.first().copied().unwrap_or(0);
        self.vector(name, len)
    }

    pub(crate) fn matrix<T: Scalar>(
        &self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Mat<T>, Reason> {
        let values = self.take::<T>(name, &[rows, columns])?;
        let matrix = Mat::from_fn(rows, columns, |i, j| values.get(i * columns + j));
        finite_matrix(name, matrix)
    }

    /// The names and the shapes of all, in the order of the names.
    pub(crate) fn shapes(&self) -> Vec<(String, Vec<usize>)> {
        let tensors = self.0.borrow();
        tensors.0.iter().map(|(name, tensor)| (name.clone(), tensor.shape.clone())).collect()
    }

    /// A vector of as many numbers as there are, infinite or NaN as they may be.
    pub(crate) fn numbers(&self, name: &str) -> Result<Vec<f64>, Reason> {
        let len = self.0.borrow().tensor(name)?.shape.first().copied().unwrap_or(0);
        let values = self.take::<f64>(name, &[len])?;
        Ok((0..len).map(|i| values.get(i)).collect())
    }

    /// What a transformation has learnt: all tensors with names that begin with `prefix.`.
    pub(crate) fn learned(&self, prefix: &str) -> Result<Learned, Reason> {
        let begin = format!("{prefix}.");
        let tensors = self.0.borrow();
        let all = tensors.0.range(begin.clone()..).take_while(|(name, _)| name.starts_with(&begin));
        let shapes: Vec<_> = all.map(|(name, x)| (name.clone(), x.shape.clone())).collect();
        drop(tensors);
        let mut learned = Learned::new();
        for (name, shape) in shapes {
            let (values, len) = (self.take::<f64>(&name, &shape)?, shape.iter().product());
            let values = finite(&name, (0..len).map(|i| values.get(i)).collect())?;
            learned.insert(&name[begin.len()..], shape, values);
        }
        Ok(learned)
    }

    /// Whether there is a tensor of this type and shape.
    pub(crate) fn expect<T: Scalar>(&self, name: &str, shape: &[usize]) -> Result<(), Reason> {
        self.0.borrow().tensor(name)?.expect::<T>(name, shape)
    }

    /// Nothing is allocated before the file is known to hold as many values.
    pub(crate) fn take<T: Scalar>(&self, name: &str, shape: &[usize]) -> Result<Values<T>, Reason> {
        self.expect::<T>(name, shape)?;
        let tensor = self.0.borrow_mut().0.remove(name);
        let tensor = tensor.ok_or_else(|| Reason::MissingTensor(name.to_owned()))?;
        Ok(Values { bytes: tensor.bytes, scalar: PhantomData })
    }

    pub(crate) fn hash(&self, hasher: &mut blake3::Hasher) {
        self.0.borrow().hash(hasher);
    }
}

impl From<Tensors> for Stored {
    fn from(tensors: Tensors) -> Self {
        Self(RefCell::new(tensors))
    }
}

/// The values of a tensor that was taken.
pub(crate) struct Values<T> {
    bytes: Vec<u8>,
    scalar: PhantomData<T>,
}

impl<T: Scalar> Values<T> {
    pub(crate) fn get(&self, index: usize) -> T {
        T::from_le_bytes(&self.bytes[index * size_of::<T>()..]).expect("the shape was checked")
    }
}

fn finite<T: Scalar>(name: &str, values: Vec<T>) -> Result<Vec<T>, Reason> {
    let finite = values.iter().all(|value| Scalar::is_finite(*value));
    if finite { Ok(values) } else { Err(Reason::NotFinite(name.to_owned())) }
}

fn finite_matrix<T: Scalar>(name: &str, values: Mat<T>) -> Result<Mat<T>, Reason> {
    match first_non_finite(values.as_ref()) {
        None => Ok(values),
        Some(_) => Err(Reason::NotFinite(name.to_owned())),
    }
}

fn hash(hasher: &mut blake3::Hasher, name: &str, dtype: Dtype, shape: &[usize], bytes: &[u8]) {
    hasher.update(format!("{name:?} {dtype:?} {shape:?} {}\n", bytes.len()).as_bytes());
    hasher.update(bytes);
}

fn dtype<T: Scalar>() -> Dtype {
    if size_of::<T>() == 4 { Dtype::F32 } else { Dtype::F64 }
}
