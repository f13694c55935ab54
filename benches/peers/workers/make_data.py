"""Writes the data of a row: `make_data.py ROW_JSON FOLDER DIGITS_FILE`.

Weights and inputs are numbers of single precision, so that they are the same numbers in
single and in double precision. A folder has `row.json`, `arrays.json` (names, types and
shapes) and `arrays.bin`, in which the arrays follow each other.
"""

import json
import sys
from pathlib import Path

import numpy as np


def network(row, random):
    """Initial weights, He normal; the first layer of a maxout network has pieces."""
    arrays = {}
    layers = row["layers"]
    for i, (inputs, outputs) in enumerate(zip(layers, layers[1:])):
        last = i == len(layers) - 2
        pieces = (2,) if row["activation"] == "maxout" and not last else ()
        scale = ((1.0 if last else 2.0) / inputs) ** 0.5
        weights = random.standard_normal((*pieces, outputs, inputs), np.float32)
        arrays[f"w{i}"] = weights * np.float32(scale)
        arrays[f"b{i}"] = random.standard_normal((*pieces, outputs), np.float32) * np.float32(0.01)
    return arrays


def batch(row, random):
    """Inputs of unit variance and random targets."""
    inputs, outputs, n = row["layers"][0], row["layers"][-1], row["batch"]
    x = random.standard_normal((n, inputs), np.float32)
    if row["loss"] == "mse":
        return {"x": x, "targets": random.standard_normal((n, outputs), np.float32)}
    return {"x": x, "labels": random.integers(0, outputs, n)}


def features(row, random):
    """Correlated features around a mean, with variances that fall off slowly."""
    n, d = row["examples"], row["features"]
    scale = 1.0 / (1.0 + np.arange(d) / (0.1 * d))
    z = random.standard_normal((n, d)) * scale
    for _ in range(2):  # Householder reflections mix the features and keep the variances.
        v = random.standard_normal(d)
        z -= np.outer(z @ v, v) * (2.0 / (v @ v))
    return {"x": z + random.standard_normal(d)}


def digits(path, row, random):
    """The embedded digits, split and standardised, and an order of them for each epoch."""
    lines = [line.split() for line in path.read_text().splitlines() if not line.startswith("#")]
    labels = np.array([int(line[0]) for line in lines])
    pixels = np.array([[int(pixel, 17) for pixel in line[1]] for line in lines], np.float64)
    order = random.permutation(len(labels))
    test = order[: len(order) // 5]
    train = order[len(order) // 5 :]
    train = train[: len(train) // row["batch"] * row["batch"]]
    mean, deviation = pixels[train].mean(axis=0), pixels[train].std(axis=0)
    pixels = (pixels - mean) / np.where(deviation > 0, deviation, 1.0)
    orders = np.stack([random.permutation(len(train)) for _ in range(row["epochs"])])
    arrays = {"x": pixels[train], "labels": labels[train], "orders": orders}
    return arrays | {"test_x": pixels[test], "test_labels": labels[test]}


def main():
    """Makes the arrays that the row's kind needs."""
    row, folder = json.loads(sys.argv[1]), Path(sys.argv[2])
    random = np.random.default_rng(7)
    if row["kind"] == "pca":
        arrays = features(row, random)
    elif row["kind"] == "accuracy":
        arrays = network(row, random) | digits(Path(sys.argv[3]), row, random)
    else:
        arrays = network(row, random) | batch(row, random)
    folder.mkdir(parents=True, exist_ok=True)
    index = []
    with open(folder / "arrays.bin", "wb") as file:
        for name, values in arrays.items():
            integer = np.issubdtype(values.dtype, np.integer)
            values.astype(np.uint32 if integer else np.float32).tofile(file)
            kind = "u32" if integer else "f32"
            index.append({"name": name, "type": kind, "shape": list(values.shape)})
    (folder / "arrays.json").write_text(json.dumps(index))


main()
