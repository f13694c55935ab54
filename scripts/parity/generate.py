#!/usr/bin/env python3
"""Writes the cases of crates/densely/tests/parity: what PyTorch and scikit-learn compute, in
double precision, for our library to agree with.

    python3 -m venv /tmp/parity
    /tmp/parity/bin/pip install -r scripts/parity/requirements.txt
    cargo test -p densely --test parity -- --ignored write_draws
    /tmp/parity/bin/python scripts/parity/generate.py

Written once and committed. Another processor may change the last digits of a number.
"""

import platform
from importlib.metadata import version
from pathlib import Path

import layers
import losses
import optimizers
import preprocessing
import schedules
import spec
import training


def pinned():
    """The versions that are installed, which have to be those of requirements.txt."""
    lines = (Path(__file__).parent / "requirements.txt").read_text().split()
    for package, wanted in (line.split("==") for line in lines):
        installed = version(package).split("+")[0]
        if installed != wanted:
            raise SystemExit(f"{package} {wanted} is wanted, {installed} is installed")
    return dict(line.split("==") for line in lines)


def main():
    versions = pinned()
    torch = f"PyTorch {versions['torch']} on {platform.machine()}"
    scikit_learn = f"scikit-learn {versions['scikit-learn']} on {platform.machine()}"
    for module in (optimizers, schedules, layers, losses):
        name = module.__name__
        spec.write(f"{name}.txt", torch, [training.solve(case) for case in module.CASES])
    spec.write("preprocessing.txt", scikit_learn, preprocessing.solve_all())


main()
