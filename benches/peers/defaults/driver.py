"""Trains on public tables with the defaults of `densely train` and of scikit-learn's networks.

Both train on the same rows and are tested on the same rows, another fifth for each seed. Ours is
`densely train FILE --test-data TEST --target target --task TASK --seed SEED`, which says what to
learn and nothing of how. Theirs is MLPClassifier or MLPRegressor with no option but the seed,
behind a StandardScaler, for numbers also of the target. Each has one thread.
"""

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from environment import enter_venv, load, program, save  # noqa: E402
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
    parser = argparse.ArgumentParser(
        "benches/peers/defaults/run",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = lambda text: [name for name in text.split(",") if name]  # noqa: E731
    parser.add_argument("--tables", type=names, default=[], help="names, comma between them")
    parser.add_argument("--seeds", type=int, default=10, help="seeds 0, 1, ... (10)")
    parser.add_argument("--rows", type=int, default=10_000, help="of a table, at most (10000)")
    parser.add_argument("--with", dest="options", default="", help="other options, to try them")
    parser.add_argument("--json", default=FOLDER / "results.json", help="the figures")
    parser.add_argument("--program", type=Path, help="a built program, instead of building it")
    parser.add_argument("--report", action="store_true", help="only write docs/defaults.md anew")
    parser.add_argument("--list", action="store_true", help="only list the tables")
    return parser.parse_args()


def main():
    """Runs both on every table; the exit status is 1 if a run of ours diverged."""
    options = arguments()
    enter_venv(VENV, HERE / "requirements.txt")
    # They need the packages.
    import page
    from catalog import TABLES
    from runs import run_table

    chosen = [table for table in TABLES if not options.tables or table.name in options.tables]
    if options.list or not chosen:
        for table in TABLES:
            print(f"{table.name:16} {table.task:8} {table.source}, {table.target}")
        return 0
    results = load(options.json)
    if not options.report:
        densely = options.program or program()
        for table in chosen:
            results[table.name] = run_table(table, densely, options, results.get(table.name, {}))
            print(page.line(table, results[table.name]), flush=True)
            if not options.options:
                save(options.json, results)
    measured = [table for table in chosen if table.name in results]
    print(page.summary(measured, results))
    if not options.options and not options.tables:
        page.write(measured, results)
    return int(any(None in results[table.name]["ours"]["score"] for table in measured))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
