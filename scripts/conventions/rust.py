"""What the program in the folder `linfa` prints."""

import functools
import os
import subprocess
from pathlib import Path

import numpy

HERE = Path(__file__).parent


@functools.cache
def printed():
    command = ["cargo", "run", "--quiet", "--locked"]
    target = os.environ | {"CARGO_TARGET_DIR": str(HERE.parents[1] / "target/conventions")}
    done = subprocess.run(
        command, cwd=HERE / "linfa", env=target, stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(line.split(": ") for line in done.stdout.splitlines())


def linfa(name):
    """The numbers of a line."""
    return numpy.array([float(number) for number in printed()[name].split()])
