use std::fmt;

use densely_parts::{Kind, KindError, Kinds, OptionError, Options, Spec};
use densely_tensor::kernels::in_precision;
use densely_tensor::{Mat, MatRef, Scalar, Threads};

use crate::{
    FittedTransform, Learned, Pipeline, PreprocessError, Transform, TransformKind, transformations,
};

/// The transformations that are known by their names: ours, and yours once they are
/// [registered](Self::with).
///
/// ```
/// use densely_preprocess::{Transform, TransformKinds};
/// use densely_tensor::{Threads, mat};
///
/// let known = TransformKinds::new();
/// let x = mat![[1.0, 2.0, 4.0], [0.0, 5.0, 5.0]];
/// let fitted = known.fit(["standardize", "pca(1)"], x.as_ref(), &Threads::single())?;
/// assert_eq!((fitted.in_features(), fitted.out_features()), (2, 1));
/// assert!(known.get("standardise").is_err());
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TransformKinds {
    kinds: Kinds<Maker>,
}

/// The functions of a [`TransformKind`].
#[derive(Clone, Copy)]
struct Maker {
    spec: Spec,
    featurewise: bool,
    check: fn(&Options) -> Result<(), OptionError>,
    single: Fits<f32>,
    double: Fits<f64>,
    from_learned: fn(&Options, usize, &mut Learned) -> Result<FittedTransform, PreprocessError>,
}

/// Those that depend on the type of the data.
#[derive(Clone, Copy)]
struct Fits<T: 'static> {
    fit: Fit<T, FittedTransform>,
    fit_transform: Fit<T, (FittedTransform, Mat<T>)>,
}

type Fit<T, R> = fn(&Options, MatRef<'_, T>, &Threads) -> Result<R, PreprocessError>;

/// A known kind with options in range: a transformation that has seen no data yet.
#[derive(Debug)]
pub struct KnownTransform<'a> {
    maker: &'a Maker,
    options: Options,
}

impl TransformKinds {
    /// Ours.
    #[must_use]
    pub fn new() -> Self {
        let mut ours = Self { kinds: Kinds::new("transformation") };
        transformations::register(&mut ours);
        ours
    }

    /// With one more.
    ///
    /// # Panics
    /// If one of its names is taken.
    #[must_use]
    pub fn with<K: TransformKind>(mut self) -> Self {
        self.push::<K>();
        self
    }

    pub(crate) fn push<K: TransformKind>(&mut self) {
        let maker = Maker {
            spec: K::SPEC,
            featurewise: K::FEATUREWISE,
            check: K::check,
            single: Fits::of::<K>(),
            double: Fits::of::<K>(),
            from_learned: |options, features, learned| {
                Ok(K::from_learned(options, features, learned)?.into())
            },
        };
        self.kinds.push(K::SPEC, maker);
    }

    /// What is known of each, in their order.
    pub fn specs(&self) -> impl Iterator<Item = &Spec> {
        self.kinds.specs()
    }

    /// The names of all.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.kinds.names()
    }

    /// A transformation by its kind.
    ///
    /// # Errors
    /// [`KindError`] for a name that is not known, or options that it does not have.
    pub fn get(&self, kind: impl Into<Kind>) -> Result<KnownTransform<'_>, KindError> {
        let (maker, options) = self.kinds.get(&kind.into())?;
        (maker.check)(&options)?;
        Ok(KnownTransform { maker, options })
    }

    /// All of them by their kinds.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub(crate) fn get_all(
        &self,
        kinds: impl IntoIterator<Item: Into<Kind>>,
    ) -> Result<Vec<KnownTransform<'_>>, KindError> {
        kinds.into_iter().map(|kind| self.get(kind)).collect()
    }

    /// Fits one after the other, as [`Pipeline::fit_on`] does it with ours.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`Pipeline::fit`].
    pub fn fit<T: Scalar>(
        &self,
        kinds: impl IntoIterator<Item: Into<Kind>>,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Pipeline, PreprocessError> {
        Pipeline::of_known(&self.get_all(kinds)?, x, threads)
    }

    /// And what they make of the examples, as [`Pipeline::fit_transform_on`] does it with ours.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`Pipeline::fit`].
    pub fn fit_transform<T: Scalar>(
        &self,
        kinds: impl IntoIterator<Item: Into<Kind>>,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<(Pipeline, Mat<T>), PreprocessError> {
        let known = self.get_all(kinds)?;
        if let [one] = &known[..] {
            let (fitted, y) = one.fit_transform(x, threads)?;
            return Ok((fitted.into(), y));
        }
        let pipeline = Pipeline::of_known(&known, x, threads)?;
        let y = pipeline.transform_on(x, threads)?;
        Ok((pipeline, y))
    }
}

impl Default for TransformKinds {
    fn default() -> Self {
        Self::new()
    }
}

impl KnownTransform<'_> {
    /// Whether it [learns of each feature by itself](TransformKind::FEATUREWISE).
    #[must_use]
    pub fn is_featurewise(&self) -> bool {
        self.maker.featurewise
    }

    /// The kind, with the options that are not as by default.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.maker.spec.kind(self.options.values())
    }

    /// Fits it to the training data.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If it cannot be fitted to these data.
    pub fn fit<T: Scalar>(
        &self,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<FittedTransform, PreprocessError> {
        (self.maker.fits::<T>().fit)(&self.options, x, threads)
    }

    /// Fits it, and transforms the same examples: as one after the other up to rounding errors, in
    /// less time if there is a way.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_transform<T: Scalar>(
        &self,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<(FittedTransform, Mat<T>), PreprocessError> {
        (self.maker.fits::<T>().fit_transform)(&self.options, x, threads)
    }

    /// The transformation of so many features that has learnt this.
    ///
    /// # Errors
    /// If it cannot have learnt it.
    pub fn from_learned(
        &self,
        features: usize,
        learned: &mut Learned,
    ) -> Result<FittedTransform, PreprocessError> {
        (self.maker.from_learned)(&self.options, features, learned)
    }
}

impl Maker {
    fn fits<T: Scalar>(&self) -> Fits<T> {
        in_precision(|| self.single, || self.double)
    }
}

impl<T: Scalar> Fits<T> {
    fn of<K: TransformKind>() -> Self {
        Self {
            fit: |options, x, threads| Ok(K::fit_by(options, x, threads)?.into()),
            fit_transform: |options, x, threads| {
                let (fitted, y) = K::fit_transform_by(options, x, threads)?;
                Ok((fitted.into(), y))
            },
        }
    }
}

impl fmt::Debug for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spec.name())
    }
}
