"""Trains on public tables as they are, with `densely train FILE --target NAME` and a pipeline of scikit-learn.

Both have the same rows to train on and are tested on the same rows, another fifth for each seed, with
gaps, text and truth values as the table has them. Ours is told the target, and nothing else. Theirs is what
its documentation advises: a ColumnTransformer that imputes medians with indicators and standardises
numbers, and makes columns of 0 and 1 of categories, of which rare ones are one; then MLPClassifier or
MLPRegressor, for numbers with a standardised target. It is trained with and without early stopping, and
what is better on average is compared with ours. Each has one thread.
"""

import sys
from pathlib import Path

DEFAULTS = Path(__file__).resolve().parents[1] / "defaults"
sys.path[1:1] = [str(DEFAULTS.parent), str(DEFAULTS)]

from environment import chosen, enter_venv, load, parser, program, save  # noqa: E402
from peers import TARGET  # noqa: E402

FOLDER = TARGET / "tables"
EPILOG = """
The packages with the tables are installed first; no table is kept in this repository. What the JSON file
has of scikit-learn is not run again. A table is a line: the mean scores (accuracy, or R2), the
mean of their differences, seed by seed, and its standard error.
"""


def arguments():
    """The command line."""
    of = parser("benches/peers/tables/run", __doc__, EPILOG, FOLDER / "results.json")
    return of.parse_args()


def main():
    """Runs both on every table; the exit status is 1 if ours is worse on one by more than the spread."""
    options = arguments()
    # The tables are out of the same packages.
    enter_venv(TARGET / "defaults" / "venv", DEFAULTS / "requirements.txt")
    FOLDER.mkdir(parents=True, exist_ok=True)
    # They need the packages.
    from choice import CHOSEN
    from pairs import Pairs, run_table

    asked = chosen(CHOSEN, options)
    if not asked:
        return 0
    results, pairs = load(options.json), []
    densely = options.program or program()
    for table in asked:
        results[table.name] = run_table(table, densely, options, results.get(table.name, {}))
        pairs.append(Pairs(table.name, results[table.name]))
        print(pairs[-1].line(), flush=True)
        if not options.options:
            save(options.json, results)
    better = sum(pair.mean > 0 for pair in pairs)
    worse = [pair.name for pair in pairs if pair.is_worse()]
    print(f"better on {better} of {len(pairs)}, worse by more than the spread on {len(worse)}: {worse}")
    return int(bool(worse))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
