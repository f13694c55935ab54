"""What estimators share: rows of numbers, threads, seeds."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import validate_data

# Operations that are worth a second thread.
_WORK = 8_000_000

# Rows x features are numbers of one of these, and lie in C order.
_NUMBERS = {"dtype": [np.float64, np.float32], "order": "C"}


def rows(estimator: Any, X: ArrayLike, *, reset: bool, **checks: Any) -> NDArray[Any]:
    """Rows x features in C order, of float32 or float64."""
    _expect_no_times(X, "X")
    return aligned(validate_data(estimator, X, reset=reset, **_NUMBERS, **checks))


def rows_and_targets(
    estimator: Any, X: ArrayLike, y: ArrayLike, *, reset: bool, **checks: Any
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The same, and targets as they came."""
    _expect_no_times(X, "X")
    checked, targets = validate_data(estimator, X, y, reset=reset, **_NUMBERS, **checks)
    return aligned(checked), targets


def _expect_no_times(values: Any, name: str) -> None:
    """NumPy makes numbers of times, whose unit depends on how they were written."""
    kind = getattr(getattr(values, "dtype", None), "kind", "")
    if kind in ("m", "M"):
        raise TypeError(f"{name} has times, where numbers are expected: TablePreprocessor makes numbers of them")


def alone(X: ArrayLike, estimator: Any) -> NDArray[Any]:
    """Rows of numbers that are not those which the estimator was fitted to."""
    return aligned(check_array(X, estimator=estimator, **_NUMBERS))


def aligned(X: NDArray[Any]) -> NDArray[Any]:
    """In C order, and where numbers of its type may lie."""
    return np.require(X, requirements=["C", "A"])


def threads(n_jobs: int | None, work: int) -> int:
    """The number of threads for so many operations, as `n_jobs` has it in joblib."""
    if n_jobs == 1 or work < _WORK:
        return 1
    return min(effective_n_jobs(n_jobs), 1024)


def seed(random_state: Any) -> int:
    """The seed that it is, or one drawn from it."""
    if isinstance(random_state, Integral) and 0 <= int(random_state) < 2**64:
        return int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
