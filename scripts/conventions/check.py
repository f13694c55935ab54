#!/usr/bin/env python3
"""Runs what docs/conventions.md says of other libraries, row by row, and fails where
that is not so.

    python3 -m venv /tmp/conventions
    /tmp/conventions/bin/pip install -r scripts/conventions/requirements.txt
    /tmp/conventions/bin/python scripts/conventions/check.py

What is new for a library of requirements.txt, or of linfa/Cargo.toml, is seen here first: rows that
changed are printed with `!`.
"""

import os
import re
import sys
from pathlib import Path

import numpy

os.environ |= {"KERAS_BACKEND": "torch", "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}

# Each registers its rows.
import layers
import losses
import metrics
import optimizers
import preprocessing
import schedules
import shapes
from row import ROWS, agrees

PAGE = Path(__file__).parents[2] / "docs/conventions.md"


def rows_of_page():
    """The first cell of each row of each table."""
    lines = PAGE.read_text().splitlines()
    return [match[1] for line in lines if (match := re.match(r"\| ([^|]+) \|", line))]


def short(value):
    return numpy.asarray(value).tolist()


def main():
    stated, changed = rows_of_page(), 0
    for name in stated:
        print(name)
        for function in ROWS.get(name, []):
            for library, what, seen, expected in function():
                right = agrees(seen, expected)
                changed += not right
                note = "" if right else f", where {short(expected)} is stated"
                print(f"  {' ' if right else '!'} {library}: {what}: {short(seen)}{note}")
    untried, unstated = [n for n in stated if n not in ROWS], [n for n in ROWS if n not in stated]
    print(f"\n{len(stated)} rows; {changed} statements are wrong")
    print(f"rows that nothing runs: {untried}; what runs and is no row: {unstated}")
    sys.exit(bool(changed or untried or unstated))


main()
