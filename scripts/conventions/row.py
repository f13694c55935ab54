"""A row of docs/conventions.md, by its first cell, and what runs it."""

import warnings

import numpy
from sklearn.neural_network import MLPRegressor

warnings.filterwarnings("ignore")

ROWS = {}


def row(name):
    """Registers a function that yields what libraries do: (library, what, seen, stated)."""

    def add(function):
        ROWS.setdefault(name, []).append(function)
        return function

    return add


def agrees(seen, stated):
    """Whether what was seen is what the page states: numbers to six digits."""
    seen, stated = numpy.asarray(seen), numpy.asarray(stated)
    if seen.dtype.kind not in "fiu" or stated.dtype.kind not in "fiu":
        return seen.shape == stated.shape and bool((seen == stated).all())
    return seen.shape == stated.shape and numpy.allclose(seen, stated, 1e-6, 0, equal_nan=True)


def array(tensor):
    """A tensor of PyTorch or JAX, or a list, as an array of NumPy."""
    return numpy.asarray(tensor.detach() if hasattr(tensor, "detach") else tensor)


def steps_of(regressor, x, y, **weights):
    """The parameters of a linear MLPRegressor before and after an epoch without shuffling."""
    options = {"hidden_layer_sizes": (), "solver": "sgd", "momentum": 0, "shuffle": False}
    options |= {"max_iter": 1, "random_state": 0, "nesterovs_momentum": False} | regressor
    still = MLPRegressor(**options | {"learning_rate_init": 1e-300}).fit(x, y, **weights)
    moved = MLPRegressor(**options).fit(x, y, **weights)
    return still, moved
