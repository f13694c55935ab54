use densely_parts::{Opt, Options, Spec, Value};
use densely_tensor::{Accumulate, Mat, MatMut, MatRef, Scalar, ShapeError, Threads, gemm};

use crate::pca::{WHITE, expect_at_most, orthonormality};
use crate::{Center, Components, Learned, PreprocessError, Transform, TransformKind};

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
/// They are the eigenvectors of `X Xᵀ`, or come from those of `XᵀX`, with the centred data
/// `X`, whichever is smaller. Squares lose what is small: where too few digits of a small
/// variance are left for whitening, which is measured, the singular values of `X` give
/// them, `λ = σ² / N`, at several times the cost. That is so when the largest variance is
/// some 10⁵ times the smallest that is kept. Components that rounding errors, of the data or of
/// the decomposition, could have made are left out. The sign of each is such that its entry
/// of largest magnitude (the first, if several are equal) is positive.
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
#[derive(Debug, Clone)]
pub struct Pca {
    center: Center,
    components: Mat<f64>,
    variances: Vec<f64>,
    total_variance: f64,
    /// How far variances may be off, and covariances of components from 0; 0 if they are exact
    /// enough to whiten with, or given.
    uncertainty: f64,
}

/// Whether they transform alike: how they came about does not count.
impl PartialEq for Pca {
    fn eq(&self, other: &Self) -> bool {
        self.center == other.center
            && self.components == other.components
            && self.variances == other.variances
            && self.total_variance == other.total_variance
    }
}

impl Pca {
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
        let orthonormality = orthonormality(components.as_ref(), &Threads::single());
        let pca = Self::from_orthonormal(center, components, variances, total_variance)?;
        expect_at_most("orthonormality", orthonormality, ORTHONORMAL)?;
        Ok(pca)
    }

    /// [`from_parts`](Self::from_parts) with columns that are known to be orthonormal.
    pub(crate) fn from_orthonormal(
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
        Ok(Self { center, components, variances, total_variance, uncertainty: 0.0 })
    }

    /// The same, of variances that may be off by so much.
    pub(crate) fn with_uncertainty(self, uncertainty: f64) -> Self {
        Self { uncertainty, ..self }
    }

    /// Whether each component is exact enough to be divided by `√(λ + ε)`.
    pub(crate) fn expect_exact(&self, epsilon: f64) -> Result<(), PreprocessError> {
        let inexact = |variance: &f64| self.uncertainty > WHITE * (variance + epsilon);
        match self.variances.iter().position(inexact) {
            None => Ok(()),
            Some(component) => Err(PreprocessError::Inexact {
                component,
                variance: self.variances[component],
                largest: self.variances[0],
                epsilon: self.uncertainty / WHITE,
            }),
        }
    }

    /// The mean of each feature.
    #[must_use]
    pub fn center(&self) -> &Center {
        &self.center
    }

    /// `V`, one component per column: features x k.
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

impl TransformKind for Pca {
    const SPEC: Spec = Spec::new("pca", "decorrelated features, or fewer")
        .options(const { &[Opt::part("components")] });

    fn fit_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        Self::fit_components(x, Components::of(options), threads)
    }

    fn fit_transform_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<(Self, Mat<T>), PreprocessError> {
        Self::fit_transform_on(x, Components::of(options), threads)
    }

    fn values(&self) -> Vec<Value> {
        vec![Components::Count(self.variances.len()).into()]
    }

    fn learned(&self) -> Learned {
        Learned::new()
            .with_vector("mean", self.center.mean())
            // One component per row.
            .with_matrix("components", self.components.transpose())
            .with_vector("variances", &self.variances)
            .with_vector("total_variance", &[self.total_variance])
    }

    fn from_learned(
        options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        let center = Center::from_parts(learned.vector("mean", features)?)?;
        let k = match Components::of(options) {
            Components::Count(k) => k,
            _ => learned.len("variances")?,
        };
        let variances = learned.vector("variances", k)?;
        let components = learned.transposed("components", k, features)?;
        let total = learned.vector("total_variance", 1)?[0];
        Self::from_parts(center, components, variances, total)
    }
}

/// `y = aᵀ x`: what examples are along the axes `a`.
///
/// An example that is alone gets another beside it: a product of transposed axes with a single column
/// adds in another order than one with many, and the example would come out otherwise than among others.
pub(super) fn project(x: MatRef<'_, f64>, axes: MatRef<'_, f64>, mut y: MatMut<'_, f64>) {
    if x.ncols() != 1 {
        return gemm(y, Accumulate::Replace, axes.transpose(), x);
    }
    let mut pair = Mat::zeros(x.nrows(), 2);
    pair.as_mut().subcols_mut(0, 1).copy_from(x);
    let mut along = Mat::zeros(y.nrows(), 2);
    gemm(along.as_mut(), Accumulate::Replace, axes.transpose(), pair.as_ref());
    y.copy_from(along.subcols(0, 1));
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
        project(centered.as_ref(), self.components.as_ref(), y);
    }

    fn invert(&self, y: MatRef<'_, f64>, mut x: MatMut<'_, f64>) {
        let mut centered = Mat::zeros(x.nrows(), x.ncols());
        gemm(centered.as_mut(), Accumulate::Replace, self.components.as_ref(), y);
        self.center.invert(centered.as_ref(), x.as_mut());
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::mat;

    use super::*;

    fn pca(mean: f64, component: [f64; 2], variance: f64, total: f64) -> Pca {
        let center = Center::from_parts(vec![mean, 0.0]).unwrap();
        let components = mat![[component[0]], [component[1]]];
        Pca::from_parts(center, components, vec![variance], total).unwrap()
    }

    #[test]
    fn those_that_differ_in_any_part_are_not_equal() {
        let this = pca(0.0, [1.0, 0.0], 1.0, 2.0);
        assert_eq!(this, this.clone().with_uncertainty(0.1));
        assert_ne!(this, pca(0.5, [1.0, 0.0], 1.0, 2.0));
        assert_ne!(this, pca(0.0, [0.0, 1.0], 1.0, 2.0));
        assert_ne!(this, pca(0.0, [1.0, 0.0], 0.5, 2.0));
        assert_ne!(this, pca(0.0, [1.0, 0.0], 1.0, 3.0));
    }

    #[test]
    fn an_epsilon_makes_up_for_what_is_not_known_of_a_variance() {
        let pca = pca(0.0, [1.0, 0.0], 1.0, 2.0).with_uncertainty(2.0 * WHITE);
        assert!(pca.expect_exact(1.0).is_ok());
        assert!(matches!(pca.expect_exact(0.999), Err(PreprocessError::Inexact { .. })));
        let PreprocessError::Inexact { epsilon, .. } = pca.expect_exact(0.0).unwrap_err() else {
            panic!("another error");
        };
        assert_eq!(epsilon, 2.0);
    }
}
