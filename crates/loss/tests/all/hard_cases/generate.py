#!/usr/bin/env python3
"""Writes cases.txt: losses and gradients of scores from 1e-300 to 1e308 and infinity, of shares
down to the smallest numbers, and of errors whose sum is infinite and whose mean is not, in
arithmetic of 100 digits and unlimited exponents. Needs mpmath.

A line: type, loss, label (or the targets), scores | loss, gradient. A gradient of "?" is at a
distance from the kink that is smaller than rounding: both of its values are right.

    python3 generate.py > cases.txt
"""

import itertools
import random
import struct

import mpmath

mpmath.mp.dps = 100
mpf, inf = mpmath.mpf, float("inf")

GRID = {
    "f64": [0.0, 1e-300, 1e-8, 1.0, -1.0, 40.0, 1e4, -1e4, 1e300, 1e308, -1e308, inf, -inf],
    "f32": [0.0, 1e-38, 1e-4, 1.0, -1.0, 40.0, 1e4, -1e4, 1e30, 3e38, -3e38, inf, -inf],
}
MAX = {"f64": 1.7976931348623157e308, "f32": 3.4028234663852886e38}
EPSILON = {"f64": 2.0**-52, "f32": 2.0**-23}


def rounded(x, kind):
    return struct.unpack("f", struct.pack("f", x))[0] if kind == "f32" else x


def difference(a, b):
    """a − b, where equal infinities count as equal scores."""
    return mpf(0) if a == b else mpf(a) - mpf(b)


def softmax(scores, label):
    largest = max(scores)
    exps = [mpmath.exp(d) if d != -inf else mpf(0) for d in (difference(s, largest) for s in scores)]
    total, right = sum(exps), difference(scores[label], largest)
    # ln(total) without cancellation: the largest score is one of the terms, which is 1.
    first = scores.index(largest)
    others = sum(e for k, e in enumerate(exps) if k != first)
    loss = mpmath.log1p(others) - right
    gradient = [e / total for e in exps]
    gradient[label] = -sum(e for k, e in enumerate(exps) if k != label) / total
    return loss, gradient


def svm(scores, label, epsilon):
    right, loss, gradient = scores[label], mpf(0), [mpf(0)] * len(scores)
    unsure = False
    for k, s in enumerate(scores):
        if k == label:
            continue
        excess = difference(s, right) + 1
        size = abs(mpf(s)) + abs(mpf(right)) + 1
        if s != right and mpmath.isfinite(size):
            unsure = unsure or abs(excess) <= 4 * epsilon * size
        if excess > 0:
            loss += excess
            gradient[k] += 1
            gradient[label] -= 1
    return loss, None if unsure else gradient


def mse(scores, targets, largest):
    """An error beyond the range of the type is infinite, and so is its gradient."""
    d, errors = len(scores), [mpf(s) - mpf(t) for s, t in zip(scores, targets)]
    errors = [mpmath.sign(e) * mpmath.inf if abs(e) > largest else e for e in errors]
    return sum(e * e for e in errors) / d, [2 * e / d for e in errors]


def mae(scores, targets):
    errors = [mpf(s) - mpf(t) for s, t in zip(scores, targets)]
    return sum(abs(e) for e in errors) / len(errors), [mpmath.sign(e) / len(errors) for e in errors]


def huber(scores, targets, delta):
    d, delta = len(scores), mpf(delta)
    errors = [mpf(s) - mpf(t) for s, t in zip(scores, targets)]
    capped = [min(abs(e), delta) for e in errors]
    loss = sum(c * (abs(e) - c / 2) for e, c in zip(errors, capped)) / d
    return loss, [mpmath.sign(e) * c / d for e, c in zip(errors, capped)]


def text(x):
    """The nearest f64, with the right infinity beyond its range."""
    if not mpmath.isfinite(x):
        return "inf" if x > 0 else "-inf"
    return repr(float(x))


def line(kind, loss, target, scores, value, gradient):
    numbers = " ".join(repr(s) for s in scores)
    slopes = "?" if gradient is None else " ".join(text(g) for g in gradient)
    print(f"{kind}, {loss}, {target}, {numbers} | {text(value)}, {slopes}")


def main():
    random.seed(1)
    for kind, grid in GRID.items():
        grid = [rounded(x, kind) for x in grid]
        cases = [[x] for x in (0.0, grid[-3], inf)]
        cases += [list(pair) for pair in itertools.product(grid, grid)]
        cases += [[random.choice(grid) for _ in range(random.choice([3, 5, 20]))] for _ in range(40)]
        for scores in cases:
            label = random.randrange(len(scores)) if len(scores) > 2 else 0
            line(kind, "softmax", label, scores, *softmax(scores, label))
            line(kind, "svm", label, scores, *svm(scores, label, EPSILON[kind]))
        finite = [x for x in grid if abs(x) != inf]
        for s, t in itertools.product(grid, finite):
            line(kind, "mse", repr(t), [s], *mse([s], [t], MAX[kind]))
        for _ in range(30):
            scores = [random.choice(grid) for _ in range(3)]
            targets = [random.choice(finite) for _ in range(3)]
            line(kind, "mse", " ".join(map(repr, targets)), scores, *mse(scores, targets, MAX[kind]))
    for kind in GRID:
        small_shares(kind)
        large_means(kind)


def small_shares(kind):
    """Scores far below the largest, by differences that rounding changes."""
    widest = 740 if kind == "f64" else 100
    for classes in (2, 3, 10, 17):
        for _ in range(6):
            center, width = random.uniform(-300, 300), random.uniform(1, widest)
            scores = [rounded(center - random.uniform(0.9, 1) * width, kind) for _ in range(classes)]
            label = random.randrange(classes)
            scores[label] = rounded(center, kind)
            line(kind, "softmax", label, scores, *softmax(scores, label))
            line(kind, "softmax", (label - 1) % classes, scores, *softmax(scores, (label - 1) % classes))


def large_means(kind):
    """Errors near the largest number, and near its root."""
    for outputs in (2, 3, 8):
        for _ in range(6):
            def draw(size):
                return [rounded(random.uniform(-0.99, 0.99) * size, kind) for _ in range(outputs)]

            size = MAX[kind]
            delta = rounded(random.choice([1.0, size ** 0.5, size / 2]), kind)
            scores, targets = draw(size), draw(size)
            given = " ".join(map(repr, targets))
            line(kind, "mae", given, scores, *mae(scores, targets))
            line(kind, f"huber({delta!r})", given, scores, *huber(scores, targets, delta))
            scores, targets = draw(size ** 0.5), draw(size ** 0.5)
            given = " ".join(map(repr, targets))
            line(kind, "mse", given, scores, *mse(scores, targets, MAX[kind]))
            line(kind, f"huber({delta!r})", given, scores, *huber(scores, targets, delta))


main()
