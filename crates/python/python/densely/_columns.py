"""Columns of tables, whatever library they are of: numbers, or cells of any kind."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The first whole number of more than 15 digits.
_LONG = 10**15

# Numbers, of which NaN is a gap; or texts, numbers, truth values, and `None` for a gap.
Cells = NDArray[np.float64] | list[Any]


def of_arrow(column: Any) -> Cells:
    """Of a column of Arrow."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_integer(kind) and _are_codes(column.drop_null().to_numpy()):
        return [None if value is None else str(value) for value in column.to_pylist()]
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        column = column.cast(pa.float64(), safe=False)
        numbers = column.to_numpy() if isinstance(column, pa.ChunkedArray) else column.to_numpy(zero_copy_only=False)
        return np.array(numbers, dtype=np.float64)
    return [_cell(value) for value in column.to_pylist()]


def of_series(series: Any) -> Cells:
    """Of a column of pandas."""
    import pandas as pd

    kind = series.dtype
    if isinstance(kind, pd.CategoricalDtype) and isinstance(kind.categories.dtype, pd.IntervalDtype):
        # As `pandas.cut` makes them.
        series = series.cat.rename_categories(str)
    elif isinstance(kind, pd.IntervalDtype):
        series = series.astype(str).where(series.notna(), None)
    elif isinstance(kind, pd.PeriodDtype):
        series = series.dt.to_timestamp()
    elif pd.api.types.is_integer_dtype(kind) and _are_codes(series.dropna().to_numpy()):
        return [None if gap else str(value) for gap, value in zip(series.isna(), series)]
    elif pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind):
        if not pd.api.types.is_complex_dtype(kind):
            return series.to_numpy(dtype=np.float64, na_value=np.nan).copy()
    gaps = series.isna().to_numpy()
    return [None if gap else _cell(value) for gap, value in zip(gaps, series.tolist())]


def of_array(column: NDArray[Any]) -> Cells:
    """Of a column of an array."""
    if column.dtype.kind in "iu" and _are_codes(column):
        return [str(value) for value in column.tolist()]
    if column.dtype.kind in "iuf":
        return np.array(column, dtype=np.float64)
    if column.dtype.kind == "M":
        # A nanosecond would become a whole number.
        column = column.astype("datetime64[us]")
    return [_cell(value) for value in column.tolist()]


def _are_codes(numbers: NDArray[Any]) -> bool:
    """Whether whole numbers are codes, and so texts, as in files: float64 does not hold one of more than 15 digits."""
    return numbers.size > 0 and max(int(numbers.max()), -int(numbers.min())) >= _LONG


def _cell(value: Any) -> Any:
    """What a cell is in a table: a text, a number, a truth value or a gap."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and abs(value) >= _LONG:
        return str(value)
    if isinstance(value, datetime.datetime):
        return None if value != value else value.replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    # As `pandas.NA` and `pandas.NaT` are, which no other value is.
    return None if type(value).__name__ in ("NAType", "NaTType") else value
