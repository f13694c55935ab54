"""Parts of networks, by name: `"relu"`, `"leaky-relu(0.1)"`."""

from __future__ import annotations

from typing import Any

from ._densely import known as _known
from ._densely import resolved as _resolved

# What scikit-learn calls the same.
_NAMES_OF_SKLEARN = {
    "activation": {"logistic": "sigmoid"},
    "loss": {"squared_error": "mse", "absolute_error": "mae", "log_loss": "softmax"},
}


def known(family: str) -> dict[str, str]:
    """The kinds of a family, with what each does.

    Parameters
    ----------
    family : {"activation", "loss", "optimizer", "schedule", "preprocessing"}
        What the kinds are of.

    Returns
    -------
    dict
        The usage of each, as `"leaky-relu(slope=0.01)"`, and a line on it.
    """
    return {usage: about for _, usage, about in _known(family)}


def kinds(family: str, parameter: str, value: Any) -> list[str]:
    """The kinds that a parameter asks for, as they are written in full."""
    try:
        values = [value] if isinstance(value, str) else list(value)
    except TypeError:
        raise TypeError(f"{parameter} must be a str or a list of them, got {value!r}") from None
    names = _NAMES_OF_SKLEARN.get(family, {})
    texts = []
    for text in values:
        if not isinstance(text, str):
            raise TypeError(f"{parameter} must be a str or a list of them, got {value!r}")
        name, bracket, options = text.partition("(")
        name = names.get(name.strip(), name)
        texts.append(name.replace("_", "-") + bracket + options)
    try:
        return [kind for text in texts for kind in _resolved(family, text)]
    except ValueError as error:
        raise ValueError(f"{parameter}={value!r}: {error}") from None


def one_kind(family: str, parameter: str, value: Any) -> str:
    """The only kind that a parameter asks for."""
    found = kinds(family, parameter, value)
    if len(found) != 1:
        raise ValueError(f"{parameter} must be one kind, got {value!r}")
    return found[0]
