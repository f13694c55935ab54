"""What both kinds of networks share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, check_non_negative

from . import _arrays
from ._densely import Network
from ._kinds import kinds, one_kind
from ._parameters import INF, JOBS, NONE, TRUTH, Allowed, check, count, number, one_of, whole

# Rows from which on a part of them is set aside, unless it is said.
_ENOUGH_TO_VALIDATE = 100

# What is not said of it by names of kinds, or checked where it is used.
_ALLOWED: dict[str, Allowed] = {
    "weight_decay": number(0.0, INF, "left") | NONE,
    "batch_size": whole(1),
    "learning_rate_init": number(0.0, INF, "neither") | NONE,
    "max_iter": whole(1),
    "verbose": TRUTH | whole(0),
    "warm_start": TRUTH,
    "momentum": number(0.0, 1.0, "left") | NONE,
    "nesterovs_momentum": TRUTH,
    "early_stopping": TRUTH | one_of("auto"),
    "validation_fraction": number(0.0, 1.0, "neither"),
    "beta_1": number(0.0, 1.0, "left") | NONE,
    "beta_2": number(0.0, 1.0, "left") | NONE,
    "epsilon": number(0.0, INF, "neither") | NONE,
    "n_iter_no_change": whole(1),
    "dropout": number(0.0, 1.0, "left"),
    "input_noise": number(0.0, INF, "left"),
    "l1": number(0.0, INF, "left") | NONE,
    "max_norm": number(0.0, INF, "neither") | NONE,
    "clip_norm": number(0.0, INF, "left") | NONE,
    "warm_up": number(0.0, INF, "left"),
    "n_jobs": JOBS,
}

# Rows, what there is to learn of them, and how much each counts.
_Part = tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]


class MLP(BaseEstimator):
    """What both kinds of networks share."""

    hidden_layer_sizes: int | Sequence[int]
    activation: str | Sequence[str]
    solver: str
    weight_decay: float | None
    batch_size: int
    learning_rate: str
    learning_rate_init: float | None
    max_iter: int
    random_state: int | np.random.RandomState | None
    verbose: bool
    warm_start: bool
    momentum: float | None
    nesterovs_momentum: bool
    early_stopping: bool | str
    validation_fraction: float
    beta_1: float | None
    beta_2: float | None
    epsilon: float | None
    n_iter_no_change: int
    loss: str
    dropout: float
    input_noise: float
    l1: float | None
    max_norm: float | None
    clip_norm: float | None
    warm_up: float
    preprocess: str | Sequence[str] | None
    dtype: DTypeLike | None
    n_jobs: int | None

    loss_curve_: list[float]
    loss_: float
    best_loss_: float
    validation_scores_: list[float] | None
    validation_loss_curve_: list[float] | None
    best_iter_: int
    best_validation_score_: float | None
    diagnosis_: list[str]
    history_: list[dict[str, Any]]
    n_iter_: int
    n_layers_: int
    n_outputs_: int
    out_activation_: str
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    _network: Network
    _target_name: ClassVar[str]

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows. Those in C order, of float32 or float64, are not copied.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            What there is to learn of each row: its class, or one or several numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            How much each row counts. A row of weight 2 counts as two, and one of weight 0 is not there; only the
            ratio of weights matters.
        X_val, y_val, sample_weight_val : array-like, default=None
            Rows to validate on, instead of a part of `X`.

        Returns
        -------
        self
            The estimator, with another network.
        """
        return self._learn(lambda: self._fit(X, y, sample_weight, X_val, y_val, sample_weight_val))

    def _keep(self, parameters: dict[str, Any]) -> None:
        """The arguments of `__init__`, each as it came and by its name, as scikit-learn expects."""
        self.__dict__.update((name, value) for name, value in parameters.items() if name != "self")

    def _learn(self, train: Callable[[], BaseException | None]) -> Self:
        """Trains. If it fails, all is as before; if it is interrupted, what was learnt so far is kept."""
        with _kept_if_it_fails(self):
            check(self, _ALLOWED)
            interrupt = train()
        if interrupt is not None:
            raise interrupt
        return self

    def _fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        X_val: ArrayLike | None,
        y_val: ArrayLike | None,
        sample_weight_val: ArrayLike | None,
    ) -> BaseException | None:
        previous = vars(self).get("_network") if self.warm_start else None
        X, target, weights = self._examples(X, y, sample_weight, previous=previous)
        validation = None
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val must be given together")
        if X_val is not None and y_val is not None:
            validation = self._validation(X_val, y_val, sample_weight_val, X.dtype)
        elif sample_weight_val is not None:
            raise ValueError("sample_weight_val needs X_val and y_val")
        fraction = self._fraction(len(X)) if validation is None else 0.0
        validates = validation is not None or fraction > 0
        options = self._options(X, previous) | {
            "epochs": count(self.max_iter),
            "validation_fraction": fraction,
            "patience": count(self.n_iter_no_change) if validates else None,
            "schedule": one_kind("schedule", "learning_rate", self.learning_rate),
            "warm_up": float(self.warm_up),
            "partial": False,
        }
        return self._train((X, target, weights), options, validation, previous)

    def _fraction(self, n: int) -> float:
        """The share of so many rows that is set aside."""
        is_asked = n >= _ENOUGH_TO_VALIDATE if self.early_stopping == "auto" else self.early_stopping
        return float(self.validation_fraction) if is_asked else 0.0

    def _partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None) -> BaseException | None:
        """Trains in a part, and returns what interrupted it."""
        previous = vars(self).get("_network")
        X, target, weights = self._examples(X, y, sample_weight, previous=previous, partial=True)
        options = self._options(X, previous) | {
            "epochs": 1,
            "validation_fraction": 0.0,
            "patience": None,
            "schedule": "constant",
            "warm_up": 0.0,
            "partial": True,
        }
        return self._train((X, target, weights), options, None, previous)

    def _train(
        self, train: _Part, options: dict[str, Any], validation: _Part | None, previous: Network | None
    ) -> BaseException | None:
        """Trains, and returns what interrupted it."""
        report = self._report if self.verbose else None
        if len(train[0]) == 0:
            raise ValueError("Sample weights must contain at least one non-zero number.")
        network, history, interrupt = Network.fit(train, options, validation, previous, report)
        self._network = network
        epochs = history["epochs"]
        curve = [epoch["loss"] for epoch in epochs]
        goes_on = options["partial"] and previous is not None
        self.loss_curve_ = [*getattr(self, "loss_curve_", []), *curve] if goes_on else curve
        self.loss_ = curve[-1]
        self.best_loss_ = min(self.loss_curve_)
        self.n_iter_ = len(self.loss_curve_)
        scores = [epoch["validation_score"] for epoch in epochs]
        self.validation_scores_ = scores if scores[0] is not None else None
        losses = [epoch["validation_loss"] for epoch in epochs]
        self.validation_loss_curve_ = losses if losses[0] is not None else None
        kept = history["kept_epoch"]
        self.best_iter_ = kept
        self.best_validation_score_ = scores[kept - 1]
        self.diagnosis_ = history["diagnosis"]
        self.history_ = epochs
        self._describe()
        return interrupt

    def _describe(self) -> None:
        """What is known of a network, also of one from a file."""
        layers = [kind for kind in self._network.layers if kind.startswith("linear(")]
        self.n_layers_ = len(layers) + 1
        self.n_outputs_ = len(self._network.output_names)

    def _report(self, epoch: Mapping[str, Any]) -> None:
        print(f"Iteration {epoch['epoch']}, loss = {epoch['loss']:.8f}")
        if epoch["validation_loss"] is not None:
            print(f"Validation loss: {epoch['validation_loss']:.6f}, score: {epoch['validation_score']:.6f}")

    def _examples(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        *,
        previous: Network | None,
        partial: bool = False,
    ) -> _Part:
        """Rows, what there is to learn of them, and their weights."""
        reset = previous is None or not (partial or self.warm_start)
        X, y = _arrays.rows_and_targets(self, X, y, reset=reset, **self._checks_of_y())
        target = self._target(y, previous=previous, partial=partial)
        if sample_weight is None:
            return X, target, None
        return _without_zeros(X, target, _weights(sample_weight, X))

    def _validation(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, dtype: np.dtype[Any]) -> _Part:
        X, y = _arrays.rows_and_targets(self, X, y, reset=False, **self._checks_of_y())
        X = X.astype(dtype, order="C", copy=False)
        target = self._encoded(y)
        if sample_weight is None:
            return X, target, None
        part = _without_zeros(X, target, _weights(sample_weight, X))
        if len(part[0]) == 0:
            raise ValueError("sample_weight_val must contain at least one non-zero number.")
        return part

    def _options(self, X: NDArray[Any], previous: Network | None) -> dict[str, Any]:
        """What is the same for each way of training."""
        hidden = _widths(self.hidden_layer_sizes)
        activations = kinds("activation", "activation", self.activation)
        if len(activations) not in (1, len(hidden)):
            layers, there = len(hidden), len(activations)
            raise ValueError(f"activation must be one for all hidden layers, or one for each: there are {there} activations for {layers}")
        names = getattr(self, "feature_names_in_", None)
        if names is None:
            names = [f"x{i}" for i in range(X.shape[1])]
        dtype = self._dtype(X, previous)
        # The solver's own options, which are parameters here.
        given = {
            "learning-rate": self.learning_rate_init,
            "weight-decay": self.weight_decay,
            "l1": self.l1,
            "momentum": self.momentum,
            "nesterov": self.nesterovs_momentum or None,
            "beta1": self.beta_1,
            "beta2": self.beta_2,
            "epsilon": self.epsilon,
        }
        widths = [X.shape[1], *hidden]
        parameters = sum(a * b for a, b in zip(widths, widths[1:])) + widths[-1]
        return {
            "hidden": hidden,
            "activations": activations,
            "loss": self._loss(),
            "dropout": float(self.dropout),
            "input_noise": float(self.input_noise),
            "preprocess": kinds("preprocessing", "preprocess", _or_none(self.preprocess)),
            "optimizer": one_kind("optimizer", "solver", self.solver),
            "optimizer_options": {name: _text(value) for name, value in given.items() if value is not None},
            "clip_norm": None if self.clip_norm is None else float(self.clip_norm),
            "max_norm": None if self.max_norm is None else float(self.max_norm),
            "batch_size": count(self.batch_size),
            "monitor": True,
            "seed": _arrays.seed(self.random_state),
            "threads": _arrays.threads(self.n_jobs, 6 * int(self.batch_size) * parameters),
            "dtype": dtype,
            "feature_names": [str(name) for name in names],
            "target_name": self._target_name,
            "log_targets": False,
            "output_names": self._output_names(),
            "class_weights": None,
            "provenance": {name: repr(value) for name, value in self.get_params(deep=False).items()},
        }

    def _dtype(self, X: NDArray[Any], previous: Network | None) -> str:
        if previous is not None:
            return previous.dtype
        if self.dtype is None:
            return str(X.dtype)
        try:
            dtype = np.dtype(self.dtype)
        except TypeError:
            dtype = np.dtype(object)
        if dtype not in (np.float32, np.float64):
            raise ValueError(f"dtype must be None, float32 or float64, got {self.dtype!r}")
        return dtype.name

    def _compute(self, method: str, X: ArrayLike) -> NDArray[Any]:
        """What a method of the network says of rows."""
        mine = vars(self)
        if type(X) is np.ndarray and "feature_names_in_" not in mine and "_network" in mine and len(X):
            try:
                return getattr(mine["_network"], method)(X, self._threads(len(X)))
            except (TypeError, ValueError):
                pass  # What is wrong is said below, as scikit-learn does.
        check_is_fitted(self)
        rows = _arrays.rows(self, X, reset=False)
        return getattr(self._network, method)(rows, self._threads(len(rows)))

    def _threads(self, n: int) -> int:
        if self.n_jobs is None or n == 1:
            return 1
        return _arrays.threads(self.n_jobs, 2 * n * self._network.parameters)

    def _fitted(self) -> Network:
        check_is_fitted(self)
        return self._network

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model file, which the program `densely` reads, whole or not at all.

        Parameters
        ----------
        path : path-like
            The file.
        """
        self._fitted().save(path)

    @property
    def coefs_(self) -> list[NDArray[Any]]:
        """The weights of the layers, each inputs x units, for inputs as `preprocess` makes them."""
        return self._attribute("coefs")

    @property
    def intercepts_(self) -> list[NDArray[Any]]:
        """The biases of the layers."""
        return self._attribute("intercepts")

    def _attribute(self, name: str) -> Any:
        if "_network" not in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute '{name}_': it is not fitted yet")
        return getattr(self._network, name)

    def __sklearn_is_fitted__(self) -> bool:
        return "_network" in vars(self)

    def _of(self, network: Network, named: bool = True) -> Self:
        """With a network that was trained elsewhere."""
        self._network = network
        names = network.feature_names
        self.n_features_in_ = len(names)
        if named and names != [f"x{i}" for i in range(len(names))]:
            self.feature_names_in_ = np.array(names, dtype=object)
        self._describe()
        return self

    # What the two kinds of networks do each in their way.

    def _loss(self) -> str:
        raise NotImplementedError

    def _checks_of_y(self) -> dict[str, bool]:
        raise NotImplementedError

    def _target(self, y: NDArray[Any], *, previous: Network | None, partial: bool) -> NDArray[Any]:
        raise NotImplementedError

    def _encoded(self, y: NDArray[Any]) -> NDArray[Any]:
        raise NotImplementedError

    def _output_names(self) -> list[str]:
        raise NotImplementedError


@contextmanager
def _kept_if_it_fails(estimator: MLP) -> Iterator[None]:
    """Whatever was learnt before stays as it was, if what follows fails."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        estimator.__dict__.clear()
        estimator.__dict__.update(before)
        raise


def _widths(sizes: Any) -> list[int]:
    """The widths of the hidden layers."""
    hidden = np.atleast_1d(np.asarray(sizes, dtype=object)).tolist()
    if not all(whole(1).has(width) for width in hidden):
        raise ValueError(f"hidden_layer_sizes must be > 0, got {sizes}.")
    return [count(width) for width in hidden]


def _or_none(preprocess: Any) -> Any:
    """What is done to features, by its name also if it is nothing."""
    is_empty = isinstance(preprocess, Sequence) and not isinstance(preprocess, str) and not preprocess
    return "none" if preprocess is None or is_empty else preprocess


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, (bool, np.bool_)) else repr(float(value))


def _weights(sample_weight: ArrayLike, X: NDArray[Any]) -> NDArray[np.float64]:
    weights = _check_sample_weight(sample_weight, X, dtype=np.float64)
    check_non_negative(weights, "`sample_weight`")
    # Their sum has to be finite; only ratios matter, and halves are exact.
    return weights / 2.0**100 if weights.max(initial=0.0) > 1e270 else weights


def _without_zeros(X: NDArray[Any], target: NDArray[Any], weights: NDArray[np.float64]) -> _Part:
    kept = weights > 0
    if not kept.all():
        X, target, weights = X[kept], target[kept], weights[kept]
    return X, target, np.array(weights, dtype=np.float64)
