"""Fully-connected neural networks on the CPU you already have, as scikit-learn estimators.

`MLPClassifier` and `MLPRegressor` are networks; `PCA` and `Whitening` decorrelate features, and
`TablePreprocessor` makes numbers of tables with gaps and text. `save` and `load` share model files with the
program `densely`.
"""

from ._classifier import MLPClassifier
from ._decorrelation import PCA, Whitening
from ._densely import DivergedError
from ._files import load, save
from ._kinds import known
from ._regressor import MLPRegressor
from ._table import TablePreprocessor

__all__ = [
    "DivergedError",
    "MLPClassifier",
    "MLPRegressor",
    "PCA",
    "TablePreprocessor",
    "Whitening",
    "known",
    "load",
    "save",
]
