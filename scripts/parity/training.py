"""A hundred steps of a network in PyTorch, and whether they say anything.

Two libraries that are right and round differently drift apart: what is small at first may
grow from step to step, and a kink between the two makes it large at once. So a case has to be
well conditioned. It is trained a second time from weights that differ by 1e-9, relative; if the
end differs by more than `AMPLIFICATION` times as much, other numbers are drawn. So they are,
too, if an activation never was on both sides of its kinks. Only PyTorch has a say in that.
"""

from dataclasses import dataclass

import numpy
import torch

import layers
import losses
import optimizers
import schedules
from case import STEPS
from spec import numbers

REPORTED = (1, 2, 5, 10, 20, 50, 100)
AMPLIFICATION = 10
SEEDS = 200


@dataclass
class Draw:
    """The random numbers of a case: of three digits, so that files are small."""

    x: numpy.ndarray
    targets: numpy.ndarray
    weights: numpy.ndarray
    start: list

    def __init__(self, case, seed):
        random = numpy.random.default_rng(seed)
        examples = 2 * case.batch
        self.x = (case.scale * random.normal(size=(examples, case.inputs))).round(2)
        self.targets = losses.draw_targets(case, random, examples)
        self.weights = random.uniform(0.2, 2.0, examples).round(1)
        self.start = [draw_parameter(p, random) for p in layers.network(case.network).parameters()]


def draw_parameter(parameter, random):
    """Weights of variance 1 / in, biases and slopes around 0.2."""
    shape = tuple(parameter.shape)
    if len(shape) == 2:
        return (random.normal(size=shape) / shape[1] ** 0.5).round(3)
    return random.normal(0.2, 0.15, size=shape).round(3)


def train(case, draw, start):
    """Trains from these parameters; returns those at the end, the losses, the learning rates,
    and the inputs of activations with kinks."""
    network = layers.network(case.network)
    with torch.no_grad():
        for parameter, values in zip(network.parameters(), start, strict=True):
            parameter.copy_(torch.tensor(values))
    watched = layers.watch(network)
    optimizer = optimizers.Optimizer(case.optimizer, network)
    schedule = schedules.Schedule(case.schedule, optimizer.inner)
    batches = [slice(0, case.batch), slice(case.batch, None)]
    x, targets, weights = map(torch.tensor, (draw.x, draw.targets, draw.weights))
    all_losses, rates = [], []
    for step in range(STEPS):
        batch = batches[step % 2]
        each = losses.of_examples(case.loss, network(x[batch]), targets[batch])
        # Ours is divided by the number of examples, also where they have weights.
        loss = (weights[batch] * each if case.weighted else each).sum() / case.batch
        rates.append(optimizer.inner.param_groups[0]["lr"])
        optimizer.step(loss)
        schedule.step(loss)
        all_losses.append(loss.item())
    end = [parameter.detach().numpy() for parameter in network.parameters()]
    return end, numpy.array(all_losses), numpy.array(rates), watched


def amplification(case, draw, end):
    """How much larger a difference of the weights is at the end than at the start."""
    random, size = numpy.random.default_rng(0), 1e-9
    start = [p * (1 + size * random.choice([-1, 1], size=p.shape)) for p in draw.start]
    other = train(case, draw, start)[0]
    norm = numpy.linalg.norm
    return max(norm(a - b) / norm(a) for a, b in zip(end, other, strict=True)) / size


def solve(case):
    """The lines of a case, from the first random numbers that are well conditioned."""
    for seed in range(SEEDS):
        draw = Draw(case, seed)
        end, all_losses, rates, watched = train(case, draw, draw.start)
        grown = amplification(case, draw, end)
        if grown > AMPLIFICATION or not layers.both_sides(watched):
            continue
        print(f"  {case.name}: seed {seed}, amplification {grown:.1f}, loss {all_losses[-1]:.3g}")
        return lines(case, draw, end, all_losses, rates)
    raise SystemExit(f"{case.name}: no seed is well conditioned")


def flat(parameters):
    return numbers(numpy.concatenate([p.ravel() for p in parameters]))


def lines(case, draw, end, all_losses, rates):
    kind = "labels" if draw.targets.dtype == numpy.int64 else "values"
    result = {
        "case": case.name,
        "network": case.network,
        "loss": case.loss,
        "optimizer": case.optimizer,
        "schedule": case.schedule,
        "x": numbers(draw.x.ravel()),
        kind: numbers(draw.targets.ravel()),
        "weights": numbers(draw.weights) if case.weighted else "",
        "start": flat(draw.start),
        "end": flat(end),
        "losses": numbers(all_losses[[step - 1 for step in REPORTED]]),
        "rates": numbers(rates) if case.schedule else "",
    }
    return {key: value for key, value in result.items() if value}
