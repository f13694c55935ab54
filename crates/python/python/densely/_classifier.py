"""Networks that tell classes apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d, compute_class_weight
from sklearn.utils.multiclass import check_classification_targets

from ._densely import Network
from ._docstrings import documented
from ._kinds import one_kind
from ._mlp import MLP
from ._parameters import NONE, check, instance, number, one_of

if TYPE_CHECKING:
    _Method = TypeVar("_Method", bound=Callable[..., Any])

    def available_if(check: Callable[[Any], bool]) -> Callable[[_Method], _Method]:
        """As of scikit-learn, which has no types."""

else:
    from sklearn.utils.metaestimators import available_if

_ALLOWED = {
    "label_smoothing": number(0.0, 1.0, "left"),
    "class_weight": instance(dict) | one_of("balanced") | NONE,
}


@documented
class MLPClassifier(ClassifierMixin, MLP):
    """A network that tells classes apart.

    Parameters
    ----------
    {first}
    loss : str, default="log_loss"
        "log_loss" (softmax), "logistic" (one score for two classes), "svm", "squared-svm", "crammer-singer", "hinge",
        "squared-hinge"; with options as `"svm(margin=2)"`. `densely.known("loss")` lists all.
    label_smoothing : float, default=0.0
        Share of the probability that is spread over all classes, of the softmax loss.
    class_weight : dict or "balanced", default=None
        How much rows of each class count, besides `sample_weight`.
    {then}
    {last}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, in the order of the outputs.
    {attributes}

    See Also
    --------
    MLPRegressor : A network that predicts one or several numbers.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from densely import MLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> network = MLPClassifier(max_iter=10, random_state=0).fit(X[:1500], y[:1500])
    >>> network.score(X[1500:], y[1500:]) > 0.9
    True
    """

    label_smoothing: float
    class_weight: Mapping[Any, float] | Literal["balanced"] | None

    classes_: NDArray[Any]

    _target_name = "class"

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (64,),
        activation: str | Sequence[str] = "relu",
        *,
        solver: str = "adam",
        weight_decay: float | None = None,
        batch_size: int = 32,
        learning_rate: str = "constant",
        learning_rate_init: float | None = None,
        max_iter: int = 200,
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float | None = None,
        nesterovs_momentum: bool = False,
        early_stopping: bool | Literal["auto"] = "auto",
        validation_fraction: float = 0.1,
        beta_1: float | None = None,
        beta_2: float | None = None,
        epsilon: float | None = None,
        n_iter_no_change: int = 20,
        loss: str = "log_loss",
        label_smoothing: float = 0.0,
        class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
        dropout: float = 0.0,
        input_noise: float = 0.0,
        l1: float | None = None,
        max_norm: float | None = None,
        clip_norm: float | None = None,
        warm_up: float = 0.0,
        preprocess: str | Sequence[str] | None = "standardize(keep-binary)",
        dtype: DTypeLike | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self._keep(locals())

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Go once through these rows, in mini-batches, from where the network is.

        The optimiser goes on, too. Preprocessing is fitted to the first call's rows, which should be like those to
        come, and stays; schedules and validation are of `fit` alone.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,)
            The class of each row.
        classes : array-like of shape (n_classes,), default=None
            All classes that there will be: needed in the first call.
        sample_weight : array-like of shape (n_samples,), default=None
            How much each row counts.

        Returns
        -------
        self
            The estimator, with another network.
        """
        if isinstance(self.class_weight, str):
            raise ValueError(
                'class_weight "balanced" is not supported for partial_fit: compute the weights of all data with '
                "sklearn.utils.compute_class_weight, and give them as class_weight"
            )

        def train() -> BaseException | None:
            self._take_classes(classes)
            return self._partial_fit(X, y, sample_weight)

        return self._learn(train)

    def _take_classes(self, classes: ArrayLike | None) -> None:
        if "_network" not in vars(self):
            if classes is None:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            self.classes_ = np.unique(np.asarray(classes))
        elif classes is not None and not np.array_equal(self.classes_, np.unique(np.asarray(classes))):
            raise ValueError(
                f"`classes={classes!r}` is not the same as on last call to partial_fit, was: {self.classes_!r}"
            )

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most likely class of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples,)
            Of the type of `classes_`.
        """
        labels = self._compute("predict", X)
        return self.classes_.take(labels)

    def decision_function(self, X: ArrayLike) -> NDArray[Any]:
        """The scores of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

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
    def predict_proba(self, X: ArrayLike) -> NDArray[Any]:
        """The probability of each class, if the loss has any: "log_loss" and "logistic" do.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        return self._compute("probabilities", X)

    @available_if(lambda self: self._has_probabilities())
    def predict_log_proba(self, X: ArrayLike) -> NDArray[Any]:
        """The logarithm of the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def _has_probabilities(self) -> bool:
        try:
            loss = self._network.loss if "_network" in vars(self) else one_kind("loss", "loss", self.loss)
        except (TypeError, ValueError) as error:
            raise AttributeError(str(error)) from None
        if loss.partition("(")[0] in ("softmax", "logistic"):
            return True
        raise AttributeError(f"the loss {loss!r} has no probabilities: take decision_function")

    def _loss(self) -> str:
        check(self, _ALLOWED)
        loss = one_kind("loss", "loss", self.loss)
        if self.label_smoothing:
            if loss != "softmax":
                raise ValueError(f'label_smoothing is of the loss "log_loss", got {loss!r}')
            loss = f"softmax(label-smoothing={float(self.label_smoothing)!r})"
        return loss

    def _checks_of_y(self) -> dict[str, bool]:
        return {}

    def _target(self, y: NDArray[Any], *, previous: Network | None, partial: bool) -> NDArray[Any]:
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

    def _encoded(self, y: NDArray[Any]) -> NDArray[np.int64]:
        y = column_or_1d(y)
        labels = np.searchsorted(self.classes_, y)
        known = self.classes_[np.minimum(labels, len(self.classes_) - 1)] == y
        if not np.all(known):
            new = np.unique(np.asarray(y)[~known])
            raise ValueError(f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. 'y' has {new}.")
        return labels.astype(np.int64)

    def _train(self, train: Any, options: dict[str, Any], validation: Any, previous: Any) -> BaseException | None:
        if self.class_weight is not None:
            y = self.classes_[train[1]]
            options["class_weights"] = self._class_weights(y)
        return super()._train(train, options, validation, previous)

    def _class_weights(self, y: NDArray[Any]) -> list[float]:
        weights = np.ones(len(self.classes_))
        there = np.unique(y)
        found = np.asarray(compute_class_weight(self.class_weight, classes=there, y=y), dtype=np.float64)
        if not ((found >= 0) & (found < np.inf)).all() or not found.any():
            raise ValueError(f"class_weight must be numbers of at least 0, and not all 0, got {self.class_weight!r}")
        weights[np.searchsorted(self.classes_, there)] = found
        return weights.tolist()

    def _output_names(self) -> list[str]:
        return [_class_name(label) for label in self.classes_.tolist()]

    def _describe(self) -> None:
        super()._describe()
        self.out_activation_ = {"softmax": "softmax", "logistic": "logistic"}.get(
            self._network.loss.partition("(")[0], "identity"
        )

    def _of(self, network: Network, named: bool = True) -> Self:
        self.classes_ = _classes(network.class_names or [])
        return super()._of(network, named)


def _class_name(label: Any) -> str:
    """The name of a class in a file: that of a number is as short as can be."""
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    return str(label)


def _classes(names: list[str]) -> NDArray[Any]:
    """Classes by their names in a file."""
    whole = [name.lstrip("-").isdecimal() and str(int(name)) == name for name in names]
    return np.array([int(name) for name in names]) if all(whole) else np.array(names, dtype=object)
