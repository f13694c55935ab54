use densely_tensor::{Mat, MatMut, MatRef, Scalar, ShapeError, Threads};

use crate::{Method, PreprocessError, Preprocessor, Transform};

/// Transformations one after the other: `y = tₘ(… t₂(t₁(x)))`.
///
/// Each is fitted to what those before it make of the training data; the inverse undoes
/// them from the last to the first.
///
/// ```
/// use densely_preprocess::{Components, Method, Pipeline, Transform};
/// use densely_tensor::mat;
///
/// // Metres and millimetres: components mean something only in common units.
/// let x = mat![[1.0, 2.0, 3.0], [1000.0, 2000.0, 3000.0]];
/// let pca = Method::Pca { components: Components::Count(1) };
/// let pipeline = Pipeline::fit(&[Method::Standardize, pca], x.as_ref())?;
/// assert_eq!((pipeline.in_features(), pipeline.out_features()), (2, 1));
/// let y = pipeline.transform(x.as_ref())?;
/// assert!((y - mat![[-3_f64.sqrt(), 0.0, 3_f64.sqrt()]]).norm_max() < 1e-14);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    steps: Vec<Preprocessor>,
}

impl Pipeline {
    /// Fits each method to what those before it make of the training data, in `f64`.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If there are no methods, or one cannot be fitted.
    pub fn fit<T: Scalar>(methods: &[Method], x: MatRef<'_, T>) -> Result<Self, PreprocessError> {
        Self::fit_on(methods, x, &Threads::single())
    }

    /// [`fit`](Self::fit) on these threads: the result has the same bits at any number.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_on<T: Scalar>(
        methods: &[Method],
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        let mut steps: Vec<Preprocessor> = Vec::new();
        let mut y: Option<Mat<f64>> = None;
        for (step, method) in methods.iter().enumerate() {
            if let Some(last) = steps.last() {
                let next = match &y {
                    None => last.transform_on(to_f64(x).as_ref(), threads)?,
                    Some(y) => last.transform_on(y.as_ref(), threads)?,
                };
                y = Some(next);
            }
            let fitted = match &y {
                None => method.fit_on(x, threads),
                Some(y) => method.fit_on(y.as_ref(), threads),
            };
            let in_step = |source| {
                let (method, source) = (method.to_string(), Box::new(source));
                PreprocessError::Step { step, method, source }
            };
            steps.push(fitted.map_err(in_step)?);
        }
        Self::new(steps)
    }

    /// Of these transformations. A pipeline among them is replaced by its steps.
    ///
    /// # Errors
    /// If there are none, or one does not take as many features as come out of the one
    /// before it.
    pub fn new(steps: Vec<Preprocessor>) -> Result<Self, PreprocessError> {
        ShapeError::expect_some("Pipeline", "steps", steps.len())?;
        let flat = |step| match step {
            Preprocessor::Pipeline(Self { steps }) => steps,
            step => vec![step],
        };
        let steps: Vec<Preprocessor> = steps.into_iter().flat_map(flat).collect();
        for pair in steps.windows(2) {
            let (out, next) = (pair[0].out_features(), pair[1].in_features());
            ShapeError::expect("Pipeline", "features for the next step", out, next)?;
        }
        Ok(Self { steps })
    }

    /// The transformations, in order; at least one.
    #[must_use]
    pub fn steps(&self) -> &[Preprocessor] {
        &self.steps
    }
}

fn to_f64<T: Scalar>(x: MatRef<'_, T>) -> Mat<f64> {
    Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)].to_f64())
}

impl Transform for Pipeline {
    fn in_features(&self) -> usize {
        self.steps.first().map_or(0, Transform::in_features)
    }

    fn out_features(&self) -> usize {
        self.steps.last().map_or(0, Transform::out_features)
    }

    fn apply(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>) {
        let Some((last, before)) = self.steps.split_last() else { return };
        let mut now: Option<Mat<f64>> = None;
        for step in before {
            let mut next = Mat::zeros(step.out_features(), x.ncols());
            step.apply(now.as_ref().map_or(x, Mat::as_ref), next.as_mut());
            now = Some(next);
        }
        last.apply(now.as_ref().map_or(x, Mat::as_ref), y);
    }

    fn invert(&self, y: MatRef<'_, f64>, x: MatMut<'_, f64>) {
        let Some((first, after)) = self.steps.split_first() else { return };
        let mut now: Option<Mat<f64>> = None;
        for step in after.iter().rev() {
            let mut next = Mat::zeros(step.in_features(), y.ncols());
            step.invert(now.as_ref().map_or(y, Mat::as_ref), next.as_mut());
            now = Some(next);
        }
        first.invert(now.as_ref().map_or(y, Mat::as_ref), x);
    }
}
