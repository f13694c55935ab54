use std::collections::BTreeMap;

use densely_layers::Parameters;
use densely_tensor::{Mat, Scalar};

use crate::{OptimError, Optimizer};

/// Integers beyond which not every one is an `f64`.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// What an optimiser remembers of its steps, as plain data: matrices by a name and the
/// [path](densely_layers::param_path) of their parameter, and numbers by a name.
///
/// ```
/// use densely_layers::{Layer, Linear, Param};
/// use densely_optim::{Adam, Optimizer, OptimizerState};
/// use densely_tensor::{Threads, mat};
///
/// let mut layer = Linear::from_parts(mat![[2.0_f64]], mat![[0.0]])?;
/// layer.visit_params_mut(&mut |param: &mut Param<f64>| param.grad.fill(1.0));
/// let mut adam = Adam::new(0.1);
/// adam.step(&mut layer, &Threads::single())?;
///
/// let state = OptimizerState::of(&adam, &layer)?;
/// assert_eq!(state.numbers().collect::<Vec<_>>(), [("steps", 1.0)]);
/// let names: Vec<_> = state.matrices().map(|(name, _)| name).collect();
/// assert_eq!(names, ["m.bias", "m.weight", "v.bias", "v.weight"]);
///
/// let mut other = Adam::new(0.1); // goes on where the first one is
/// state.restore(&mut other, &layer)?;
/// assert_eq!(format!("{other:?}"), format!("{adam:?}"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OptimizerState<T: Scalar> {
    matrices: BTreeMap<String, Mat<T>>,
    numbers: BTreeMap<String, f64>,
}

impl<T: Scalar> OptimizerState<T> {
    /// That of an optimiser before its first step.
    #[must_use]
    pub fn new() -> Self {
        Self { matrices: BTreeMap::new(), numbers: BTreeMap::new() }
    }

    /// What an optimiser of these parameters remembers.
    ///
    /// # Errors
    /// As [`Optimizer::save_state`].
    pub fn of(
        optimizer: &dyn Optimizer<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<Self, OptimError> {
        let mut state = Self::new();
        optimizer.save_state(&mut state, parameters)?;
        Ok(state)
    }

    /// Makes a new optimiser go on from here.
    ///
    /// # Errors
    /// As [`Optimizer::load_state`], and if something is left of the state. The optimiser is of no
    /// use then.
    pub fn restore(
        mut self,
        optimizer: &mut dyn Optimizer<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        optimizer.load_state(&mut self, parameters)?;
        let (mut matrices, mut numbers) = (self.matrices.into_keys(), self.numbers.into_keys());
        match matrices.next().or_else(|| numbers.next()) {
            None => Ok(()),
            Some(name) => Err(OptimError::state(&name, "is of another optimiser")),
        }
    }

    /// Adds a number.
    ///
    /// # Errors
    /// If there is one of this name.
    pub fn insert_number(&mut self, name: &str, value: f64) -> Result<(), OptimError> {
        match self.numbers.insert(name.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(OptimError::state(name, "is there twice")),
        }
    }

    /// Takes a number out.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn take_number(&mut self, name: &str) -> Result<f64, OptimError> {
        self.numbers.remove(name).ok_or_else(|| OptimError::state(name, "is missing"))
    }

    /// Takes a number of steps, or the like, out.
    ///
    /// # Errors
    /// If there is none of this name, or it is no integer from 0 to 2⁵³.
    pub fn take_count(&mut self, name: &str) -> Result<u64, OptimError> {
        let number = self.take_number(name)?;
        if (0.0..=LARGEST).contains(&number) && number.fract() == 0.0 {
            return Ok(number as u64);
        }
        Err(OptimError::state(name, "is no number of steps"))
    }

    /// Adds a matrix that belongs to the parameter of this path.
    ///
    /// # Errors
    /// If there is one of this name and path: a layer shows several parameters by one path.
    pub fn insert_matrix(
        &mut self,
        name: &str,
        path: &str,
        value: Mat<T>,
    ) -> Result<(), OptimError> {
        let key = format!("{name}.{path}");
        if self.matrices.contains_key(&key) {
            return Err(OptimError::state(&key, "is there twice"));
        }
        self.matrices.insert(key, value);
        Ok(())
    }

    /// Takes a matrix out, if there is one of this name and path.
    pub fn take_matrix(&mut self, name: &str, path: &str) -> Option<Mat<T>> {
        self.matrices.remove(&format!("{name}.{path}"))
    }

    /// The matrices by name and path, with a dot between, in the order of these.
    pub fn matrices(&self) -> impl Iterator<Item = (&str, &Mat<T>)> {
        self.matrices.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The numbers by name, in the order of these.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, f64)> {
        self.numbers.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Of matrices, each with the name and the path in one, and numbers.
    #[must_use]
    pub fn from_parts(
        matrices: impl IntoIterator<Item = (String, Mat<T>)>,
        numbers: impl IntoIterator<Item = (String, f64)>,
    ) -> Self {
        Self { matrices: matrices.into_iter().collect(), numbers: numbers.into_iter().collect() }
    }

    /// The matrices and the numbers.
    #[must_use]
    pub fn into_parts(self) -> (BTreeMap<String, Mat<T>>, BTreeMap<String, f64>) {
        (self.matrices, self.numbers)
    }
}

impl<T: Scalar> Default for OptimizerState<T> {
    fn default() -> Self {
        Self::new()
    }
}
