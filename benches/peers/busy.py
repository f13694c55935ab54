"""Cores that somebody else is using."""

import contextlib
import os
import subprocess

LOOP = "while :; do :; done"


@contextlib.contextmanager
def cores(count):
    """Keeps the first cores busy with a loop each, which is pinned to it."""
    loops = []
    try:
        for core in sorted(os.sched_getaffinity(0))[:count]:
            pin = lambda core=core: os.sched_setaffinity(0, [core])  # noqa: E731
            loops.append(subprocess.Popen(["sh", "-c", LOOP], preexec_fn=pin))
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
