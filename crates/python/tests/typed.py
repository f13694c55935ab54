"""What a person writes, as mypy reads it: `mypy tests/typed.py`. What is wrong has to be found to be wrong."""

from pathlib import Path
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import densely
from densely import PCA, MLPClassifier, MLPRegressor, TablePreprocessor, Whitening

X = np.zeros((4, 3))
labels = ["a", "b", "a", "b"]

network = MLPClassifier((32, 16), ["relu", "prelu"], dropout=0.2, class_weight={"a": 2.0}, early_stopping="auto", n_jobs=-1)
assert_type(network.fit(X, labels, X_val=X, y_val=labels), MLPClassifier)
assert_type(network.partial_fit(X, labels, classes=["a", "b"], sample_weight=[1, 1, 2, 0.5]), MLPClassifier)
assert_type(network.predict(X), NDArray[Any])
assert_type(network.predict_proba(X.tolist()), NDArray[Any])
assert_type(network.predict_log_proba(X), NDArray[Any])
assert_type(network.decision_function(X), NDArray[Any])
assert_type(network.coefs_, list[NDArray[Any]])
assert_type(network.intercepts_, list[NDArray[Any]])
assert_type(network.classes_, NDArray[Any])
assert_type(network.loss_curve_, list[float])
assert_type(network.validation_scores_, list[float] | None)
assert_type(network.best_validation_score_, float | None)
assert_type(network.diagnosis_, list[str])
assert_type(network.n_features_in_, int)
assert_type(network.save(Path("model.safetensors")), None)

regressor = MLPRegressor("huber(2)", hidden_layer_sizes=(), target_transform="log", dtype=np.float32)
assert_type(regressor.fit(X, [1.0, 2, 3, 4], sample_weight=np.ones(4)), MLPRegressor)
assert_type(regressor.predict(X), NDArray[Any])
assert_type(regressor.partial_fit(X, [1.0, 2, 3, 4]), MLPRegressor)
assert_type(regressor.max_iter, int)

for axes in [PCA(0.95), Whitening(2, method="zca", epsilon=1e-3)]:
    assert_type(axes.fit_transform(X), NDArray[Any])
    assert_type(axes.inverse_transform(axes.fit(X).transform(X)), NDArray[Any])
    assert_type(axes.explained_variance_, NDArray[np.float64])
    assert_type(axes.n_components_, int)

table = TablePreprocessor(kinds={"zip": "category"}, drop=["id"], impute=0.0)
assert_type(table.fit(X).transform(X), NDArray[np.float64])
assert_type(table.get_feature_names_out(), NDArray[np.object_])
assert_type(table.schema_, list[tuple[str, str, str | None]])

assert_type(densely.known("activation"), dict[str, str])
densely.save(network, "model.safetensors")
densely.load("model.safetensors")
try:
    pass
except densely.DivergedError as error:
    assert_type(error, densely.DivergedError)

# Each of these is an error, or mypy says that the remark is not needed.
MLPClassifier(hidden_layer_size=(3,))  # type: ignore[call-arg]
MLPClassifier(max_iter="200")  # type: ignore[arg-type]
MLPClassifier(class_weight="balance")  # type: ignore[arg-type]
MLPRegressor(target_transform="sqrt")  # type: ignore[arg-type]
MLPRegressor(dropout=None)  # type: ignore[arg-type]
PCA(n_components="mle")  # type: ignore[arg-type]
Whitening(method="cholesky")  # type: ignore[arg-type]
TablePreprocessor(rare=0.1)  # type: ignore[arg-type]
network.fit(X)  # type: ignore[call-arg]
network.fit(X, labels, X, labels)  # type: ignore[call-arg]
network.predict()  # type: ignore[call-arg]
densely.known(1)  # type: ignore[arg-type]
densely.MLP  # type: ignore[attr-defined]
