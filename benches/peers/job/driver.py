"""Times whole jobs: from a CSV file to a trained network and its test score.

The file has 1,000,000 rows of 30 numbers and a class; a second one has text with gaps in ten of the columns. Each job
reads it, holds out a fifth, makes numbers of it, standardises them, trains 64 hidden units for three epochs of batches of
256 on two threads, and tests: `densely train`, pandas and scikit-learn, polars and PyTorch. Each is a process from
its start to its end, and they take turns. Reading alone is timed within the processes, and `densely predict` on the
same file beside an earlier build, if there is one. A figure is the median of its rounds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent
sys.path.insert(1, str(PEERS))

from environment import load, program, save  # noqa: E402
from install import install_python  # noqa: E402
from page import write  # noqa: E402
from peers import ROOT, TARGET  # noqa: E402

FOLDER = TARGET / "job"
VENV = FOLDER / "venv"
PYTHON = VENV / "bin" / "python"
TABLES = ("numbers", "text")
NETWORK = "--target class --hidden 64 --batch-size 256 --weight-decay 0 --validation 0 --test 0.2 --threads 2"
EPILOG = """
Figures are added to those of earlier runs in the JSON file, so that rounds can be made one by one (--what train
--tables text --rounds 1); --fresh forgets them. The section in docs/benchmarks.md is written anew each time.
"""


def arguments():
    """The command line."""
    of = argparse.ArgumentParser(
        "benches/peers/job/run",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    of.add_argument("--what", nargs="*", choices=("train", "read", "predict"), default=["train", "read", "predict"])
    of.add_argument("--tables", nargs="*", choices=TABLES, default=list(TABLES))
    of.add_argument("--rows", type=int, default=1_000_000, help="of a table (1000000)")
    of.add_argument("--rounds", type=int, default=5, help="turns of each (5)")
    of.add_argument("--program", type=Path, help="a built program, instead of building it")
    of.add_argument("--reader", type=Path, help="the built example `read` of crates/files")
    of.add_argument("--before", type=Path, help="the program of an earlier commit, to predict with")
    of.add_argument("--json", type=Path, default=FOLDER / "results.json")
    of.add_argument("--fresh", action="store_true", help="forget earlier figures")
    of.add_argument("--make", action="store_true", help="only build, install and make the tables")
    return of.parse_args()


def reader():
    """The program that only reads, built."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
    command = ["cargo", "build", "--release", "--locked", "--package", "densely-files", "--example", "read"]
    subprocess.run(command, cwd=ROOT, check=True)
    return target / "release" / "examples" / "read"


def made(kind, rows):
    """The file of a table, which is made if there is none."""
    path = FOLDER / f"{kind}-{rows}.csv"
    if not path.exists():
        part = path.with_suffix(".part")
        subprocess.run([PYTHON, HERE / "sides" / "table.py", str(rows), kind, part], check=True)
        part.rename(path)
    return path


def timed(command):
    """Seconds and MiB of a process, and what it says at last."""
    names = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "POLARS_MAX")
    env = os.environ | {f"{name}_THREADS": "2" for name in names}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=errors, env=env)
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f"{command}: {errors.read().decode()[-2000:]}")
    lines = said.decode().splitlines()
    told = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return {"seconds": seconds, "MiB": usage.ru_maxrss / 1024, "told": told}


def sides(what, path, options, folder):
    """The commands that are compared, by their names."""
    run = Path(folder) / "run"
    if what == "predict":
        programs = {"densely": options.program, "before": options.before}
        programs = {name: of for name, of in programs.items() if of}
        for name, of in programs.items():
            timed([of, "train", path, *f"{NETWORK} --epochs 1 --out {run}-{name}".split()])
        output = Path(folder) / "predicted.csv"
        # Before there was --force, files were written over.
        force = {"densely": ["--force"], "before": []}
        return {
            name: [of, "predict", f"{run}-{name}", path, "-o", output, *force[name]]
            for name, of in programs.items()
        }
    train = [options.program, "train", path, *f"{NETWORK} --epochs 3 --json --force --out {run}".split()]
    return {
        "densely": train if what == "train" else [options.reader, path],
        "sklearn": [PYTHON, HERE / "sides" / "sklearn_job.py", what, path],
        "torch": [PYTHON, HERE / "sides" / "torch_job.py", what, path],
    }


def measure(what, kind, path, options):
    """Rounds of each in turn: the figures of one after the other, with a line for each."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        compared = sides(what, path, options, folder)
        for _ in range(options.rounds):
            of_round = {}
            for name, command in compared.items():
                figure = timed(command)
                if what == "read":
                    figure["seconds"] = figure["told"]["seconds"]["read"]
                of_round[name] = figure
                print(f"{what} {kind}, {name}: {figure['seconds']:.2f} s, {figure['MiB']:.0f} MiB", flush=True)
            yield of_round


def main():
    """Measures, keeps the figures, and writes the section."""
    options = arguments()
    (TARGET / "logs").mkdir(parents=True, exist_ok=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not install_python(print, VENV, HERE / "requirements.txt"):
        sys.exit(f"the Python packages cannot be installed: see {TARGET / 'logs'}")
    options.program = options.program or program()
    options.reader = options.reader or reader()
    paths = {kind: made(kind, options.rows) for kind in options.tables}
    if options.make:
        return 0
    results = {} if options.fresh else load(options.json)
    for what in options.what:
        # Earlier programs take no texts.
        kinds = {kind: path for kind, path in paths.items() if what != "predict" or kind == "numbers"}
        for kind, path in kinds.items():
            of = results.setdefault(f"{what} {kind}", {})
            for figures in measure(what, kind, path, options):
                for name, figure in figures.items():
                    of.setdefault(name, []).append(figure)
                save(options.json, results)
    write(results, {kind: path.stat().st_size for kind, path in paths.items()})
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
