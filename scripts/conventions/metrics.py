"""Metrics."""

import keras
import numpy
import sklearn.metrics

from row import row
from rust import linfa

LABELS = numpy.array([0, 0, 0, 0, 1, 1, 1, 1])
CLOSE = numpy.linspace(0.5001, 0.5008, 8)


def by_keras(metric, *arguments):
    metric.update_state(*arguments)
    return float(metric.result())


@row("ROC AUC")
def roc_auc():
    yield (
        "scikit-learn",
        "0.5001 to 0.5008, in order",
        sklearn.metrics.roc_auc_score(LABELS, CLOSE),
        1.0,
    )
    yield "Keras", "the same", by_keras(keras.metrics.AUC(), LABELS, CLOSE), 0.5
    exact = by_keras(keras.metrics.AUC(num_thresholds=100_001), LABELS, CLOSE)
    yield "Keras", "by 100,001 thresholds", exact, 1.0
    yield "linfa", "scores of 1e-12 to 8e-12, in order", linfa("AUC near 1e-12"), [0.0]
    yield "linfa", "of 0.1 to 0.8", linfa("AUC near 0.1"), [1.0]


@row("top-k accuracy")
def top_k():
    equal = numpy.full((4, 4), 0.25)
    labels = numpy.arange(4)
    for k in (1, 2):
        score = sklearn.metrics.top_k_accuracy_score
        seen = [score([c], equal[:1], k=k, labels=labels) for c in labels]
        yield (
            "scikit-learn",
            f"of 4 equal scores, k = {k}, by class",
            seen,
            [0.0] * (4 - k) + [1.0] * k,
        )
    seen = by_keras(keras.metrics.SparseTopKCategoricalAccuracy(k=1), labels, equal)
    yield "Keras", "of 4 equal scores, k = 1", seen, 1.0
    yield (
        "Keras",
        "accuracy",
        by_keras(keras.metrics.SparseCategoricalAccuracy(), labels, equal),
        0.25,
    )


@row("precision, recall")
def precision():
    seen = linfa("precision and recall")
    truth, predicted = [1, 1, 0, 0], [1, 0, 0, 0]
    scores = [sklearn.metrics.precision_score, sklearn.metrics.recall_score]
    yield (
        "scikit-learn",
        "of 1 0 0 0, where 1 1 0 0 is right",
        [s(truth, predicted) for s in scores],
        [1.0, 0.5],
    )
    yield "linfa", "the same", seen, [0.5, 1.0]


@row("log loss")
def log_loss():
    for p, kind, stated in (
        (1e-10, "float64", 1e-10),
        (1e-10, "float32", numpy.finfo("float32").eps),
    ):
        probabilities = numpy.array([[1 - p, p]], dtype=kind)
        seen = sklearn.metrics.log_loss([1], probabilities, labels=[0, 1])
        yield "scikit-learn", f"of {p}, {kind}", seen, -numpy.log(stated)
    seen = sklearn.metrics.log_loss([1], numpy.array([[1.0, 0.0]]), labels=[0, 1])
    yield "scikit-learn", "of 0, f64", seen, -numpy.log(numpy.finfo(float).eps)
    seen = by_keras(keras.metrics.BinaryCrossentropy(), [[1.0]], [[1e-10]])
    yield "Keras", "of 1e-10", seen, -numpy.log(1e-7)
    yield "linfa", "of 1e-10", linfa("log loss of 1e-10"), [-numpy.log(numpy.finfo("float32").eps)]


@row("Brier score")
def brier():
    two, three = [0.2, 0.7], [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.2, 0.2, 0.6]]
    ours = (2 * 0.2**2 + 2 * 0.3**2) / 2
    score = sklearn.metrics.brier_score_loss
    yield "scikit-learn", "two classes", score([0, 1], two), ours / 2
    yield "scikit-learn", "scale_by_half=False", score([0, 1], two, scale_by_half=False), ours
    ours = (0.16 + 0.09 + 0.01 + 0.04 + 0.09 + 0.01 + 0.04 + 0.04 + 0.16) / 3
    yield "scikit-learn", "three classes", score([0, 1, 2], three), ours


@row("R²")
def r2():
    thirds = numpy.full(10, 1 / 3)
    missed = numpy.append(1.0, thirds[1:])
    for name, constant in (("0.1", numpy.full(10, 0.1)), ("1/3", thirds)):
        seen = sklearn.metrics.r2_score(constant, missed)
        wrong = name == "1/3"
        what = f"targets of {name}, ten times, one missed: {seen:.2g}, below −1e30"
        yield "scikit-learn", what, bool(seen < -1e30), wrong
    targets = 10_000 + numpy.arange(-3.0, 5.0)[:, None]
    exact = sklearn.metrics.r2_score(targets, targets + 0.5)
    yield "scikit-learn", "10,000 − 3 to 10,000 + 4, off by 1/2", exact, 1 - 2 / 42
    yield "Keras", "the same", by_keras(keras.metrics.R2Score(), targets, targets + 0.5), 0.0
    yield (
        "linfa",
        "targets of 0 to 3e-6, predicted as 0",
        linfa("R² of small targets"),
        [1 - 14 / 105],
    )
    yield "linfa", "explained variance of 0 to 3, off by 1", linfa("explained variance"), [0.4]
