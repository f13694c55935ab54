use densely_layers::{Param, Parameters};
use densely_tensor::kernels::{map_in_place, vectorize};
use densely_tensor::{
    Mat, MatMut, MatRef, Scalar, ShapeError, Threads, column, column_mut, matrix_bytes,
};

use crate::{OptimError, OptimizerState, Penalty};

/// Entries of a parameter in one panel of an update.
const PANEL_ENTRIES: usize = 1 << 15;

/// The number of columns in a panel of a parameter with so many rows.
pub(crate) fn panel_width(rows: usize) -> usize {
    (PANEL_ENTRIES / rows.max(1)).max(1)
}

/// A pass over all parameters: one step.
pub(crate) struct Pass<'a, T: Scalar> {
    parameters: &'a mut dyn Parameters<T>,
    threads: &'a Threads,
    penalty: Penalty,
    learning_rate: f64,
}

impl<'a, T: Scalar> Pass<'a, T> {
    pub(crate) fn new(
        parameters: &'a mut dyn Parameters<T>,
        threads: &'a Threads,
        penalty: Penalty,
        learning_rate: f64,
    ) -> Self {
        Self { parameters, threads, penalty, learning_rate }
    }
}

/// What an optimiser remembers of the steps before: the same number of matrices for each
/// parameter, of its shape, in the order in which the parameters are visited.
#[derive(Debug, Clone)]
pub(crate) struct State<T> {
    matrices: Vec<Mat<T>>,
}

impl<T: Scalar> State<T> {
    pub(crate) fn new() -> Self {
        Self { matrices: Vec::new() }
    }

    /// Allocates `count` matrices full of `initial` for each parameter, or checks that
    /// those there are fit.
    ///
    /// # Errors
    /// If they do not, or there is no memory for them.
    fn prepare(
        &mut self,
        parameters: &dyn Parameters<T>,
        count: usize,
        initial: T,
    ) -> Result<(), OptimError> {
        let matrices = &mut self.matrices;
        if matrices.is_empty() {
            let mut bytes = 0_u128;
            parameters.each(&mut |param| {
                let (rows, columns) = param.value.shape();
                bytes = bytes.saturating_add(matrix_bytes::<T>(rows, columns));
            });
            // All at once, before parts of it are taken.
            let bytes = bytes.saturating_mul(count as u128);
            ShapeError::expect_memory("Optimizer", "its state", bytes)?;
            parameters.each(&mut |param| {
                let (rows, columns) = param.value.shape();
                matrices.extend((0..count).map(|_| Mat::from_fn(rows, columns, |_, _| initial)));
            });
        }
        self.check(parameters, count)
    }

    /// Whether there are `count` matrices of the shape of each parameter.
    fn check(&self, parameters: &dyn Parameters<T>, count: usize) -> Result<(), OptimError> {
        let mut shapes = self.matrices.iter().map(Mat::shape);
        let mut fits = true;
        parameters.each(&mut |param| {
            fits &= (0..count).all(|_| shapes.next() == Some(param.value.shape()));
        });
        if fits && shapes.next().is_none() { Ok(()) } else { Err(OptimError::OtherNetwork) }
    }

    /// Adds the matrices, by these names for those of each parameter; none before the first step.
    ///
    /// # Errors
    /// If they are of other parameters, or two of these have one path.
    pub(crate) fn save(
        &self,
        names: &[&str],
        into: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        if self.matrices.is_empty() {
            return Ok(());
        }
        self.check(parameters, names.len())?;
        let mut matrices = self.matrices.iter();
        let mut result = Ok(());
        parameters.each_path(&mut |path, _| {
            for (name, matrix) in names.iter().zip(matrices.by_ref()) {
                if result.is_ok() {
                    result = into.insert_matrix(name, path, matrix.clone());
                }
            }
        });
        result
    }

    /// Takes out what [`save`](Self::save) added: all, or nothing if nothing is there.
    ///
    /// # Errors
    /// If a matrix is missing, or has another shape than its parameter.
    pub(crate) fn load(
        &mut self,
        names: &[&str],
        from: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        let (mut matrices, mut missing, mut misshapen) = (Vec::new(), None, None);
        parameters.each_path(&mut |path, param| {
            for name in names {
                let full = || format!("{name}.{path}");
                match from.take_matrix(name, path) {
                    Some(found) if found.shape() == param.value.shape() => matrices.push(found),
                    Some(_) => misshapen = misshapen.take().or_else(|| Some(full())),
                    None => missing = missing.take().or_else(|| Some(full())),
                }
            }
        });
        match (misshapen, missing) {
            (Some(name), _) => Err(OptimError::state(&name, "has not the shape of its parameter")),
            (None, Some(name)) if !matrices.is_empty() => {
                Err(OptimError::state(&name, "is missing"))
            }
            _ => {
                self.matrices = matrices;
                Ok(())
            }
        }
    }

    /// `[w, s₁, s₂, ...] = rule([w, s₁, s₂, ...], g)` for every entry `w` of every
    /// parameter, its state, and its gradient `g`, in which the penalty is included:
    /// one pass over the memory, shared among threads.
    ///
    /// Of `M` values, `M - 1` are state, which is `initial` in the first step.
    ///
    /// # Errors
    /// If the state is that of other parameters; then nothing has changed.
    pub(crate) fn update<const M: usize>(
        &mut self,
        pass: Pass<'_, T>,
        initial: T,
        rule: impl Fn([T; M], T) -> [T; M] + Copy + Sync,
    ) -> Result<(), OptimError> {
        let Pass { parameters, threads, penalty, learning_rate } = pass;
        self.prepare(parameters, M - 1, initial)?;
        let mut matrices = self.matrices.iter_mut();
        parameters.each_mut(&mut |param| {
            let terms = penalty.terms::<T>(param.decay, learning_rate);
            let Param { value, grad, .. } = param;
            let (width, mut value) = (panel_width(value.nrows()), Some(value));
            let entries: [MatMut<'_, T>; M] = std::array::from_fn(|_| {
                let next = value.take().or_else(|| matrices.next());
                next.expect("as many matrices as were prepared").as_mut()
            });
            threads.panels((entries, grad.as_ref()), width, |_, (entries, grad)| {
                if terms.is_l2() {
                    each_entry(
                        entries,
                        grad,
                        #[inline(always)]
                        move |w, d| terms.l2(w, d),
                        rule,
                    );
                } else {
                    each_entry(
                        entries,
                        grad,
                        #[inline(always)]
                        move |w, d| terms.all(w, d),
                        rule,
                    );
                }
            });
        });
        Ok(())
    }
}

#[inline(always)]
fn each_entry<T: Scalar, const M: usize>(
    mut entries: [MatMut<'_, T>; M],
    grad: MatRef<'_, T>,
    penalize: impl Fn(T, T) -> (T, T),
    rule: impl Fn([T; M], T) -> [T; M],
) {
    // By value: constants behind a reference would be read again after every write.
    vectorize(
        #[inline(always)]
        move || {
            for j in 0..grad.ncols() {
                let entries = entries.each_mut().map(|entries| column_mut(entries.as_mut(), j));
                map_in_place(
                    entries,
                    [column(grad, j)],
                    #[inline(always)]
                    |mut entry, [d]| {
                        let (w, g) = penalize(entry[0], d);
                        entry[0] = w;
                        rule(entry, g)
                    },
                );
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use densely_layers::Linear;

    use super::*;

    #[test]
    fn a_state_that_no_memory_holds_is_an_error_and_leaves_none() {
        let linear = Linear::<f32>::from_parts(Mat::zeros(2, 3), Mat::zeros(2, 1)).unwrap();
        let mut state = State::new();
        let error = state.prepare(&linear, 1 << 60, 0.0).unwrap_err();
        assert!(matches!(error, OptimError::Memory(ShapeError::Memory { .. })), "{error}");
        assert!(error.to_string().starts_with("Optimizer: no memory for its state, which would"));
        assert_eq!(state.prepare(&linear, 2, 0.0), Ok(()));
        assert_eq!(state.matrices.len(), 4);
    }
}
