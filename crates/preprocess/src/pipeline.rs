use std::fmt;

use densely_parts::Kind;
use densely_tensor::{Mat, MatMut, MatRef, Scalar, ShapeError, Threads};

use crate::{FittedTransform, KnownTransform, PreprocessError, Transform, TransformKinds};

/// Transformations one after the other: `y = tₘ(… t₂(t₁(x)))`.
///
/// Each is fitted to what those before it make of the training data; the inverse undoes
/// them from the last to the first. It prints as the [kinds](Kind) that give one of its sizes.
///
/// ```
/// use densely_preprocess::{Pipeline, Transform};
/// use densely_tensor::mat;
///
/// // Metres and millimetres: components mean something only in common units.
/// let x = mat![[1.0, 2.0, 3.0], [1000.0, 2000.0, 3000.0]];
/// let pipeline = Pipeline::fit(["standardize", "pca(0.95)"], x.as_ref())?;
/// assert_eq!(pipeline.to_string(), "standardize,pca(1)");
/// assert_eq!((pipeline.in_features(), pipeline.out_features()), (2, 1));
/// let y = pipeline.transform(x.as_ref())?;
/// assert!((y - mat![[-3_f64.sqrt(), 0.0, 3_f64.sqrt()]]).norm_max() < 1e-14);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    steps: Vec<FittedTransform>,
}

impl Pipeline {
    /// Fits each kind, of those that [are ours](TransformKinds), to what those before it make of
    /// the training data, in `f64`.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// [`PreprocessError::Kind`] for a kind that is not known, or not with such options. If there
    /// are no kinds, no examples or no features, a value is not finite, or one cannot be fitted.
    pub fn fit<T: Scalar>(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        x: MatRef<'_, T>,
    ) -> Result<Self, PreprocessError> {
        Self::fit_on(kinds, x, &Threads::single())
    }

    /// [`fit`](Self::fit) on these threads: the result has the same bits at any number.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_on<T: Scalar>(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        TransformKinds::new().fit(kinds, x, threads)
    }

    /// Fits, and transforms the same examples: as [`fit`](Self::fit) and
    /// [`transform`](Transform::transform), up to rounding errors.
    ///
    /// Of a single kind, that may take [less time](crate::Pca::fit_transform).
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_transform<T: Scalar>(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        x: MatRef<'_, T>,
    ) -> Result<(Self, Mat<T>), PreprocessError> {
        Self::fit_transform_on(kinds, x, &Threads::single())
    }

    /// [`fit_transform`](Self::fit_transform) on these threads: the result has the same bits at
    /// any number.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_transform_on<T: Scalar>(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<(Self, Mat<T>), PreprocessError> {
        TransformKinds::new().fit_transform(kinds, x, threads)
    }

    pub(crate) fn of_known<T: Scalar>(
        kinds: &[KnownTransform<'_>],
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        if let [one] = kinds {
            return Ok(one.fit(x, threads)?.into());
        }
        let mut steps: Vec<FittedTransform> = Vec::new();
        let mut y: Option<Mat<f64>> = None;
        for (step, kind) in kinds.iter().enumerate() {
            if let Some(last) = steps.last() {
                let next = match &y {
                    None => last.transform_on(to_f64(x).as_ref(), threads)?,
                    Some(y) => last.transform_on(y.as_ref(), threads)?,
                };
                y = Some(next);
            }
            let fitted = match &y {
                None => kind.fit(x, threads),
                Some(y) => kind.fit(y.as_ref(), threads),
            };
            let in_step = |source| {
                let (kind, source) = (kind.kind(), Box::new(source));
                PreprocessError::Step { step, kind, source }
            };
            steps.push(fitted.map_err(in_step)?);
        }
        Self::new(steps)
    }

    /// Of these transformations.
    ///
    /// # Errors
    /// If there are none, or one does not take as many features as come out of the one
    /// before it.
    pub fn new(steps: Vec<FittedTransform>) -> Result<Self, PreprocessError> {
        ShapeError::expect_some("Pipeline", "steps", steps.len())?;
        for pair in steps.windows(2) {
            let (out, next) = (pair[0].out_features(), pair[1].in_features());
            ShapeError::expect("Pipeline", "features for the next step", out, next)?;
        }
        Ok(Self { steps })
    }

    /// The transformations, in order; at least one.
    #[must_use]
    pub fn steps(&self) -> &[FittedTransform] {
        &self.steps
    }

    /// What they are, in order.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        self.steps.iter().map(FittedTransform::kind).collect()
    }

    /// What they do to some of the features, by themselves, if each of them [learns of each feature by
    /// itself](crate::TransformKind::FEATUREWISE).
    ///
    /// ```
    /// use densely_preprocess::{Pipeline, Transform};
    /// use densely_tensor::mat;
    ///
    /// let x = mat![[1.0, 3.0], [7.0, 4.0], [0.0, 5.0]];
    /// let pipeline = Pipeline::fit(["center", "max-abs"], x.as_ref())?;
    /// let (all, last) = (pipeline.transform(x.as_ref())?, pipeline.of_features(&[2]).unwrap());
    /// assert_eq!(last.transform(x.subrows(2, 1))?, all.subrows(2, 1));
    /// assert!(Pipeline::fit(["pca"], x.as_ref())?.of_features(&[0]).is_none());
    /// # Ok::<(), densely_preprocess::PreprocessError>(())
    /// ```
    #[must_use]
    pub fn of_features(&self, chosen: &[usize]) -> Option<Self> {
        let steps = self.steps.iter().map(|step| step.of_features(chosen));
        Some(Self { steps: steps.collect::<Option<_>>()? })
    }

    /// Whether each feature becomes one, which is made of it alone.
    #[must_use]
    pub fn keeps_features(&self) -> bool {
        self.steps.iter().all(FittedTransform::keeps_features)
    }
}

fn to_f64<T: Scalar>(x: MatRef<'_, T>) -> Mat<f64> {
    Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)].to_f64())
}

impl<F: Into<FittedTransform>> From<F> for Pipeline {
    fn from(one: F) -> Self {
        Self { steps: vec![one.into()] }
    }
}

impl fmt::Display for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.steps.iter().enumerate() {
            write!(f, "{}{step}", if i > 0 { "," } else { "" })?;
        }
        Ok(())
    }
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
