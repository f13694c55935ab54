use densely_parts::{Options, Spec, Value};
use densely_tensor::{Accumulate, Mat, MatMut, MatRef, Scalar, Threads, gemm};

use super::pca::project;
use crate::{Learned, Pca, PreprocessError, Transform, TransformKind, Whiten};

/// Whitens without turning: `y = V diag(λ + ε)^−½ Vᵀ (x − μ)`.
///
/// Of all transformations that give the data the identity as covariance, this one changes
/// them least, so that whitened images still look like images. [`Whiten`] is the same in
/// the axes of the components, which are fewer where data are of lower rank; here the
/// covariance is then the projection `V Vᵀ` on the directions that have a variance. The
/// inverse is `x = μ + V diag(λ + ε)^½ Vᵀ y`. On `ε`, see [`Whiten`].
///
/// ```
/// use densely_preprocess::{Transform, Zca};
/// use densely_tensor::mat;
///
/// let x = mat![[0.0, 4.0, 0.0, 4.0], [0.0, 0.0, 2.0, 2.0]];
/// let zca = Zca::fit(x.as_ref())?;
/// let y = zca.transform(x.as_ref())?;
/// let expected = mat![[-1.0, 1.0, -1.0, 1.0], [-1.0, -1.0, 1.0, 1.0]];
/// assert!((&y - expected).norm_max() < 1e-15);
/// assert!((zca.inverse_transform(y.as_ref())? - x).norm_max() < 1e-14);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
///
/// Bell and Sejnowski: The "independent components" of natural scenes are edge filters
/// (1997).
#[derive(Debug, Clone, PartialEq)]
pub struct Zca {
    whiten: Whiten,
}

impl Zca {
    /// Every direction that has a variance, and `ε = 0`.
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
        Ok(Self { whiten: Whiten::fit_on(x, threads)? })
    }

    /// The components of `pca`, with this `ε`.
    ///
    /// # Errors
    /// As [`Whiten::from_pca`].
    pub fn from_pca(pca: Pca, epsilon: f64) -> Result<Self, PreprocessError> {
        Ok(Self { whiten: Whiten::from_pca(pca, epsilon)? })
    }

    /// The principal components.
    #[must_use]
    pub fn pca(&self) -> &Pca {
        self.whiten.pca()
    }

    /// `ε`.
    #[must_use]
    pub fn epsilon(&self) -> f64 {
        self.whiten.epsilon()
    }
}

impl TransformKind for Zca {
    const SPEC: Spec =
        Spec::new("zca", "the identity as covariance, with as little change as possible")
            .options(Whiten::SPEC.opts());

    fn fit_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        Ok(Self { whiten: Whiten::fit_by(options, x, threads)? })
    }

    fn values(&self) -> Vec<Value> {
        self.whiten.values()
    }

    fn learned(&self) -> Learned {
        self.whiten.learned()
    }

    fn from_learned(
        options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        Ok(Self { whiten: Whiten::from_learned(options, features, learned)? })
    }
}

impl Transform for Zca {
    fn in_features(&self) -> usize {
        self.whiten.in_features()
    }

    fn out_features(&self) -> usize {
        self.whiten.in_features()
    }

    fn apply(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>) {
        let mut white = Mat::zeros(self.whiten.out_features(), x.ncols());
        self.whiten.apply(x, white.as_mut());
        gemm(y, Accumulate::Replace, self.pca().components(), white.as_ref());
    }

    fn invert(&self, y: MatRef<'_, f64>, x: MatMut<'_, f64>) {
        let mut white = Mat::zeros(self.whiten.out_features(), y.ncols());
        project(y, self.pca().components(), white.as_mut());
        self.whiten.invert(white.as_ref(), x);
    }
}
