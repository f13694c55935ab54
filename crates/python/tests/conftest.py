"""What tests share."""

import os

# Before scipy is imported: without it, scikit-learn leaves a check of its own out.
os.environ["SCIPY_ARRAY_API"] = "1"

import pathlib
import shutil
import subprocess

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits


@pytest.fixture(scope="session")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:600], y[:600], X[600:900], y[600:900]


@pytest.fixture(scope="session")
def diabetes():
    return load_diabetes(return_X_y=True)


@pytest.fixture(scope="session")
def program():
    """Runs the program `densely`: that of $DENSELY, or of the last build."""
    built = pathlib.Path(__file__).parents[3] / "target"
    found = [os.environ.get("DENSELY"), built / "release" / "densely", built / "debug" / "densely"]
    path = next((path for path in found if path and shutil.which(path)), None)
    if path is None:
        pytest.fail("build the program first, or say in $DENSELY where it is: `cargo build --release`")

    def run(*arguments):
        command = [str(path), *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture
def rng():
    return np.random.default_rng(0)
