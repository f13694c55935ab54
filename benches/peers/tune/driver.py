"""Searches options on public tables with `densely tune` and with Optuna's default sampler (TPE).

Both have the same rows to learn from, another fifth to test on for each seed, the same space, the
same number of trials, the same first trial (the defaults of `train`), the same folds, and the same trainer:
a trial of Optuna's is `densely tune --trials 1` with the options that it has chosen, which trains on
all folds for all epochs, or until the loss no longer falls. Compared are the score on the folds of the best trial,
the score of its network on the test rows, and the seconds of the processor for searching, on one thread. Optuna's
are those of its trials: what the sampler, the starts of processes and the last trainings take is not counted.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent
sys.path[1:1] = [str(PEERS), str(PEERS / "defaults"), str(PEERS / "tables")]

from environment import chosen, enter_venv, load, parser, program, save  # noqa: E402
import report  # noqa: E402
from peers import ROOT, TARGET  # noqa: E402

FOLDER = TARGET / "tune"
NAMES = ["penguins-sex", "titanic", "income", "diabetes", "digits"]
EPILOG = """
The packages with the tables are installed first; no table is kept in this repository. What the JSON file
has of Optuna is not run again. A table is a line: the mean scores (accuracy, or R2) on the test
rows, the mean of their differences, seed by seed, with its standard error, the same of the scores on the
folds, and how many times our seconds Optuna's are. Of all tables, they are written as a section of
docs/benchmarks.md.
"""


def arguments():
    """The command line."""
    of = parser("benches/peers/tune/run", __doc__, EPILOG, FOLDER / "results.json")
    of.add_argument("--trials", type=int, default=81, help="trials of each search (81)")
    of.set_defaults(seeds=20, rows=2_000)
    return of.parse_args()


def main():
    """Runs both on every table; the exit status is 1 if ours is worse on one by more than the spread."""
    options = arguments()
    enter_venv(FOLDER / "venv", HERE / "requirements.txt")
    FOLDER.mkdir(parents=True, exist_ok=True)
    # They need the packages.
    from choice import CHOSEN
    from searches import Searches, page, run_table, together

    of = [table for table in CHOSEN if table.name in NAMES]
    asked = chosen(of, options)
    if not asked:
        return 0
    results, found = load(options.json), []
    densely = options.program or program()
    for table in asked:
        known = results.get(table.name, {})
        for entry in run_table(table, densely, options, known):
            # What took long is kept seed by seed.
            results[table.name] = entry
            if not options.options:
                save(options.json, results)
        found.append(Searches(table.name, results[table.name]))
        print(found[-1].line(), flush=True)
    if not (options.tables or options.options):
        report.replace_section(ROOT / "docs" / "benchmarks.md", report.SEARCHES, page(found, densely, options).strip())
    print(together(found))
    worse = [search.name for search in found if search.is_worse()]
    print(f"worse by more than the spread on {len(worse)} of {len(found)}: {worse}")
    return int(bool(worse))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
