"""PyTorch's learning-rate schedulers, and a case for each schedule.

Time is in steps, of which there are a hundred: `factor(t, 100)` in step t, from 0.
"""

from torch.optim import lr_scheduler

from case import STEPS, Case
from spec import parse


class Schedule:
    def __init__(self, text, optimizer):
        self.scheduler = scheduler(parse(text), optimizer) if text else None

    def step(self, loss):
        if isinstance(self.scheduler, lr_scheduler.ReduceLROnPlateau):
            self.scheduler.step(loss.item())
        elif self.scheduler:
            self.scheduler.step()


def scheduler(parts, optimizer):
    (name, numbers), *options = parts
    options = dict(options)
    rate = optimizer.param_groups[0]["lr"]
    if "warm_up" in options:
        length, start = options["warm_up"]
        rising = lr_scheduler.LinearLR(optimizer, start, total_iters=int(length))
        rest = scheduler_of(name, numbers, optimizer, rate, STEPS - int(length))
        return lr_scheduler.SequentialLR(optimizer, [rising, rest], [int(length)])
    if name == "plateau":
        decay, patience = numbers
        # Ours acts after so many bad epochs, PyTorch's after one more. And it leaves rates
        # alone that would change by less than eps.
        return lr_scheduler.ReduceLROnPlateau(
            optimizer,
            factor=decay,
            patience=int(patience) - 1,
            threshold=options.get("threshold", [1e-4])[0],
            min_lr=options.get("floor", [0.0])[0] * rate,
            eps=0.0,
        )
    return scheduler_of(name, numbers, optimizer, rate, STEPS)


def scheduler_of(name, numbers, optimizer, rate, end):
    match name:
        case "constant":
            return lr_scheduler.ConstantLR(optimizer, 1.0, total_iters=0)
        case "step":
            return lr_scheduler.StepLR(optimizer, int(numbers[0]), numbers[1])
        case "exponential":
            return lr_scheduler.ExponentialLR(optimizer, numbers[0])
        case "cosine":
            return lr_scheduler.CosineAnnealingLR(optimizer, end, eta_min=numbers[0] * rate)
        case "linear":
            return lr_scheduler.PolynomialLR(optimizer, end, power=1.0)
        case "one-cycle":
            # It ends with the last of its steps, number total_steps - 1, and rises until step
            # pct_start * total_steps - 1. Momentum would change, too.
            rise, first, last = numbers
            return lr_scheduler.OneCycleLR(
                optimizer,
                rate,
                total_steps=end + 1,
                pct_start=(rise * end + 1) / (end + 1),
                div_factor=1 / first,
                final_div_factor=first / last,
                cycle_momentum=False,
            )
    raise ValueError(name)


CASES = [
    Case(text, optimizer=optimizer, schedule=text)
    for text, optimizer in [
        ("step 30 0.5", "sgd 0.2 | momentum 0.8"),
        ("exponential 0.97", "sgd 0.2 | momentum 0.8"),
        ("cosine 0", "sgd 0.2 | momentum 0.8"),
        ("cosine 0.1", "adamw 0.02 | weight_decay 0.3"),
        ("linear", "sgd 0.2 | penalty 0 0 0.05"),
        ("one-cycle 0.3 0.04 0.000004", "sgd 0.2 | momentum 0.8"),
        ("one-cycle 0.5 0.2 0.01", "rmsprop 0.005"),
        ("constant | warm_up 20 0.05", "adam 0.01"),
        ("cosine 0.1 | warm_up 20 0.05", "sgd 0.2 | momentum 0.8 | weight_decay 0.01"),
        ("step 30 0.5 | warm_up 25 0.2", "adagrad 0.1"),
        ("plateau 0.7 3", "sgd 0.2 | momentum 0.9"),
        ("plateau 0.8 2 | threshold 0.02 | floor 0.3", "sgd 0.2 | momentum 0.8"),
    ]
]
