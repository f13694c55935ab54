use densely_parts::{OptionError, Options, Spec, Value};
use densely_tensor::{Mat, MatRef, Scalar, Threads};

use crate::{Learned, PreprocessError, Transform};

/// A transformation that is fitted by its name, and comes back from what it has learnt: with it,
/// one of your own can be named wherever ours are, cross-validated, stored and loaded.
///
/// ```
/// use densely_parts::{Options, Spec};
/// use densely_preprocess::{
///     Learned, PreprocessError, Transform, TransformKind, TransformKinds,
/// };
/// use densely_tensor::{MatMut, MatRef, Scalar, Threads, mat};
///
/// /// `y = x − x₁`, the first example of the training data.
/// #[derive(Debug)]
/// struct SinceFirst { first: Vec<f64> }
///
/// impl TransformKind for SinceFirst {
///     const SPEC: Spec = Spec::new("since-first", "without the first example");
///
///     fn fit_by<T: Scalar>(
///         _options: &Options,
///         x: MatRef<'_, T>,
///         _threads: &Threads,
///     ) -> Result<Self, PreprocessError> {
///         Ok(Self { first: (0..x.nrows()).map(|i| x[(i, 0)].to_f64()).collect() })
///     }
///
///     fn learned(&self) -> Learned {
///         Learned::new().with_vector("first", &self.first)
///     }
///
///     fn from_learned(
///         _options: &Options,
///         features: usize,
///         learned: &mut Learned,
///     ) -> Result<Self, PreprocessError> {
///         Ok(Self { first: learned.vector("first", features)? })
///     }
/// }
///
/// impl Transform for SinceFirst {
///     fn in_features(&self) -> usize { self.first.len() }
///     fn out_features(&self) -> usize { self.first.len() }
///     fn apply(&self, x: MatRef<'_, f64>, mut y: MatMut<'_, f64>) {
///         for j in 0..x.ncols() {
///             for i in 0..x.nrows() {
///                 y[(i, j)] = x[(i, j)] - self.first[i];
///             }
///         }
///     }
///     fn invert(&self, y: MatRef<'_, f64>, mut x: MatMut<'_, f64>) {
///         for j in 0..y.ncols() {
///             for i in 0..y.nrows() {
///                 x[(i, j)] = y[(i, j)] + self.first[i];
///             }
///         }
///     }
/// }
///
/// let known = TransformKinds::new().with::<SinceFirst>();
/// let x = mat![[1.0, 3.0], [2.0, 8.0]];
/// let fitted = known.fit(["since-first", "min-max"], x.as_ref(), &Threads::single())?;
/// assert_eq!(fitted.to_string(), "since-first,min-max");
/// assert_eq!(fitted.transform(x.as_ref())?, mat![[0.0, 1.0], [0.0, 1.0]]);
/// # Ok::<(), PreprocessError>(())
/// ```
pub trait TransformKind: Transform + Sized + 'static {
    /// What its kind is called, and its options.
    const SPEC: Spec;

    /// Whether it learns of each feature by itself, and [what it has learnt](Self::learned) are vectors with
    /// a number for each: then it can be fitted to some features at a time, and a large table needs less memory.
    /// By default, it does not.
    const FEATUREWISE: bool = false;

    /// Whether options that are in range each go together. By default, they do.
    ///
    /// # Errors
    /// For the first that does not fit those before it.
    fn check(options: &Options) -> Result<(), OptionError> {
        let _ = options;
        Ok(())
    }

    /// Fits it to the training data, with options that are those of [`SPEC`](Self::SPEC), in range.
    /// The result has the same bits at any number of threads.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If it cannot be fitted to these data.
    fn fit_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError>;

    /// Fits it, and transforms the same examples: up to rounding errors, as one after the other,
    /// which is what is done by default.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit_by`](Self::fit_by).
    fn fit_transform_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<(Self, Mat<T>), PreprocessError> {
        let fitted = Self::fit_by(options, x, threads)?;
        let y = fitted.transform_on(x, threads)?;
        Ok((fitted, y))
    }

    /// The values of its options, in the order of [`SPEC`](Self::SPEC); none by default.
    fn values(&self) -> Vec<Value> {
        Vec::new()
    }

    /// What it has learnt: with the options, all that there is to it.
    fn learned(&self) -> Learned;

    /// The transformation of so many features that has learnt this.
    ///
    /// # Errors
    /// If it cannot have learnt it.
    fn from_learned(
        options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError>;

    /// Whether each feature becomes one, which is made of it alone, and so keeps its name. By
    /// default, it does not.
    fn keeps_features(&self) -> bool {
        false
    }
}
