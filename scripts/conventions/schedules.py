"""Schedules."""

import math

import jax.numpy
import optax
import torch
from torch.optim import lr_scheduler

from row import row


def sgd():
    return torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0, momentum=0.9)


@row("form")
def form():
    optimizer = sgd()
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
    optimizer.step()
    scheduler.step()
    # The rate of a step is computed from that of the one before.
    optimizer.param_groups[0]["lr"] = 0.1
    optimizer.step()
    scheduler.step()
    stated = 0.1 * (1 + math.cos(0.2 * math.pi)) / (1 + math.cos(0.1 * math.pi))
    yield "PyTorch", "the step after a rate changed to 0.1", optimizer.param_groups[0]["lr"], stated


@row("one cycle")
def one_cycle():
    optimizer = sgd()
    scheduler = lr_scheduler.OneCycleLR(optimizer, 2.0, total_steps=20, pct_start=0.25)
    rates, momenta = [], []
    for _ in range(20):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        scheduler.step()
    yield "PyTorch", "step of the highest rate, of 20", rates.index(max(rates)), 0.25 * 20 - 1
    yield "PyTorch", "step of the lowest", rates.index(min(rates)), 19
    yield "PyTorch", "different momenta", len(set(momenta)) > 1, True


def rate_after(losses, **options):
    optimizer = sgd()
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, **options)
    for loss in losses:
        scheduler.step(loss)
    return optimizer.param_groups[0]["lr"]


@row("plateau")
def plateau():
    yield (
        "PyTorch",
        "patience 2, rate after 1 + 2 equal losses",
        rate_after([1.0] * 3, patience=2),
        1.0,
    )
    yield "PyTorch", "after 1 + 3", rate_after([1.0] * 4, patience=2), 0.5
    rule = optax.contrib.reduce_on_plateau(factor=0.5, patience=2)
    state = rule.init(jax.numpy.ones(1))
    for stated in (1.0, 1.0, 0.5):
        _, state = rule.update(jax.numpy.ones(1), state, value=1.0)
        yield "optax", "patience 2, scale after an equal loss", float(state.scale), stated
    yield "PyTorch", "no change below eps", rate_after([1.0] * 9, patience=2, eps=0.6), 1.0


@row("plateau of a negative loss")
def negative_plateau():
    yield "PyTorch", "rate after 50 losses of −1", rate_after([-1.0] * 50, patience=2), 1.0
    yield "PyTorch", "after 50 of +1", rate_after([1.0] * 50, patience=2) < 1e-4, True
    rising = [-1 + 5e-5 * i for i in range(50)]
    yield "PyTorch", "after 50 that rise from −1", rate_after(rising, patience=2), 1.0
    rule = optax.contrib.reduce_on_plateau(factor=0.5, patience=2)
    for loss, stated in ((-1.0, 1.0), (1.0, 0.5**24)):
        state = rule.init(jax.numpy.ones(1))
        for _ in range(49):
            _, state = rule.update(jax.numpy.ones(1), state, value=loss)
        yield "optax", f"scale after 49 losses of {loss}", float(state.scale), stated
