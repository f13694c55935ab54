//! Fitting to examples and transforming the same ones, in less time than both take.

use densely_tensor::{Mat, MatRef, Scalar, ShapeError, Threads};

use crate::{Components, Pca, PreprocessError, Transform, Whiten};

impl Pca {
    /// [`fit`](Self::fit), [`fit_k`](Self::fit_k) or [`fit_share`](Self::fit_share), and the
    /// components of the same examples.
    ///
    /// They are those of [`transform`](Transform::transform), up to rounding errors: of fewer
    /// examples than features, with the singular value decomposition `U Σ Vᵀ` of the transposed,
    /// centred examples, they are `Σ Uᵀ`, which takes no product of `V` with the data.
    ///
    /// ```
    /// use densely_preprocess::{Components, Pca, Transform};
    /// use densely_tensor::mat;
    ///
    /// let x = mat![[0.0, 4.0], [1.0, 1.0], [0.0, 3.0]];
    /// let (pca, y) = Pca::fit_transform(x.as_ref(), Components::All)?;
    /// assert!((&y - mat![[-2.5, 2.5]]).norm_max() < 1e-15);
    /// assert!((y - pca.transform(x.as_ref())?).norm_max() < 1e-15);
    /// # Ok::<(), densely_preprocess::PreprocessError>(())
    /// ```
    ///
    /// # Shapes
    /// `x`: features x n; the examples are k x n.
    ///
    /// # Errors
    /// As [`fit_k`](Self::fit_k) and [`fit_share`](Self::fit_share).
    pub fn fit_transform<T: Scalar>(
        x: MatRef<'_, T>,
        components: Components,
    ) -> Result<(Self, Mat<T>), PreprocessError> {
        Self::fit_transform_on(x, components, &Threads::single())
    }

    /// [`fit_transform`](Self::fit_transform) on these threads: the result has the same bits at
    /// any number.
    ///
    /// # Shapes
    /// `x`: features x n; the examples are k x n.
    ///
    /// # Errors
    /// As [`fit_transform`](Self::fit_transform).
    pub fn fit_transform_on<T: Scalar>(
        x: MatRef<'_, T>,
        components: Components,
        threads: &Threads,
    ) -> Result<(Self, Mat<T>), PreprocessError> {
        let (pca, u) = Self::fit_with_right(x, components, threads)?;
        let y = transformed(x, &pca, u, sigma(&pca, x.ncols()), threads)?;
        Ok((pca, y))
    }
}

impl Whiten {
    /// The components with this `ε`, and the whitened examples: those of
    /// [`transform`](Transform::transform), up to rounding errors, sooner, as
    /// [`Pca::fit_transform`] does it.
    ///
    /// ```
    /// use densely_preprocess::{Components, Whiten};
    /// use densely_tensor::mat;
    ///
    /// let x = mat![[0.0, 4.0], [1.0, 1.0], [0.0, 3.0]];
    /// let (_, y) = Whiten::fit_transform(x.as_ref(), Components::All, 0.0)?;
    /// assert!((y - mat![[-1.0, 1.0]]).norm_max() < 1e-15);
    /// # Ok::<(), densely_preprocess::PreprocessError>(())
    /// ```
    ///
    /// # Shapes
    /// `x`: features x n; the examples are k x n.
    ///
    /// # Errors
    /// As [`Pca::fit_transform`], or if `epsilon` is negative or not finite.
    pub fn fit_transform<T: Scalar>(
        x: MatRef<'_, T>,
        components: Components,
        epsilon: f64,
    ) -> Result<(Self, Mat<T>), PreprocessError> {
        Self::fit_transform_on(x, components, epsilon, &Threads::single())
    }

    /// [`fit_transform`](Self::fit_transform) on these threads: the result has the same bits at
    /// any number.
    ///
    /// # Shapes
    /// `x`: features x n; the examples are k x n.
    ///
    /// # Errors
    /// As [`fit_transform`](Self::fit_transform).
    pub fn fit_transform_on<T: Scalar>(
        x: MatRef<'_, T>,
        components: Components,
        epsilon: f64,
        threads: &Threads,
    ) -> Result<(Self, Mat<T>), PreprocessError> {
        let (pca, u) = Pca::fit_with_right(x, components, threads)?;
        let whiten = Self::from_pca(pca, epsilon)?;
        let sigma = sigma(whiten.pca(), x.ncols());
        let scale = sigma.zip(whiten.factor()).map(|(sigma, factor)| sigma * factor);
        let y = transformed(x, &whiten, u, scale, threads)?;
        Ok((whiten, y))
    }
}

/// The singular values `√(n λ)` of so many examples.
fn sigma(pca: &Pca, examples: usize) -> impl Iterator<Item = f64> {
    pca.variances().iter().map(move |variance| (variance * examples as f64).sqrt())
}

/// `diag(scale) Uᵀ`, of the first columns of `u`: n x k, or what the fitted transformation makes of
/// the examples, if there is no `u`.
fn transformed<T: Scalar>(
    x: MatRef<'_, T>,
    fitted: &impl Transform,
    u: Option<Mat<f64>>,
    scale: impl Iterator<Item = f64>,
    threads: &Threads,
) -> Result<Mat<T>, ShapeError> {
    let Some(u) = u else { return fitted.transform_on(x, threads) };
    let scale: Vec<f64> = scale.collect();
    Ok(Mat::from_fn(scale.len(), u.nrows(), |i, j| T::from_f64(scale[i] * u[(j, i)])))
}
