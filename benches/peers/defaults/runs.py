"""One run of ours and one of theirs, on the same rows."""

import json
import time
import warnings

import tables
from catalog import CLASSIFY
from environment import trained
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def ours(densely, table, parts, seed, options):
    """Score and seconds of the program; None for the score if it diverged."""
    # What there is to learn, and nothing of how.
    done = trained(densely, parts, "target", seed, f"--task {table.task} {options}")
    if done.returncode != 0:
        if "diverged" not in done.stderr:
            raise RuntimeError(f"{table.name}, seed {seed}: {done.stderr}")
        return None, 0.0
    result = json.loads(done.stdout.splitlines()[-1])
    return result["test_accuracy" if table.task == CLASSIFY else "test_r2"], result["seconds"]


def theirs(table, parts, seed):
    """Score and seconds of scikit-learn; None for the score if it diverged."""
    if table.task == CLASSIFY:
        model = make_pipeline(StandardScaler(), MLPClassifier(random_state=seed))
    else:
        regressor = make_pipeline(StandardScaler(), MLPRegressor(random_state=seed))
        model = TransformedTargetRegressor(regressor, transformer=StandardScaler())
    (x, y), (x_test, y_test) = (
        (part.drop(columns="target").to_numpy(), part["target"].to_numpy()) for part in parts
    )
    start = time.monotonic()
    with warnings.catch_warnings():
        # That it stops before it has converged is one of its defaults.
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            model.fit(x, y)
        except ValueError:
            return None, 0.0
    seconds = time.monotonic() - start
    return model.score(x_test, y_test), seconds


def run_table(table, densely, options, before):
    """The figures of a table: those of theirs are taken from an earlier run, if it has them."""
    frame = tables.read(table, options.rows)
    shape = [len(frame), frame.shape[1] - 1]
    known = before["theirs"] if before.get("shape") == shape else {"score": [], "seconds": []}
    figures = {name: {"score": [], "seconds": []} for name in ("ours", "theirs")}
    for seed in range(options.seeds):
        parts = tables.split(frame, table, seed)
        if seed < len(known["score"]):
            other = known["score"][seed], known["seconds"][seed]
        else:
            other = theirs(table, parts, seed)
        for name, (score, seconds) in (
            ("ours", ours(densely, table, parts, seed, options.options)),
            ("theirs", other),
        ):
            figures[name]["score"].append(score)
            figures[name]["seconds"].append(seconds)
    return {"shape": shape} | figures
