"""Model files, which the program `densely` reads and writes."""

from __future__ import annotations

import os

from ._densely import Network


def save(estimator, path: str | os.PathLike) -> None:
    """Write the model file of a fitted estimator, whole or not at all.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor or Pipeline
        A pipeline of a `TablePreprocessor` and a network becomes one model, which predicts from tables.
    path : path-like
    """
    from sklearn.pipeline import Pipeline

    from ._mlp import _MLP
    from ._table import TablePreprocessor

    if isinstance(estimator, _MLP):
        return estimator.save(path)
    if isinstance(estimator, Pipeline):
        steps = [step for _, step in estimator.steps if step not in (None, "passthrough")]
        match steps:
            case [_MLP() as network]:
                return network.save(path)
            case [TablePreprocessor() as table, _MLP() as network]:
                return network._fitted().with_encoding(table._encoding).save(path)
    raise TypeError(
        "only MLPClassifier, MLPRegressor, and a pipeline of TablePreprocessor and one of them have a model "
        f"file, got {estimator!r}"
    )


def load(path: str | os.PathLike):
    """Read a model file, also one that the program wrote.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    MLPClassifier, MLPRegressor or Pipeline
        Ready to predict. A model of a table with gaps or text is a pipeline that begins with a `TablePreprocessor`.
        Classes are whole numbers if all of their names are, and texts otherwise.
    """
    from sklearn.pipeline import make_pipeline

    from ._mlp import MLPClassifier, MLPRegressor
    from ._table import TablePreprocessor

    network = Network.load(path)
    estimator = (MLPRegressor if network.class_names is None else MLPClassifier)()
    encoding = network.encoding
    if encoding is None:
        return estimator._of(network)
    table = TablePreprocessor()._of(encoding)
    # Numbers that come from a table have no names in between.
    return make_pipeline(table, estimator._of(network.without_encoding(), named=False))
