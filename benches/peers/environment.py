"""What scripts need that run the program beside packages of Python, and keep figures."""

import json
import os
import subprocess
import sys
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
