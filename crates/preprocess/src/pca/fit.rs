use densely_tensor::{Mat, MatRef, Scalar, Threads};

use crate::pca::centering::Centering;
use crate::pca::principal_axes::PrincipalAxes;
use crate::{Center, Components, Pca, PreprocessError, RunningCovariance};

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
        Self::fit_on(x, &Threads::single())
    }

    /// The `k` components of largest variance.
    ///
    /// Few of many (a sixth of 192 or more, at most) are found without the others, by an
    /// iteration from a fixed random start: they agree with those of [`fit`](Self::fit) up
    /// to an angle of some `1e-13 λ₁` over the distance of their variance from the next. Of
    /// smaller data, they are the first `k` of [`fit`](Self::fit), bit for bit.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), or if `k` is zero or larger than the rank of the data.
    pub fn fit_k<T: Scalar>(x: MatRef<'_, T>, k: usize) -> Result<Self, PreprocessError> {
        Self::fit_components(x, Components::Count(k), &Threads::single())
    }

    /// [`fit`](Self::fit) on these threads: the result has the same bits at any number.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_on<T: Scalar>(x: MatRef<'_, T>, threads: &Threads) -> Result<Self, PreprocessError> {
        Self::fit_components(x, Components::All, threads)
    }

    /// The fewest components that have this share of the variance: the smallest `k` with
    /// `λ₁ + … + λₖ ≥ share · Σ λ`.
    ///
    /// ```
    /// use densely_preprocess::Pca;
    /// use densely_tensor::mat;
    ///
    /// // Variances 4 and 1.
    /// let x = mat![[0.0, 4.0, 0.0, 4.0], [0.0, 0.0, 2.0, 2.0]];
    /// assert_eq!(Pca::fit_share(x.as_ref(), 0.75)?.variances().len(), 1);
    /// assert_eq!(Pca::fit_share(x.as_ref(), 0.85)?.variances().len(), 2);
    /// # Ok::<(), densely_preprocess::PreprocessError>(())
    /// ```
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), or if `share` is not above 0 and at most 1.
    pub fn fit_share<T: Scalar>(x: MatRef<'_, T>, share: f64) -> Result<Self, PreprocessError> {
        Self::fit_components(x, Components::Share(share), &Threads::single())
    }

    /// [`fit`](Self::fit), [`fit_k`](Self::fit_k) or [`fit_share`](Self::fit_share) on these
    /// threads: the result has the same bits at any number.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As these.
    pub fn fit_components<T: Scalar>(
        x: MatRef<'_, T>,
        components: Components,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        Ok(Self::fit_with_right(x, components, threads)?.0)
    }

    /// And the [right singular vectors](PrincipalAxes::right) of the examples, if they are known.
    pub(crate) fn fit_with_right<T: Scalar>(
        x: MatRef<'_, T>,
        components: Components,
        threads: &Threads,
    ) -> Result<(Self, Option<Mat<f64>>), PreprocessError> {
        components.check()?;
        threads.install(|| {
            let examples = x.ncols();
            let centering = Centering::new("Pca::fit", x, threads)?;
            let count = components.count_up_to(centering.rank(examples));
            let mut principal = PrincipalAxes::new(x, &centering, count, threads)?;
            let right = principal.right.take();
            Ok((Self::from_principal(centering, principal, components, examples)?, right))
        })
    }

    /// The components of all examples that were added to `covariance`.
    ///
    /// They are those of [`fit`](Self::fit) up to rounding errors of some `1e-15 λ₁` in the
    /// covariance, so that directions of less variance than that (`ε max(features, 16) λ₁`) are
    /// left out. Only the data could tell how exact a small variance is:
    /// [`Whiten::from_pca`](crate::Whiten::from_pca) refuses those below some `2e-5 λ₁`, unless
    /// an `ε` of that size is added to them.
    ///
    /// # Errors
    /// If there are no examples, all are equal, the decomposition fails, or `components` asks
    /// for none, for more than the rank, or for a share that is not above 0 and at most 1.
    pub fn from_covariance(
        covariance: &RunningCovariance,
        components: Components,
    ) -> Result<Self, PreprocessError> {
        Self::from_covariance_on(covariance, components, &Threads::single())
    }

    /// [`from_covariance`](Self::from_covariance) on these threads: the result has the same
    /// bits at any number.
    ///
    /// # Errors
    /// As [`from_covariance`](Self::from_covariance).
    pub fn from_covariance_on(
        covariance: &RunningCovariance,
        components: Components,
        threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        components.check()?;
        threads.install(|| {
            let means = covariance.mean().of_some("Pca::from_covariance")?;
            let examples = covariance.examples();
            let centering = Centering::about_varying(means, examples)?;
            let count = components.count_up_to(centering.rank(examples));
            let scatter = covariance.scatter();
            let principal =
                PrincipalAxes::of_scatter(scatter.as_ref(), &centering, examples, count, threads)?;
            Self::from_principal(centering, principal, components, examples)
        })
    }

    /// From the axes of so many examples.
    fn from_principal(
        centering: Centering,
        principal: PrincipalAxes,
        components: Components,
        examples: usize,
    ) -> Result<Self, PreprocessError> {
        let (features, rank) = (principal.axes.nrows(), principal.lambda.len());
        if rank == 0 {
            return Err(PreprocessError::OnlyRounding { examples });
        }
        let kept = components.kept(&principal.lambda, principal.total);
        if kept == 0 || kept > rank {
            return Err(PreprocessError::Components { requested: kept, rank, features, examples });
        }
        let components =
            if kept < rank { principal.axes.subcols(0, kept).to_owned() } else { principal.axes };
        let unit = centering.unit;
        let variance = |lambda: f64| unit * (unit * (lambda / examples as f64));
        let variances = principal.lambda[..kept].iter().map(|&lambda| variance(lambda)).collect();
        let center = Center::from_parts(centering.mean)?;
        let pca = Self::from_orthonormal(center, components, variances, variance(principal.total))?;
        Ok(pca.with_uncertainty(variance(principal.uncertainty)))
    }
}
