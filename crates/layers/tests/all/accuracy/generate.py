#!/usr/bin/env python3
"""Writes cases.txt: smooth activations and their derivatives over the whole range, tails included,
in arithmetic of 60 digits and unlimited exponents. Needs mpmath.

A line: activation, x, f(x), f'(x), and the size of the terms of which f'(x) is the sum. Every x
is a number of f32 too, unless it is beyond the tails of f32.

    python3 generate.py > cases.txt
"""

import random
import struct

import mpmath
from mpmath import exp, expm1, log1p, mpf, sqrt

mpmath.mp.dps = 60
LAMBDA, ALPHA = mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")


def sigmoid(x):
    return 1 / (1 + exp(-x)) if x > 0 else exp(x) / (1 + exp(x))


def cdf(x):
    return mpmath.erfc(-x / sqrt(2)) / 2


def gated(gate, slope):
    """x gate(x), of which the derivative is a sum of two terms that may cancel."""

    def both(x):
        first, second = gate(x), x * slope(x)
        return x * first, first + second, abs(first) + abs(second)

    return both


def of(f, df):
    return lambda x: (f(x), df(x), abs(df(x)))


def unit(scale, alpha):
    f = lambda x: scale * x if x > 0 else scale * alpha * expm1(x)
    return of(f, lambda x: scale if x > 0 else scale * alpha * exp(x))


def twice_u(x):
    return 2 * sqrt(2 / mpmath.pi) * (x + mpf("0.044715") * x**3)


def twice_u_slope(x):
    return 2 * sqrt(2 / mpmath.pi) * (1 + 3 * mpf("0.044715") * x**2)


def softplus(x):
    return max(x, mpf(0)) + log1p(exp(-abs(x)))


def sigmoid_slope(x):
    return exp(-abs(x)) / (1 + exp(-abs(x))) ** 2


ACTIVATIONS = {
    "elu": unit(mpf(1), mpf("0.75")),
    "selu": unit(LAMBDA, ALPHA),
    "sigmoid": of(sigmoid, sigmoid_slope),
    "tanh": of(mpmath.tanh, lambda x: 4 * sigmoid_slope(2 * x)),
    "softplus": of(softplus, sigmoid),
    "silu": gated(sigmoid, sigmoid_slope),
    "gelu": gated(cdf, lambda x: exp(-x * x / 2) / sqrt(2 * mpmath.pi)),
    "gelu-tanh": gated(lambda x: sigmoid(twice_u(x)), lambda x: sigmoid_slope(twice_u(x)) * twice_u_slope(x)),
    "mish": gated(lambda x: mpmath.tanh(softplus(x)), lambda x: mpmath.sech(softplus(x)) ** 2 * sigmoid(x)),
    "softsign": of(lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
}


def main():
    random.seed(1)
    sizes = [2.0**k for k in range(-30, 10, 3)] + [4.0, 8.0, 20.0]
    sizes += [random.uniform(0, limit) for limit in (1, 3, 6, 12, 18, 40, 90) for _ in range(5)]
    sizes = [struct.unpack("f", struct.pack("f", x))[0] for x in sizes]
    sizes += [random.uniform(100, 745) for _ in range(12)]
    for name, activation in ACTIVATIONS.items():
        for x in sorted(sizes + [-x for x in sizes]):
            numbers = ", ".join(repr(float(value)) for value in activation(mpf(x)))
            print(f"{name}, {x!r}, {numbers}")


main()
