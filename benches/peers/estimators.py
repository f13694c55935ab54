"""Times of the Python estimators beside scikit-learn's, at equal work: `python benches/peers/estimators.py`.

Both train the same layers in float64 with Adam, on the same mini-batches' sizes, for as many epochs, and predict
the same rows. They take turns, and the median of the ratios of neighbours counts. Needs both packages, and
`threadpoolctl`, which scikit-learn brings.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier as Theirs
from threadpoolctl import threadpool_limits

from densely import MLPClassifier as Ours

EPOCHS = 5
# What each goal asks for.
GOALS = {"fit digits": 8, "fit 100,000 x 30": 3, "fit MNIST-like": 3, "predict 1 row": 20, "predict 10,000 rows": 3}


def pair(hidden, batch, threads):
    """The same network in both."""
    common = {"hidden_layer_sizes": hidden, "batch_size": batch, "max_iter": EPOCHS, "random_state": 0}
    common |= {"learning_rate_init": 0.001, "early_stopping": False}
    ours = Ours(weight_decay=1e-4 / batch, clip_norm=0.0, preprocess=None, n_jobs=threads, **common)
    # As many epochs, whatever is gained.
    return ours, Theirs(alpha=1e-4, n_iter_no_change=EPOCHS + 1, **common)


def seconds(work, least):
    """The time of one call, of as many as take so long."""
    calls, began = 0, time.perf_counter()
    while True:
        work()
        calls += 1
        if (passed := time.perf_counter() - began) >= least:
            return passed / calls


def compare(ours, theirs, rounds, least):
    ours(), theirs()
    pairs = [(seconds(ours, least), seconds(theirs, least)) for _ in range(rounds)]
    ratio = statistics.median(b / a for a, b in pairs)
    return ratio, *(statistics.median(side) for side in zip(*pairs))


def rows(threads, rounds):
    rng = np.random.default_rng(0)
    X, y = load_digits(return_X_y=True)
    wide, labels = rng.normal(size=(100_000, 30)), rng.integers(0, 2, 100_000)
    images, digits = rng.random((10_000, 784)), rng.integers(0, 10, 10_000)
    for name, data, target, hidden, batch in [
        ("fit digits", X, y, (64,), 32),
        ("fit 100,000 x 30", wide, labels, (64, 64), 200),
        ("fit MNIST-like", images, digits, (100,), 200),
    ]:
        ours, theirs = pair(hidden, batch, threads)
        yield name, compare(lambda: ours.fit(data, target), lambda: theirs.fit(data, target), rounds, 0.2)
    ours, theirs = pair((64,), 32, threads)
    ours.fit(X, y), theirs.fit(X, y)
    for name, data in [("predict 1 row", X[:1].copy()), ("predict 10,000 rows", np.resize(X, (10_000, 64)))]:
        yield name, compare(lambda: ours.predict(data), lambda: theirs.predict(data), 5 * rounds, 0.05)


def importing():
    """Seconds that the package adds to what scikit-learn takes to import."""
    code = "import sklearn.pipeline, sklearn.utils.estimator_checks, time; t = time.perf_counter(); import densely; print(time.perf_counter() - t)"
    return min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="a line of JSON for each row")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if not arguments.json:
        print(f"{arguments.threads} thread(s); import beside scikit-learn: {1000 * importing():.0f} ms\n")
        print("| | densely | scikit-learn | times faster | goal |\n|---|--:|--:|--:|--:|")
    with threadpool_limits(arguments.threads):
        for name, (ratio, ours, theirs) in rows(arguments.threads, arguments.rounds):
            if arguments.json:
                row = {"row": name, "threads": arguments.threads, "ours": ours, "theirs": theirs, "ratio": ratio}
                print(json.dumps(row), flush=True)
            else:
                print(f"| {name} | {1e3 * ours:.4g} ms | {1e3 * theirs:.4g} ms | {ratio:.1f} | {GOALS[name]} |", flush=True)


if __name__ == "__main__":
    main()
