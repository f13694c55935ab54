"""Numbers of tables with gaps, text and times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import (
    _check_feature_names_in,
    check_array,
    check_is_fitted,
    validate_data,
)

from . import _arrays
from ._columns import Cells, of_array, of_arrow, of_series
from ._densely import Encoding
from ._parameters import ANY_NUMBER, JOBS, NAMED_TEXTS, NONE, TEXTS, check, count, one_of, whole

_ALLOWED = {
    "kinds": NAMED_TEXTS | NONE,
    "drop": TEXTS,
    "keep": TEXTS,
    "impute": one_of("median", "mean", "most-frequent") | ANY_NUMBER,
    "rare": whole(1) | NONE,
    "categories": whole(1),
    "n_jobs": JOBS,
}


class TablePreprocessor(TransformerMixin, BaseEstimator):
    """Numbers of a table: gaps are filled and marked, categories and times become columns.

    What each column is, is told from its cells. Left out are columns with one value, such as number or identify
    rows, and text that is different in each; `schema_` says why.

    Parameters
    ----------
    kinds : dict, default=None
        What columns are, by name: "number", "category", "boolean", "time" or "text".
    drop, keep : sequence of str, default=()
        Columns to leave out, and to keep though they look useless.
    impute : {"median", "mean", "most-frequent"} or float, default="median"
        What stands for a gap in a column of numbers. Where there were enough gaps, another column says which.
    rare : int, default=None
        Rows that a category needs to be one of its own; None for 10 or a thousandth of all, 1 % of fewer than 1,000.
    categories : int, default=100
        Categories of a column that are ones of their own, at most: the most frequent.
    n_jobs : int, default=None
        Threads. The result does not depend on them.

    Attributes
    ----------
    schema_ : list of tuple
        The name of each column, what it is, and why it is left out (None if it is not).
    n_features_in_ : int
        Columns of `X`.
    feature_names_in_ : ndarray of str
        Their names, if `X` has any.

    Examples
    --------
    >>> import pandas as pd
    >>> from densely import TablePreprocessor
    >>> X = pd.DataFrame({"size": [2.0, None, 4.0, 5.0], "kind": ["pear", "apple", "pear", "apple"]})
    >>> table = TablePreprocessor(rare=1).fit(X)
    >>> list(table.get_feature_names_out())
    ['size', 'size is missing', 'kind = apple', 'kind = pear']
    """

    kinds: Mapping[str, str] | None
    drop: Sequence[str]
    keep: Sequence[str]
    impute: Literal["median", "mean", "most-frequent"] | float
    rare: int | None
    categories: int
    n_jobs: int | None

    schema_: list[tuple[str, str, str | None]]
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    _encoding: Encoding

    def __init__(
        self,
        *,
        kinds: Mapping[str, str] | None = None,
        drop: Sequence[str] = (),
        keep: Sequence[str] = (),
        impute: Literal["median", "mean", "most-frequent"] | float = "median",
        rare: int | None = None,
        categories: int = 100,
        n_jobs: int | None = None,
    ) -> None:
        self.kinds = kinds
        self.drop = drop
        self.keep = keep
        self.impute = impute
        self.rare = rare
        self.categories = categories
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any = None) -> Self:
        """Tell what the columns of `X` are, and learn how they become numbers.

        Parameters
        ----------
        X : table or array-like of shape (n_samples, n_features)
            A DataFrame of pandas or polars, a table of Arrow or whatever gives itself as one, or an array.
        y : ignored
            Nothing: there are no targets here.

        Returns
        -------
        self
            The estimator, fitted.
        """
        check(self, _ALLOWED)
        options = {
            "kinds": dict(self.kinds or {}),
            "drop": list(self.drop),
            "keep": list(self.keep),
            "impute": self.impute if isinstance(self.impute, str) else repr(float(self.impute)),
            "rare": None if self.rare is None else count(self.rare),
            "categories": count(self.categories),
        }
        columns = self._columns(X, reset=True)
        self._encoding = Encoding.fit(columns, options, self._threads(columns))
        self.schema_ = self._encoding.schema
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """The rows of `X` as numbers.

        Parameters
        ----------
        X : table or array-like of shape (n_samples, n_features)
            With the columns that were learnt from.

        Returns
        -------
        ndarray of float64, of shape (n_samples, n_features_out)
            A column for each of `get_feature_names_out`.
        """
        check_is_fitted(self)
        columns = self._columns(X, reset=False)
        return self._encoding.encode(columns, self._threads(columns))

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """The names of the numbers.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Nothing else than the names that were learned from.

        Returns
        -------
        ndarray of str
            As "size is missing" or "kind = pear".
        """
        check_is_fitted(self)
        _check_feature_names_in(self, input_features)
        return np.array(self._encoding.names_out, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _of(self, encoding: Encoding) -> Self:
        """Of an encoding that was fitted elsewhere."""
        self._encoding = encoding
        self.schema_ = encoding.schema
        names = [name for name, _, _ in self.schema_]
        self.n_features_in_, self.feature_names_in_ = len(names), np.array(names, dtype=object)
        return self

    def _threads(self, columns: list[tuple[str, Cells]]) -> int:
        return _arrays.threads(self.n_jobs, 100 * sum(len(cells) for _, cells in columns))

    def _check_names(self, names: list[str], reset: bool) -> None:
        """What scikit-learn does for other tables than those of Arrow."""
        if reset:
            self.feature_names_in_, self.n_features_in_ = np.array(names, dtype=object), len(names)
        elif list(names) != list(getattr(self, "feature_names_in_", names)):
            raise ValueError(
                "The feature names should match those that were passed during fit: "
                f"{', '.join(self.feature_names_in_)}"
            )

    def _columns(self, X: Any, *, reset: bool) -> list[tuple[str, Cells]]:
        # One row does not tell columns apart.
        least = 2 if reset else 1
        if hasattr(X, "iloc") and hasattr(X, "columns"):
            validate_data(self, X, skip_check_array=True, reset=reset)
            _expect_rows(X.shape, least)
            return [(str(name), of_series(X.iloc[:, i])) for i, name in enumerate(X.columns)]
        is_column = len(getattr(X, "shape", ())) == 1
        if not is_column and (hasattr(X, "__arrow_c_stream__") or hasattr(X, "__arrow_c_array__")):
            table = _arrow(X)
            if type(X).__module__.startswith("polars"):
                validate_data(self, X, skip_check_array=True, reset=reset)
            else:
                self._check_names(table.column_names, reset)
            _expect_rows(table.shape, least)
            return [(name, of_arrow(column)) for name, column in zip(table.column_names, table.columns)]
        X = check_array(
            X,
            dtype=None,
            ensure_all_finite=False,
            ensure_min_samples=least,
            estimator=self,
            input_name="X",
        )
        validate_data(self, X, skip_check_array=True, reset=reset)
        return [(f"x{i}", of_array(X[:, i])) for i in range(X.shape[1])]


def _arrow(X: Any) -> Any:
    try:
        import pyarrow
    except ImportError:
        raise ImportError(f"a {type(X).__module__}.{type(X).__name__} is read by pyarrow: `pip install pyarrow`") from None
    return pyarrow.table(X)


def _expect_rows(shape: tuple[int, int], least: int) -> None:
    if shape[0] < least:
        raise ValueError(f"Found array with {shape[0]} sample(s) (shape={shape}) while a minimum of {least} is required.")
