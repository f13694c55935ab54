use std::collections::BTreeMap;

use densely_optim::OptimizerState;
use densely_tensor::{Mat, Scalar};

use crate::plain::{Numbers, Plain};
use crate::{Difference, ModelError};

/// What the names of all that the optimiser remembers begin with.
pub(crate) const OPTIMIZER: &str = "optimizer.";

/// All that a training is between two steps, as plain data: what
/// [`Training::checkpoint`](crate::Training::checkpoint) gives and
/// [`Trainer::resume`](crate::Trainer::resume) takes. `densely-formats` keeps it in a file.
///
/// Everything has a name. Matrices are the parameters by their
/// [path](densely_layers::param_path), `0.weight`; those of the best epoch, `best.0.weight`; and
/// what the optimiser remembers, `optimizer.velocity.0.weight`. Numbers are whatever else is
/// computed; texts are the options of the training, and hashes of its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint<T: Scalar> {
    matrices: BTreeMap<String, Mat<T>>,
    numbers: BTreeMap<String, Vec<f64>>,
    texts: BTreeMap<String, String>,
}

impl<T: Scalar> Checkpoint<T> {
    /// Of what a file holds. It is looked at when a training resumes from it.
    #[must_use]
    pub fn from_parts(
        matrices: BTreeMap<String, Mat<T>>,
        numbers: BTreeMap<String, Vec<f64>>,
        texts: BTreeMap<String, String>,
    ) -> Self {
        Self { matrices, numbers, texts }
    }

    /// The matrices, in the order of their names.
    #[must_use]
    pub fn matrices(&self) -> &BTreeMap<String, Mat<T>> {
        &self.matrices
    }

    /// The numbers, in the order of their names.
    #[must_use]
    pub fn numbers(&self) -> &BTreeMap<String, Vec<f64>> {
        &self.numbers
    }

    /// The options of the training, in the order of their names.
    #[must_use]
    pub fn options(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    /// In what a training with these options differs from this one, in the order of their names.
    pub(crate) fn differences(&self, now: &BTreeMap<String, String>) -> Vec<Difference> {
        let none = || "left out".to_owned();
        let mut names: Vec<_> = self.texts.keys().chain(now.keys()).collect();
        names.sort();
        names.dedup();
        let of = |texts: &BTreeMap<String, String>, name| texts.get(name).cloned();
        let both = names.into_iter().map(|name| (name, of(&self.texts, name), of(now, name)));
        both.filter(|(_, before, now)| before != now)
            .map(|(name, before, now)| {
                let [before, now] = [before, now].map(|value| value.unwrap_or_else(none));
                Difference::new(name, before, now)
            })
            .collect()
    }

    pub(crate) fn new(texts: BTreeMap<String, String>) -> Self {
        Self { matrices: BTreeMap::new(), numbers: BTreeMap::new(), texts }
    }

    pub(crate) fn insert_matrix(&mut self, name: String, value: Mat<T>) -> Result<(), ModelError> {
        if self.matrices.contains_key(&name) {
            return Err(damaged(&name, "is there twice: two parameters have this path"));
        }
        self.matrices.insert(name, value);
        Ok(())
    }

    pub(crate) fn insert_numbers(&mut self, name: &str, value: Vec<f64>) {
        self.numbers.insert(name.to_owned(), value);
    }

    /// Takes a matrix of this shape out.
    pub(crate) fn take_matrix(
        &mut self,
        name: &str,
        shape: (usize, usize),
    ) -> Result<Mat<T>, ModelError> {
        match self.matrices.remove(name) {
            Some(matrix) if matrix.shape() == shape => Ok(matrix),
            Some(_) => Err(damaged(name, "has not the shape of its parameter")),
            None => Err(damaged(name, "is missing")),
        }
    }

    /// Takes out what was put down by this name.
    pub(crate) fn take<P: Plain>(&mut self, name: &str) -> Result<P, ModelError> {
        self.take_with(name, P::read)
    }

    /// The same, with what reads it.
    pub(crate) fn take_with<R>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Numbers<'_>) -> Option<R>,
    ) -> Result<R, ModelError> {
        let numbers = self.numbers.remove(name).ok_or_else(|| damaged(name, "is missing"))?;
        Numbers::read_all(&numbers, read).ok_or_else(|| damaged(name, "has other numbers"))
    }

    /// Takes out what the optimiser remembers: all with names that begin with `optimizer.`.
    pub(crate) fn take_optimizer(&mut self) -> Result<OptimizerState<T>, ModelError> {
        let of = |name: &String| Some(name.strip_prefix(OPTIMIZER)?.to_owned());
        let names: Vec<_> = self.matrices.keys().filter_map(of).collect();
        let matrix = |name: String| {
            let matrix = self.matrices.remove(&format!("{OPTIMIZER}{name}"))?;
            Some((name, matrix))
        };
        let matrices: Vec<_> = names.into_iter().filter_map(matrix).collect();
        let names: Vec<_> = self.numbers.keys().filter_map(of).collect();
        let number = |name: String| {
            let number = self.take(&format!("{OPTIMIZER}{name}"))?;
            Ok((name, number))
        };
        let numbers = names.into_iter().map(number).collect::<Result<Vec<_>, ModelError>>()?;
        Ok(OptimizerState::from_parts(matrices, numbers))
    }

    /// Takes numbers out that nobody needs.
    pub(crate) fn discard(&mut self, name: &str) {
        self.numbers.remove(name);
    }

    /// Whether all has been taken out.
    pub(crate) fn expect_empty(&self) -> Result<(), ModelError> {
        match self.matrices.keys().chain(self.numbers.keys()).next() {
            None => Ok(()),
            Some(name) => Err(damaged(name, "is of another training")),
        }
    }
}

/// The error for a part that is not what it should be.
pub(crate) fn damaged(part: &str, problem: &'static str) -> ModelError {
    ModelError::Checkpoint { part: part.to_owned(), problem }
}
