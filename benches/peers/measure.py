"""One row: prepared by every worker, checked, and timed in turns."""

import json
import math
import shutil
import statistics
import subprocess
import time

from peers import PYTHON, ROOT, TARGET, HERE
from rows import data_key
from worker import WorkerError

PAUSE = 0.025
PREPARE_LIMIT = 400.0
TOLERANCE = {"f32": 1e-3, "f64": 1e-9}
TOLERANCE_PCA = 1e-8
TOLERANCE_APPROXIMATE = 0.5


def write_data(row):
    """The folder with the data of the row; data of the row before are used again or removed."""
    folder = TARGET / "data"
    key = folder / "key"
    if not key.exists() or key.read_text() != data_key(row):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        script, digits = HERE / "workers" / "make_data.py", ROOT / "crates/data/src/digits.txt"
        command = [str(PYTHON), str(script), json.dumps(row), str(folder), str(digits)]
        subprocess.run(command, check=True)
        key.write_text(data_key(row))
    (folder / "row.json").write_text(json.dumps(row))
    return folder


def deviation(row, ours, theirs):
    """How far the numbers of two workers are apart, relative to ours."""
    if len(ours) != len(theirs) or None in ours + theirs:
        return float("inf")  # None is what JSON makes of a number that is not finite.
    # Variances each to their own size; probabilities to the largest.
    top = 0.0 if row["kind"] == "pca" else max(map(abs, ours), default=0.0)
    apart = [abs(a - b) / max(abs(a), top, 1e-300) for a, b in zip(ours, theirs)]
    return max(apart, default=0.0) if all(map(math.isfinite, apart)) else float("inf")


def tolerance(row, approximate):
    """How far apart they may be."""
    if approximate:
        return TOLERANCE_APPROXIMATE
    return TOLERANCE_PCA if row["kind"] == "pca" else TOLERANCE[row["dtype"]]


def settle(turns):
    """Waits until the workers' threads sleep: some spin for a while after their work."""
    before = None
    for _ in range(12):
        time.sleep(PAUSE)
        used = sum(turn.worker.cpu_seconds() for turn in turns)
        if used == before:
            return
        before = used


class Turn:
    """A worker that takes part in a row."""

    def __init__(self, peer, worker, ready):
        self.peer, self.worker, self.ready = peer, worker, ready
        self.steps, self.per_step, self.seconds, self.note = 1, 0.0, [], ready["note"]

    def run(self, steps):
        """Runs and returns the seconds of a step."""
        limit = 60.0 + 20.0 * steps * self.per_step
        answer = self.worker.ask(limit, run=steps)
        self.note = answer["note"] or self.note
        return answer["seconds"] / steps

    def calibrate(self, seconds):
        """Finds how many steps take so long; the first steps also warm up."""
        self.per_step = self.run(1)
        for share in (0.2, 1.0):
            if self.per_step < share * seconds:
                self.per_step = self.run(self.count(share * seconds))
        self.steps = self.count(seconds)

    def count(self, seconds):
        """The number of steps that take about so long."""
        return max(1, min(1_000_000, round(seconds / max(self.per_step, 1e-9))))

    def result(self):
        """What is kept of the measurement."""
        return {
            "version": self.worker.version,
            "median": statistics.median(self.seconds),
            "low": min(self.seconds),
            "high": max(self.seconds),
            "seconds": self.seconds,
            "steps": self.steps,
            "prepare_seconds": self.ready["seconds"],
            "check": self.ready["check"][:8],
            "approximate": self.ready["approximate"],
            "note": self.note,
        }


def measure(row, peers, crew, options, say):
    """Returns what each peer needed for a step of the row, or why there is no such figure."""
    results, turns, folder = {}, [], write_data(row)

    def failed(peer, error):
        say(f"  {peer.title}: {error}")
        results[peer.name] = {"error": str(error)}
        crew.drop(peer)
        turns[:] = [turn for turn in turns if turn.peer is not peer]

    for peer in peers:
        if row["kind"] not in peer.kinds:
            continue
        try:
            worker = crew.get(peer)
            answer = worker.ask(PREPARE_LIMIT, prepare=str(folder))
            if "unsupported" in answer:
                results[peer.name] = {"unsupported": answer["unsupported"]}
                continue
            turn = Turn(peer, worker, answer)
            turn.calibrate(options.seconds)
            turns.append(turn)
        except WorkerError as error:
            failed(peer, error)

    # The figures of ours are the reference; without ours, those of the first peer.
    reference = turns[0].ready["check"] if turns else []
    lap = sum(turn.steps * turn.per_step + 2 * PAUSE for turn in turns)
    rounds = max(
        options.least_rounds, min(options.rounds, int(options.row_seconds / max(lap, 1e-9)))
    )
    for _ in range(rounds):
        for turn in list(turns):
            settle(turns)
            idle = sum(other.worker.cpu_seconds() for other in turns if other is not turn)
            try:
                turn.seconds.append(turn.run(turn.steps))
            except WorkerError as error:
                failed(turn.peer, error)
                continue
            idle = sum(o.worker.cpu_seconds() for o in turns if o is not turn) - idle
            if idle > 0.03 + 0.05 * turn.steps * turn.per_step:
                say(f"  while {turn.peer.title} ran, others used {idle:.2f} s of processor time")

    for turn in turns:
        result = turn.result()
        check = turn.ready["check"]
        approximate = turn.ready["approximate"]
        apart = deviation(row, reference, check)
        result["agrees"] = apart <= tolerance(row, approximate)
        if approximate:
            result["note"] += f", variances off by up to {apart:.1%}"
        results[turn.peer.name] = result
        if not result["agrees"]:
            say(f"  {turn.peer.title} DISAGREES: {check[:3]}, and ours {reference[:3]}")
        try:
            turn.worker.ask(60.0, release=True)
        except WorkerError:
            crew.drop(turn.peer)
    return results
