"""Networks."""

from __future__ import annotations

from contextlib import contextmanager
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import column_or_1d, compute_class_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    check_non_negative,
)

from . import _arrays
from ._docstrings import documented
from ._densely import Network
from ._kinds import kinds, one_kind

# Rows from which on a part of them is set aside, unless it is said.
_ENOUGH_TO_VALIDATE = 100


class _MLP(BaseEstimator):
    """What both kinds of networks share."""

    def fit(self, X, y, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None):
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows in C order, of float32 or float64, are not copied.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None
            How much each row counts. A row of weight 2 counts as two, and one of weight 0 is not there; only the
            ratio of weights matters.
        X_val, y_val, sample_weight_val : array-like, default=None
            Rows to validate on, instead of a part of `X`.

        Returns
        -------
        self
        """
        return self._learn(lambda: self._fit(X, y, sample_weight, X_val, y_val, sample_weight_val))

    def _keep(self, parameters):
        """The arguments of `__init__`, each as it came and by its name, as scikit-learn expects."""
        vars(self).update((name, value) for name, value in parameters.items() if name != "self")

    def _learn(self, train):
        """Trains. If it fails, all is as before; if it is interrupted, what was learnt so far is kept."""
        with _kept_if_it_fails(self):
            interrupt = train()
        if interrupt is not None:
            raise interrupt
        return self

    def _fit(self, X, y, sample_weight, X_val, y_val, sample_weight_val):
        previous = vars(self).get("_network") if self.warm_start else None
        X, target, weights = self._examples(X, y, sample_weight, previous=previous)
        validation = None
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val must be given together")
        if X_val is not None:
            validation = self._validation(X_val, y_val, sample_weight_val, X.dtype)
        fraction = self._fraction(len(X)) if validation is None else 0.0
        validates = validation is not None or fraction > 0
        options = self._options(X, previous) | {
            "epochs": _count("max_iter", self.max_iter),
            "validation_fraction": fraction,
            "patience": _count("n_iter_no_change", self.n_iter_no_change) if validates else None,
            "schedule": one_kind("schedule", "learning_rate", self.learning_rate),
            "warm_up": float(self.warm_up),
            "partial": False,
        }
        return self._train((X, target, weights), options, validation, previous)

    def _fraction(self, n):
        """The share of so many rows that is set aside."""
        if self.early_stopping is False or (self.early_stopping == "auto" and n < _ENOUGH_TO_VALIDATE):
            return 0.0
        if self.early_stopping is not True and self.early_stopping != "auto":
            raise ValueError(f'early_stopping must be True, False or "auto", got {self.early_stopping!r}')
        fraction = float(self.validation_fraction)
        if not 0 < fraction < 1:
            raise ValueError(f"validation_fraction must be above 0 and below 1, got {fraction}")
        return fraction

    def _partial_fit(self, X, y, sample_weight):
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

    def _train(self, train, options, validation, previous):
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

    def _describe(self):
        """What is known of a network, also of one from a file."""
        layers = [kind for kind in self._network.layers if kind.startswith("linear(")]
        self.n_layers_ = len(layers) + 1
        self.n_outputs_ = len(self._network.output_names)

    def _report(self, epoch):
        print(f"Iteration {epoch['epoch']}, loss = {epoch['loss']:.8f}")
        if epoch["validation_loss"] is not None:
            print(f"Validation loss: {epoch['validation_loss']:.6f}, score: {epoch['validation_score']:.6f}")

    def _examples(self, X, y, sample_weight, *, previous, partial=False):
        """Rows, what there is to learn of them, and their weights."""
        reset = previous is None or not (partial or self.warm_start)
        X, y = _arrays.rows(self, X, reset=reset, y=y, **self._checks_of_y())
        target = self._target(y, previous=previous, partial=partial)
        if sample_weight is None:
            return X, target, None
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64)
        return _without_zeros(X, target, _weights(weights))

    def _validation(self, X, y, sample_weight, dtype):
        X, y = _arrays.rows(self, X, reset=False, y=y, **self._checks_of_y())
        X = X.astype(dtype, order="C", copy=False)
        target = self._encoded(y)
        if sample_weight is None:
            return X, target, None
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64)
        X, target, weights = _without_zeros(X, target, _weights(weights))
        if len(X) == 0:
            raise ValueError("sample_weight_val must contain at least one non-zero number.")
        return X, target, weights

    def _options(self, X, previous):
        """What is the same for each way of training."""
        hidden = np.atleast_1d(np.asarray(self.hidden_layer_sizes, dtype=object)).tolist()
        if any(not isinstance(width, Integral) or width < 1 for width in hidden):
            raise ValueError(f"hidden_layer_sizes must be > 0, got {self.hidden_layer_sizes}.")
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
        given = {name: _text(value) for name, value in given.items() if value is not None}
        work = 6 * _count("batch_size", self.batch_size) * _parameters(X.shape[1], hidden)
        return {
            "hidden": [int(width) for width in hidden],
            "activations": kinds("activation", "activation", self.activation),
            "loss": self._loss(),
            "dropout": float(self.dropout),
            "input_noise": float(self.input_noise),
            "preprocess": kinds("preprocessing", "preprocess", self.preprocess or "none"),
            "optimizer": one_kind("optimizer", "solver", self.solver),
            "optimizer_options": given,
            "clip_norm": None if self.clip_norm is None else float(self.clip_norm),
            "max_norm": None if self.max_norm is None else float(self.max_norm),
            "batch_size": int(self.batch_size),
            "monitor": True,
            "seed": _arrays.seed(self.random_state),
            "threads": _arrays.threads(self.n_jobs, work),
            "dtype": dtype,
            "feature_names": [str(name) for name in names],
            "target_name": self._target_name,
            "output_names": self._output_names(),
            "class_weights": None,
            "provenance": {name: repr(value) for name, value in self.get_params(deep=False).items()},
        }

    def _dtype(self, X, previous):
        if previous is not None:
            return previous.dtype
        if self.dtype is None:
            return str(X.dtype)
        dtype = np.dtype(self.dtype)
        if dtype not in (np.float32, np.float64):
            raise ValueError(f"dtype must be None, float32 or float64, got {self.dtype!r}")
        return str(dtype)

    def _compute(self, method, X):
        """What a method of the network says of rows."""
        mine = vars(self)
        if type(X) is np.ndarray and "feature_names_in_" not in mine and "_network" in mine and len(X):
            try:
                return getattr(mine["_network"], method)(X, self._threads(len(X)))
            except (TypeError, ValueError):
                pass  # What is wrong is said below, as scikit-learn does.
        check_is_fitted(self)
        X = _arrays.rows(self, X, reset=False)
        return getattr(self._network, method)(X, self._threads(len(X)))

    def _threads(self, n):
        if self.n_jobs is None or n == 1:
            return 1
        return _arrays.threads(self.n_jobs, 2 * n * self._network.parameters)

    def _fitted(self):
        check_is_fitted(self)
        return self._network

    def save(self, path):
        """Write the model file, which the program `densely` reads, whole or not at all.

        Parameters
        ----------
        path : path-like
        """
        self._fitted().save(path)

    @property
    def coefs_(self):
        """The weights of the layers, each inputs x units, for inputs as `preprocess` makes them."""
        return self._attribute("coefs")

    @property
    def intercepts_(self):
        """The biases of the layers."""
        return self._attribute("intercepts")

    def _attribute(self, name):
        if "_network" not in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute '{name}_': it is not fitted yet")
        return getattr(self._network, name)

    def __sklearn_is_fitted__(self):
        return "_network" in vars(self)

    def _of(self, network, named=True):
        """With a network that was trained elsewhere."""
        self._network = network
        names = network.feature_names
        self.n_features_in_ = len(names)
        if named and names != [f"x{i}" for i in range(len(names))]:
            self.feature_names_in_ = np.array(names, dtype=object)
        self._describe()
        return self


@documented
class MLPClassifier(ClassifierMixin, _MLP):
    """A network that tells classes apart.

    Parameters
    ----------
    {shared}
    loss : str, default="log_loss"
        "log_loss" (softmax), "logistic" (one score for two classes), "svm", "squared-svm", "crammer-singer", "hinge",
        "squared-hinge"; with options as `"svm(margin=2)"`. `densely.known("loss")` lists all.
    label_smoothing : float, default=0.0
        Share of the probability that is spread over all classes, of the softmax loss.
    class_weight : dict or "balanced", default=None
        How much rows of each class count, besides `sample_weight`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    {attributes}

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from densely import MLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> network = MLPClassifier(max_iter=10, random_state=0).fit(X[:1500], y[:1500])
    >>> network.score(X[1500:], y[1500:]) > 0.9
    True
    """

    _target_name = "class"

    def __init__(
        self,
        hidden_layer_sizes=(64,),
        activation="relu",
        *,
        solver="adam",
        weight_decay=None,
        batch_size=32,
        learning_rate="constant",
        learning_rate_init=None,
        max_iter=200,
        random_state=None,
        verbose=False,
        warm_start=False,
        momentum=None,
        nesterovs_momentum=False,
        early_stopping="auto",
        validation_fraction=0.1,
        beta_1=None,
        beta_2=None,
        epsilon=None,
        n_iter_no_change=20,
        loss="log_loss",
        label_smoothing=0.0,
        class_weight=None,
        dropout=0.0,
        input_noise=0.0,
        l1=None,
        max_norm=None,
        clip_norm=None,
        warm_up=0.0,
        preprocess="standardize",
        dtype=None,
        n_jobs=None,
    ):
        self._keep(locals())

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Go once through these rows, in mini-batches, from where the network is.

        The optimiser goes on, too. Preprocessing is fitted to the first call's rows, which should be like those
        to come, and stays; schedules and validation are of `fit` alone.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        classes : array-like of shape (n_classes,), default=None
            All classes that there will be: needed in the first call.
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        self
        """
        if self.class_weight == "balanced":
            raise ValueError(
                'class_weight "balanced" is not supported for partial_fit: compute the weights of all data with '
                "sklearn.utils.compute_class_weight, and give them as class_weight"
            )

        def train():
            self._take_classes(classes)
            return self._partial_fit(X, y, sample_weight)

        return self._learn(train)

    def _take_classes(self, classes):
        if "_network" not in vars(self):
            if classes is None:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            self.classes_ = np.unique(np.asarray(classes))
        elif classes is not None and not np.array_equal(self.classes_, np.unique(np.asarray(classes))):
            raise ValueError(
                f"`classes={classes!r}` is not the same as on last call to partial_fit, was: {self.classes_!r}"
            )

    def predict(self, X):
        """The most likely class of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        labels = self._compute("predict", X)
        return self.classes_.take(labels)

    def decision_function(self, X):
        """The scores of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Of two classes, by how much the second is ahead.
        """
        scores = self._compute("scores", X)
        if scores.shape[1] == 2:
            return scores[:, 1] - scores[:, 0]
        return scores[:, 0] if scores.shape[1] == 1 else scores

    @available_if(lambda self: self._has_probabilities())
    def predict_proba(self, X):
        """The probability of each class, if the loss has any: "log_loss" and "logistic" do.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
        """
        return self._compute("probabilities", X)

    @available_if(lambda self: self._has_probabilities())
    def predict_log_proba(self, X):
        """The logarithm of the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def _has_probabilities(self):
        loss = self._network.loss if "_network" in vars(self) else self._loss()
        if loss is None or loss.partition("(")[0] in ("softmax", "logistic"):
            return True
        raise AttributeError(f"the loss {loss!r} has no probabilities: take decision_function")

    def _loss(self):
        loss = one_kind("loss", "loss", self.loss)
        if self.label_smoothing:
            if loss != "softmax":
                raise ValueError(f'label_smoothing is of the loss "log_loss", got {loss!r}')
            loss = f"softmax(label-smoothing={float(self.label_smoothing)!r})"
        return loss

    def _checks_of_y(self):
        return {}

    def _target(self, y, *, previous, partial):
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        if not (partial or previous is not None):
            self.classes_ = np.unique(y)
        elif previous is not None and not partial and not np.array_equal(np.unique(y), self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes_}, `y` has {np.unique(y)}"
            )
        return self._encoded(y)

    def _encoded(self, y):
        y = column_or_1d(y)
        labels = np.searchsorted(self.classes_, y)
        known = self.classes_[np.minimum(labels, len(self.classes_) - 1)] == y
        if not np.all(known):
            new = np.unique(np.asarray(y)[~known])
            raise ValueError(f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. 'y' has {new}.")
        return labels.astype(np.int64)

    def _train(self, train, options, validation, previous):
        if self.class_weight is not None:
            y = self.classes_[train[1]]
            options["class_weights"] = self._class_weights(y)
        return super()._train(train, options, validation, previous)

    def _class_weights(self, y):
        weights = np.ones(len(self.classes_))
        there = np.unique(y)
        found = compute_class_weight(self.class_weight, classes=there, y=y)
        weights[np.searchsorted(self.classes_, there)] = found
        return weights.tolist()

    def _output_names(self):
        return [_class_name(label) for label in self.classes_.tolist()]

    def _describe(self):
        super()._describe()
        self.out_activation_ = {"softmax": "softmax", "logistic": "logistic"}.get(
            self._network.loss.partition("(")[0], "identity"
        )

    def _of(self, network, named=True):
        self.classes_ = _classes(network.class_names)
        return super()._of(network, named)


@documented
class MLPRegressor(RegressorMixin, _MLP):
    """A network that predicts one or several numbers.

    Parameters
    ----------
    loss : str, default="squared_error"
        "squared_error", "absolute_error", "huber" or "quantile", with options as `"quantile(0.9)"` and `"huber(2)"`,
        where the unit is the deviation of the target. `densely.known("loss")` lists all.
    {shared}

    Attributes
    ----------
    {attributes}

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from densely import MLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> network = MLPRegressor(loss="absolute_error", random_state=0).fit(X[:350], y[:350])
    >>> network.score(X[350:], y[350:]) > 0.4
    True
    """

    _target_name = "value"

    def __init__(
        self,
        loss="squared_error",
        hidden_layer_sizes=(64,),
        activation="relu",
        *,
        solver="adam",
        weight_decay=None,
        batch_size=32,
        learning_rate="constant",
        learning_rate_init=None,
        max_iter=200,
        random_state=None,
        verbose=False,
        warm_start=False,
        momentum=None,
        nesterovs_momentum=False,
        early_stopping="auto",
        validation_fraction=0.1,
        beta_1=None,
        beta_2=None,
        epsilon=None,
        n_iter_no_change=20,
        dropout=0.0,
        input_noise=0.0,
        l1=None,
        max_norm=None,
        clip_norm=None,
        warm_up=0.0,
        preprocess="standardize",
        dtype=None,
        n_jobs=None,
    ):
        self._keep(locals())

    def partial_fit(self, X, y, sample_weight=None):
        """Go once through these rows, in mini-batches, from where the network is.

        The optimiser goes on, too. Preprocessing, and the scale of `y`, are fitted to the first call's rows, which
        should be like those to come, and stay; schedules and validation are of `fit` alone.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        self
        """
        return self._learn(lambda: self._partial_fit(X, y, sample_weight))

    def predict(self, X):
        """The values of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Of the number type of the network.
        """
        values = self._compute("predict", X)
        if values.shape[1] == 1:
            values = values[:, 0]
        return values.astype(self._network.dtype, copy=False)

    def _loss(self):
        return one_kind("loss", "loss", self.loss)

    def _checks_of_y(self):
        return {"multi_output": True, "y_numeric": True}

    def _target(self, y, *, previous, partial):
        values = self._encoded(y)
        if previous is not None and values.shape[1] != self.n_outputs_:
            raise ValueError(f"`y` has {values.shape[1]} outputs, and had {self.n_outputs_} before")
        self.n_outputs_ = values.shape[1]
        return values

    def _encoded(self, y):
        y = np.array(y, dtype=np.float64, order="C")
        return y.reshape(len(y), -1)

    def _output_names(self):
        return [f"y{i}" for i in range(self.n_outputs_)]

    def _describe(self):
        super()._describe()
        self.out_activation_ = "identity"

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


@contextmanager
def _kept_if_it_fails(estimator):
    """Whatever was learnt before stays as it was, if what follows fails."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


def _count(name, value):
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")
    return int(value)


def _text(value):
    return str(value).lower() if isinstance(value, (bool, np.bool_)) else repr(float(value))


def _parameters(features, hidden):
    widths = [features, *hidden]
    return sum(a * b for a, b in zip(widths, widths[1:])) + widths[-1]


def _weights(weights):
    check_non_negative(weights, "`sample_weight`")
    return weights


def _without_zeros(X, target, weights):
    kept = weights > 0
    if not kept.all():
        X, target, weights = X[kept], target[kept], weights[kept]
    return X, target, np.array(weights, dtype=np.float64)


def _class_name(label):
    """The name of a class in a file: that of a number is as short as can be."""
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    return str(label)


def _classes(names):
    """Classes by their names in a file."""
    whole = [name.lstrip("-").isdecimal() and str(int(name)) == name for name in names]
    return np.array([int(name) for name in names]) if all(whole) else np.array(names, dtype=object)
