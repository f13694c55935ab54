"""What parameters may be, and what is said of others, in the words of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np

# Whole numbers of the computing part have 64 bits.
_MOST = 2**63 - 1


class Allowed(NamedTuple):
    """Values of a parameter: what they are called, and whether one is among them."""

    words: str
    has: Callable[[Any], bool]

    def __or__(self, other: Allowed) -> Allowed:
        return Allowed(f"{self.words} or {other.words}", lambda value: self.has(value) or other.has(value))


def _is_bool(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_))


def whole(least: int) -> Allowed:
    """A whole number of at least so much."""
    return Allowed(
        f"an int in the range [{least}, inf)",
        lambda value: isinstance(value, Integral) and not _is_bool(value) and least <= int(value),
    )


def count(value: Any) -> int:
    """A whole number, or the largest that there is: more than that of anything is as good as that."""
    return min(int(value), _MOST)


def number(low: float, high: float, closed: str) -> Allowed:
    """A number of an interval, which is "left" (without the upper end) or "neither"."""

    def has(value: Any) -> bool:
        if not isinstance(value, Real) or _is_bool(value):
            return False
        given = float(value)
        return (low <= given if closed == "left" else low < given) and given < high

    return Allowed(f"a float in the range {'[' if closed == 'left' else '('}{low}, {high})", has)


def one_of(*texts: str) -> Allowed:
    """One of some texts."""
    words = ", ".join(map(repr, sorted(texts)))
    return Allowed(f"a str among {{{words}}}", lambda value: isinstance(value, str) and value in texts)


def instance(*kinds: type) -> Allowed:
    """A value of one of some types."""
    return Allowed(" or ".join(f"an instance of {kind.__name__!r}" for kind in kinds), lambda value: isinstance(value, kinds))


def _is_texts(value: Any) -> bool:
    return not isinstance(value, str) and isinstance(value, (Sequence, np.ndarray)) and all(isinstance(text, str) for text in value)


INF = float("inf")
NONE = Allowed("None", lambda value: value is None)
TRUTH = Allowed("an instance of 'bool'", _is_bool)
TEXTS = Allowed("a sequence of str", _is_texts)
NAMED_TEXTS = Allowed(
    "a dict of str",
    lambda value: isinstance(value, Mapping) and all(isinstance(text, str) for pair in value.items() for text in pair),
)
ANY_NUMBER = Allowed("a float", lambda value: isinstance(value, Real) and not _is_bool(value))
JOBS = NONE | Allowed("an int other than 0", lambda value: isinstance(value, Integral) and not _is_bool(value) and value != 0)


def check(estimator: Any, allowed: Mapping[str, Allowed]) -> None:
    """Refuses the first parameter that has none of its values."""
    for name, values in allowed.items():
        value = getattr(estimator, name)
        if not values.has(value):
            kind = type(estimator).__name__
            raise ValueError(f"The {name!r} parameter of {kind} must be {values.words}. Got {value!r} instead.")
