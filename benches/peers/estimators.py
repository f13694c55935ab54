"""Times of the Python estimators beside scikit-learn's, at equal work: `python benches/peers/estimators.py`.

Both train the same layers with Adam on mini-batches of the same size, for as many epochs, on numbers of the same type
with the same number of threads, and predict the same rows. They take turns, and the median of the ratios of neighbours
counts. Needs both packages; `threadpoolctl`, which scikit-learn brings, keeps it to its threads.
"""

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier as Theirs
from threadpoolctl import threadpool_limits

from densely import MLPClassifier as Ours

EPOCHS = 5
# How many times faster each is to be.
GOALS = {"fit digits": 8, "fit 100,000 x 30": 3, "fit MNIST": 3, "predict 1 row": 20, "predict 10,000 rows": 3}


def pair(hidden, batch, threads):
    """The same network in both."""
    common = {"hidden_layer_sizes": hidden, "batch_size": batch, "max_iter": EPOCHS, "random_state": 0}
    common |= {"learning_rate_init": 0.001, "early_stopping": False}
    ours = Ours(weight_decay=1e-4 / batch, clip_norm=0.0, preprocess=None, n_jobs=threads, **common)
    # As many epochs, whatever is gained.
    return ours, Theirs(alpha=1e-4, n_iter_no_change=EPOCHS + 1, **common)


def expect_equal_work(ours, theirs):
    """Whether both made as many epochs of as many parameters, and learnt as much."""
    shapes = [[coef.shape for coef in network.coefs_] for network in (ours, theirs)]
    types = [network.coefs_[0].dtype for network in (ours, theirs)]
    # One score tells two classes apart in theirs.
    assert all(one[0] == other[0] for one, other in zip(*shapes, strict=True)), shapes
    assert types[0] == types[1] and ours.n_iter_ == theirs.n_iter_ == EPOCHS, (types, ours.n_iter_, theirs.n_iter_)


def seconds(work, least):
    """The time of one call, of as many as take so long."""
    calls, began = 0, time.perf_counter()
    while True:
        work()
        calls += 1
        if (passed := time.perf_counter() - began) >= least:
            return passed / calls


def compare(ours, theirs, rounds, least):
    """How many times faster ours is, and the seconds of both."""
    ours(), theirs()
    pairs = [(seconds(ours, least), seconds(theirs, least)) for _ in range(rounds)]
    ratio = statistics.median(b / a for a, b in pairs)
    return ratio, *(statistics.median(side) for side in zip(*pairs))


def images(folder):
    """The 10,000 test images of MNIST as numbers from 0 to 1, and what they show."""
    name = lambda kind: gzip.open(Path(folder) / f"t10k-{kind}-ubyte.gz").read()  # noqa: E731
    pixels = np.frombuffer(name("images-idx3"), dtype=np.uint8, offset=16).reshape(10_000, 784)
    return pixels / 255.0, np.frombuffer(name("labels-idx1"), dtype=np.uint8, offset=8).astype(int)


def rows(options):
    """The rows that were asked for, each with what came of it."""
    rng = np.random.default_rng(0)
    X, y = load_digits(return_X_y=True)
    wide = rng.normal(size=(100_000, 30))
    tables = [("fit digits", X, y, (64,), 32), ("fit 100,000 x 30", wide, (wide[:, 0] * wide[:, 1] > 0).astype(int), (64, 64), 200)]
    if options.mnist:
        tables.append(("fit MNIST", *images(options.mnist), (100,), 200))
    for name, data, target, hidden, batch in tables:
        if name not in options.rows:
            continue
        data = data.astype(options.dtype)
        ours, theirs = pair(hidden, batch, options.threads)
        figures = compare(lambda: ours.fit(data, target), lambda: theirs.fit(data, target), options.rounds, 0.2)
        expect_equal_work(ours, theirs)
        yield name, figures
    ours, theirs = pair((64,), 32, options.threads)
    X = X.astype(options.dtype)
    ours.fit(X, y), theirs.fit(X, y)
    for name, data in [("predict 1 row", X[:1].copy()), ("predict 10,000 rows", np.resize(X, (10_000, 64)))]:
        if name in options.rows:
            yield name, compare(lambda: ours.predict(data), lambda: theirs.predict(data), 5 * options.rounds, 0.05)


def importing():
    """Seconds that the package adds to what scikit-learn takes to import."""
    code = "import sklearn.pipeline, sklearn.utils.estimator_checks, time; t = time.perf_counter(); import densely; print(time.perf_counter() - t)"
    return min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5))


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1, help="of each (1)")
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float32", help="of the numbers (float32)")
    parser.add_argument("--mnist", metavar="FOLDER", help="where t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz are")
    parser.add_argument("--rows", type=lambda text: text.split(","), default=list(GOALS), help="names of rows, comma between them")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (5)")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each row")
    return parser.parse_args()


def main():
    """Prints a table."""
    options = arguments()
    warnings.simplefilter("ignore")
    if not options.json:
        print(f"{options.dtype}, {options.threads} thread(s); import beside scikit-learn: {1000 * importing():.0f} ms\n")
        print("| | densely | scikit-learn | times faster | goal |\n|---|--:|--:|--:|--:|")
    with threadpool_limits(options.threads):
        for name, (ratio, ours, theirs) in rows(options):
            if options.json:
                row = {"row": name, "threads": options.threads, "dtype": options.dtype}
                print(json.dumps(row | {"ours": ours, "theirs": theirs, "ratio": ratio}), flush=True)
            else:
                print(f"| {name} | {1e3 * ours:.4g} ms | {1e3 * theirs:.4g} ms | {ratio:.1f} | {GOALS[name]} |", flush=True)


if __name__ == "__main__":
    main()
