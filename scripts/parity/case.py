"""What is trained: everything but the numbers that are drawn."""

from dataclasses import dataclass

from spec import parse

STEPS = 100


@dataclass(frozen=True)
class Case:
    name: str
    network: str = "linear 5 7 | tanh | linear 7 4 | tanh | linear 4 3"
    loss: str = "softmax"
    optimizer: str = "sgd 0.1 | momentum 0.8"
    schedule: str = ""
    batch: int = 6
    # Whether examples have weights.
    weighted: bool = False
    # How large inputs are, so that they reach the far kinks of an activation.
    scale: float = 1.0

    @property
    def inputs(self):
        return next(int(numbers[0]) for name, numbers in parse(self.network) if name == "linear")

    @property
    def outputs(self):
        return int(parse(self.network)[-1][1][1])
