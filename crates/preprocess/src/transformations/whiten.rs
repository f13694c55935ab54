use densely_parts::{Opt, Options, Range, Spec, Value};
use densely_tensor::kernels::{map, map_in_place, vectorize};
use densely_tensor::{Mat, MatMut, MatRef, Scalar, Threads, column, column_mut};

use crate::{Components, Learned, Pca, PreprocessError, Transform, TransformKind};

/// Gives the data the identity as covariance: `y = diag(λ + ε)^−½ Vᵀ (x − μ)`, principal
/// components divided by their standard deviations.
///
/// With `ε = 0`, the default, each component that has a variance gets variance 1, and
/// directions without one are dropped, as a pseudo-inverse does: dividing their rounding
/// errors by rounding errors would make features of them. The whitening of noisy data
/// amplifies the noise in directions of small variance; a positive `ε`, in the units of
/// variance, damps that (the notes use 1e-5), and so does keeping fewer components.
///
/// ```
/// use densely_preprocess::{Transform, Whiten};
/// use densely_tensor::mat;
///
/// let x = mat![[0.0, 4.0, 0.0, 4.0], [0.0, 0.0, 2.0, 2.0]];
/// let y = Whiten::fit(x.as_ref())?.transform(x.as_ref())?;
/// let expected = mat![[-1.0, 1.0, -1.0, 1.0], [-1.0, -1.0, 1.0, 1.0]];
/// assert!((y - expected).norm_max() < 1e-15);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
///
/// CS231n, Neural Networks 2, "PCA and Whitening".
#[derive(Debug, Clone, PartialEq)]
pub struct Whiten {
    pca: Pca,
    epsilon: f64,
    /// `(λ + ε)^−½` of each component.
    factor: Vec<f64>,
}

impl Whiten {
    /// Every component that has a variance, and `ε = 0`.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`Pca::fit`].
    pub fn fit<T: Scalar>(x: MatRef<'_, T>) -> Result<Self, PreprocessError> {
        Self::fit_on(x, &Threads::single())
    }

    /// [`fit`](Self::fit) on these threads: the result has the same bits at any number.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_on<T: Scalar>(x: MatRef<'_, T>, threads: &Threads) -> Result<Self, PreprocessError> {
        Self::from_pca(Pca::fit_on(x, threads)?, 0.0)
    }

    /// The components of `pca`, with this `ε`.
    ///
    /// # Errors
    /// If `epsilon` is negative or not finite, or `pca` was made
    /// [`from_covariance`](Pca::from_covariance) and a variance is so small that it is not known
    /// exactly enough: below some 2e-5 of the largest.
    pub fn from_pca(pca: Pca, epsilon: f64) -> Result<Self, PreprocessError> {
        let valid = |epsilon: f64| epsilon.is_finite() && epsilon >= 0.0;
        PreprocessError::expect("epsilon", "finite and at least 0", &[epsilon], valid)?;
        pca.expect_exact(epsilon)?;
        let factor = |variance: &f64| (variance + epsilon).sqrt().recip();
        let factor = pca.variances().iter().map(factor).collect();
        Ok(Self { pca, epsilon, factor })
    }

    /// The principal components.
    #[must_use]
    pub fn pca(&self) -> &Pca {
        &self.pca
    }

    /// `(λ + ε)^−½` of each component.
    pub(crate) fn factor(&self) -> &[f64] {
        &self.factor
    }

    /// `ε`.
    #[must_use]
    pub fn epsilon(&self) -> f64 {
        self.epsilon
    }
}

impl TransformKind for Whiten {
    const SPEC: Spec = Spec::new("whiten", "the identity as covariance").options(
        const {
            &[
                Opt::part("components"),
                Opt::number("epsilon", Range::NOT_NEGATIVE).default_number(0.0),
            ]
        },
    );

    fn fit_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        let pca = Pca::fit_components(x, Components::of(options), threads)?;
        Self::from_pca(pca, options.number("epsilon"))
    }

    fn fit_transform_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<(Self, Mat<T>), PreprocessError> {
        let epsilon = options.number("epsilon");
        Self::fit_transform_on(x, Components::of(options), epsilon, threads)
    }

    fn values(&self) -> Vec<Value> {
        vec![Components::Count(self.factor.len()).into(), self.epsilon.into()]
    }

    fn learned(&self) -> Learned {
        self.pca.learned()
    }

    fn from_learned(
        options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        Self::from_pca(Pca::from_learned(options, features, learned)?, options.number("epsilon"))
    }
}

impl Transform for Whiten {
    fn in_features(&self) -> usize {
        self.pca.in_features()
    }

    fn out_features(&self) -> usize {
        self.pca.out_features()
    }

    fn apply(&self, x: MatRef<'_, f64>, mut y: MatMut<'_, f64>) {
        self.pca.apply(x, y.as_mut());
        vectorize(
            #[inline(always)]
            || {
                for j in 0..y.ncols() {
                    let y = column_mut(y.as_mut(), j);
                    map_in_place([y], [&self.factor], |[y], [factor]| [y * factor]);
                }
            },
        );
    }

    fn invert(&self, y: MatRef<'_, f64>, x: MatMut<'_, f64>) {
        let mut scaled = Mat::zeros(y.nrows(), y.ncols());
        vectorize(
            #[inline(always)]
            || {
                for j in 0..y.ncols() {
                    let scaled = column_mut(scaled.as_mut(), j);
                    map(scaled, [column(y, j), &self.factor], |[y, factor]| y / factor);
                }
            },
        );
        self.pca.invert(scaled.as_ref(), x);
    }
}
