"""Principal components and whitening."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from . import _arrays
from ._densely import Transform


def _kind(name: str, n_components, *options: str) -> str:
    """A kind with its options."""
    options = [*_components(n_components), *options]
    return f"{name}({', '.join(options)})" if options else name


def _components(n_components) -> list[str]:
    """The first option of a kind."""
    if n_components is None:
        return []
    if isinstance(n_components, Integral) and not isinstance(n_components, bool):
        if n_components >= 1:
            return [str(int(n_components))]
    elif isinstance(n_components, Real) and 0 < n_components < 1:
        return [repr(float(n_components))]
    raise ValueError(
        "n_components must be None, a number of components of at least 1, or a share of the variance "
        f"above 0 and below 1, got {n_components!r}"
    )


class _Decorrelation(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        """Learn from the rows of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored

        Returns
        -------
        self
        """
        self._fit(X)
        return self

    def fit_transform(self, X, y=None):
        """Learn from the rows of `X`, and transform them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored

        Returns
        -------
        ndarray of shape (n_samples, n_components)
        """
        return self._fit(X)

    def _fit(self, X):
        X = _arrays.rows(self, X, reset=True, ensure_min_samples=2)
        n, features = X.shape
        count = self.n_components
        if isinstance(count, Integral) and count > min(n, features):
            raise ValueError(
                f"n_components={count} must be between 1 and min(n_samples, n_features)="
                f"{min(n, features)}"
            )
        threads = _arrays.threads(self.n_jobs, n * features * features)
        self._transform, Y = Transform.fit(self._kind(), X, threads)
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

    def transform(self, X):
        """The rows of `X` in the new axes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            Of float32 if `X` is, and of float64 otherwise.
        """
        check_is_fitted(self)
        X = _arrays.rows(self, X, reset=False)
        return self._transform.transform(X, _arrays.threads(self.n_jobs, X.size * len(self.mean_)))

    def inverse_transform(self, X):
        """The rows as they were before, or the nearest ones that the components allow.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        X = np.asarray(X)
        X = _arrays.aligned(X.astype(np.float64, copy=False) if X.dtype != np.float32 else X)
        if X.ndim != 2 or X.shape[1] != self._n_features_out:
            raise ValueError(f"expected {self._n_features_out} columns, got shape {X.shape}")
        return self._transform.inverse_transform(
            X, _arrays.threads(self.n_jobs, X.size * len(self.mean_))
        )

    @property
    def _n_features_out(self):
        return self._transform.features_out

    def __sklearn_tags__(self):
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
    explained_variance_ : ndarray of shape (n_components_,)
        Divided by `n_samples - 1`, as scikit-learn has it.
    explained_variance_ratio_ : ndarray of shape (n_components_,)
    singular_values_ : ndarray of shape (n_components_,)
    mean_ : ndarray of shape (n_features_in_,)
    n_components_ : int
    n_samples_ : int
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        If `X` has names.

    Examples
    --------
    >>> import numpy as np
    >>> from densely import PCA
    >>> X = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    >>> PCA().fit(X).n_components_
    1
    """

    def __init__(self, n_components=None, *, n_jobs=None):
        self.n_components = n_components
        self.n_jobs = n_jobs

    def _kind(self):
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
    feature_names_in_ : ndarray of str
        If `X` has names.

    Notes
    -----
    Variances are divided by `n_samples` here, so that whitened features have the variance 1 that `numpy.var`
    says; `sklearn.decomposition.PCA(whiten=True)` divides by `n_samples - 1`.
    """

    def __init__(self, n_components=None, *, method="pca", epsilon=0.0, n_jobs=None):
        self.n_components = n_components
        self.method = method
        self.epsilon = epsilon
        self.n_jobs = n_jobs

    def _kind(self):
        names = {"pca": "whiten", "zca": "zca"}
        if self.method not in names:
            raise ValueError(f'method must be "pca" or "zca", got {self.method!r}')
        return _kind(names[self.method], self.n_components, f"epsilon={float(self.epsilon)!r}")
