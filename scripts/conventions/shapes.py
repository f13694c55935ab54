"""Shapes."""

import keras
import numpy
import torch
from sklearn.neural_network import MLPRegressor

from row import array, row

x = numpy.zeros((4, 3))


@row("examples")
def examples():
    yield (
        "PyTorch",
        "outputs of 4 rows",
        array(torch.nn.Linear(3, 2)(torch.zeros(4, 3))).shape,
        (4, 2),
    )
    yield "Keras", "outputs of 4 rows", array(keras.layers.Dense(2)(x)).shape, (4, 2)
    seen = MLPRegressor(max_iter=1).fit(x, x[:, :2]).predict(x).shape
    yield "scikit-learn", "outputs of 4 rows", seen, (4, 2)


@row("weights")
def weights():
    yield "PyTorch", "weight of 3 in, 2 out", tuple(torch.nn.Linear(3, 2).weight.shape), (2, 3)
    dense = keras.layers.Dense(2)
    dense.build((None, 3))
    yield "Keras", "kernel of 3 in, 2 out", tuple(dense.kernel.shape), (3, 2)
    network = MLPRegressor(hidden_layer_sizes=(5,), max_iter=1).fit(x, x[:, :2])
    yield "scikit-learn", "coefs_ of 3 in, 5 out", network.coefs_[0].shape, (3, 5)


@row("pieces of Maxout")
def maxout():
    yield "PyTorch", "has Maxout", hasattr(torch.nn, "Maxout"), False
    yield "Keras", "has Maxout", hasattr(keras.layers, "Maxout"), False
