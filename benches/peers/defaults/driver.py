"""Trains on public tables with the defaults of `densely train` and of scikit-learn's networks.

Both train on the same rows and are tested on the same rows, another fifth for each seed. Ours is
`densely train FILE --test-data TEST --target target --task TASK --seed SEED`, which says what to
learn and nothing of how. Theirs is MLPClassifier or MLPRegressor with no option but the seed,
behind a StandardScaler, for numbers also of the target. Each has one thread.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from environment import chosen, enter_venv, load, parser, program, save  # noqa: E402
from peers import TARGET  # noqa: E402

HERE = Path(__file__).resolve().parent
FOLDER = TARGET / "defaults"
VENV = FOLDER / "venv"
EPILOG = """
The packages with the tables are installed first; no table is kept in this repository. Figures are
merged into the JSON file, so a part can be run again: --tables diamonds,ames. What the file has
of scikit-learn is not run again; what it has of ours is, since it may have changed. A full run
takes about 40 minutes on one core, most of them scikit-learn's.
"""


def arguments():
    """The command line."""
    of = parser("benches/peers/defaults/run", __doc__, EPILOG, FOLDER / "results.json")
    of.add_argument("--report", action="store_true", help="only write docs/defaults.md anew")
    return of.parse_args()


def main():
    """Runs both on every table; the exit status is 1 if a run of ours diverged."""
    options = arguments()
    enter_venv(VENV, HERE / "requirements.txt")
    # They need the packages.
    import page
    from catalog import TABLES
    from runs import run_table

    asked = chosen(TABLES, options)
    if not asked:
        return 0
    results = load(options.json)
    if not options.report:
        densely = options.program or program()
        for table in asked:
            results[table.name] = run_table(table, densely, options, results.get(table.name, {}))
            print(page.line(table, results[table.name]), flush=True)
            if not options.options:
                save(options.json, results)
    measured = [table for table in asked if table.name in results]
    print(page.summary(measured, results))
    if not options.options and not options.tables:
        page.write(measured, results)
    return int(any(None in results[table.name]["ours"]["score"] for table in measured))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
