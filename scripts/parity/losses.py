"""The losses of examples in PyTorch, and a case for every loss and its options."""

import numpy
import torch
from torch.nn import functional

from case import Case
from spec import parse

REAL = ("mse", "mae", "huber", "quantile", "poisson")
BINARY = ("logistic", "hinge")


def draw_targets(case, random, examples):
    name = parse(case.loss)[0][0]
    if name in REAL:
        values = random.normal(size=(examples, case.outputs)).round(2)
        # Not negative.
        return values**2 if name == "poisson" else values
    classes = 2 if name in BINARY else case.outputs
    return random.permutation(numpy.arange(examples) % classes)


def of_examples(text, scores, targets):
    """The loss of each example."""
    (name, numbers), *options = parse(text)
    options = dict(options)
    [margin] = options.get("margin", [1.0])
    power = 2 if "squared" in options else 1
    match name:
        case "softmax":
            # By itself it would divide by the sum of the weights of the right classes.
            weights = options.get("class_weights")
            return functional.cross_entropy(
                scores,
                targets,
                weight=None if weights is None else torch.tensor(weights),
                label_smoothing=options.get("label_smoothing", [0.0])[0],
                reduction="none",
            )
        case "svm":
            # Weston and Watkins. PyTorch divides the sum over classes by their number.
            classes = scores.shape[1]
            return classes * functional.multi_margin_loss(
                scores, targets, p=power, margin=margin, reduction="none"
            )
        case "crammer-singer":
            # PyTorch has none. The hinge of the best wrong class.
            right = scores.gather(1, targets[:, None])
            wrong = scores.scatter(1, targets[:, None], -torch.inf)
            return functional.relu(wrong.max(dim=1).values - right[:, 0] + margin)
        case "logistic":
            return functional.binary_cross_entropy_with_logits(
                scores[:, 0], targets.to(scores.dtype), reduction="none"
            )
        case "hinge":
            # PyTorch has none of scores and labels: its hinge_embedding_loss is another loss.
            signs = 2 * targets - 1
            return functional.relu(margin - signs * scores[:, 0]) ** power
        case "mse":
            return functional.mse_loss(scores, targets, reduction="none").mean(dim=1)
        case "mae":
            return functional.l1_loss(scores, targets, reduction="none").mean(dim=1)
        case "huber":
            # Not smooth_l1_loss, which is this divided by delta.
            [delta] = numbers
            loss = functional.huber_loss(scores, targets, delta=delta, reduction="none")
            return loss.mean(dim=1)
        case "quantile":
            # PyTorch has none.
            [level] = numbers
            errors = targets - scores
            return torch.maximum(level * errors, (level - 1) * errors).mean(dim=1)
        case "poisson":
            loss = functional.poisson_nll_loss(scores, targets, reduction="none")
            return loss.mean(dim=1)
    raise ValueError(name)


def case(loss, outputs=3, weighted=False, optimizer="sgd 0.1 | momentum 0.8"):
    network = f"linear 5 7 | tanh | linear 7 4 | tanh | linear 4 {outputs}"
    counted = ", an example counts as its weight" if weighted else ""
    size = "" if outputs == 3 else f", outputs: {outputs}"
    return Case(
        f"{loss}{size}{counted}", network, loss, optimizer=optimizer, weighted=weighted
    )


SLOW = "sgd 0.02"

CASES = [
    case("softmax"),
    case("softmax", weighted=True),
    # More classes than are laid side by side.
    case("softmax", outputs=18),
    case("softmax | label_smoothing 0.2"),
    case("softmax | class_weights 0.5 2 1"),
    case("softmax | label_smoothing 0.1 | class_weights 0.5 2 1"),
    case("softmax | label_smoothing 0.1 | class_weights 0.5 2 1", weighted=True),
    case("softmax | label_smoothing 0.3", outputs=18),
    case("svm", optimizer=SLOW),
    case("svm", weighted=True, optimizer=SLOW),
    case("svm | margin 0.4", optimizer=SLOW),
    case("svm | squared", optimizer=SLOW),
    case("svm | margin 0.4 | squared", optimizer=SLOW),
    case("svm | squared", outputs=18, optimizer=SLOW),
    case("crammer-singer", optimizer=SLOW),
    case("crammer-singer", weighted=True, optimizer=SLOW),
    case("crammer-singer | margin 0.4", optimizer=SLOW),
    case("logistic", outputs=1),
    case("logistic", outputs=1, weighted=True),
    case("hinge", outputs=1, optimizer=SLOW),
    case("hinge | margin 0.4", outputs=1, weighted=True, optimizer=SLOW),
    case("hinge | squared", outputs=1, optimizer=SLOW),
    case("hinge | margin 0.4 | squared", outputs=1, optimizer=SLOW),
    case("mse", optimizer=SLOW),
    case("mse", weighted=True, optimizer=SLOW),
    case("mse", outputs=1, optimizer=SLOW),
    case("mae", optimizer=SLOW),
    case("mae", weighted=True, optimizer=SLOW),
    case("mae", outputs=1, optimizer=SLOW),
    case("huber 1", optimizer=SLOW),
    case("huber 0.3", optimizer=SLOW),
    case("huber 0.3", weighted=True, optimizer=SLOW),
    case("huber 0.3", outputs=1, optimizer=SLOW),
    case("quantile 0.9", optimizer=SLOW),
    case("quantile 0.2", weighted=True, optimizer=SLOW),
    case("quantile 0.5", outputs=1, optimizer=SLOW),
    case("poisson", optimizer=SLOW),
    case("poisson", weighted=True, optimizer=SLOW),
    case("poisson", outputs=1, optimizer=SLOW),
]
