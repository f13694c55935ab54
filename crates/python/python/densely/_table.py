"""Numbers of tables with gaps, text and times."""

from __future__ import annotations

import datetime
import sys

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import (
    _check_feature_names_in,
    check_array,
    check_is_fitted,
    validate_data,
)

from . import _arrays
from ._densely import Encoding


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
    feature_names_in_ : ndarray of str
        If `X` has names.

    Examples
    --------
    >>> import pandas as pd
    >>> from densely import TablePreprocessor
    >>> X = pd.DataFrame({"size": [2.0, None, 4.0, 5.0], "kind": ["pear", "apple", "pear", "apple"]})
    >>> table = TablePreprocessor(rare=1).fit(X)
    >>> list(table.get_feature_names_out())
    ['size', 'size is missing', 'kind = apple', 'kind = pear']
    """

    def __init__(
        self, *, kinds=None, drop=(), keep=(), impute="median", rare=None, categories=100, n_jobs=None
    ):
        self.kinds = kinds
        self.drop = drop
        self.keep = keep
        self.impute = impute
        self.rare = rare
        self.categories = categories
        self.n_jobs = n_jobs

    def fit(self, X, y=None):
        """Tell what the columns of `X` are, and learn how they become numbers.

        Parameters
        ----------
        X : table or array-like of shape (n_samples, n_features)
            A DataFrame of pandas or polars, a table of Arrow, or an array.
        y : ignored

        Returns
        -------
        self
        """
        options = {
            "kinds": dict(self.kinds or {}),
            "drop": list(self.drop),
            "keep": list(self.keep),
            "impute": self.impute if isinstance(self.impute, str) else repr(float(self.impute)),
            "rare": self.rare,
            "categories": self.categories,
        }
        columns = self._columns(X, reset=True)
        self._encoding = Encoding.fit(columns, options, self._threads(columns))
        self.schema_ = self._encoding.schema
        return self

    def transform(self, X):
        """The rows of `X` as numbers.

        Parameters
        ----------
        X : table or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of float64, of shape (n_samples, n_features_out)
        """
        check_is_fitted(self)
        columns = self._columns(X, reset=False)
        return self._encoding.encode(columns, self._threads(columns))

    def get_feature_names_out(self, input_features=None):
        """The names of the numbers.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Nothing else than the names that were learned from.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        _check_feature_names_in(self, input_features)
        return np.array(self._encoding.names_out, dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _of(self, encoding):
        """Of an encoding that was fitted elsewhere."""
        self._encoding = encoding
        self.schema_ = encoding.schema
        names = [name for name, _, _ in self.schema_]
        self.n_features_in_, self.feature_names_in_ = len(names), np.array(names, dtype=object)
        return self

    def _threads(self, columns):
        return _arrays.threads(self.n_jobs, 100 * sum(len(cells) for _, cells in columns))

    def _check_names(self, names, reset):
        """What scikit-learn does for other tables than those of Arrow."""
        if reset:
            self.feature_names_in_, self.n_features_in_ = np.array(names, dtype=object), len(names)
        elif list(names) != list(getattr(self, "feature_names_in_", names)):
            raise ValueError(
                "The feature names should match those that were passed during fit: "
                f"{', '.join(self.feature_names_in_)}"
            )

    def _columns(self, X, *, reset):
        # One row does not tell columns apart.
        least = 2 if reset else 1
        if hasattr(X, "__arrow_c_stream__") and not hasattr(X, "columns"):
            import pyarrow

            X = pyarrow.table(X)
        if hasattr(X, "column_names") and hasattr(X, "schema"):
            self._check_names(X.column_names, reset)
            _expect_rows(len(X), X.shape, least)
            return [(name, _of_arrow(X.column(name))) for name in X.column_names]
        if hasattr(X, "columns"):
            validate_data(self, X, skip_check_array=True, reset=reset)
            _expect_rows(len(X), X.shape, least)
            return _columns_of_frame(X)
        X = check_array(
            X,
            dtype=None,
            ensure_all_finite=False,
            ensure_min_samples=least,
            estimator=self,
            input_name="X",
        )
        validate_data(self, X, skip_check_array=True, reset=reset)
        return [(f"x{i}", _cells(X[:, i])) for i in range(X.shape[1])]


def _expect_rows(n, shape, least):
    if n < least:
        raise ValueError(f"Found array with {n} sample(s) (shape={shape}) while a minimum of {least} is required.")


def _columns_of_frame(X):
    polars = sys.modules.get("polars")
    if polars is not None and isinstance(X, polars.DataFrame):
        return [(column.name, _of_arrow(column.to_arrow())) for column in X.iter_columns()]
    return [(str(name), _of_series(X.iloc[:, i])) for i, name in enumerate(X.columns)]


def _of_arrow(column):
    import pyarrow as pa

    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        column = column.cast(pa.float64(), safe=False)
        numbers = column.to_numpy() if isinstance(column, pa.ChunkedArray) else column.to_numpy(zero_copy_only=False)
        return np.array(numbers, dtype=np.float64)
    return [_cell(value) for value in column.to_pylist()]


def _of_series(series):
    import pandas as pd

    kind = series.dtype
    if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind):
        if not pd.api.types.is_complex_dtype(kind):
            return series.to_numpy(dtype=np.float64, na_value=np.nan).copy()
    gaps = series.isna().to_numpy()
    cells = [None if gap else _cell(value) for gap, value in zip(gaps, series.tolist())]
    return cells


def _cells(column):
    if column.dtype.kind in "iuf":
        return np.array(column, dtype=np.float64)
    return [_cell(value) for value in column.tolist()]


def _cell(value):
    """What a cell is in a table: a text, a number, a truth value or a gap."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value
