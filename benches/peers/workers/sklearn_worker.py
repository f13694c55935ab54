"""scikit-learn: MLPClassifier, MLPRegressor and PCA."""

import warnings

import numpy as np
import sklearn
from protocol import Unsupported, probabilities, serve
from sklearn.decomposition import PCA
from sklearn.neural_network import MLPClassifier, MLPRegressor

MOMENTUM = 0.9


def build(row, examples):
    """An estimator with the initial weights of the row.

    Its squared error is half of ours, so rate and decay are scaled to make the same
    update; and it divides `alpha` by the number of examples.
    """
    if row.activation == "maxout" or row.loss == "svm":
        raise Unsupported("no such network")
    half = 2.0 if row.loss == "mse" else 1.0
    options = {
        "hidden_layer_sizes": tuple(row.layers[1:-1]),
        "activation": {"relu": "relu", "sigmoid": "logistic"}[row.activation],
        "solver": "sgd",
        "alpha": row.weight_decay * examples / half,
        "batch_size": examples,
        "learning_rate_init": row.lr * half,
        "momentum": MOMENTUM,
        "nesterovs_momentum": False,
        "shuffle": False,
    }
    x = np.zeros((examples, row.layers[0]), row.dtype)
    if row.loss == "mse":
        mlp = MLPRegressor(**options).partial_fit(x, np.zeros(examples, row.dtype))
    else:
        classes = np.arange(row.layers[-1])
        y = classes[np.arange(examples) % len(classes)]
        mlp = MLPClassifier(**options).partial_fit(x, y, classes=classes)
    for i, (weight, bias) in enumerate(row.parameters()):
        mlp.coefs_[i][...] = weight.T
        mlp.intercepts_[i][...] = bias
    for velocity in mlp._optimizer.velocities:
        velocity[...] = 0.0
    return mlp


class Train:
    """Steps on one batch."""

    def __init__(self, row):
        self.mlp = build(row, row.batch)
        self.half = 2.0 if row.loss == "mse" else 1.0
        self.x = row["x"]
        self.y = row["targets"].ravel() if row.loss == "mse" else row["labels"]
        self.steps, self.n = row.check_steps, row.batch

    def check(self):
        """The loss of the last of a few steps, without the penalty that is counted in."""
        self.run(self.steps - 1)
        squares = sum(float((w.astype(np.float64) ** 2).sum()) for w in self.mlp.coefs_)
        penalty = 0.5 * self.mlp.alpha * squares / self.n
        self.run(1)
        return [self.half * (float(self.mlp.loss_) - penalty)]

    def run(self, steps):
        """Makes steps and returns the last loss, penalty included."""
        for _ in range(steps):
            self.mlp.partial_fit(self.x, self.y)
        return float(self.mlp.loss_)


class Infer:
    """Probabilities of a batch: there is no way to get at scores."""

    note = "probabilities"

    def __init__(self, row):
        self.mlp, self.x = build(row, 10), row["x"]

    def check(self):
        """Probabilities of two examples."""
        return probabilities(np.log(self.mlp.predict_proba(self.x)))

    def run(self, steps):
        """Computes them again and again."""
        for _ in range(steps):
            self.mlp.predict_proba(self.x)


class Whiten:
    """PCA whitening, fitted and applied, with the solver that scikit-learn chooses."""

    def __init__(self, row):
        self.x, self.k = row["x"], row.components or min(row.examples - 1, row.features)

    def fit(self):
        """Returns the fitted estimator."""
        pca = PCA(self.k, whiten=True, random_state=0)
        pca.fit_transform(self.x)
        return pca

    def check(self):
        """The variances, of the population."""
        pca, n = self.fit(), len(self.x)
        self.note = pca._fit_svd_solver
        self.approximate = self.note == "randomized"
        return pca.explained_variance_ * (n - 1) / n

    def run(self, steps):
        """Fits and transforms again and again."""
        for _ in range(steps):
            self.fit()


class Accuracy:
    """Training from the same start until the test accuracy is reached."""

    def __init__(self, row):
        self.row = row

    def check(self):
        """Nothing to compare but the number of epochs, which is in the note."""
        self.run(1)
        return []

    def run(self, steps):
        """Trains again and again."""
        row = self.row
        x, y, test_x, test_y = row["x"], row["labels"], row["test_x"], row["test_labels"]
        for _ in range(steps):
            mlp = build(row, row.batch)
            for epochs, order in enumerate(row["orders"], 1):
                mlp.partial_fit(x[order], y[order])
                hits = (mlp.predict(test_x) == test_y).mean()
                if hits >= row.accuracy:
                    break
        self.note = f"{epochs} epochs, {hits:.1%}"


def prepare(row):
    """The task of the row."""
    kinds = {"train": Train, "latency": Infer, "batch": Infer, "pca": Whiten, "accuracy": Accuracy}
    return kinds[row.kind](row)


warnings.filterwarnings("ignore")
serve(sklearn.__version__, prepare)
