"""Principal components and whitening."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from . import _arrays
from ._densely import Transform
from ._parameters import INF, JOBS, check, number, one_of, whole


def _kind(name: str, n_components: Any, *options: str) -> str:
    """A kind with its options."""
    given = [*_components(n_components), *options]
    return f"{name}({', '.join(given)})" if given else name


def _components(n_components: Any) -> list[str]:
    """The first option of a kind."""
    if n_components is None:
        return []
    if whole(1).has(n_components):
        return [str(int(n_components))]
    if number(0.0, 1.0, "neither").has(n_components):
        return [repr(float(n_components))]
    raise ValueError(
        "n_components must be None, a number of components of at least 1, or a share of the variance "
        f"above 0 and below 1, got {n_components!r}"
    )


class _Decorrelation(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    n_components: int | float | None
    n_jobs: int | None

    components_: NDArray[np.float64]
    explained_variance_: NDArray[np.float64]
    explained_variance_ratio_: NDArray[np.float64]
    singular_values_: NDArray[np.float64]
    mean_: NDArray[np.float64]
    n_components_: int
    n_samples_: int
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    _transform: Transform

    def _kind(self) -> str:
        raise NotImplementedError

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Learn from the rows of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.
        y : ignored
            Nothing: there are no targets here.

        Returns
        -------
        self
            The estimator, fitted.
        """
        self._fit(X)
        return self

    def fit_transform(self, X: ArrayLike, y: Any = None) -> NDArray[Any]:
        """Learn from the rows of `X`, and transform them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.
        y : ignored
            Nothing: there are no targets here.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            Of float32 if `X` is, and of float64 otherwise.
        """
        return self._fit(X)

    def _fit(self, X: ArrayLike) -> NDArray[Any]:
        check(self, {"n_jobs": JOBS})
        rows = _arrays.rows(self, X, reset=True, ensure_min_samples=2)
        n, features = rows.shape
        count = self.n_components
        if isinstance(count, Integral) and count > min(n, features):
            raise ValueError(
                f"n_components={count} must be between 1 and min(n_samples, n_features)="
                f"{min(n, features)}"
            )
        threads = _arrays.threads(self.n_jobs, n * features * features)
        self._transform, Y = Transform.fit(self._kind(), rows, threads)
        learned = self._transform.learned
        variances = learned["variances"]
        # Of a sample, as scikit-learn has them.
        self.explained_variance_ = variances * (n / (n - 1))
        self.explained_variance_ratio_ = variances / learned["total_variance"][0]
        self.singular_values_ = np.sqrt(variances * n)
        self.components_ = learned["components"]
        self.mean_ = learned["mean"]
        self.n_components_ = len(variances)
        self.n_samples_ = n
        return Y

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """The rows of `X` in the new axes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            Of float32 if `X` is, and of float64 otherwise.
        """
        check_is_fitted(self)
        rows = _arrays.rows(self, X, reset=False)
        return self._transform.transform(rows, _arrays.threads(self.n_jobs, rows.size * len(self.mean_)))

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """The rows as they were before, or the nearest ones that the components allow.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)
            Rows in the new axes.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Of float32 if `X` is, and of float64 otherwise.
        """
        check_is_fitted(self)
        rows = _arrays.alone(X, self)
        if rows.shape[1] != self._n_features_out:
            raise ValueError(f"expected {self._n_features_out} columns, got shape {rows.shape}")
        work = rows.size * len(self.mean_)
        return self._transform.inverse_transform(rows, _arrays.threads(self.n_jobs, work))

    @property
    def _n_features_out(self) -> int:
        return self._transform.features_out

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


class PCA(_Decorrelation):
    """Principal component analysis: uncorrelated features, in descending order of their variance.

    Directions that rounding alone could have made are left out. Statistics are of float64, also for data
    of float32.

    Parameters
    ----------
    n_components : int or float, default=None
        How many components, or the share of the variance to keep; None for all that there are.
    n_jobs : int, default=None
        Threads. The result does not depend on them.

    Attributes
    ----------
    components_ : ndarray of shape (n_components_, n_features_in_)
        The directions, each of length 1.
    explained_variance_ : ndarray of shape (n_components_,)
        The variance along each, divided by `n_samples - 1`, as scikit-learn has it.
    explained_variance_ratio_ : ndarray of shape (n_components_,)
        Their shares of the whole variance.
    singular_values_ : ndarray of shape (n_components_,)
        Those of the centred rows.
    mean_ : ndarray of shape (n_features_in_,)
        The mean of each feature.
    n_components_ : int
        Components that there are.
    n_samples_ : int
        Rows that were learnt from.
    n_features_in_ : int
        Features of `X`.
    feature_names_in_ : ndarray of str
        Their names, if `X` has any.

    See Also
    --------
    Whitening : The same features, of variance 1.

    Examples
    --------
    >>> import numpy as np
    >>> from densely import PCA
    >>> X = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    >>> PCA().fit(X).n_components_
    1
    """

    def __init__(self, n_components: int | float | None = None, *, n_jobs: int | None = None) -> None:
        self.n_components = n_components
        self.n_jobs = n_jobs

    def _kind(self) -> str:
        return _kind("pca", self.n_components)


class Whitening(_Decorrelation):
    """Features that are uncorrelated and of variance 1.

    Parameters
    ----------
    n_components : int or float, default=None
        How many principal components, or the share of the variance to keep; None for all that there are.
    method : {"pca", "zca"}, default="pca"
        Whether features are the components, or are turned back to change as little as possible.
    epsilon : float, default=0.0
        What is added to each variance before dividing by its root, to keep what is small from being blown up.
    n_jobs : int, default=None
        Threads. The result does not depend on them.

    Attributes
    ----------
    components_, explained_variance_, explained_variance_ratio_, singular_values_, mean_, n_components_, n_samples_
        As of `PCA`.
    n_features_in_ : int
        Features of `X`.
    feature_names_in_ : ndarray of str
        Their names, if `X` has any.

    See Also
    --------
    PCA : The same features, of the variance that they have.

    Notes
    -----
    Variances are divided by `n_samples` here, so that whitened features have the variance 1 that `numpy.var`
    says; `sklearn.decomposition.PCA(whiten=True)` divides by `n_samples - 1`.
    """

    method: Literal["pca", "zca"]
    epsilon: float

    def __init__(
        self,
        n_components: int | float | None = None,
        *,
        method: Literal["pca", "zca"] = "pca",
        epsilon: float = 0.0,
        n_jobs: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.method = method
        self.epsilon = epsilon
        self.n_jobs = n_jobs

    def _kind(self) -> str:
        check(self, {"method": one_of("pca", "zca"), "epsilon": number(0.0, INF, "left")})
        names = {"pca": "whiten", "zca": "zca"}
        return _kind(names[self.method], self.n_components, f"epsilon={float(self.epsilon)!r}")
