"""One run of ours and some of theirs, on the same rows."""

import json
import warnings
from statistics import fmean, stdev

import pandas as pd
import tables
from catalog import CLASSIFY
from environment import trained
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

# Theirs, with and without early stopping.
SETTINGS = {
    "plain": {"max_iter": 400},
    "early": {"max_iter": 400, "early_stopping": True, "n_iter_no_change": 20},
}


class Pairs:
    """Scores of both, seed by seed."""

    def __init__(self, name, entry):
        self.name, self.rows, self.ours = name, entry["rows"], entry["ours"]
        scores = {setting: entry[setting] for setting in SETTINGS}
        self.setting = max(scores, key=lambda setting: fmean(scores[setting]))
        self.theirs = scores[self.setting]
        differences = [a - b for a, b in zip(self.ours, self.theirs, strict=True)]
        self.mean = fmean(differences)
        self.error = stdev(differences) / len(differences) ** 0.5 if len(differences) > 1 else 0.0

    def is_worse(self):
        """Whether ours is worse by more than the spread: two standard errors."""
        return self.mean < -2 * self.error

    def line(self):
        """The table in a line."""
        ours, theirs = fmean(self.ours), fmean(self.theirs)
        return (
            f"{self.name:14} {self.rows:6,} rows  ours {ours:.4f}  scikit-learn {theirs:.4f} "
            f"({self.setting})  {self.mean:+.4f} ± {self.error:.4f}"
        )


def read(table, rows):
    """The rows that have a target, at most so many."""
    frame = tables.raw(table).drop(columns=list(table.drop)).dropna(subset=[table.target])
    if len(frame) > rows:
        frame = frame.sample(rows, random_state=0)
    if table.task == CLASSIFY:
        frame[table.target] = frame[table.target].astype(str)
    return frame.reset_index(drop=True)


def ours(densely, table, parts, seed, options):
    """The score of the program, which is told the target alone."""
    done = trained(densely, parts, table.target, seed, options)
    if done.returncode != 0:
        raise RuntimeError(f"{table.name}, seed {seed}: {done.stderr}")
    result = json.loads(done.stdout.splitlines()[-1])
    task = result["task"]
    if task != table.task:
        raise RuntimeError(f"{table.name}: taken for {task}, and it is {table.task}")
    return result["test_accuracy" if task == CLASSIFY else "test_r2"]


def columns(x):
    """What is done to numbers and to categories."""
    is_number = {
        name: pd.api.types.is_numeric_dtype(x[name]) and x[name].dtype != bool for name in x
    }
    numbers = [name for name in x if is_number[name]]
    words = [name for name in x if not is_number[name]]
    impute = SimpleImputer(strategy="median", add_indicator=True)
    encode = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10)
    fill = SimpleImputer(strategy="constant", fill_value="missing")
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(impute, StandardScaler()), numbers),
            ("words", make_pipeline(fill, encode), words),
        ]
    )


def as_words(x):
    """Categories as texts, gaps as NaN, so that one imputer takes all of them."""
    x = x.copy()
    for name in x:
        if not pd.api.types.is_numeric_dtype(x[name]) or x[name].dtype == bool:
            x[name] = x[name].astype(object).map(str, na_action="ignore")
    return x


def theirs(table, parts, seed, setting):
    """The score of scikit-learn."""
    (x, y), (x_test, y_test) = (
        (as_words(part.drop(columns=table.target)), part[table.target]) for part in parts
    )
    if table.task == CLASSIFY:
        model = make_pipeline(columns(x), MLPClassifier(random_state=seed, **SETTINGS[setting]))
    else:
        network = MLPRegressor(random_state=seed, **SETTINGS[setting])
        model = TransformedTargetRegressor(
            make_pipeline(columns(x), network), transformer=StandardScaler()
        )
    with warnings.catch_warnings():
        # It says that it stops before it has converged, and which categories are new.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", UserWarning)
        return float(model.fit(x, y).score(x_test, y_test))


def run_table(table, densely, options, before):
    """The figures of a table: those of theirs are taken from an earlier run, if it has them."""
    frame = read(table, options.rows)
    known = before if before.get("rows") == len(frame) else {}
    figures = {name: [] for name in ("ours", *SETTINGS)}
    for seed in range(options.seeds):
        stratify = frame[table.target] if table.task == CLASSIFY else None
        parts = train_test_split(frame, test_size=0.2, random_state=seed, stratify=stratify)
        figures["ours"].append(ours(densely, table, parts, seed, options.options))
        for setting in SETTINGS:
            scores = known.get(setting, [])
            score = scores[seed] if seed < len(scores) else theirs(table, parts, seed, setting)
            figures[setting].append(score)
    return {"rows": len(frame)} | figures
