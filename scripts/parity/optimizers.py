"""Steps by PyTorch's optimisers, and a case for every option.

Where the conventions differ, they are translated here: penalties act on weights, not on biases
and slopes, so there are two groups of parameters.
"""

import torch
from torch import optim
from torch.nn import utils

from case import Case
from spec import parse

LIMITS = ("clip_norm", "clip_value", "max_norm")


class Optimizer:
    def __init__(self, text, network):
        (kind, [rate]), *options = parse(text)
        self.limits = dict(option for option in options if option[0] in LIMITS)
        options = dict(option for option in options if option[0] not in LIMITS)
        # Decoupled decay is 0.01 by default in AdamW, as in PyTorch, and 0.03 in Lion.
        decay = {"adamw": 0.01, "lion": 0.03}.get(kind, 0.0)
        [decay] = options.get("weight_decay", [decay])
        self.l1, self.l2, self.decoupled = options.get("penalty", [0.0, decay, 0.0])
        # PyTorch has no optimiser with both L2 and decoupled decay, and would take the gradient
        # of L2 where the decay has moved weights to. Ours takes it where the loss does.
        l2 = 0.0 if self.decoupled else self.l2
        if kind == "adamw" and "penalty" in options:
            # Ours takes the place of the decoupled decay; PyTorch's AdamW without it is Adam.
            kind = "adam"
        # Weight matrices; biases and the slopes of PReLU are vectors.
        self.weights = [p for p in network.parameters() if p.dim() == 2]
        others = [p for p in network.parameters() if p.dim() != 2]
        self.all = self.weights + others
        groups = [{"params": self.weights, "weight_decay": l2}]
        groups += [{"params": others, "weight_decay": 0.0}] if others else []
        self.inner = inner(kind, groups, rate, options)

    def step(self, loss):
        # Differentiated by autograd: the slope of |w| is its sign, and 0 at 0.
        penalty = self.l1 * sum(w.abs().sum() for w in self.weights)
        if self.decoupled:
            penalty = penalty + self.l2 / 2 * sum(w.square().sum() for w in self.weights)
        self.inner.zero_grad()
        (loss + penalty).backward()
        self.clip()
        if self.decoupled:
            # As PyTorch's AdamW does it: before the step, and along with the learning rate.
            with torch.no_grad():
                for w in self.weights:
                    w.mul_(1 - self.inner.param_groups[0]["lr"] * self.decoupled)
        self.inner.step()
        self.shorten()

    def clip(self):
        for limit, [bound] in self.limits.items():
            if limit == "clip_value":
                utils.clip_grad_value_(self.all, bound)
            elif limit == "clip_norm":
                # clip_grad_norm_ divides by |g| + 1e-6; ours by |g|.
                norm = utils.get_total_norm([p.grad for p in self.all])
                for p in self.all:
                    p.grad.mul_(torch.clamp(bound / norm, max=1.0))

    def shorten(self):
        for limit, [bound] in self.limits.items():
            if limit == "max_norm":
                # torch.renorm(w, 2, 0, bound) divides by |w| + 1e-7; ours by |w|.
                with torch.no_grad():
                    for w in self.weights:
                        norms = torch.linalg.vector_norm(w, dim=1, keepdim=True)
                        w.mul_(torch.clamp(bound / norms, max=1.0))


def inner(kind, groups, rate, options):
    def first(name, default):
        return options.get(name, [default])[0]

    match kind:
        case "sgd":
            nesterov = "nesterov" in options
            return optim.SGD(groups, rate, momentum=first("momentum", 0.0), nesterov=nesterov)
        case "adam" | "adamw":
            rule = optim.Adam if kind == "adam" else optim.AdamW
            betas = tuple(options.get("betas", (0.9, 0.999)))
            return rule(groups, rate, betas=betas, eps=first("epsilon", 1e-8))
        case "rmsprop":
            return optim.RMSprop(
                groups,
                rate,
                alpha=first("decay", 0.99),
                eps=first("epsilon", 1e-8),
                momentum=first("momentum", 0.0),
                centered="centered" in options,
            )
        case "adagrad":
            return optim.Adagrad(
                groups,
                rate,
                eps=first("epsilon", 1e-10),
                initial_accumulator_value=first("initial_sum", 0.0),
            )
        case "nadam":
            betas = tuple(options.get("betas", (0.9, 0.999)))
            return optim.NAdam(
                groups,
                rate,
                betas=betas,
                eps=first("epsilon", 1e-8),
                momentum_decay=first("momentum_decay", 0.004),
            )
        case "lion":
            return Lion(groups, rate, tuple(options.get("betas", (0.9, 0.99))))
    raise ValueError(kind)


class Lion(optim.Optimizer):
    """The algorithm of the paper; PyTorch has none. Its steps know the sign of a mean only, so
    that cases of small changes to it would be equal: the proofs draw its other options."""

    def __init__(self, groups, rate, betas):
        super().__init__(groups, {"lr": rate, "betas": betas, "weight_decay": 0.0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for w in group["params"]:
                mean = self.state[w].setdefault("mean", torch.zeros_like(w))
                w.mul_(1 - group["lr"] * group["weight_decay"])
                w.sub_(group["lr"] * torch.sign(beta1 * mean + (1 - beta1) * w.grad))
                mean.mul_(beta2).add_((1 - beta2) * w.grad)


# A penalty is L1, L2, and decoupled decay.
CASES = [
    Case(text, optimizer=text)
    for text in [
        "sgd 0.2",
        "sgd 0.2 | weight_decay 0.05",
        "sgd 0.2 | penalty 0.01 0 0",
        "sgd 0.2 | penalty 0.01 0.02 0",
        "sgd 0.2 | penalty 0 0 0.05",
        "sgd 0.2 | penalty 0.004 0.02 0.03",
        "sgd 0.1 | momentum 0.9",
        "sgd 0.1 | momentum 0.9 | weight_decay 0.05",
        "sgd 0.1 | momentum 0.9 | penalty 0.01 0.02 0",
        "sgd 0.1 | momentum 0.9 | penalty 0 0 0.05",
        "sgd 0.1 | momentum 0.9 | nesterov",
        "sgd 0.1 | momentum 0.9 | nesterov | weight_decay 0.05",
        "sgd 0.1 | momentum 0.9 | nesterov | penalty 0 0 0.05",
        "adam 0.01",
        "adam 0.01 | betas 0.8 0.95",
        "adam 0.01 | betas 0 0.95",
        "adam 0.01 | epsilon 0.001",
        "adam 0.01 | weight_decay 0.05",
        "adam 0.01 | penalty 0.01 0.02 0",
        "adam 0.01 | penalty 0 0 0.5",
        "adam 0.01 | betas 0.8 0.95 | epsilon 0.01 | weight_decay 0.05",
        "adamw 0.01",
        "adamw 0.01 | weight_decay 0.3",
        "adamw 0.01 | betas 0.8 0.95 | epsilon 0.01 | weight_decay 0.3",
        "adamw 0.01 | penalty 0.01 0.02 0.3",
        "rmsprop 0.005",
        "rmsprop 0.005 | decay 0.8",
        "rmsprop 0.005 | epsilon 0.01",
        "rmsprop 0.005 | momentum 0.8",
        "rmsprop 0.005 | centered",
        "rmsprop 0.005 | centered | momentum 0.8",
        "rmsprop 0.005 | weight_decay 0.05",
        "rmsprop 0.005 | penalty 0.01 0.02 0.1",
        "rmsprop 0.005 | decay 0.8 | epsilon 0.01 | momentum 0.8 | centered | weight_decay 0.05",
        "adagrad 0.1",
        "adagrad 0.1 | initial_sum 0.1",
        "adagrad 0.1 | epsilon 0.01",
        "adagrad 0.1 | weight_decay 0.05",
        "adagrad 0.1 | penalty 0.01 0.02 0.1",
        "adagrad 0.1 | epsilon 0.01 | initial_sum 0.1 | weight_decay 0.05",
        "nadam 0.01",
        "nadam 0.01 | betas 0.8 0.95",
        "nadam 0.01 | epsilon 0.001 | momentum_decay 0.1",
        "nadam 0.01 | weight_decay 0.05",
        "nadam 0.01 | penalty 0.01 0.02 0.1",
        "lion 0.003",
        "lion 0.003 | weight_decay 0.3",
        "sgd 0.2 | clip_norm 0.3",
        "sgd 0.1 | momentum 0.9 | clip_norm 0.3",
        "sgd 0.2 | weight_decay 0.05 | clip_norm 0.3",
        "adam 0.01 | clip_norm 0.3",
        "sgd 0.2 | clip_value 0.05",
        "sgd 0.2 | weight_decay 0.05 | clip_value 0.05",
        "adamw 0.01 | clip_value 0.05",
        "sgd 0.2 | max_norm 1.2",
        "sgd 0.1 | momentum 0.9 | max_norm 1.2",
        "adam 0.01 | clip_norm 0.3 | max_norm 1.2",
    ]
]
