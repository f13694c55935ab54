"""How long a clean build takes, how many crates it needs, and how large a program is."""

import os
import shutil
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path

from install import environment_of_cargo, run
from peers import HERE, ROOT, TARGET


def build_seconds(command, folder, name):
    """The time of a release build into an empty folder, after everything is downloaded."""
    subprocess.run(["cargo", "fetch"], cwd=folder, capture_output=True)
    target = tempfile.mkdtemp(prefix="clean-", dir=TARGET)
    try:
        start = time.monotonic()
        env = os.environ | {"CARGO_TARGET_DIR": target}
        done = run(command, f"clean-{name}.log", cwd=folder, env=env)
        return time.monotonic() - start if done else None
    finally:
        shutil.rmtree(target, ignore_errors=True)


def crates(command, folder):
    """The number of crates in a dependency tree, the package itself among them."""
    tree = ["cargo", "tree", "--prefix", "none", "-e", "normal", *command]
    done = subprocess.run(tree, cwd=folder, capture_output=True, text=True)
    lines = (line.removesuffix(" (*)") for line in done.stdout.splitlines())
    return len({line for line in lines if line})


def stripped_bytes(peer):
    """The size of the program without symbols."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / peer.program.name
        shutil.copy(peer.program, copy)
        subprocess.run(["strip", str(copy)], check=True, env=environment_of_cargo(peer))
        return copy.stat().st_size


def measure(peers, results, say):
    """Fills in the figures of the Rust libraries."""
    for peer in peers:
        if not peer.rust:
            continue
        say(f"sizes: clean build of {peer.name}")
        if peer.name == "densely":
            folder, package = ROOT, ["-p", "densely"]
        else:
            folder, package = HERE / peer.name, []
        build = ["cargo", "build", "--release", *package]
        results[peer.name] = {
            "date": date.today().isoformat(),
            "cores": len(os.sched_getaffinity(0)),
            "build_seconds": build_seconds(build, folder, peer.name),
            "crates": crates(package, folder),
            "program_bytes": stripped_bytes(peer),
        }
