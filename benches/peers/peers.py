"""The libraries that are compared, and how their workers are started."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# Everything that is made goes here: environment, programs, data, figures, logs.
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve() / "peers"
VENV = Path(os.environ.get("DENSELY_PEERS_VENV") or TARGET / "venv")
PYTHON = VENV / "bin" / "python"

TRAIN, INFER, PCA, ACCURACY = ("train",), ("latency", "batch"), ("pca",), ("accuracy",)


@dataclass(frozen=True)
class Peer:
    """A library: its name in commands and in tables, its worker, the kinds of rows it does."""

    name: str
    title: str
    kinds: tuple
    script: str = ""
    arguments: tuple = ()

    @property
    def rust(self):
        """Whether the worker is a Rust program, in a folder of the peer's name."""
        return not self.script

    @property
    def program(self):
        """The program of a Rust worker."""
        return TARGET / self.name / "release" / f"peer-{self.name}"

    def command(self):
        """The command line of the worker."""
        if self.rust:
            return [str(self.program)]
        return [str(PYTHON), str(HERE / "workers" / self.script), *self.arguments]


PEERS = [
    Peer("densely", "densely", TRAIN + INFER + PCA + ACCURACY),
    Peer("torch", "PyTorch", TRAIN + INFER + PCA + ACCURACY, "torch_worker.py"),
    Peer("compile", "torch.compile", TRAIN + INFER, "torch_worker.py", ("compile",)),
    Peer("jax", "JAX", TRAIN + INFER + PCA + ACCURACY, "jax_worker.py"),
    Peer("sklearn", "scikit-learn", TRAIN + INFER + PCA + ACCURACY, "sklearn_worker.py"),
    Peer("onnx", "ONNX Runtime", INFER, "onnx_worker.py"),
    Peer("burn", "burn", TRAIN + INFER),
    Peer("candle", "candle", TRAIN + INFER),
]


def environment(peer, threads):
    """The environment of a worker: as many threads everywhere, and no settings of others."""
    env = dict(os.environ)
    for name in (
        "OPENBLAS_CORETYPE",
        "OPENBLAS_L2_SIZE",
        "XLA_FLAGS",
        "KMP_AFFINITY",
        "PYTHONPATH",
    ):
        env.pop(name, None)
    for name in ("OMP", "MKL", "OPENBLAS", "RAYON"):
        env[f"{name}_NUM_THREADS"] = str(threads)
    if peer.name == "jax":
        eigen = "true" if threads > 1 else "false"
        flags = f"--xla_cpu_multi_thread_eigen={eigen} intra_op_parallelism_threads={threads}"
        env |= {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    if peer.name == "compile":
        # One process compiles: a pool of them would outlive the worker.
        env["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
        env["TORCHINDUCTOR_CACHE_DIR"] = str(TARGET / "inductor")
    return env


def choose(names):
    """The peers of these names, ours always among them."""
    known = {peer.name for peer in PEERS}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"unknown peers {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return [peer for peer in PEERS if not names or peer.name in names or peer.name == "densely"]
