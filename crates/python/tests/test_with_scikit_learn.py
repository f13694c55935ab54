"""In whatever scikit-learn puts round an estimator."""

import copy
import io
import pickle

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
import sklearn
import sklearn.neural_network
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, BaggingRegressor
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import densely
from densely import PCA, MLPClassifier, MLPRegressor, TablePreprocessor, Whitening


def test_a_pipeline_learns_and_has_names(digits):
    X, y, X_test, y_test = digits
    pipeline = make_pipeline(Whitening(20), MLPClassifier(random_state=0, max_iter=20))
    assert pipeline.fit(X, y).score(X_test, y_test) > 0.85
    assert list(pipeline[:-1].get_feature_names_out())[:2] == ["whitening0", "whitening1"]


def test_output_may_be_a_frame(diabetes):
    X, _ = diabetes
    for library in ["pandas", "polars"]:
        frame = PCA(3).set_output(transform=library).fit_transform(X)
        assert type(frame).__module__.startswith(library)
        assert list(frame.columns) == ["pca0", "pca1", "pca2"]
        assert np.array_equal(np.asarray(frame), PCA(3).fit_transform(X))


def test_a_column_transformer_has_parts_for_a_network(rng):
    frame = pd.DataFrame({"size": rng.normal(size=200), "kind": rng.choice(["a", "b"], 200)})
    y = frame["size"] + (frame["kind"] == "b")
    columns = ColumnTransformer([("size", PCA(), ["size"]), ("kind", OneHotEncoder(), ["kind"])])
    pipeline = make_pipeline(columns, MLPRegressor(random_state=0, max_iter=50))
    assert pipeline.fit(frame, y).score(frame, y) > 0.95


def test_a_grid_search_chooses_the_better_network(digits):
    X, y, _, _ = digits
    grid = {"hidden_layer_sizes": [(), (32,)], "max_iter": [1, 15]}
    search = GridSearchCV(MLPClassifier(random_state=0), grid, cv=3, n_jobs=2).fit(X, y)
    assert search.best_params_["max_iter"] == 15
    assert search.best_score_ > 0.85


def test_cross_validation_is_the_same_with_any_number_of_jobs(diabetes):
    X, y = diabetes
    network = MLPRegressor(random_state=3, max_iter=5)
    one, two = (cross_validate(network, X, y, cv=3, n_jobs=jobs)["test_score"] for jobs in [1, 2])
    assert np.array_equal(one, two)


def test_an_svm_can_be_calibrated(digits):
    X, y, X_test, y_test = digits
    network = MLPClassifier(loss="svm", preprocess="standardize", random_state=0, max_iter=40)
    assert not hasattr(network, "predict_proba")
    calibrated = CalibratedClassifierCV(network, cv=3).fit(X, y)
    assert calibrated.score(X_test, y_test) > network.fit(X, y).score(X_test, y_test) - 0.05
    assert np.allclose(calibrated.predict_proba(X_test).sum(axis=1), 1)


def test_bags_of_networks(diabetes, digits):
    X, y = diabetes
    bag = BaggingRegressor(MLPRegressor(max_iter=30), n_estimators=3, random_state=0).fit(X, y)
    assert bag.score(X, y) > 0.3
    X, y, X_test, y_test = digits
    bag = BaggingClassifier(MLPClassifier(max_iter=10), n_estimators=3, random_state=0).fit(X, y)
    assert bag.score(X_test, y_test) > 0.85


def test_permutation_importance_finds_the_feature_that_matters(rng):
    X = rng.normal(size=(300, 3))
    network = MLPRegressor(random_state=0, max_iter=40).fit(X, 2 * X[:, 1])
    found = permutation_importance(network, X, 2 * X[:, 1], n_repeats=3, random_state=0)
    assert found.importances_mean.argmax() == 1
    assert found.importances_mean[1] > 1 > 0.1 > found.importances_mean[0]


def test_a_target_may_be_transformed(diabetes):
    X, y = diabetes
    network = TransformedTargetRegressor(MLPRegressor(random_state=0, max_iter=30), func=np.log, inverse_func=np.exp)
    assert network.fit(X, y).score(X, y) > 0.3


def test_weights_and_validation_data_are_routed(digits):
    X, y, X_val, y_val = digits
    weights = np.where(y == 3, 5.0, 1.0)
    network = MLPClassifier(random_state=0, max_iter=3)
    expected = clone(network).fit(X, y, sample_weight=weights).predict_proba(X_val)
    with sklearn.config_context(enable_metadata_routing=True):
        asking = clone(network).set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        pipeline = make_pipeline(PCA(), asking).fit(X, y, sample_weight=weights)
        plain = make_pipeline(PCA(), clone(network)).fit(X, y)
        assert not np.array_equal(pipeline.predict_proba(X_val), plain.predict_proba(X_val))
        scores = cross_validate(asking, X, y, cv=2, params={"sample_weight": weights})["test_score"]
        assert len(scores) == 2
    assert np.array_equal(clone(network).fit(X, y, sample_weight=weights).predict_proba(X_val), expected)


# What scikit-learn's own network says of it.
REFUSED = {
    "text": lambda X, y: (pd.DataFrame(X[:, :2]).assign(kind="pear").set_axis(list("abc"), axis=1), y),
    "gap": lambda X, y: (pd.DataFrame({"a": pd.array([None, *[1] * (len(X) - 1)], dtype="Int64")}), y),
    "category": lambda X, y: (pd.DataFrame({"a": pd.Categorical(["u", "v"] * (len(X) // 2))}), y),
    "objects": lambda X, y: (np.array([["a", 1]] * len(X), dtype=object), y),
    "one row": lambda X, y: (X[0], y),
    "three axes": lambda X, y: (X.reshape(len(X), 8, 8), y),
    "no features": lambda X, y: (X[:, :0], y),
    "no rows": lambda X, y: (X[:0], y[:0]),
    "complex numbers": lambda X, y: (X * 1j, y),
    "infinity": lambda X, y: (np.where(X > 15, np.inf, X), y),
    "long doubles": lambda X, y: (X.astype(np.longdouble) * np.longdouble("1e4000"), y),
    "a number": lambda X, y: (3.0, y),
    "a text": lambda X, y: ("text", y),
    "rows of two lengths": lambda X, y: ([[1, 2], [3]] * (len(X) // 2), y),
    "a matrix": lambda X, y: (np.matrix(X), y),
    "fewer answers": lambda X, y: (X, y[:-1]),
    "no answers": lambda X, y: (X, None),
    "answers with gaps": lambda X, y: (X, np.where(y == 0, np.nan, y)),
    "nullable answers": lambda X, y: (X, pd.array([None, *y[1:].tolist()], dtype="Int64")),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("spoiled", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])
def test_bad_data_are_refused_in_the_same_words(digits, spoiled, kind):
    X, y = spoiled(digits[0][:60], digits[1][:60])
    said = []
    for module in [sklearn.neural_network, densely]:
        with pytest.raises((TypeError, ValueError)) as raised:
            getattr(module, kind)(max_iter=1).fit(X, y)
        said.append((raised.type, str(raised.value)))
    assert said[0] == said[1]


@pytest.mark.filterwarnings("ignore")
def test_the_same_kinds_of_arrays_are_taken(digits):
    X, y, _, _ = digits
    network = MLPClassifier(max_iter=2, random_state=0)
    expected = clone(network).fit(X, y).predict_proba(X)
    frame = pd.DataFrame(X, columns=[f"p{i}" for i in range(64)])
    wide = np.zeros((2 * len(X), 64))
    wide[::2] = X
    fixed = X.copy()
    fixed.setflags(write=False)
    masked = np.ma.masked_array(X, np.zeros(X.shape, dtype=bool))
    others = [X.astype(kind) for kind in ["float16", "int8", "uint64", "longdouble", "object", ">f8"]]
    others += [np.asfortranarray(X), wide[::2], X[::-1][::-1], fixed, masked, X.tolist()]
    others += [frame, frame.astype("Int64"), frame.astype("double[pyarrow]"), pl.DataFrame(frame), pa.Table.from_pandas(frame)]
    for other in others:
        assert np.array_equal(clone(network).fit(other, y).predict_proba(other), expected), type(other)
    classes = np.array([f"class {i}" for i in range(10)])
    for answers in [pd.Series(y).astype("category"), y.astype(np.uint8), pl.Series(y), y[:, None], y.tolist()]:
        assert np.array_equal(clone(network).fit(X, answers).predict_proba(X), expected), type(answers)
    for answers in [pd.Series(classes[y], dtype="string"), pd.Categorical(classes[y]), classes[y].tolist()]:
        assert set(clone(network).fit(X, answers).predict(X)) <= set(classes)


def test_what_it_does_not_take_it_names(digits):
    X, y, _, _ = digits
    with pytest.raises(TypeError, match="Sparse data was passed for X, but dense data is required"):
        MLPClassifier().fit(scipy.sparse.csr_array(X), y)
    with pytest.raises(TypeError, match="Sparse data was passed for y, but dense data is required"):
        MLPRegressor().fit(X, scipy.sparse.csr_array(y[:, None]))
    with pytest.raises(ValueError, match="y should be a 1d array"):
        MLPClassifier().fit(X, np.eye(10)[y])
    with pytest.warns(sklearn.exceptions.DataConversionWarning):
        assert MLPRegressor(max_iter=1).fit(X, y[:, None]).predict(X).shape == (600,)


def test_other_processes_have_the_same_network(digits):
    X, y, _, _ = digits
    network = MLPClassifier(max_iter=2, random_state=0, n_jobs=2, hidden_layer_sizes=(300, 300)).fit(X, y)
    expected = network.predict_proba(X)
    for backend in ["loky", "multiprocessing", "threading"]:
        with joblib.parallel_config(backend=backend):
            found = joblib.Parallel(n_jobs=2)(joblib.delayed(_again)(network, X, y) for _ in range(3))
        assert all(np.array_equal(of, expected) for pair in found for of in pair)


def _again(network, X, y):
    """What a fitted network predicts in another process, and another that is fitted there."""
    return network.predict_proba(X), clone(network).fit(X, y).predict_proba(X)


@pytest.mark.parametrize(
    "again",
    [
        lambda fitted: pickle.loads(pickle.dumps(fitted)),
        copy.deepcopy,
        copy.copy,
        lambda fitted: _through_joblib(fitted),
    ],
    ids=["pickle", "deepcopy", "copy", "joblib"],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_copy_predicts_and_learns_on_with_the_same_bits(digits, again, dtype):
    X, y, X_test, _ = digits
    network = MLPClassifier(random_state=0, dtype=dtype, dropout=0.2)
    network.partial_fit(X[:200], y[:200], classes=range(10))
    other = again(network)
    assert np.array_equal(other.predict_proba(X_test), network.predict_proba(X_test))
    for part in [slice(200, 400), slice(400, 600)]:
        network.partial_fit(X[part], y[part])
        other.partial_fit(X[part], y[part])
    assert np.array_equal(other.predict_proba(X_test), network.predict_proba(X_test))
    assert other.loss_curve_ == network.loss_curve_ and len(network.loss_curve_) == 3


def test_copies_of_transformations_transform_alike(rng):
    X = rng.normal(size=(50, 4))
    frame = pd.DataFrame({"a": ["x", "y"] * 25, "b": [1.5, None, 3, 4, 5] * 10, "c": ["2020-01-02", "2021-03-04"] * 25})
    for fitted, data in [(PCA(2).fit(X), X), (Whitening(method="zca").fit(X), X), (TablePreprocessor().fit(frame), frame)]:
        for other in [pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)]:
            assert np.array_equal(other.transform(data), fitted.transform(data))
            assert list(other.get_feature_names_out()) == list(fitted.get_feature_names_out())


def test_a_clone_is_not_fitted(diabetes):
    X, y = diabetes
    network = MLPRegressor(hidden_layer_sizes=(3,), random_state=1, max_iter=2).fit(X, y)
    other = clone(network)
    assert other.get_params() == network.get_params()
    assert not hasattr(other, "loss_curve_") and not hasattr(other, "coefs_")


def _through_joblib(fitted):
    file = io.BytesIO()
    joblib.dump(fitted, file)
    file.seek(0)
    return joblib.load(file)
