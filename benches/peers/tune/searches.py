"""Searches of both, on the same rows."""

import json
import shlex
import subprocess
import tempfile
from pathlib import Path
from statistics import fmean, stdev

import optuna
from catalog import CLASSIFY
from pairs import read
from sklearn.model_selection import train_test_split

# The space of `densely tune`, as its help has it.
DEPTHS = [1, 2, 3]
WIDTHS = [16, 32, 64, 128, 256]
ACTIVATIONS = ["relu", "gelu", "tanh"]
DROPOUTS = [0, 0.1, 0.25, 0.5]
LEARNING_RATES = (0.0003, 0.03)
WEIGHT_DECAYS = (0.00001, 0.1)
BATCH_SIZES = [16, 32, 64, 128]

# What `densely train` does, which is also the first trial of `densely tune`.
DEFAULT = {
    "depth": 1,
    "width": 64,
    "activation": "relu",
    "dropout": 0,
    "learning_rate": 0.003,
    "weight_decay": 0.0015,
    "batch_size": 32,
}


class Searches:
    """What came of both, seed by seed."""

    def __init__(self, name, entry):
        self.name, self.rows = name, entry["rows"]
        count = min(len(entry["ours"]), len(entry["optuna"]))
        self.ours, self.theirs = entry["ours"][:count], entry["optuna"][:count]

    def differences(self, field):
        """The mean of ours less theirs, and its standard error."""
        both = zip(self.ours, self.theirs, strict=True)
        differences = [ours[field] - theirs[field] for ours, theirs in both]
        error = stdev(differences) / len(differences) ** 0.5 if len(differences) > 1 else 0.0
        return fmean(differences), error

    def is_worse(self):
        """Whether ours is worse on the test rows by more than the spread: two standard errors."""
        mean, error = self.differences("test")
        return mean < -2 * error

    def line(self):
        """The table in a line."""
        mean = lambda of, field: fmean(search[field] for search in of)  # noqa: E731
        (test, error), (folds, spread) = self.differences("test"), self.differences("folds")
        seconds = mean(self.ours, "seconds")
        return (
            f"{self.name:13} {self.rows:5,} rows, {len(self.ours)} seeds  ours {mean(self.ours, 'test'):.4f}  "
            f"optuna {mean(self.theirs, 'test'):.4f}  {test:+.4f} ± {error:.4f}  "
            f"folds {folds:+.4f} ± {spread:.4f}  {seconds:.1f} s, "
            f"{mean(self.theirs, 'seconds') / seconds:.1f} times as long"
        )


def tuned(densely, table, files, seed, options):
    """What the program says of a search with these options."""
    with tempfile.TemporaryDirectory() as folder:
        train, test = map(str, files)
        command = [str(densely), "tune", train, "--test-data", test, "--target", table.target]
        command += ["--seed", str(seed), "--json", "--no-report", "--progress", "none"]
        command += ["--threads", "1", "--out", f"{folder}/run", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{table.name}, seed {seed}: {done.stderr}")
    result = json.loads(done.stdout.splitlines()[-1])
    return {
        "folds": result["best_score"],
        "test": result["test_accuracy" if table.task == CLASSIFY else "test_r2"],
        "seconds": result["search_seconds"],
    }


def of_optuna(densely, table, files, seed, trials, more):
    """A search by Optuna's default sampler, which is told scores alone."""
    found = []

    def objective(trial):
        depth = trial.suggest_categorical("depth", DEPTHS)
        width = trial.suggest_categorical("width", WIDTHS)
        options = {
            "hidden": ",".join([str(width)] * depth),
            "activation": trial.suggest_categorical("activation", ACTIVATIONS),
            "dropout": trial.suggest_categorical("dropout", DROPOUTS),
            "learning-rate": trial.suggest_float("learning_rate", *LEARNING_RATES, log=True),
            "weight-decay": trial.suggest_float("weight_decay", *WEIGHT_DECAYS, log=True),
            "batch-size": trial.suggest_categorical("batch_size", BATCH_SIZES),
        }
        line = [f"--{name}={value}" for name, value in options.items()]
        found.append(tuned(densely, table, files, seed, [*line, "--trials", "1", *more]))
        return found[-1]["folds"]

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(DEFAULT)
    study.optimize(objective, n_trials=trials)
    best = found[study.best_trial.number]
    return best | {"seconds": sum(trial["seconds"] for trial in found)}


def run_table(table, densely, options, before):
    """The figures of a table, after each seed: those of Optuna are taken from an earlier run, if it has them."""
    frame = read(table, options.rows)
    kind = {"rows": len(frame), "trials": options.trials}
    known = before.get("optuna", []) if kind.items() <= before.items() else []
    entry = kind | {"ours": [], "optuna": []}
    more = shlex.split(options.options)
    for seed in range(options.seeds):
        stratify = frame[table.target] if table.task == CLASSIFY else None
        parts = train_test_split(frame, test_size=0.2, random_state=seed, stratify=stratify)
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / name for name in ("train.csv", "test.csv")]
            for part, file in zip(parts, files, strict=True):
                part.to_csv(file, index=False)
            trials = ["--trials", str(options.trials)]
            entry["ours"].append(tuned(densely, table, files, seed, trials + more))
            theirs = known[seed] if seed < len(known) else None
            theirs = theirs or of_optuna(densely, table, files, seed, options.trials, more)
            entry["optuna"].append(theirs)
        yield entry
