"""Times training steps of one network by several ranks: ours on MPI, and PyTorch's DistributedDataParallel on Gloo.

Beside them run ours in one process with as many threads, for as many examples, and as many processes of each that
exchange nothing, which says what the products alone take on these cores. All are started once, and their rounds take turns; a
figure is the median of its rounds. It prints a table: milliseconds per step, and MiB of memory of a rank.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent
ROOT = PEERS.parents[1]
sys.path.insert(1, str(PEERS))

NETWORKS = {"mnist": (784, 512, 256, 10), "large": (1024, 4096, 4096, 1000)}


def arguments():
    """The command line."""
    of = argparse.ArgumentParser(prog="benches/peers/distributed/run", description=__doc__)
    of.add_argument("--networks", nargs="*", choices=NETWORKS, default=list(NETWORKS))
    of.add_argument("--ranks", type=int, default=2, help="ranks of one thread each (2)")
    of.add_argument("--batch", type=int, default=512, help="examples for each rank (512)")
    of.add_argument("--rounds", type=int, default=9, help="rounds of each (9)")
    of.add_argument("--seconds", type=float, default=0.8, help="of each round, about (0.8)")
    of.add_argument("--program", type=Path, help="the example `steps` of crates/mpi (built)")
    of.add_argument("--python", help="a Python with PyTorch (a virtual environment, installed)")
    of.add_argument("--mpirun", default="mpirun --oversubscribe --allow-run-as-root --bind-to none")
    return of.parse_args()


def built():
    """The program whose steps are timed."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
    command = ["cargo", "build", "--release", "--locked", "--example", "steps", "--no-default-features"]
    env = os.environ | {"CARGO_TARGET_DIR": str(target)}
    subprocess.run(command, cwd=ROOT / "crates" / "mpi", env=env, check=True)
    return target / "release" / "examples" / "steps"


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as of:
        of.bind(("127.0.0.1", 0))
        return of.getsockname()[1]


class Side:
    """Programs that make steps at the same time, and what they have taken; the first `told` are told when."""

    def __init__(self, name, commands, env, told=1):
        self.name, self.seconds, self.memory, self.told = name, [], 0.0, told
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": env}
        self.processes = [subprocess.Popen(command, **pipes) for command in commands]

    def round(self):
        """Makes one, and returns the seconds per step of the slowest."""
        told = self.processes[: self.told]
        for process in told:
            process.stdin.write("\n")
            process.stdin.flush()
        said = [json.loads(process.stdout.readline()) for process in told]
        self.memory = max(one["MiB"] for one in said)
        return max(one["seconds"] for one in said)

    def end(self):
        """Waits for their end."""
        for process in self.processes:
            process.stdin.close()
        for process in self.processes:
            process.wait()


def sides(options, name, steps):
    """The three that are compared, ready."""
    ranks, batch = options.ranks, options.batch
    sizes = [str(size) for size in NETWORKS[name]]
    env = os.environ | {"OMP_NUM_THREADS": "1"}

    def ours(ranks, threads, batch):
        numbers = [str(threads), str(steps), str(batch), *sizes]
        launcher = [*options.mpirun.split(), "-n", str(ranks)] if ranks else []
        return [*launcher, str(options.program), *numbers]

    def theirs(rank, ranks):
        numbers = [str(ranks), "1", str(steps), str(batch), str(port + rank // ranks), *sizes]
        return [options.python, str(HERE / "ddp.py"), str(rank % ranks), *numbers]

    port = free_port()
    all_ranks, apart = range(ranks), f"{ranks} processes that exchange nothing"
    return [
        Side(f"densely, {ranks} ranks of 1 thread", [ours(ranks, 1, batch)], env),
        Side(f"densely, 1 rank of {ranks} threads", [ours(1, ranks, batch * ranks)], env),
        Side(f"densely, {apart}", [ours(0, 1, batch) for _ in all_ranks], env, ranks),
        Side(f"PyTorch DDP on Gloo, {ranks} ranks of 1 thread", [theirs(rank, ranks) for rank in all_ranks], env),
        Side(f"PyTorch, {apart}", [theirs(rank + 1, 1) for rank in all_ranks], env, ranks),
    ]


def main():
    """Prints a table for each network."""
    options = arguments()
    if options.python is None:
        from install import install_python
        from peers import PYTHON

        install_python(print)
        options.python = str(PYTHON)
    options.program = options.program or built()
    for name in options.networks:
        steps = max(1, round(options.seconds / {"mnist": 0.02, "large": 1.0}[name]))
        compared = sides(options, name, steps)
        for side in compared:
            side.round()
        for _ in range(options.rounds):
            for side in compared:
                side.seconds.append(side.round())
        for side in compared:
            side.end()
        for side in compared:
            median = statistics.median(side.seconds)
            ratio = statistics.median(b / a for a, b in zip(compared[0].seconds, side.seconds))
            low, high = min(side.seconds), max(side.seconds)
            print(
                f"{name}: {side.name}: {1e3 * median:.2f} ms ({1e3 * low:.2f} to {1e3 * high:.2f}),"
                f" {ratio:.2f} times ours, {side.memory:.0f} MiB",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
