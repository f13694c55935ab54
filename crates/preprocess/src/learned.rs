use std::collections::BTreeMap;

use densely_tensor::{Mat, MatRef};

use crate::PreprocessError;

/// What a transformation has learnt from the training data: numbers, by their names.
///
/// A fitted transformation [gives](crate::TransformKind::learned) them to be stored, and is
/// [made](crate::TransformKind::from_learned) of them again.
///
/// ```
/// use densely_preprocess::Learned;
/// use densely_tensor::mat;
///
/// let learned = Learned::new().with_vector("mean", &[1.0, 2.0]);
/// let mut learned = learned.with_matrix("components", mat![[0.6, 0.8]].as_ref());
/// assert_eq!(learned.vector("mean", 2)?, [1.0, 2.0]);
/// assert_eq!(learned.matrix("components", 1, 2)?, mat![[0.6, 0.8]]);
/// let error = learned.vector("scale", 2).unwrap_err().to_string();
/// assert_eq!(error, "the numbers `scale` of the transformation are missing");
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Learned {
    tensors: BTreeMap<String, Tensor>,
}

#[derive(Debug, Clone, PartialEq)]
struct Tensor {
    shape: Vec<usize>,
    /// Row by row.
    values: Vec<f64>,
}

impl Learned {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With a vector of this name.
    #[must_use]
    pub fn with_vector(mut self, name: impl Into<String>, values: &[f64]) -> Self {
        self.insert(name, vec![values.len()], values.to_vec());
        self
    }

    /// With a matrix of this name.
    #[must_use]
    pub fn with_matrix(mut self, name: impl Into<String>, x: MatRef<'_, f64>) -> Self {
        let values = (0..x.nrows()).flat_map(|i| (0..x.ncols()).map(move |j| x[(i, j)]));
        self.insert(name, vec![x.nrows(), x.ncols()], values.collect());
        self
    }

    /// Adds numbers of this shape, row by row.
    ///
    /// # Panics
    /// If the shape is not that of as many.
    pub fn insert(&mut self, name: impl Into<String>, shape: Vec<usize>, values: Vec<f64>) {
        assert_eq!(shape.iter().product::<usize>(), values.len(), "numbers of shape {shape:?}");
        self.tensors.insert(name.into(), Tensor { shape, values });
    }

    /// Name, shape and numbers of each, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[usize], &[f64])> {
        let tensors = self.tensors.iter();
        tensors.map(|(name, Tensor { shape, values })| (name.as_str(), &shape[..], &values[..]))
    }

    /// The length of a vector, or the rows of a matrix.
    ///
    /// # Errors
    /// [`PreprocessError::Missing`].
    pub fn len(&self, name: &str) -> Result<usize, PreprocessError> {
        let tensor = self.tensors.get(name).ok_or_else(|| missing(name))?;
        Ok(tensor.shape.first().copied().unwrap_or(0))
    }

    /// Takes a vector of this length.
    ///
    /// # Errors
    /// [`PreprocessError::Missing`], or [`PreprocessError::Learned`] for another shape.
    pub fn vector(&mut self, name: &str, len: usize) -> Result<Vec<f64>, PreprocessError> {
        self.take(name, &[len])
    }

    /// Takes a matrix of this shape.
    ///
    /// # Errors
    /// [`PreprocessError::Missing`], or [`PreprocessError::Learned`] for another shape.
    pub fn matrix(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Mat<f64>, PreprocessError> {
        let values = self.take(name, &[rows, columns])?;
        Ok(Mat::from_fn(rows, columns, |i, j| values[i * columns + j]))
    }

    /// Takes a matrix of this shape, and turns its rows into columns.
    ///
    /// # Errors
    /// As [`matrix`](Self::matrix).
    pub fn transposed(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Mat<f64>, PreprocessError> {
        let values = self.take(name, &[rows, columns])?;
        Ok(Mat::from_fn(columns, rows, |i, j| values[j * columns + i]))
    }

    /// Adds what others have learnt of the features that come next to the vectors of the same names.
    pub(crate) fn extend(&mut self, next: &Self) {
        for (name, tensor) in &next.tensors {
            let all = self.tensors.entry(name.clone());
            let all = all.or_insert_with(|| Tensor { shape: vec![0], values: Vec::new() });
            all.values.extend(&tensor.values);
            all.shape = vec![all.values.len()];
        }
    }

    /// Of vectors for so many features, the numbers of some of them; `None` if one is no such vector.
    pub(crate) fn of_features(&self, features: usize, chosen: &[usize]) -> Option<Self> {
        let mut of_chosen = Self::new();
        for (name, Tensor { shape, values }) in &self.tensors {
            if *shape != [features] {
                return None;
            }
            let values: Option<Vec<f64>> = chosen.iter().map(|&i| values.get(i).copied()).collect();
            of_chosen.insert(name, vec![chosen.len()], values?);
        }
        Some(of_chosen)
    }

    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f64>, PreprocessError> {
        match self.tensors.remove(name) {
            None => Err(missing(name)),
            Some(tensor) if tensor.shape == shape => Ok(tensor.values),
            Some(tensor) => Err(PreprocessError::Learned {
                name: name.to_owned(),
                expected: shape.to_vec(),
                actual: tensor.shape,
            }),
        }
    }
}

fn missing(name: &str) -> PreprocessError {
    PreprocessError::Missing { name: name.to_owned() }
}
