"""PyTorch, eager; with the argument `compile`, through torch.compile."""

import sys

import torch
import torch.nn.functional as F
from protocol import Unsupported, probabilities, serve

COMPILED = "compile" in sys.argv[1:]
MOMENTUM = 0.9
OVERSAMPLING = 10  # As in scikit-learn's randomised PCA.


class Maxout(torch.nn.Module):
    """The largest of several affine pieces: one product, and a maximum."""

    def __init__(self, inputs, outputs, pieces):
        super().__init__()
        self.linear = torch.nn.Linear(inputs, outputs * pieces)
        self.shape = (pieces, outputs)

    def forward(self, x):
        """x: n x inputs."""
        return self.linear(x).unflatten(1, self.shape).amax(dim=1)


def build(row):
    """The network with the initial weights of the row."""
    modules = []
    parameters = [(torch.from_numpy(w), torch.from_numpy(b)) for w, b in row.parameters()]
    for i, (weight, bias) in enumerate(parameters):
        last = i == len(parameters) - 1
        if row.activation == "maxout" and not last:
            pieces, outputs, inputs = weight.shape
            modules.append(Maxout(inputs, outputs, pieces))
            linear = modules[-1].linear
        else:
            linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
            modules.append(linear)
            if not last:
                modules.append(
                    {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}[row.activation]()
                )
        linear.to(weight.dtype)
        with torch.no_grad():
            linear.weight.copy_(weight.flatten(0, -2))
            linear.bias.copy_(bias.flatten())
    return torch.nn.Sequential(*modules)


def loss_function(row):
    """The mean loss over the batch, of scores and targets."""
    if row.loss == "svm":
        classes = row.layers[-1]
        return lambda scores, labels: F.multi_margin_loss(scores, labels) * classes
    return {"softmax": F.cross_entropy, "mse": F.mse_loss}[row.loss]


def optimizer(row, model):
    """SGD with weight decay on weights only."""
    named = list(model.named_parameters())
    weights = [p for name, p in named if name.endswith("weight")]
    biases = [p for name, p in named if name.endswith("bias")]
    groups = [{"params": weights, "weight_decay": row.weight_decay}, {"params": biases}]
    return torch.optim.SGD(groups, lr=row.lr, momentum=MOMENTUM, fused=True)


def eager_step(row, model):
    """A training step of the network on a batch."""
    sgd, loss_of = optimizer(row, model), loss_function(row)

    def step(x, y):
        sgd.zero_grad(set_to_none=True)
        loss = loss_of(model(x), y)
        loss.backward()
        sgd.step()
        return loss.detach()

    return step


def compiled_step(row, model):
    """The whole step, update and all, as one graph."""
    loss_of = loss_function(row)
    parameters = {name: p.detach().clone() for name, p in model.named_parameters()}
    velocities = {name: torch.zeros_like(p) for name, p in parameters.items()}
    rate, decay = row.lr, row.weight_decay

    def loss_at(parameters, x, y):
        return loss_of(torch.func.functional_call(model, parameters, (x,)), y)

    @torch.compile(fullgraph=True, dynamic=False)
    def compiled(parameters, velocities, x, y):
        gradients, loss = torch.func.grad_and_value(loss_at)(parameters, x, y)
        for name, p in parameters.items():
            g = gradients[name]
            if name.endswith("weight"):
                g = g + decay * p
            v = velocities[name].mul_(MOMENTUM).add_(g)
            p.sub_(rate * v)
        return loss

    def step(x, y):
        with torch.no_grad():
            return compiled(parameters, velocities, x, y)

    step.parameters = parameters
    return step


class Train:
    """Steps on one batch."""

    def __init__(self, row):
        model = build(row)
        self.step = compiled_step(row, model) if COMPILED else eager_step(row, model)
        self.x = torch.from_numpy(row["x"])
        self.y = torch.from_numpy(row["targets" if row.loss == "mse" else "labels"])
        self.steps = row.check_steps

    def check(self):
        """The loss of the last of a few steps."""
        return [self.run(self.steps)]

    def run(self, steps):
        """Makes steps and returns the last loss."""
        for _ in range(steps):
            loss = self.step(self.x, self.y)
        return loss.item()


class Infer:
    """Scores of a batch."""

    def __init__(self, row):
        self.model = build(row).eval().requires_grad_(False)
        if COMPILED:
            self.model = torch.compile(self.model, fullgraph=True, dynamic=False)
        self.x = torch.from_numpy(row["x"])

    def check(self):
        """Probabilities of two examples."""
        with torch.inference_mode():
            for _ in range(3):
                scores = self.model(self.x)
        return probabilities(scores)

    def run(self, steps):
        """Computes the scores again and again."""
        model, x = self.model, self.x
        with torch.inference_mode():
            for _ in range(steps):
                model(x)


class Whiten:
    """PCA whitening, fitted and applied: of the covariance, or of the smaller Gram matrix."""

    def __init__(self, row):
        self.x = torch.from_numpy(row["x"])
        self.k = row.components
        self.approximate = self.k > 0
        self.note = "pca_lowrank" if self.k else "eigh"

    def whiten(self):
        """Returns the variances, the components and the whitened examples."""
        x = self.x - self.x.mean(dim=0)
        n, d = x.shape
        if self.k:
            u, s, v = torch.pca_lowrank(x, self.k + OVERSAMPLING, center=False)
            return s[: self.k].square() / n, v[:, : self.k], u[:, : self.k] * n**0.5
        if n <= d:
            values, vectors = torch.linalg.eigh(x @ x.T)
            keep = values > values[-1] * n * torch.finfo(x.dtype).eps
            values, vectors = values[keep].flip(0), vectors[:, keep].flip(1)
            return values / n, x.T @ (vectors / values.sqrt()), vectors * n**0.5
        values, vectors = torch.linalg.eigh(x.T @ x / n)
        values, vectors = values.flip(0), vectors.flip(1)
        return values, vectors, x @ (vectors / values.sqrt())

    def check(self):
        """The variances."""
        return self.whiten()[0].tolist()

    def run(self, steps):
        """Fits and transforms again and again."""
        for _ in range(steps):
            self.whiten()


class Accuracy:
    """Training from the same start until the test accuracy is reached."""

    def __init__(self, row):
        self.row = row
        self.x, self.y = torch.from_numpy(row["x"]), torch.from_numpy(row["labels"])
        self.test_x = torch.from_numpy(row["test_x"])
        self.test_y = torch.from_numpy(row["test_labels"])
        self.orders = torch.from_numpy(row["orders"])

    def check(self):
        """Nothing to compare but the number of epochs, which is in the note."""
        self.run(1)
        return []

    def train(self):
        """Returns the epochs it took and the accuracy."""
        row, model = self.row, build(self.row)
        step = eager_step(row, model)
        for epoch, order in enumerate(self.orders, 1):
            for chosen in order.split(row.batch):
                step(self.x[chosen], self.y[chosen])
            with torch.inference_mode():
                hits = (model(self.test_x).argmax(dim=1) == self.test_y).float().mean().item()
            if hits >= row.accuracy:
                break
        return epoch, hits

    def run(self, steps):
        """Trains again and again."""
        for _ in range(steps):
            epochs, hits = self.train()
        self.note = f"{epochs} epochs, {hits:.1%}"


def prepare(row):
    """The task of the row."""
    torch.set_num_threads(row.threads)
    torch.compiler.reset()
    if COMPILED and row.kind in ("pca", "accuracy"):
        raise Unsupported("the same as PyTorch")
    kinds = {"train": Train, "latency": Infer, "batch": Infer, "pca": Whiten, "accuracy": Accuracy}
    return kinds[row.kind](row)


serve(torch.__version__, prepare)
