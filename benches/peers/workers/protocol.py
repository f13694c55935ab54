"""What every Python worker does: read a row, prepare it, run steps, answer in JSON.

A request is a line of JSON on stdin, an answer is a line on stdout:

    {"prepare": FOLDER}  ->  {"ready": true, "seconds": S, "check": [...], "note": TEXT}
    {"run": STEPS}       ->  {"seconds": S, "steps": STEPS, "loss": LOSS}
    {"release": true}    ->  {"released": true}

A worker that cannot do a row answers {"unsupported": REASON}; one that fails, {"error": TEXT}.
"""

import gc
import json
import os
import sys
import time
import traceback
from pathlib import Path

import numpy as np


class Unsupported(Exception):
    """The library has no such thing."""


class Row:
    """A row and its arrays: what `make_data.py` wrote into a folder."""

    def __init__(self, folder):
        folder = Path(folder)
        self.spec = json.loads((folder / "row.json").read_text())
        self.dtype = {"f32": np.float32, "f64": np.float64}[self.spec["dtype"]]
        self.arrays = {}
        with open(folder / "arrays.bin", "rb") as file:
            for array in json.loads((folder / "arrays.json").read_text()):
                dtype = {"f32": np.float32, "u32": np.uint32}[array["type"]]
                count = int(np.prod(array["shape"]))
                values = np.fromfile(file, dtype, count).reshape(array["shape"])
                to = self.dtype if array["type"] == "f32" else np.int64
                self.arrays[array["name"]] = values.astype(to)

    def __getattr__(self, name):
        """A field of the row, such as `row.batch`."""
        try:
            return self.spec[name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, name):
        """An array, such as `row["x"]`: an example a row."""
        return self.arrays[name]

    def parameters(self):
        """The initial weights (outputs x inputs) and biases of each layer."""
        count = sum(name.startswith("w") for name in self.arrays)
        return [(self[f"w{i}"], self[f"b{i}"]) for i in range(count)]


def probabilities(scores):
    """The softmax of the first and the last row of scores, to be compared among workers."""
    scores = np.asarray(scores, np.float64)[[0, -1]]
    exp = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (exp / exp.sum(axis=1, keepdims=True)).ravel().tolist()


def serve(version, prepare):
    """Answers requests until stdin ends. `prepare(row)` returns a task.

    A task has `check()`, which returns numbers that must agree among workers, and
    `run(steps)`, which returns the last loss or None; `note` is a text for the table.
    """
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # What a library prints goes to the log.
    print(json.dumps({"version": version}), file=answers, flush=True)
    task = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "prepare" in request:
                task = None
                gc.collect()
                row = Row(request["prepare"])
                start = time.perf_counter()
                task = prepare(row)
                check = [float(value) for value in task.check()]
                answer = {"ready": True, "seconds": time.perf_counter() - start, "check": check}
                answer["note"] = getattr(task, "note", "")
                answer["approximate"] = getattr(task, "approximate", False)
            elif "run" in request:
                start = time.perf_counter()
                loss = task.run(request["run"])
                seconds = time.perf_counter() - start
                answer = {"seconds": seconds, "steps": request["run"], "loss": loss}
                answer["note"] = getattr(task, "note", "")
            else:
                task = None
                gc.collect()
                answer = {"released": True}
        except Unsupported as reason:
            answer = {"unsupported": str(reason)}
        except Exception as error:  # The driver reports it and goes on.
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
        print(json.dumps(answer), file=answers, flush=True)
