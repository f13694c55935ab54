"""Optimisers and limits."""

import inspect
import math

import jax.numpy
import keras
import numpy
import optax
import torch
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from row import array, row, steps_of


def by_torch(rule, gradients, start=1.0, **options):
    """A parameter after steps with these gradients."""
    w = torch.tensor([start], dtype=torch.float64, requires_grad=True)
    optimizer = rule([w], **options)
    for gradient in gradients:
        w.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
    return w.item()


def by_keras(optimizer, gradients, start=1.0):
    w = keras.Variable([start], dtype="float64")
    optimizer.build([w])
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor([gradient], dtype="float64")])
    return float(w[0])


def by_optax(rule, gradients, start=1.0):
    w = jax.numpy.array([start])
    state = rule.init(w)
    for gradient in gradients:
        updates, state = rule.update(jax.numpy.array([gradient]), state, w)
        w = optax.apply_updates(w, updates)
    return float(w[0])


@row("what decays")
def what_decays():
    linear = torch.nn.Linear(1, 1)
    torch.nn.init.ones_(linear.weight), torch.nn.init.ones_(linear.bias)
    optimizer = torch.optim.AdamW(linear.parameters(), lr=0.1, weight_decay=0.5)
    for parameter in linear.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    seen = [linear.weight.item(), linear.bias.item()]
    yield "PyTorch", "AdamW, weight and bias of 1", seen, [0.95, 0.95]
    for decayed in (True, False):
        dense = keras.layers.Dense(1, kernel_initializer="ones", bias_initializer="ones")
        dense.build((None, 1))
        optimizer = keras.optimizers.AdamW(learning_rate=0.1, weight_decay=0.5)
        if not decayed:
            optimizer.exclude_from_weight_decay(var_names=["bias"])
        optimizer.build(dense.trainable_variables)
        optimizer.apply([torch.zeros(1, 1), torch.zeros(1)])
        seen = [float(dense.kernel[0, 0]), float(dense.bias[0])]
        name = "AdamW" if decayed else "AdamW, biases excluded"
        yield "Keras", f"{name}, weight and bias of 1", seen, [0.95, 0.95 if decayed else 1.0]
    x = numpy.zeros((4, 1))
    options = {"learning_rate_init": 1.0, "alpha": 0.1, "batch_size": 4}
    still, moved = steps_of(options, x, numpy.zeros(4))
    # The error is the bias itself.
    yield "scikit-learn", "bias after a step of 1", moved.intercepts_[0], [0.0]
    yield "scikit-learn", "weight", moved.coefs_[0] / still.coefs_[0], [[1 - 0.1 / 4]]
    rule = optax.adamw(0.1, weight_decay=0.5)
    yield "optax", "a vector of 1", by_optax(rule, [0.0]), 0.95


@row("L2")
def l2():
    seen = by_torch(torch.optim.SGD, [0.0], start=3.0, lr=0.1, weight_decay=0.5)
    yield "PyTorch", "step", (3 - seen) / 0.1, 0.5 * 3
    seen = keras.regularizers.L2(0.5)(keras.ops.convert_to_tensor([3.0]))
    yield "Keras", "L2(0.5) of 3", float(seen), 0.5 * 3**2
    for batch, stated in ((4, [0.975]), (3, [1 - 0.1 / 3, 1 - 0.1 / 1]), (2, [0.95, 0.95])):
        options = {"learning_rate_init": 1.0, "alpha": 0.1, "batch_size": batch}
        still, moved = steps_of(options, numpy.zeros((4, 1)), numpy.zeros(4))
        factor = (moved.coefs_[0] / still.coefs_[0]).item()
        yield (
            "scikit-learn",
            f"factor in an epoch of 4, batches of {batch}",
            factor,
            math.prod(stated),
        )
    options = {"learning_rate_init": 1.0, "alpha": 0.1, "batch_size": 4}
    for weight in (10.0, 0.1):
        x, weights = numpy.zeros((4, 1)), numpy.full(4, weight)
        still, moved = steps_of(options, x, numpy.zeros(4), sample_weight=weights)
        factor = (moved.coefs_[0] / still.coefs_[0]).item()
        yield "scikit-learn", f"factor, weights of {weight}", factor, 1 - 0.1 / (4 * weight)


@row("L1, elastic net")
def l1():
    names = [n for n in dir(torch.optim) if inspect.isclass(getattr(torch.optim, n))]
    options = {p for n in names for p in inspect.signature(getattr(torch.optim, n)).parameters}
    yield "PyTorch", "options for L1", [p for p in options if "l1" in p.lower()], []


@row("decoupled decay")
def decoupled():
    seen = by_torch(torch.optim.AdamW, [0.0], lr=0.1, weight_decay=0.5)
    yield "PyTorch", "AdamW without a gradient", seen, 1 - 0.1 * 0.5
    # By the gradient 2 and ε = 2, Adam's step is η / 2.
    seen = by_torch(torch.optim.AdamW, [2.0], lr=0.1, weight_decay=0.5, eps=2.0)
    yield "PyTorch", "AdamW with one", seen, 1 - 0.1 * 0.5 - 0.1 / 2
    seen = by_keras(keras.optimizers.AdamW(0.1, weight_decay=0.5), [0.0])
    yield "Keras", "AdamW without a gradient", seen, 1 - 0.1 * 0.5


@row("decoupled decay and L2")
def both():
    names = [n for n in dir(torch.optim) if inspect.isclass(getattr(torch.optim, n))]
    amounts = ("weight_decay", "l2", "lambd")
    both = []
    for name in names:
        parameters = inspect.signature(getattr(torch.optim, name)).parameters
        if sum(amount in parameters for amount in amounts) > 1 and name != "ASGD":
            both.append(name)
    yield "PyTorch", "optimisers with two amounts of decay", both, []


@row("ε of Adam")
def epsilon_of_adam():
    seen = 1 - by_torch(torch.optim.Adam, [1e-8], lr=1.0, eps=1e-8)
    yield "PyTorch", "first step, g = ε = 1e-8", seen, 0.5
    seen = 1 - by_optax(optax.adam(1.0, eps=1e-8), [1e-8])
    yield "optax", "first step", round(seen, 5), 0.5
    parameters = [numpy.array([1.0])]
    AdamOptimizer(parameters, 1.0).update_params(parameters, [numpy.array([1e-8])])
    root = math.sqrt(0.001)
    stated = root / (root + 1)
    yield "scikit-learn", "first step", 1 - parameters[0].item(), stated
    seen = 1 - by_keras(keras.optimizers.Adam(1.0, epsilon=1e-8), [1e-8])
    yield "Keras", "first step", seen, stated
    yield "both", "to three digits", float(f"{stated:.3g}"), 0.0307


@row("RMSProp, centered")
def centered():
    # The variance is α^t (1 − α^t) g², so the first step is 10 η, and the last of 1,500 is 1,877 η.
    gradient, rate, epsilon = 0.1, 0.01, 1e-8
    fading = [0.99**t for t in range(1, 1501)]
    deviations = [gradient * math.sqrt(power * (1 - power)) for power in fading]
    stated = 1 - sum(rate * gradient / (deviation + epsilon) for deviation in deviations)
    options = {"lr": rate, "alpha": 0.99, "eps": epsilon, "centered": True}
    seen = by_torch(torch.optim.RMSprop, [gradient] * 1500, **options)
    yield "PyTorch", "a weight after 1,500 steps for 0.1", seen, stated


@row("ε of RMSProp and Adagrad")
def epsilon_of_rmsprop():
    g, epsilon = 0.3, 0.02
    seen = 1 - by_torch(torch.optim.RMSprop, [g], lr=1.0, alpha=0.9, eps=epsilon)
    yield "PyTorch", "RMSprop", seen, g / (math.sqrt(0.1 * g**2) + epsilon)
    inside = g / math.sqrt(0.1 * g**2 + epsilon)
    seen = 1 - by_keras(keras.optimizers.RMSprop(1.0, rho=0.9, epsilon=epsilon), [g])
    yield "Keras", "RMSprop", seen, inside
    seen = 1 - by_optax(optax.rmsprop(1.0, decay=0.9, eps=epsilon), [g])
    yield "optax", "rmsprop", round(seen, 5), round(inside, 5)
    seen = 1 - by_torch(torch.optim.Adagrad, [g], lr=1.0, eps=epsilon)
    yield "PyTorch", "Adagrad", seen, g / (g + epsilon)
    inside = g / math.sqrt(0.1 + g**2 + epsilon)
    seen = 1 - by_keras(keras.optimizers.Adagrad(1.0, epsilon=epsilon), [g])
    yield "Keras", "Adagrad", seen, inside
    seen = 1 - by_optax(optax.adagrad(1.0, eps=epsilon), [g])
    yield "optax", "adagrad", round(seen, 5), round(inside, 5)


@row("velocity")
def velocity():
    w = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=1.0, momentum=0.9)
    w.grad = torch.ones(1)
    optimizer.step()
    optimizer.param_groups[0]["lr"], w.grad = 0.1, torch.zeros(1)
    optimizer.step()
    yield "PyTorch", "momentum after a tenth of the rate", -1 - w.item(), 0.1 * 0.9
    variable, optimizer = keras.Variable([0.0]), keras.optimizers.SGD(1.0, momentum=0.9)
    optimizer.build([variable])
    optimizer.apply([torch.ones(1)])
    optimizer.learning_rate = 0.1
    optimizer.apply([torch.zeros(1)])
    yield "Keras", "the same", -1 - float(variable[0]), 0.9
    w = [numpy.zeros(1)]
    optimizer = SGDOptimizer(w, 1.0, momentum=0.9, nesterov=False)
    optimizer.update_params(w, [numpy.ones(1)])
    optimizer.learning_rate = 0.1
    optimizer.update_params(w, [numpy.zeros(1)])
    yield "scikit-learn", "the same", -1 - w[0].item(), 0.9


@row("`AdamW` with a penalty")
def adamw_with_a_penalty():
    steps = [0.3, -0.2, 0.1]
    adamw = by_torch(torch.optim.AdamW, steps, lr=0.1, weight_decay=0.0)
    yield "PyTorch", "AdamW without decay is Adam", adamw, by_torch(torch.optim.Adam, steps, lr=0.1)


@row("clipping by norm")
def clipping():
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    w.grad = torch.tensor([3e-6, 4e-6], dtype=torch.float64)
    torch.nn.utils.clip_grad_norm_([w], 1e-6)
    yield (
        "PyTorch",
        "a norm of 5e-6, clipped to 1e-6",
        w.grad.norm().item(),
        5e-6 * 1e-6 / (5e-6 + 1e-6),
    )
    for option, stated in (
        ("clipnorm", [0.6, 0.8, 1.0]),
        ("global_clipnorm", [3 / 13, 4 / 13, 12 / 13]),
    ):
        optimizer = keras.optimizers.SGD(1.0, **{option: 1.0})
        variables = [keras.Variable([0.0, 0.0]), keras.Variable([0.0])]
        optimizer.build(variables)
        optimizer.apply([torch.tensor([3.0, 4.0]), torch.tensor([12.0])])
        seen = [-float(n) for variable in variables for n in array(variable)]
        yield "Keras", f"(3, 4) and (12), {option}=1", seen, stated


@row("clipping and penalties")
def clipping_and_penalties():
    w = torch.tensor([2.0], requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=1.0, weight_decay=0.5)
    w.grad = torch.tensor([30.0])
    torch.nn.utils.clip_grad_norm_([w], 1.0)
    optimizer.step()
    yield "PyTorch", "step with a gradient of 30, clipped to 1", 2 - w.item(), 1 + 0.5 * 2


@row("max norm")
def max_norm():
    w = torch.tensor([[3e-7, 4e-7]], dtype=torch.float64)
    seen = torch.renorm(w, 2, 0, 1e-7).norm().item()
    yield "PyTorch", "a norm of 5e-7, limited to 1e-7", seen, 5e-7 * 1e-7 / (5e-7 + 1e-7)
    # Keras' units are columns.
    w = torch.tensor([[3e-7], [4e-7]], dtype=torch.float64)
    for limit, kept in ((1e-7, 1e-7), (1.0, 5e-7)):
        seen = float(keras.constraints.MaxNorm(limit)(w).norm())
        yield "Keras", f"limited to {limit}", seen, 5e-7 * kept / (5e-7 + keras.config.epsilon())
