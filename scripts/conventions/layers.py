"""Layers, and the weights they begin with."""

import math

import keras
import numpy
import torch
from sklearn.neural_network import MLPClassifier
from torch.nn import functional

from row import array, row


@row("softplus")
def softplus():
    x = torch.tensor([20.0000001], dtype=torch.float64)
    yield "PyTorch", "softplus(x) − x above 20", (functional.softplus(x) - x).item(), 0.0
    exact = numpy.log1p(numpy.exp(-20.0000001))
    yield (
        "PyTorch",
        "the same, below a threshold of 50",
        round(math.log10((functional.softplus(x, threshold=50) - x).item() / exact), 4),
        0.0,
    )
    yield "what is lost", "to one digit", float(f"{exact:.0e}"), 2e-9


@row("hard sigmoid")
def hard_sigmoid():
    x = torch.tensor([0.0], dtype=torch.float64, requires_grad=True)
    functional.hardsigmoid(x).backward()
    yield "PyTorch", "its slope at 0", x.grad.item(), float(numpy.float32(1 / 6))
    checked = torch.autograd.gradcheck(functional.hardsigmoid, x, raise_exception=False)
    yield "PyTorch", "gradcheck lets it pass", float(checked), 1.0
    seen = float(keras.activations.hard_sigmoid(torch.tensor([1.5], dtype=torch.float64)))
    yield "Keras", "hard_sigmoid(1.5)", seen, 0.75


@row("GELU")
def gelu():
    x = 1.5
    exact = x * (1 + math.erf(x / math.sqrt(2))) / 2
    tanh = x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
    tensor = torch.tensor([x], dtype=torch.float64)
    yield "PyTorch", "GELU(1.5)", functional.gelu(tensor).item(), exact
    seen = functional.gelu(tensor, approximate="tanh").item()
    yield "PyTorch", "GELU(1.5), by tanh", seen, tanh
    yield "Keras", "activations.gelu(1.5)", float(keras.activations.gelu(tensor)), exact


@row("dropout, noise")
def dropout():
    def kept():
        return array(functional.dropout(torch.ones(64)))

    torch.manual_seed(1)
    first, second = kept(), kept()
    torch.manual_seed(1)
    yield "PyTorch", "a second draw is the first", bool((first == second).all()), False
    yield "PyTorch", "so it is after the same seed", bool((first == kept()).all()), True


@row("normal initialisers")
def normal_initialisers():
    torch.manual_seed(1)
    weights = torch.empty(1000, 1000)
    torch.nn.init.kaiming_normal_(weights, nonlinearity="relu")
    deviation = math.sqrt(2 / 1000)
    yield "PyTorch", "a weight beyond 4 deviations", bool(abs(weights).max() > 4 * deviation), True
    weights = array(keras.initializers.HeNormal(seed=1)((1000, 1000))) / deviation
    yield "Keras", "the standard deviation, to 1 %", round(float(weights.std()), 2), 1.0
    yield (
        "Keras",
        "weights beyond 2.274 deviations, fewer than",
        bool((abs(weights) > 2.274).sum() < 20),
        True,
    )
    # Four draws for each weight, of which the first is taken if all are outside: 0.0455⁴.
    yield "Keras on PyTorch", "some are", bool((abs(weights) > 2.274).any()), True


@row("initial weights of a layer")
def initial_weights():
    torch.manual_seed(1)
    linear = torch.nn.Linear(100, 1000)
    limits = [float(f"{abs(p).max().item():.2f}") for p in (linear.weight, linear.bias)]
    yield "PyTorch", "largest weight and bias of 100 in", limits, [0.1, 0.1]
    dense = keras.layers.Dense(1000)
    dense.build((None, 200))
    bound = math.sqrt(6 / 1200)
    yield (
        "Keras",
        "largest weight, to Xavier's limit",
        round(float(abs(array(dense.kernel)).max()) / bound, 2),
        1.0,
    )
    yield "Keras", "largest bias", float(abs(array(dense.bias)).max()), 0.0
    random = numpy.random.default_rng(0)
    x, y = random.normal(size=(20, 200)), numpy.arange(20) % 2
    for activation, factor in (("relu", 6), ("tanh", 6), ("logistic", 2)):
        options = {"solver": "sgd", "learning_rate_init": 1e-300, "random_state": 0, "max_iter": 1}
        network = MLPClassifier(hidden_layer_sizes=(1000,), activation=activation, **options).fit(
            x, y
        )
        bound = math.sqrt(factor / 1200)
        largest = [abs(p[0]).max() / bound for p in (network.coefs_, network.intercepts_)]
        yield (
            "scikit-learn",
            f"{activation}: largest weight and bias, to √({factor} / (in + out))",
            [round(n, 2) for n in largest],
            [1.0, 1.0],
        )
