"""JAX: the whole step compiled by XLA, with donated buffers."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from protocol import probabilities, serve

MOMENTUM = 0.9


def parameters(row):
    """Weights, inputs x outputs, and biases; pieces of a maxout layer side by side."""
    arrays = []
    for weight, bias in row.parameters():
        arrays.append(
            (jnp.asarray(weight.reshape(-1, weight.shape[-1]).T), jnp.asarray(bias.ravel()))
        )
    return arrays


def scores_of(row, layers, x):
    """The network."""
    for i, (weight, bias) in enumerate(layers):
        x = x @ weight + bias
        if i == len(layers) - 1:
            return x
        if row.activation == "maxout":
            x = x.reshape(len(x), 2, -1).max(axis=1)
        else:
            x = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid}[row.activation](x)


def loss_of(row, scores, y):
    """The mean loss over the batch."""
    if row.loss == "mse":
        return jnp.mean((scores - y) ** 2)
    rows = jnp.arange(len(y))
    if row.loss == "softmax":
        return -jnp.mean(jax.nn.log_softmax(scores)[rows, y])
    margins = jax.nn.relu(scores - scores[rows, y][:, None] + 1.0)
    return jnp.mean(margins.sum(axis=1) - 1.0)  # Without the margin of the right class.


def step(row, layers, velocities, x, y):
    """Gradients and update; returns the new state and the loss before the step."""

    def loss_at(layers):
        return loss_of(row, scores_of(row, layers, x), y)

    loss, gradients = jax.value_and_grad(loss_at)(layers)
    new_layers, new_velocities = [], []
    for (w, b), (vw, vb), (gw, gb) in zip(layers, velocities, gradients):
        vw = MOMENTUM * vw + (gw + row.weight_decay * w)
        vb = MOMENTUM * vb + gb
        new_velocities.append((vw, vb))
        new_layers.append((w - row.lr * vw, b - row.lr * vb))
    return new_layers, new_velocities, loss


class Train:
    """Steps on one batch."""

    def __init__(self, row):
        self.layers = parameters(row)
        self.velocities = jax.tree.map(jnp.zeros_like, self.layers)
        self.x = jnp.asarray(row["x"])
        y = row["targets"] if row.loss == "mse" else row["labels"].astype(np.int32)
        self.y = jnp.asarray(y)
        self.step = jax.jit(functools.partial(step, row), donate_argnums=(0, 1))
        self.steps = row.check_steps

    def check(self):
        """The loss of the last of a few steps."""
        return [self.run(self.steps)]

    def run(self, steps):
        """Makes steps and returns the last loss."""
        for _ in range(steps):
            self.layers, self.velocities, loss = self.step(
                self.layers, self.velocities, self.x, self.y
            )
        jax.block_until_ready(self.layers)
        return float(loss)


class Infer:
    """Scores of a batch; each must be there before the next is asked for."""

    def __init__(self, row):
        layers = parameters(row)
        self.forward = jax.jit(lambda layers, x: scores_of(row, layers, x))
        self.layers, self.x = layers, jnp.asarray(row["x"])

    def check(self):
        """Probabilities of two examples."""
        return probabilities(self.forward(self.layers, self.x))

    def run(self, steps):
        """Computes the scores again and again."""
        for _ in range(steps):
            self.forward(self.layers, self.x).block_until_ready()


def whiten(x, k):
    """Variances, components and whitened examples, by the smaller of two symmetric matrices."""
    n, d = x.shape
    x = x - x.mean(axis=0)
    values, vectors = jnp.linalg.eigh(x @ x.T if n <= d else x.T @ x)
    rank = k or min(n - 1, d)
    values, vectors = values[::-1][:rank], vectors[:, ::-1][:, :rank]
    if n <= d:
        return values / n, x.T @ (vectors / jnp.sqrt(values)), vectors * n**0.5
    return values / n, vectors, x @ (vectors * (n / values) ** 0.5)


class Whiten:
    """PCA whitening, fitted and applied."""

    note = "eigh"

    def __init__(self, row):
        self.x = jnp.asarray(row["x"])
        self.whiten = jax.jit(functools.partial(whiten, k=row.components))

    def check(self):
        """The variances."""
        return np.asarray(self.whiten(self.x)[0]).tolist()

    def run(self, steps):
        """Fits and transforms again and again."""
        for _ in range(steps):
            jax.block_until_ready(self.whiten(self.x))


class Accuracy:
    """Training from the same start until the test accuracy is reached; an epoch is one scan."""

    def __init__(self, row):
        self.row = row
        self.x, self.y = jnp.asarray(row["x"]), jnp.asarray(row["labels"].astype(np.int32))
        self.test_x, self.test_y = jnp.asarray(row["test_x"]), jnp.asarray(row["test_labels"])
        self.orders = jnp.asarray(row["orders"].astype(np.int32)).reshape(
            len(row["orders"]), -1, row.batch
        )

        def epoch(layers, velocities, order, x, y, test_x, test_y):
            def one(state, chosen):
                layers, velocities, loss = step(row, *state, x[chosen], y[chosen])
                return (layers, velocities), loss

            (layers, velocities), _ = jax.lax.scan(one, (layers, velocities), order)
            hits = (scores_of(row, layers, test_x).argmax(axis=1) == test_y).mean()
            return layers, velocities, hits

        self.epoch = jax.jit(epoch, donate_argnums=(0, 1))

    def check(self):
        """Nothing to compare but the number of epochs, which is in the note."""
        self.run(1)
        return []

    def run(self, steps):
        """Trains again and again."""
        for _ in range(steps):
            layers = parameters(self.row)
            velocities = jax.tree.map(jnp.zeros_like, layers)
            for epochs, order in enumerate(self.orders, 1):
                layers, velocities, hits = self.epoch(
                    layers, velocities, order, self.x, self.y, self.test_x, self.test_y
                )
                if float(hits) >= self.row.accuracy:
                    break
        self.note = f"{epochs} epochs, {float(hits):.1%}"


def prepare(row):
    """The task of the row."""
    jax.clear_caches()
    jax.config.update("jax_enable_x64", row.spec["dtype"] == "f64")
    kinds = {"train": Train, "latency": Infer, "batch": Infer, "pca": Whiten, "accuracy": Accuracy}
    return kinds[row.kind](row)


serve(jax.__version__, prepare)
