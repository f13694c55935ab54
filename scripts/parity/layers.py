"""Networks of PyTorch's modules, and a case for every layer."""

import math

import torch
from torch import nn

from case import STEPS, Case
from spec import FOLDER, parse

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


class Maxout(nn.Module):
    """PyTorch has none. Pieces one after the other: unit i is the largest of x[i], x[m + i], ..."""

    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return x.unflatten(1, (self.pieces, -1)).max(dim=1).values


class HardSigmoid(nn.Module):
    """PyTorch's own has a slope of 1/6 in single precision, also in double: off by 3e-8."""

    def forward(self, x):
        return (x.clamp(-3, 3) + 3) / 6


class Drawn(nn.Module):
    """What a layer with random numbers does, in each step with those that ours draws."""

    def __init__(self, name, units):
        super().__init__()
        lines = dict(line.split(": ") for line in (FOLDER / "draws.txt").read_text().splitlines())
        draws = torch.tensor([float(draw) for draw in lines[name].split()])
        self.draws = iter(draws.reshape(STEPS, -1, units))


class Dropout(Drawn):
    def __init__(self, probability, units):
        super().__init__("dropout", units)
        self.scale = 1 / (1 - probability)

    def forward(self, x):
        return x * next(self.draws) * self.scale


class InputNoise(Drawn):
    def __init__(self, deviation, units):
        super().__init__("input-noise", units)
        self.deviation = deviation

    def forward(self, x):
        return x + self.deviation * next(self.draws)


def layer(name, numbers, units):
    """A layer after one with so many units."""
    match name:
        case "linear":
            return nn.Linear(int(numbers[0]), int(numbers[1]))
        case "dropout":
            return Dropout(numbers[0], units)
        case "input-noise":
            return InputNoise(numbers[0], units)
        case "identity":
            return nn.Identity()
        case "relu":
            return nn.ReLU()
        case "leaky-relu":
            return nn.LeakyReLU(*(numbers or [0.01]))
        case "prelu":
            return nn.PReLU(units)
        case "shared-prelu":
            return nn.PReLU(1)
        case "maxout":
            return Maxout(int(numbers[0]))
        case "elu":
            return nn.ELU(*(numbers or [1.0]))
        case "selu":
            return nn.SELU()
        case "gelu":
            return nn.GELU()
        case "gelu-tanh":
            return nn.GELU(approximate="tanh")
        case "silu":
            return nn.SiLU()
        case "softplus":
            # By default PyTorch takes x itself from 20 on, which is off by 2e-9 there.
            return nn.Softplus(threshold=50.0)
        case "relu6":
            return nn.ReLU6()
        case "tanh":
            return nn.Tanh()
        case "hard-tanh":
            return nn.Hardtanh()
        case "sigmoid":
            return nn.Sigmoid()
        case "mish":
            return nn.Mish()
        case "hard-swish":
            return nn.Hardswish()
        case "hard-sigmoid":
            return HardSigmoid()
        case "softsign":
            return nn.Softsign()
    raise ValueError(name)


def network(text):
    parts = parse(text)
    modules, units = [], next(int(numbers[0]) for name, numbers in parts if name == "linear")
    for name, numbers in parts:
        modules.append(layer(name, numbers, units))
        units = int(numbers[1]) if name == "linear" else units
    return nn.Sequential(*modules)


KINKS = {
    nn.ReLU: [0.0],
    nn.LeakyReLU: [0.0],
    nn.PReLU: [0.0],
    nn.ELU: [0.0],
    nn.SELU: [0.0],
    nn.ReLU6: [0.0, 6.0],
    nn.Hardtanh: [-1.0, 1.0],
}


def watch(network):
    """The smallest and the largest input of each kind of activation with kinks, from now on."""
    seen = {}

    def hook(module, inputs, _):
        low, high = seen.get(type(module), (math.inf, -math.inf))
        seen[type(module)] = min(low, inputs[0].min().item()), max(high, inputs[0].max().item())

    for module in network:
        if type(module) in KINKS:
            module.register_forward_hook(hook)
    return seen


def both_sides(seen):
    """Whether there were inputs on both sides of every kink."""
    return all(low < kink < high for kind, (low, high) in seen.items() for kink in KINKS[kind])


def hidden(activation, pieces=1):
    """The usual network, with this activation."""
    first, second = f"linear 5 {7 * pieces}", f"linear 7 {4 * pieces}"
    return f"{first} | {activation} | {second} | {activation} | linear 4 3"


CASES = [
    Case("linear", "linear 5 3"),
    Case("linear, one output", "linear 5 1", loss="mse", optimizer="sgd 0.05"),
    Case("identity", hidden("identity"), optimizer="sgd 0.02"),
    Case("relu", hidden("relu")),
    Case("leaky-relu", hidden("leaky-relu")),
    Case("leaky-relu 0.3", hidden("leaky-relu 0.3")),
    Case("prelu", hidden("prelu")),
    Case("shared-prelu", hidden("shared-prelu")),
    Case("maxout 2", hidden("maxout 2", pieces=2), optimizer="sgd 0.05"),
    Case("maxout 3", hidden("maxout 3", pieces=3), optimizer="sgd 0.05"),
    Case("elu", hidden("elu")),
    Case("elu 0.4", hidden("elu 0.4")),
    Case("selu", hidden("selu"), optimizer="sgd 0.05"),
    Case("gelu", hidden("gelu")),
    Case("gelu-tanh", hidden("gelu-tanh")),
    Case("silu", hidden("silu")),
    Case("softplus", hidden("softplus")),
    Case("relu6", hidden("relu6"), optimizer="sgd 0.02", scale=4.0),
    Case("tanh", hidden("tanh")),
    Case("hard-tanh", hidden("hard-tanh")),
    Case("sigmoid", hidden("sigmoid"), optimizer="sgd 1"),
    Case("mish", hidden("mish")),
    Case("hard-swish", hidden("hard-swish"), scale=4.0),
    Case("hard-sigmoid", hidden("hard-sigmoid"), optimizer="sgd 1", scale=4.0),
    Case("softsign", hidden("softsign")),
    Case(
        "a different activation for each layer",
        "linear 5 6 | silu | linear 6 8 | maxout 2 | linear 4 5 | prelu | linear 5 3",
        optimizer="sgd 0.1",
    ),
    # The draws of these two are written for the place, the size and the probability here.
    Case("dropout", "linear 5 7 | tanh | dropout 0.3 | linear 7 4 | tanh | linear 4 3"),
    Case("input-noise", "input-noise 0.4 | linear 3 7 | tanh | linear 7 3"),
    # Wide enough for the kernels of whole registers, and for more than one panel of examples.
    Case(
        "wide",
        "linear 19 37 | tanh | linear 37 18 | gelu | linear 18 10",
        optimizer="sgd 0.05",
        batch=21,
    ),
]
