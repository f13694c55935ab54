"""Model files, which the program `densely` reads and writes."""

from __future__ import annotations

import os
from typing import Any

from ._densely import Network
from ._mlp import MLP


def save(estimator: Any, path: str | os.PathLike[str]) -> None:
    """Write the model file of a fitted estimator, whole or not at all.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor or Pipeline
        A pipeline of a `TablePreprocessor` and a network becomes one model, which predicts from tables.
    path : path-like
        The file.
    """
    from sklearn.pipeline import Pipeline

    from ._table import TablePreprocessor

    steps = [estimator]
    if isinstance(estimator, Pipeline):
        steps = [step for _, step in estimator.steps if step not in (None, "passthrough")]
    match steps:
        case [MLP() as network]:
            network.save(path)
        case [TablePreprocessor() as table, MLP() as network]:
            network._fitted().with_encoding(table._encoding).save(path)
        case _:
            raise TypeError(
                "only MLPClassifier, MLPRegressor, and a pipeline of TablePreprocessor and one of them have a model "
                f"file, got {estimator!r}"
            )


def load(path: str | os.PathLike[str]) -> Any:
    """Read a model file, also one that the program wrote.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    MLPClassifier, MLPRegressor or Pipeline
        Ready to predict. A model of a table with gaps or text is a pipeline that begins with a `TablePreprocessor`.
        Classes are whole numbers if all of their names are, and texts otherwise.
    """
    from sklearn.pipeline import make_pipeline

    from ._classifier import MLPClassifier
    from ._regressor import MLPRegressor
    from ._table import TablePreprocessor

    network = Network.load(path)
    estimator = (MLPRegressor if network.class_names is None else MLPClassifier)()
    encoding = network.encoding
    if encoding is None:
        return estimator._of(network)
    table = TablePreprocessor()._of(encoding)
    # Numbers that come from a table have no names in between.
    return make_pipeline(table, estimator._of(network.without_encoding(), named=False))
