"""What is refused, and what is said of it."""

import numpy as np
import pytest

import densely
from densely import PCA, MLPClassifier, MLPRegressor, TablePreprocessor, Whitening
from densely._densely import Network

X = np.random.default_rng(0).normal(size=(40, 3))
y = np.arange(40) % 3


@pytest.mark.parametrize(
    "options, message",
    [
        ({"hidden_layer_sizes": (3, 0)}, r"hidden_layer_sizes must be > 0, got \(3, 0\)\."),
        ({"hidden_layer_sizes": (-1,)}, "hidden_layer_sizes must be > 0"),
        ({"hidden_layer_sizes": (2.5,)}, "hidden_layer_sizes must be > 0"),
        ({"activation": "rellu"}, "activation='rellu': .*relu"),
        ({"activation": ["relu", "tanh"]}, "activations"),
        ({"activation": "leaky-relu(nan)"}, "activation="),
        ({"solver": "lbfgs"}, "solver='lbfgs'"),
        ({"loss": "mse"}, "targets|classes"),
        ({"loss": "logistic"}, "logistic"),
        ({"loss": "svm", "label_smoothing": 0.1}, "label_smoothing is of the loss"),
        ({"learning_rate": "adaptive"}, "learning_rate='adaptive'"),
        ({"learning_rate_init": 0.0}, r"The 'learning_rate_init' parameter of MLPClassifier must be a float in the range \(0.0, inf\) or None. Got 0.0 instead."),
        ({"weight_decay": -1}, "weight.decay"),
        ({"learning_rate_init": "fast"}, "must be a float in the range .* Got 'fast' instead"),
        ({"momentum": True, "solver": "sgd"}, "The 'momentum' parameter"),
        ({"early_stopping": None}, "The 'early_stopping' parameter"),
        ({"n_jobs": 0}, "The 'n_jobs' parameter"),
        ({"n_jobs": 1.5}, "The 'n_jobs' parameter"),
        ({"activation": []}, "there are 0 activations for 1"),
        ({"solver": ""}, "solver=''"),
        ({"class_weight": {0: -1.0, 1: 1.0, 2: 1.0}}, "class_weight must be numbers of at least 0"),
        ({"class_weight": {0: 0.0, 1: 0.0, 2: 0.0}}, "class_weight must be numbers of at least 0, and not all 0"),
        ({"class_weight": "equal"}, "The 'class_weight' parameter"),
        ({"class_weight": {7: 1.0}}, "are not in class_weight"),
        ({"random_state": 2**64}, "Seed must be between"),
        ({"dtype": "wide"}, "dtype must be"),
        ({"batch_size": 0}, "The 'batch_size' parameter of MLPClassifier must be an int in the range"),
        ({"max_iter": 0}, r"The 'max_iter' parameter of MLPClassifier must be an int in the range \[1, inf\). Got 0 instead."),
        ({"max_iter": 2.5}, "max_iter"),
        ({"dropout": 1.0}, "dropout"),
        ({"dropout": float("nan")}, "dropout"),
        ({"input_noise": -1}, "noise"),
        ({"max_norm": -1}, "norm"),
        ({"preprocess": "standardise"}, "preprocess='standardise'.*standardize"),
        ({"preprocess": "pca(9)"}, "9"),
        ({"early_stopping": "yes"}, "The 'early_stopping' parameter of MLPClassifier must be .*Got 'yes' instead"),
        ({"early_stopping": True, "validation_fraction": 1.5}, "validation_fraction"),
        ({"early_stopping": True, "validation_fraction": 0.001}, "0.001"),
        ({"dtype": "int32"}, "dtype must be"),
        ({"random_state": -1}, "Seed must be between"),
        ({"solver": "adagrad", "momentum": 0.9}, "momentum"),
    ],
    ids=str,
)
def test_options_out_of_their_range(options, message):
    network = MLPClassifier(**options)
    with pytest.raises(ValueError, match=message):
        network.fit(X, y)
    assert not hasattr(network, "loss_curve_")


def test_data_that_no_network_takes():
    with pytest.raises(ValueError, match="Input X contains NaN"):
        MLPClassifier().fit(np.full((4, 2), np.nan), [0, 1, 0, 1])
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        MLPClassifier().fit(X, X[:, 0])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        MLPRegressor().fit(X, y[:-1])
    with pytest.raises(ValueError, match="Negative values in data passed to `sample_weight`"):
        MLPRegressor().fit(X, y, sample_weight=-np.ones(40))
    with pytest.raises(ValueError, match="at least one non-zero"):
        MLPRegressor().fit(X, y, sample_weight=np.zeros(40))
    with pytest.raises(ValueError, match="X_val and y_val"):
        MLPRegressor().fit(X, y, X_val=X)
    with pytest.raises(ValueError, match="classes not in `self.classes_`"):
        MLPClassifier().fit(X, y, X_val=X, y_val=y + 1)
    with pytest.raises(ValueError, match="has 2 features, but MLPRegressor is expecting 3"):
        MLPRegressor(max_iter=1).fit(X, y).predict(X[:, :2])
    with pytest.raises(ValueError, match="Found array with 0 sample"):
        MLPRegressor(max_iter=1).fit(X, y).predict(X[:0])
    with pytest.raises(ValueError, match="Input X contains infinity"):
        MLPRegressor(max_iter=1).fit(X, y).predict(np.full((1, 3), np.inf))
    with pytest.raises(ValueError, match="too large"):
        MLPRegressor(max_iter=1, dtype="float32", preprocess=None).fit(X, y).predict(np.full((1, 3), 1e300))


def test_arrays_that_lie_in_memory_as_others_do_not(rng):
    network = MLPRegressor(max_iter=1, random_state=0).fit(X, y)
    expected = network.predict(X)
    unaligned = np.frombuffer(b"x" + X.tobytes(), dtype=np.uint8)[1:].view(np.float64).reshape(X.shape)
    assert not unaligned.flags.aligned or unaligned.ctypes.data % 8 == 0
    swapped = X.astype(X.dtype.newbyteorder())
    wide = np.zeros((40, 6))
    wide[:, ::2] = X
    fixed = X.copy()
    fixed.setflags(write=False)
    for other in [unaligned, swapped, np.asfortranarray(X), wide[:, ::2], fixed, X[::-1][::-1], X.tolist()]:
        assert np.array_equal(network.predict(other), expected)


def test_options_that_are_no_texts():
    for name in ["activation", "solver", "loss", "learning_rate", "preprocess"]:
        with pytest.raises(TypeError, match=f"{name} must be a str or a list of them, got 3"):
            MLPClassifier(**{name: 3}).fit(X, y)


def test_whole_numbers_of_any_size():
    network = MLPClassifier(max_iter=2, batch_size=10**30, n_iter_no_change=10**30, random_state=np.int64(3), hidden_layer_sizes=np.array([4, 3]))
    assert network.fit(X, y).n_iter_ == 2
    assert np.array_equal(network.predict_proba(X), MLPClassifier((4, 3), max_iter=2, batch_size=40, random_state=3).fit(X, y).predict_proba(X))
    TablePreprocessor(rare=10**30).fit(X)
    with pytest.raises(MemoryError):
        MLPClassifier(hidden_layer_sizes=10**30).fit(X, y)


def test_values_of_any_size():
    plain = MLPRegressor(max_iter=2, random_state=0).fit(X, X[:, 0])
    # Powers of two are exact.
    huge = MLPRegressor(max_iter=2, random_state=0).fit(X * 2.0**1000, X[:, 0] * 2.0**1000)
    assert np.array_equal(huge.predict(X * 2.0**1000), plain.predict(X) * 2.0**1000)
    weights = np.random.default_rng(1).random(40)
    light, heavy = (MLPRegressor(max_iter=2, random_state=0).fit(X, X[:, 0], sample_weight=weights * 2.0**e) for e in [0, 1023])
    assert np.array_equal(light.predict(X), heavy.predict(X))


def test_times_are_no_numbers():
    days = np.full((40, 2), np.datetime64("2020-01-01"))
    for rows, values in [(days, y), (X, days[:, 0])]:
        with pytest.raises(TypeError, match="times, where numbers are expected"):
            MLPRegressor(max_iter=1).fit(rows, values)
    with pytest.raises(TypeError, match="times, where numbers are expected: TablePreprocessor"):
        PCA().fit(days - days[0])


def test_logarithms_are_of_what_is_above_0():
    with pytest.raises(ValueError, match='target_transform="log" needs values of `y` above 0, got 0'):
        MLPRegressor(target_transform="log").fit(X, y)
    with pytest.raises(ValueError, match="The 'target_transform' parameter of MLPRegressor must be a str among {'log'} or None"):
        MLPRegressor(target_transform="sqrt").fit(X, y)
    with pytest.raises(ValueError, match="above 0, got -2"):
        MLPRegressor(target_transform="log", max_iter=1).fit(X, y + 1, X_val=X, y_val=y - 2)


def test_tables_that_are_none():
    for kinds in [["x0"], {"x0": 3}]:
        with pytest.raises(ValueError, match="The 'kinds' parameter of TablePreprocessor must be a dict of str or None"):
            TablePreprocessor(kinds=kinds).fit(X)
    with pytest.raises(ValueError, match="The 'drop' parameter of TablePreprocessor must be a sequence of str. Got 'x0' instead"):
        TablePreprocessor(drop="x0").fit(X)


def test_networks_of_more_than_there_is_memory_for():
    with pytest.raises(MemoryError, match="parameters"):
        MLPRegressor(hidden_layer_sizes=(10**9, 10**9)).fit(X, y)


def test_files_that_are_no_models(tmp_path):
    with pytest.raises(FileNotFoundError):
        densely.load(tmp_path / "none.safetensors")
    (tmp_path / "text").write_text("no model")
    with pytest.raises(ValueError, match="safetensors"):
        densely.load(tmp_path / "text")
    bytes_ = MLPRegressor(max_iter=1).fit(X, y)._network.to_bytes()
    for damaged in [b"", bytes_[:-1], bytes_[:-1] + bytes([bytes_[-1] ^ 1])]:
        with pytest.raises(ValueError):
            Network.from_bytes(damaged)
    with pytest.raises(IsADirectoryError):
        MLPRegressor(max_iter=1).fit(X, y).save(tmp_path)


def test_transformations_that_cannot_be():
    for count in [0, -1, 1.5, 0.0, True, "all"]:
        with pytest.raises(ValueError, match="n_components"):
            PCA(count).fit(X)
    with pytest.raises(ValueError, match="n_components=4 must be between 1 and min"):
        Whitening(4).fit(X)
    with pytest.raises(ValueError, match="The 'method' parameter of Whitening must be a str among {'pca', 'zca'}"):
        Whitening(method="cholesky").fit(X)
    with pytest.raises(ValueError, match="epsilon"):
        Whitening(epsilon=-1).fit(X)
    with pytest.raises(ValueError, match="columns"):
        PCA(2).fit(X).inverse_transform(X)
    with pytest.raises(ValueError, match="impute|median"):
        TablePreprocessor(impute="mode").fit(X)
    with pytest.raises(ValueError, match="no column|unknown|nothing"):
        TablePreprocessor(drop=["nothing"]).fit(X)
