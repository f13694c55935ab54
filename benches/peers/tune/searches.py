"""Searches of both, on the same rows."""

import json
import platform
import resource
import shlex
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import fmean, stdev

import optuna
import report
import sklearn
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


PAGE = """\
## {title}

`densely tune` beside Optuna {optuna}'s default sampler (TPE), measured on {date} with `densely` {densely}, scikit-learn
{sklearn} and Python {python}:

```sh
benches/peers/tune/run --trials {trials} --rows {rows} --seeds {seeds}
```

Both have the same training rows, space, folds, first trial and number of trials, {trials}, and the same trainer: a trial of Optuna's is
`densely tune --trials 1` with the options that it chose. For each of {seeds} seeds another fifth of at most {rows:,} rows is the test.
Scores are accuracy or R², means over the seeds; ± is the standard error of the differences, seed by seed. Seconds are those of
the processor for all trials of a search, on one thread; the sampler's own are not counted.

| table | rows | ours, test | Optuna, test | difference | difference on the folds | ours, s | Optuna, s | ratio |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


def page(found, densely, options):
    """The section of docs/benchmarks.md."""
    version = [str(densely), "--version"]
    said = subprocess.run(version, capture_output=True, text=True, check=True)
    values = {
        "title": report.SEARCHES,
        "optuna": optuna.__version__,
        "date": time.strftime("%Y-%m-%d"),
        "densely": said.stdout.split()[-1],
        "sklearn": sklearn.__version__,
        "python": platform.python_version(),
    }
    head = PAGE.format(**values, trials=options.trials, rows=options.rows, seeds=options.seeds)
    worse = ", ".join(search.name for search in found if search.is_worse()) or "none"
    rows = "".join(search.row() for search in found)
    return f"{head}{rows}\n{together(found)}\nWorse on the test by more than two standard errors: {worse}.\n"


def together(found):
    """What the tables have in common: means over them, and the ratio of the seconds of all searches."""
    both = {field: [search.differences(field) for search in found] for field in ("test", "folds")}
    error = {field: sum(error**2 for _, error in of) ** 0.5 / len(of) for field, of in both.items()}
    mean = {field: fmean(difference for difference, _ in of) for field, of in both.items()}
    ours, theirs = (sum(seconds) for seconds in zip(*(search.means("seconds") for search in found), strict=True))
    return (
        f"Over the {len(found)} tables, ours is {mean['test']:+.4f} ± {error['test']:.4f} on the test and "
        f"{mean['folds']:+.4f} ± {error['folds']:.4f} on the folds, and all searches of Optuna's take "
        f"**{theirs / ours:.1f}** times as long."
    )


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

    def means(self, field):
        """The means of ours and theirs."""
        return [fmean(search[field] for search in of) for of in (self.ours, self.theirs)]

    def row(self):
        """The same as a row of a table."""
        (ours, theirs), (seconds, longer) = self.means("test"), self.means("seconds")
        (test, error), (folds, spread) = self.differences("test"), self.differences("folds")
        return (
            f"| {self.name} | {self.rows:,} | {ours:.4f} | {theirs:.4f} | {test:+.4f} ± {error:.4f} | "
            f"{folds:+.4f} ± {spread:.4f} | {seconds:.1f} | {longer:.1f} | **{longer / seconds:.1f}** |\n"
        )

    def line(self):
        """The table in a line."""
        (ours, theirs), (seconds, longer) = self.means("test"), self.means("seconds")
        (test, error), (folds, spread) = self.differences("test"), self.differences("folds")
        return (
            f"{self.name:13} {self.rows:5,} rows, {len(self.ours)} seeds  ours {ours:.4f}  "
            f"optuna {theirs:.4f}  {test:+.4f} ± {error:.4f}  "
            f"folds {folds:+.4f} ± {spread:.4f}  {seconds:.1f} s, {longer / seconds:.1f} times as long"
        )


def tuned(densely, table, files, seed, options):
    """What the program says of a search with these options."""
    with tempfile.TemporaryDirectory() as folder:
        train, test = map(str, files)
        command = [str(densely), "tune", train, "--test-data", test, "--target", table.target]
        command += ["--seed", str(seed), "--json", "--no-report", "--progress", "none"]
        command += ["--threads", "1", "--out", f"{folder}/run", *options]
        of_processor, begun = processor(), time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        share = (processor() - of_processor) / (time.perf_counter() - begun)
    if done.returncode != 0:
        raise RuntimeError(f"{table.name}, seed {seed}: {done.stderr}")
    result = json.loads(done.stdout.splitlines()[-1])
    return {
        "folds": result["best_score"],
        "test": result["test_accuracy" if table.task == CLASSIFY else "test_r2"],
        # Of one thread: what others do on the machine is left out.
        "seconds": result["search_seconds"] * min(share, 1.0),
    }


def processor():
    """The seconds of the processor that programs which have ended took."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


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
