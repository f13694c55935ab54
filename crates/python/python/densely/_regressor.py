"""Networks that predict numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d

from ._densely import Network
from ._docstrings import documented
from ._kinds import one_kind
from ._mlp import MLP
from ._parameters import NONE, check, one_of

_ALLOWED = {"target_transform": one_of("log") | NONE}


@documented
class MLPRegressor(RegressorMixin, MLP):
    """A network that predicts one or several numbers.

    Parameters
    ----------
    loss : str, default="squared_error"
        "squared_error", "absolute_error", "huber", "quantile" or "poisson", with options as `"quantile(0.9)"` and `"huber(2)"`,
        where the unit is the deviation of the target. `densely.known("loss")` lists all.
    {first}
    {then}
    target_transform : {"log"}, default=None
        What numbers become to be learnt: "log" for their logarithms, which suit prices and counts above 0.
        Predictions are in the units of `y`, and losses and `validation_scores_` of the logarithms.
    {last}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    MLPClassifier : A network that tells classes apart.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from densely import MLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> network = MLPRegressor(loss="absolute_error", random_state=0).fit(X[:350], y[:350])
    >>> network.score(X[350:], y[350:]) > 0.4
    True
    """

    target_transform: Literal["log"] | None

    _target_name = "value"

    def __init__(
        self,
        loss: str = "squared_error",
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
        dropout: float = 0.0,
        input_noise: float = 0.0,
        l1: float | None = None,
        max_norm: float | None = None,
        clip_norm: float | None = None,
        warm_up: float = 0.0,
        preprocess: str | Sequence[str] | None = "standardize(keep-binary)",
        target_transform: Literal["log"] | None = None,
        dtype: DTypeLike | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self._keep(locals())

    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Go once through these rows, in mini-batches, from where the network is.

        The optimiser goes on, too. Preprocessing, and the scale of `y`, are fitted to the first call's rows, which
        should be like those to come, and stay; schedules and validation are of `fit` alone.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The values of each row.
        sample_weight : array-like of shape (n_samples,), default=None
            How much each row counts.

        Returns
        -------
        self
            The estimator, with another network.
        """
        return self._learn(lambda: self._partial_fit(X, y, sample_weight))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The values of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Of the number type of the network.
        """
        values = self._compute("predict", X)
        if values.shape[1] == 1:
            values = values[:, 0]
        return values.astype(self._network.dtype, copy=False)

    def _loss(self) -> str:
        return one_kind("loss", "loss", self.loss)

    def _checks_of_y(self) -> dict[str, bool]:
        return {"multi_output": True, "y_numeric": True}

    def _target(self, y: NDArray[Any], *, previous: Network | None, partial: bool) -> NDArray[Any]:
        check(self, _ALLOWED)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        values = self._encoded(y)
        if previous is not None and values.shape[1] != self.n_outputs_:
            raise ValueError(f"`y` has {values.shape[1]} outputs, and had {self.n_outputs_} before")
        self.n_outputs_ = values.shape[1]
        return values

    def _encoded(self, y: NDArray[Any]) -> NDArray[np.float64]:
        if hasattr(y, "toarray"):
            raise TypeError("Sparse data was passed for y, but dense data is required. Use '.toarray()' to convert to a dense numpy array.")
        if y.dtype.kind in "mM":
            raise TypeError("y has times, where numbers are expected")
        values = np.array(y, dtype=np.float64, order="C").reshape(len(y), -1)
        if self.target_transform == "log" and not (values > 0).all():
            raise ValueError(f'target_transform="log" needs values of `y` above 0, got {values.min()}')
        return values

    def _options(self, X: NDArray[Any], previous: Network | None) -> dict[str, Any]:
        return super()._options(X, previous) | {"log_targets": self.target_transform == "log"}

    def _output_names(self) -> list[str]:
        return [f"y{i}" for i in range(self.n_outputs_)]

    def _describe(self) -> None:
        super()._describe()
        self.out_activation_ = "identity"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
