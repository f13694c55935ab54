use densely_tensor::{
    Accumulate, Mat, MatMut, MatRef, Scalar, ShapeError, column, column_mut, dot, gemm,
};

use crate::principal_axes::PrincipalAxes;
use crate::{Center, PreprocessError, Transform, statistics};

/// How far from orthonormal the columns of given components may be: those that were
/// stored with fewer digits still are components.
const ORTHONORMAL: f64 = 1e-6;

/// Principal component analysis: the features rotated so that they are uncorrelated, in
/// descending order of their variance, `y = Vᵀ (x − μ)`.
///
/// The columns of `V` are the eigenvectors of the covariance `C = Σ (x − μ)(x − μ)ᵀ / N`,
/// and the variance of component `i` is its eigenvalue `λᵢ`. With fewer components than
/// features, what is kept has the largest variance that so many directions can have, and
/// the inverse gives the nearest examples within their span.
///
/// They are computed from the singular values of the centred data, `λ = σ² / N`, not from
/// `C`, in whose entries the small ones would drown. Components that rounding errors, of
/// the data or of the decomposition, could have made are left out. The sign of each is such that its entry of
/// largest magnitude (the first, if several are equal) is positive.
///
/// ```
/// use densely_preprocess::{Pca, Transform};
/// use densely_tensor::mat;
///
/// // Two features that are the same: there is one direction.
/// let x = mat![[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]];
/// let pca = Pca::fit(x.as_ref())?;
/// assert_eq!(pca.out_features(), 1);
/// assert!((pca.variances()[0] - 4.0 / 3.0).abs() < 1e-15);
/// let y = pca.transform(x.as_ref())?;
/// assert!((y[(0, 2)] - 2_f64.sqrt()).abs() < 1e-15);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
///
/// CS231n, Neural Networks 2, "PCA and Whitening". scikit-learn's `PCA` is this with
/// variances divided by `N − 1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    center: Center,
    components: Mat<f64>,
    variances: Vec<f64>,
    total_variance: f64,
}

impl Pca {
    /// Every component that has a variance, `min(features, n − 1)` of them at most.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If there are no examples or no features, a value is not finite, all examples are
    /// equal, or the decomposition fails.
    pub fn fit<T: Scalar>(x: MatRef<'_, T>) -> Result<Self, PreprocessError> {
        Self::fit_components(x, None)
    }

    /// The `k` components of largest variance.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), or if `k` is zero or larger than the rank of the data.
    pub fn fit_k<T: Scalar>(x: MatRef<'_, T>, k: usize) -> Result<Self, PreprocessError> {
        Self::fit_components(x, Some(k))
    }

    fn fit_components<T: Scalar>(
        x: MatRef<'_, T>,
        k: Option<usize>,
    ) -> Result<Self, PreprocessError> {
        statistics::check("Pca::fit", x)?;
        let (features, examples) = (x.nrows(), x.ncols());
        let center = Center::fit(x)?;
        let mut centered = statistics::centered(x, center.mean());
        let largest = largest(centered.as_ref())?;
        if largest == 0.0 {
            return Err(PreprocessError::NoVariance { examples });
        }
        // So that squares neither overflow nor vanish.
        let unit = statistics::power_of_two(largest);
        divide(centered.as_mut(), unit);

        let principal = PrincipalAxes::new(x, centered.as_ref(), unit)?;
        let rank = principal.sigma.len();
        let kept = k.unwrap_or(rank);
        if kept == 0 || kept > rank {
            return Err(PreprocessError::Components { requested: kept, rank, features, examples });
        }
        let components = principal.axes.subcols(0, kept).to_owned();
        check_residuals(centered.as_ref(), components.as_ref(), &principal.sigma)?;

        let variance = |sigma: &f64| (unit * sigma) * (unit * sigma) / examples as f64;
        let variances: Vec<f64> = principal.sigma[..kept].iter().map(variance).collect();
        let total_variance = principal.sigma.iter().rev().map(variance).sum();
        Self::from_parts(center, components, variances, total_variance)
    }

    /// With this center, these components (features x k, orthonormal columns), the
    /// variance of each, and the variance of all that there are.
    ///
    /// # Errors
    /// If shapes do not fit, the columns are not orthonormal to 1e-6, the variances are not
    /// positive and in descending order, or the total is less than their sum.
    pub fn from_parts(
        center: Center,
        components: Mat<f64>,
        variances: Vec<f64>,
        total_variance: f64,
    ) -> Result<Self, PreprocessError> {
        let (features, k) = (components.nrows(), components.ncols());
        ShapeError::expect("Pca", "features", center.in_features(), features)?;
        ShapeError::expect_some("Pca", "components", k)?;
        ShapeError::expect("Pca", "variances", k, variances.len())?;
        let positive = |variance: f64| variance.is_finite() && variance > 0.0;
        PreprocessError::expect("a variance", "positive and finite", &variances, positive)?;
        if let Some(rise) = variances.windows(2).find(|pair| pair[1] > pair[0]) {
            let (parameter, expected) = ("a variance", "at most the one before it");
            return Err(PreprocessError::Parameter { parameter, expected, value: rise[1] });
        }
        let sum: f64 = variances.iter().sum();
        let enough = |total: f64| total.is_finite() && total >= sum * (1.0 - ORTHONORMAL);
        let expected = "finite, and at least the sum of the variances";
        PreprocessError::expect("the total variance", expected, &[total_variance], enough)?;
        expect_at_most("orthonormality", orthonormality(components.as_ref()), ORTHONORMAL)?;
        Ok(Self { center, components, variances, total_variance })
    }

    /// The mean of each feature.
    #[must_use]
    pub fn center(&self) -> &Center {
        &self.center
    }

    /// `V`, a component a column: features x k.
    #[must_use]
    pub fn components(&self) -> MatRef<'_, f64> {
        self.components.as_ref()
    }

    /// The variance `λ` of each component, in descending order.
    #[must_use]
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }

    /// The variance of the data: the sum of that of all components there are, kept or not.
    #[must_use]
    pub fn total_variance(&self) -> f64 {
        self.total_variance
    }

    /// The share of the variance that is kept: `Σ λ / ` [`total_variance`](Self::total_variance).
    #[must_use]
    pub fn variance_ratio(&self) -> f64 {
        self.variances.iter().sum::<f64>() / self.total_variance
    }
}

impl Transform for Pca {
    fn in_features(&self) -> usize {
        self.components.nrows()
    }

    fn out_features(&self) -> usize {
        self.components.ncols()
    }

    fn apply(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>) {
        let mut centered = Mat::zeros(x.nrows(), x.ncols());
        self.center.apply(x, centered.as_mut());
        gemm(y, Accumulate::Replace, self.components.transpose(), centered.as_ref());
    }

    fn invert(&self, y: MatRef<'_, f64>, mut x: MatMut<'_, f64>) {
        let mut centered = Mat::zeros(x.nrows(), x.ncols());
        gemm(centered.as_mut(), Accumulate::Replace, self.components.as_ref(), y);
        self.center.invert(centered.as_ref(), x.as_mut());
    }
}

/// The largest magnitude in `x`.
fn largest(x: MatRef<'_, f64>) -> Result<f64, PreprocessError> {
    let mut largest = 0.0_f64;
    for j in 0..x.ncols() {
        for (feature, value) in column(x, j).iter().enumerate() {
            if !value.is_finite() {
                return Err(PreprocessError::Overflow { feature });
            }
            largest = largest.max(value.abs());
        }
    }
    Ok(largest)
}

fn divide(mut x: MatMut<'_, f64>, divisor: f64) {
    for j in 0..x.ncols() {
        for value in column_mut(x.as_mut(), j) {
            *value /= divisor;
        }
    }
}

/// Whether the components are what they should be: `Vᵀ V = I` and `C V = V diag(λ)`, with
/// `C = X Xᵀ` and `λ = σ²`, both to the accuracy that the computation can have.
fn check_residuals(
    x: MatRef<'_, f64>,
    v: MatRef<'_, f64>,
    sigma: &[f64],
) -> Result<(), PreprocessError> {
    let (k, n) = (v.ncols(), x.ncols());
    let tolerance = 16.0 * v.nrows().max(n) as f64 * f64::EPSILON;
    expect_at_most("orthonormality", orthonormality(v), tolerance)?;

    let mut projected = Mat::zeros(k, n);
    gemm(projected.as_mut(), Accumulate::Replace, v.transpose(), x);
    let mut cv = Mat::zeros(v.nrows(), k);
    gemm(cv.as_mut(), Accumulate::Replace, x, projected.transpose());
    let mut residual = 0.0_f64;
    for (j, sigma) in sigma[..k].iter().enumerate() {
        for (cv, v) in column(cv.as_ref(), j).iter().zip(column(v, j)) {
            residual = larger(residual, cv - sigma * sigma * v);
        }
    }
    expect_at_most("eigenvalue equation", residual, tolerance * sigma[0] * sigma[0])
}

/// `max |Vᵀ V − I|`.
fn orthonormality(v: MatRef<'_, f64>) -> f64 {
    let mut residual = 0.0_f64;
    for j in 0..v.ncols() {
        for i in 0..=j {
            let product = dot(column(v, i), column(v, j));
            residual = larger(residual, product - if i == j { 1.0 } else { 0.0 });
        }
    }
    residual
}

/// The larger magnitude, and NaN if there is one.
fn larger(largest: f64, value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { densely_tensor::Real::max(largest, value.abs()) }
}

fn expect_at_most(
    equation: &'static str,
    residual: f64,
    tolerance: f64,
) -> Result<(), PreprocessError> {
    if residual <= tolerance {
        Ok(())
    } else {
        Err(PreprocessError::Residual { equation, residual, tolerance })
    }
}
