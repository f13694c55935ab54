"""Installs what is compared: a virtual environment, and a program for each Rust library."""

import os
import subprocess
import sys

from peers import HERE, TARGET, VENV


def run(command, log, **options):
    """Runs a command with its output in a log, and returns whether it succeeded."""
    with open(TARGET / "logs" / log, "w") as file:
        return subprocess.run(command, stdout=file, stderr=file, **options).returncode == 0


def environment_of_cargo(peer):
    """The environment in which the program of a peer is built."""
    return os.environ | {"CARGO_TARGET_DIR": str(TARGET / peer.name)}


def install_python(say, venv=VENV, requirements=HERE / "requirements.txt"):
    """Makes a virtual environment, unless its packages are the pinned ones already."""
    wanted = requirements.read_text()
    stamp, python = venv / "peers-requirements.txt", venv / "bin" / "python"
    if venv == VENV and "DENSELY_PEERS_VENV" in os.environ:
        return python.exists()
    if stamp.exists() and stamp.read_text() == wanted:
        return True
    say(f"installing {', '.join(wanted.split())} into {venv}")
    made = python.exists() or run([sys.executable, "-m", "venv", str(venv)], "venv.log")
    pip = [str(python), "-m", "pip", "install", "-r", str(requirements)]
    if not made or not run(pip, "pip.log"):
        return False
    stamp.write_text(wanted)
    return True


def install(peers, say):
    """Installs all peers; returns what went wrong, by peer."""
    (TARGET / "logs").mkdir(parents=True, exist_ok=True)
    problems = {}
    if not install_python(say):
        # Without Python there are no data either.
        sys.exit(f"the Python packages cannot be installed: see {TARGET / 'logs'}")
    for peer in peers:
        if peer.rust:
            say(f"building {peer.name}")
            command = ["cargo", "build", "--release"]
            log = f"build-{peer.name}.log"
            if not run(command, log, cwd=HERE / peer.name, env=environment_of_cargo(peer)):
                problems[peer.name] = "does not build"
                say(f"  {peer.name} does not build: see {TARGET / 'logs' / log}")
    return problems
