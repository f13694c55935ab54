"""Losses."""

import keras
import numpy
import torch
from torch.nn import functional

from row import array, row, steps_of


@row("mean over a batch")
def mean_over_a_batch():
    scores, labels = torch.tensor([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]), torch.tensor([0, 0, 1])
    loss = functional.cross_entropy(scores, labels, weight=torch.tensor([3.0, 1.0]))
    of_0, of_1 = numpy.log1p(numpy.e), numpy.log1p(1 / numpy.e)
    yield "PyTorch", "class weights 3 and 1", loss.item(), (6 * of_0 + of_1) / 7
    network = keras.Sequential([keras.layers.Input((2,)), keras.layers.Identity()])
    network.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    weights = array(labels) * -2.0 + 3.0
    loss = network.evaluate(array(scores), array(labels), sample_weight=weights, verbose=0)
    yield "Keras", "weights 3, 3 and 1", loss, (6 * of_0 + of_1) / 3


@row("weights of examples")
def weights_of_examples():
    x, y = numpy.ones((4, 1)), numpy.array([1.0, 2.0, 3.0, 5.0])
    options = {"learning_rate_init": 0.1, "alpha": 0, "batch_size": 4}
    for weights in (numpy.ones(4), numpy.full(4, 10.0), numpy.array([1.0, 1.0, 1.0, 5.0])):
        still, moved = steps_of(options, x, y, sample_weight=weights)
        step = still.intercepts_[0] - moved.intercepts_[0]
        error = still.predict(x) - y
        stated = [0.1 * (weights * error).sum() / weights.sum()]
        yield "scikit-learn", f"step with weights {weights.tolist()}", step, stated


@row("squared error")
def squared_error():
    prediction, target = torch.tensor([[1.0, 2.0]]), torch.tensor([[0.0, 0.0]])
    yield "PyTorch", "errors 1 and 2", functional.mse_loss(prediction, target).item(), 2.5
    loss = keras.losses.MeanSquaredError()(array(target), array(prediction))
    yield "Keras", "errors 1 and 2", float(loss), 2.5
    x = numpy.ones((3, 1))
    for outputs in (1, 2, 4):
        y = numpy.full((3, outputs), 9.0)
        y = y.ravel() if outputs == 1 else y
        options = {"learning_rate_init": 0.1, "alpha": 0, "batch_size": 3}
        still, moved = steps_of(options, x, y)
        error = (still.predict(x) - y).reshape(3, outputs)
        name = f"with {outputs} outputs"
        yield "scikit-learn", f"loss {name}, to MSE", still.loss_ / (error**2).mean(), 0.5
        step = (still.intercepts_[0] - moved.intercepts_[0]) / 0.1
        of_mse = 2 * error[0] / outputs
        yield "scikit-learn", f"step {name}, to that of MSE", step / of_mse, [outputs / 2] * outputs


@row("`huber(δ)`")
def huber():
    zero = torch.zeros(1)
    for error in (0.2, 3.0):
        x = torch.tensor([error])
        ours = 0.5 * error**2 if error <= 0.5 else 0.5 * (error - 0.25)
        name = f"δ = 0.5, error {error}"
        yield (
            "PyTorch",
            f"HuberLoss, {name}",
            functional.huber_loss(x, zero, delta=0.5).item(),
            ours,
        )
        seen = functional.smooth_l1_loss(x, zero, beta=0.5).item()
        yield "PyTorch", f"SmoothL1Loss, {name}", seen, ours / 0.5
        seen = keras.losses.Huber(delta=0.5)(array(zero), array(x))
        yield "Keras", f"Huber, {name}", float(seen), ours


@row("Poisson")
def poisson():
    score, target = torch.tensor([[0.7], [3.0]], dtype=torch.float64)
    ours = numpy.exp(0.7) - 3 * 0.7
    seen = functional.poisson_nll_loss(score, target).item()
    yield "PyTorch", "PoissonNLLLoss", seen, ours
    full = functional.poisson_nll_loss(score, target, full=True)
    other = functional.poisson_nll_loss(2 * score, target, full=True)
    seen = (other - full).item()
    yield "PyTorch", "full=True, between two scores", seen, numpy.exp(1.4) - numpy.exp(0.7) - 3 * 0.7
    x, y = numpy.ones((3, 1)), numpy.full(3, 9.0)
    options = {"loss": "poisson", "learning_rate_init": 0.1, "alpha": 0, "batch_size": 3}
    still, moved = steps_of(options, x, y)
    mean = still.predict(x)[0]
    half_deviance = 9 * numpy.log(9 / mean) - 9 + mean
    yield "scikit-learn", "loss, half of the deviance", still.loss_, half_deviance
    step = (still.intercepts_[0] - moved.intercepts_[0]) / 0.1
    yield "scikit-learn", "step", step, [mean - 9]


@row("multiclass SVM (Weston and Watkins)")
def weston_watkins():
    scores = torch.tensor([[1.0, 2.0, 0.5, 1.5]])
    loss = functional.multi_margin_loss(scores, torch.tensor([0])).item()
    yield "PyTorch", "MultiMarginLoss of 4 classes", loss, (2 + 0.5 + 1.5) / 4


@row("Crammer and Singer")
def crammer_singer():
    hinge = keras.losses.CategoricalHinge()
    for scores in ([-1.0, -2.0, -3.0], [-5.0, -5.5, -6.0], [1.0, 0.5, -1.0], [-1.0, 2.0, 1.0]):
        seen = float(hinge(numpy.array([[1.0, 0.0, 0.0]]), numpy.array([scores])))
        stated = max(0.0, 1 + max(0.0, *scores[1:]) - scores[0])
        yield "Keras", f"CategoricalHinge of {scores}", seen, stated
    yield "PyTorch", "losses of this name", [n for n in dir(torch.nn) if "Crammer" in n], []


@row("binary hinge")
def binary_hinge():
    for score in (-0.5, 0.3, 2.0):
        signs, scores = numpy.array([[1.0], [-1.0]]), numpy.array([[score], [score]])
        ours = [max(0.0, 1 - score), max(0.0, 1 + score)]
        seen = keras.losses.Hinge(reduction=None)(signs, scores)
        yield "Keras", f"Hinge of {score}", array(seen), ours
        seen = keras.losses.SquaredHinge(reduction=None)(signs, scores)
        yield "Keras", f"SquaredHinge of {score}", array(seen), numpy.square(ours)
    seen = functional.hinge_embedding_loss(torch.tensor(0.3), torch.tensor(1.0)).item()
    yield "PyTorch", "HingeEmbeddingLoss of 0.3, right", seen, 0.3
