"""The machine and the versions, for the report."""

import os
import platform
import re
import subprocess
from datetime import date

from peers import ROOT


def first_line(command):
    """The first line that a command prints."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    except OSError:
        return "unknown"
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "unknown"


def describe():
    """Processor, cores, instruction sets, compiler, Python, commit and date."""
    with open("/proc/cpuinfo") as file:
        text = file.read()

    def field(name):
        found = re.search(rf"^{name}\s*:\s*(.*)$", text, re.MULTILINE)
        return found.group(1) if found else "unknown"

    flags = field("flags").split()
    wanted = ("avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16")
    return {
        "processor": field("model name"),
        "family": f"family {field('cpu family')}, model {field('model')}",
        "cores": len(os.sched_getaffinity(0)),
        "flags": [flag for flag in wanted if flag in flags],
        "system": platform.system(),
        "rustc": first_line(["rustc", "--version"]),
        "python": platform.python_version(),
        "commit": first_line(["git", "rev-parse", "--short", "HEAD"]),
        "date": date.today().isoformat(),
    }
