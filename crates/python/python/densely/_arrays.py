"""What estimators share: rows of numbers, threads, names."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from joblib import effective_n_jobs
from sklearn.utils import check_random_state
from sklearn.utils.validation import validate_data

# Operations that are worth a second thread.
_WORK = 8_000_000


def rows(estimator, X, *, reset: bool, **checks):
    """Rows x features in C order, of float32 or float64; and the targets, if `y` is given."""
    checked = validate_data(
        estimator, X, dtype=[np.float64, np.float32], order="C", reset=reset, **checks
    )
    if "y" in checks:
        X, y = checked
        return aligned(X), y
    return aligned(checked)


def aligned(X):
    return np.require(X, requirements=["C", "A"])


def threads(n_jobs, work: int) -> int:
    """The number of threads for so many operations, as `n_jobs` has it in joblib."""
    if n_jobs == 1 or work < _WORK:
        return 1
    return min(effective_n_jobs(n_jobs), 1024)


def seed(random_state) -> int:
    """The seed that it is, or one drawn from it."""
    if isinstance(random_state, Integral) and random_state >= 0:
        return int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
