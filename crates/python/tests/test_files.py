"""Model files, and that numbers are those of the program to the bit."""

import csv
import io
import pathlib

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

import densely
from densely import MLPClassifier, MLPRegressor, TablePreprocessor


def table(path, X, y, names):
    """Writes what the program reads: the shortest text of each number is that number again."""
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([*map(repr, map(float, row)), label] for row, label in zip(X, y, strict=True))


def predictions(text):
    return list(csv.DictReader(io.StringIO(text)))


OPTIONS = [
    ([], {}),
    (["--dtype", "f64"], {"dtype": "float64"}),
    (["--hidden", "16,8", "--activation", "leaky-relu(0.1),prelu"], {"hidden_layer_sizes": (16, 8), "activation": ["leaky-relu(0.1)", "prelu"]}),
    (["--optimizer", "sgd", "--momentum", "0.8", "--nesterov"], {"solver": "sgd", "momentum": 0.8, "nesterovs_momentum": True}),
    (["--optimizer", "adamw", "--weight-decay", "0.1", "--learning-rate", "0.01"], {"solver": "adamw", "weight_decay": 0.1, "learning_rate_init": 0.01}),
    (["--schedule", "cosine", "--warm-up", "1", "--l1", "0.001"], {"learning_rate": "cosine", "warm_up": 1, "l1": 0.001}),
    (["--dropout", "0.3", "--input-noise", "0.1", "--max-norm", "2", "--clip-norm", "0.5"], {"dropout": 0.3, "input_noise": 0.1, "max_norm": 2, "clip_norm": 0.5}),
    (["--preprocess", "center,pca(10)", "--batch-size", "20"], {"preprocess": ["center", "pca(10)"], "batch_size": 20}),
    (["--class-weights", "balanced"], {"class_weight": "balanced"}),
    (["--loss", "softmax(label-smoothing=0.1)"], {"label_smoothing": 0.1}),
    (["--loss", "squared-svm"], {"loss": "squared-svm"}),
]


@pytest.mark.parametrize("arguments, options", OPTIONS, ids=lambda x: " ".join(x) if isinstance(x, list) else "")
def test_weights_are_those_of_the_program(arguments, options, digits, program, tmp_path):
    X, y = digits[0][:200], digits[1][:200]
    table(tmp_path / "data.csv", X, y, [*(f"p{i}" for i in range(64)), "class"])
    # Columns that are constant are no features in the program; here they are, and are held.
    varies = np.ptp(X, axis=0) > 0
    out = tmp_path / "run"
    common = ["--seed", 5, "--epochs", 4, "--test", 0, "--validation", 0, "--task", "classify", "--out", out]
    program("train", tmp_path / "data.csv", *common, *arguments)
    network = MLPClassifier(random_state=5, max_iter=4, early_stopping=False).set_params(**{"dtype": "float32"} | options)
    network.fit(pd.DataFrame(X[:, varies], columns=[f"p{i}" for i in np.flatnonzero(varies)]), y)
    theirs = densely.load(out / "model.safetensors")
    theirs = theirs[-1] if hasattr(theirs, "steps") else theirs
    for mine, other in zip([*network.coefs_, *network.intercepts_], [*theirs.coefs_, *theirs.intercepts_], strict=True):
        assert mine.dtype == other.dtype and np.array_equal(mine, other)
    assert network._network.layers == theirs._network.layers
    assert network._network.loss == theirs._network.loss


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_program_predicts_the_same(dtype, digits, diabetes, program, tmp_path):
    X, y, X_test, y_test = digits
    network = MLPClassifier(random_state=0, max_iter=5, dtype=dtype).fit(X, y)
    network.save(tmp_path / "model.safetensors")
    table(tmp_path / "test.csv", X_test, y_test, [*(f"x{i}" for i in range(64)), "class"])
    rows = predictions(program("predict", tmp_path / "model.safetensors", tmp_path / "test.csv", "--proba"))
    assert [row["class"] for row in rows] == [str(label) for label in network.predict(X_test)]
    of_program = np.array([[row[name] for name in list(rows[0])[1:]] for row in rows], dtype=dtype)
    assert np.array_equal(of_program, network.predict_proba(X_test))

    X, y = diabetes
    network = MLPRegressor(random_state=0, max_iter=5, dtype=dtype).fit(X, y)
    network.save(tmp_path / "other.safetensors")
    table(tmp_path / "other.csv", X, y, [*(f"x{i}" for i in range(10)), "y0"])
    rows = predictions(program("predict", tmp_path / "other.safetensors", tmp_path / "other.csv"))
    assert np.array_equal(np.array([row["y0"] for row in rows], dtype=dtype), network.predict(X))


def test_a_pipeline_with_a_table_is_one_file(program, tmp_path, rng):
    n = 300
    frame = pd.DataFrame({"kind": rng.choice(["a", "b"], n), "size": rng.normal(size=n).round(3)})
    frame.loc[::7, "size"] = np.nan
    y = np.where((frame["kind"] == "a") == (frame["size"] > 0), "yes", "no")
    pipeline = make_pipeline(TablePreprocessor(), MLPClassifier(random_state=0, max_iter=20)).fit(frame, y)
    path = tmp_path / "model.safetensors"
    densely.save(pipeline, path)
    frame.to_csv(tmp_path / "data.csv", index=False)
    rows = predictions(program("predict", path, tmp_path / "data.csv"))
    assert [row["class"] for row in rows] == list(pipeline.predict(frame))
    again = densely.load(path)
    assert np.array_equal(again.predict_proba(frame), pipeline.predict_proba(frame))
    assert list(again.classes_) == ["no", "yes"]


@pytest.mark.parametrize("transform", ["none", "log"])
def test_a_model_of_the_program_predicts_here(transform, program, tmp_path):
    data = pathlib.Path(__file__).with_name("fruit.csv")
    out = tmp_path / "run"
    program("train", data, "--target", "price", "--epochs", 30, "--target-transform", transform, "--out", out)
    rows = predictions(program("predict", out, data))
    pipeline = densely.load(out / "model.safetensors")
    frame = pd.read_csv(data)
    found = pipeline.predict(frame.drop(columns="price"))
    assert found.dtype == np.float32
    assert np.array_equal(np.array([row["price"] for row in rows], dtype=np.float32), found)
    # And when it is saved once more.
    densely.save(pipeline, tmp_path / "again")
    again = predictions(program("predict", tmp_path / "again", data))
    assert again == rows


@pytest.mark.parametrize("classes", [[3, 7], [-1, 1], ["a", "b"], [0.0, 2.0], [False, True]], ids=str)
def test_classes_come_back(classes, tmp_path, rng):
    X = rng.normal(size=(60, 2))
    y = np.array(classes)[(X[:, 0] > 0).astype(int)]
    network = MLPClassifier(random_state=0, max_iter=5).fit(X, y)
    network.save(tmp_path / "model")
    again = densely.load(tmp_path / "model")
    if isinstance(classes[0], bool):
        assert list(again.classes_) == ["False", "True"]
    else:
        assert list(again.classes_) == classes
    assert np.array_equal(again.predict_proba(X), network.predict_proba(X))
    assert again._network.to_bytes() == network._network.to_bytes()


def test_the_same_network_gives_the_same_file(tmp_path, rng):
    X, y = rng.normal(size=(60, 2)), rng.normal(size=60)
    network = MLPRegressor(random_state=0, max_iter=3)
    for name in ["one", "two"]:
        densely.save(clone(network).fit(X, y), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with pytest.raises(TypeError, match="have a model file"):
        densely.save(TablePreprocessor(), tmp_path / "three")
