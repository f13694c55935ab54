"""What scripts need that run the program beside packages of Python, and keep figures."""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import install
from peers import ROOT, TARGET


def enter_venv(venv, requirements):
    """Goes on in the virtual environment with the packages, which is made if there is none."""
    if Path(sys.prefix).resolve() == venv.resolve():
        return
    (TARGET / "logs").mkdir(parents=True, exist_ok=True)
    if not install.install_python(print, venv, requirements):
        sys.exit(f"the Python packages cannot be installed: see {TARGET / 'logs'}")
    python = str(venv / "bin" / "python")
    # One thread for everybody.
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    os.execve(python, [python, "-B", *sys.argv], os.environ | dict.fromkeys(names, "1"))


def program():
    """The program, built."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
    command = ["cargo", "build", "--release", "--package", "densely-cli"]
    subprocess.run(command, cwd=ROOT, check=True)
    return target / "release" / "densely"


def parser(command, description, epilog, results):
    """The command line of a comparison on tables."""
    parser = argparse.ArgumentParser(
        command,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = lambda text: [name for name in text.split(",") if name]  # noqa: E731
    parser.add_argument("--tables", type=names, default=[], help="names, comma between them")
    parser.add_argument("--seeds", type=int, default=10, help="seeds 0, 1, ... (10)")
    parser.add_argument("--rows", type=int, default=10_000, help="of a table, at most (10000)")
    parser.add_argument("--with", dest="options", default="", help="other options, to try them")
    parser.add_argument("--json", default=results, help="the figures")
    parser.add_argument("--program", type=Path, help="a built program, instead of building it")
    parser.add_argument("--list", action="store_true", help="only list the tables")
    return parser


def chosen(tables, options):
    """Those that were asked for; none, and all are listed, if that was asked for."""
    of = [table for table in tables if not options.tables or table.name in options.tables]
    if options.list or not of:
        for table in tables:
            print(f"{table.name:16} {table.task:8} {table.source}, {table.target}")
        return []
    return of


def trained(densely, parts, target, seed, options):
    """The program's run on a training and a test part, on one thread, which changes no result."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("train.csv", "test.csv")]
        for part, file in zip(parts, files, strict=True):
            part.to_csv(file, index=False)
        train, test = map(str, files)
        command = [str(densely), "train", train, "--test-data", test, "--target", target]
        command += ["--seed", str(seed), "--json", "--threads", "1", "--out", f"{folder}/run"]
        command += shlex.split(options)
        return subprocess.run(command, capture_output=True, text=True, check=False)


def load(path):
    """The figures so far."""
    try:
        return json.loads(Path(path).read_text())
    except FileNotFoundError:
        return {}


def save(path, results):
    """Writes the figures, all or nothing."""
    part = Path(f"{path}.part")
    part.write_text(json.dumps(results, indent=1))
    part.replace(path)
