"""Writes docs/defaults.md from the figures."""

from statistics import fmean

from catalog import CLASSIFY, REGRESS
from peers import ROOT

PAGE = """\
# Defaults

What `densely train` does without options, on {count} public tables and {made} made ones, beside
scikit-learn's networks without options. Written by `benches/peers/defaults/run`, which gets the tables
out of packages and keeps none; categories become columns of 0 and 1, rows with gaps are left out.

{summary}

**Chosen**, for both tasks: Adam at 0.003, its gradient clipped to a norm of 5, weight decay of
1.5 over the number of examples and 0.0015 at most, batches of 32, at most 200 epochs, a tenth for validation, smaller
steps after 5 epochs in vain (`plateau`), a patience of 20; one hidden layer of 64 ReLU units behind
`standardize(keep-binary)`, hidden biases that begin within `±2 / inputs`, and a last layer that begins at a tenth of
its random weights (`Model::initialize_for_tables`). In the library, the trainer is `Trainer::default()`, with weight decay 0.0015 and
steps of one size. Why:

- SGD with momentum at 0.01, the default before, diverged in 64 of 460 runs on these tables, always where
  a feature is far out once it is standardised: a category that one row in 1,000 has becomes 32, and the
  gradient of its weights as much larger. A step of Adam has the size of its rate whatever the gradient:
  no run diverged, at 0.003 or 0.001, clipped or not.
- Clipping to 5 keeps one such gradient from filling Adam's mean square for 1,000 steps, and keeps SGD
  from diverging where it is asked for. A limit of 1 costs accuracy on the digits.
- The small last layer raised the mean score on 32 of 46 tables, by 0.007 on average, most where rows are
  few: from random scores that differ by 1, a network of 300 rows never quite recovers.
- From biases of 0, all units of a layer bend in one place. Of one feature, that leaves two slopes: on `waves`, R² was
  0.14 so, and is 0.72. Of many features, units bend in as many directions, and drawn biases change nothing: the mean score is
  higher on 24 of the other tables and lower on 18, by 0.002 as a rule. Within `±1 / √inputs` it is 21 and 19.
- The penalty stands for what is thought of weights before any example is seen, and each example counts against it: what
  suits 1,000 examples, 0.0015, is too much for 10,000. Smaller steps at the end, features of 0 and 1 that are not
  standardised, and, where numbers are predicted, rows to validate on that are stratified by their size, together
  raised the mean score on 30 tables and lowered it on 13, by 0.005 on average.
- No better on average: Adam at 0.001 (a quarter slower), AdamW, batches of 128 or 200, twice the width, a fifth for validation.

A fifth of the rows is tested on, a different one for each of {seeds} seeds, the same by both; of larger tables
there are 10,000 rows, drawn once. Accuracy for classes, R² for numbers, mean over the seeds; bold where ours is
at least theirs. scikit-learn trains on all the other rows, with standardised features (and targets);
ours sets a tenth of them aside for validation, which costs most where rows are fewest. On all 53,940
diamonds as they are (`benches/peers/tables/run --tables diamonds --rows 60000`), ours did not diverge: R² is 0.981 to 0.982 at seven of
ten seeds, and 0.89 to 0.94 at three, whose test parts have a stone of 58.9 mm or of none, which is a slip of the pen; scikit-learn's, there,
0.94 to 0.96.

## Numbers (R²)

{regress}

## Classes (accuracy)

{classify}

## Tables

{sources}.
"""


def _mean(scores):
    found = [score for score in scores if score is not None]
    return fmean(found) if found else float("nan")


def _figures(entry):
    ours, theirs = entry["ours"], entry["theirs"]
    diverged = ours["score"].count(None)
    return _mean(ours["score"]), _mean(theirs["score"]), diverged


def at_least(entry):
    """Whether no run diverged and the mean score, to 4 digits as printed, is not below theirs."""
    ours, theirs, diverged = _figures(entry)
    return diverged == 0 and round(ours, 4) >= round(theirs, 4)


def _cells(table, entry):
    (rows, features), (ours, theirs, diverged) = entry["shape"], _figures(entry)
    mark = "**" if at_least(entry) else ""
    return [
        table.name,
        f"{rows:,}",
        str(features),
        f"{diverged} of {len(entry['ours']['score'])}",
        f"{mark}{ours:.4f}{mark}",
        f"{theirs:.4f}",
    ]


def line(table, entry):
    """The table in a line, for progress."""
    cells = _cells(table, entry)
    ours, theirs = (fmean(entry[name]["seconds"]) for name in ("ours", "theirs"))
    scores = f"{cells[4]} beside {cells[5]}"
    return f"{cells[0]:15} diverged {cells[3]}, {scores}; {ours:.2f} s and {theirs:.2f} s"


def summary(tables, results):
    """How many runs diverged, and on how many tables the score is at least theirs."""
    entries = [results[table.name] for table in tables]
    runs = sum(len(entry["ours"]["score"]) for entry in entries)
    diverged = sum(entry["ours"]["score"].count(None) for entry in entries)
    parts = []
    for task, words in ((REGRESS, "with numbers"), (CLASSIFY, "with classes")):
        some = [results[table.name] for table in tables if table.task == task]
        parts.append(f"{sum(map(at_least, some))} of {len(some)} {words}")
    total = sum(map(at_least, entries))
    return (
        f"**{diverged} of {runs} runs diverged.** The mean score is at least scikit-learn's on "
        f"**{total} of {len(entries)}** tables: {' and '.join(parts)}."
    )


def _table(tables, results, task):
    head = ["table", "rows", "features", "diverged", "ours", "scikit-learn"]
    rows = [head, ["---"] * len(head)]
    rows += [_cells(table, results[table.name]) for table in tables if table.task == task]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write(tables, results):
    """Writes the page."""
    sources = ", ".join(
        f"{table.name} ({table.source}, `{table.target}`)" for table in tables if table.item
    )
    page = PAGE.format(
        count=sum(bool(table.item) for table in tables),
        made=sum(not table.item for table in tables),
        summary=summary(tables, results),
        seeds=len(results[tables[0].name]["ours"]["score"]),
        regress=_table(tables, results, REGRESS),
        classify=_table(tables, results, CLASSIFY),
        sources=sources,
    )
    (ROOT / "docs" / "defaults.md").write_text(page)
