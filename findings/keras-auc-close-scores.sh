#!/usr/bin/env bash
# Guess: eight scores from 0.5001 to 0.5008 in the order of their labels have a ROC AUC of 1, since an area
# depends on the order of the scores alone.
# What happens: Keras says 0.5. It counts at 200 thresholds, evenly spaced from 0 to 1, and none of them lies
# between these scores. A network whose last layer has learned little yet, or with rare positives (all
# probabilities below 1/199), looks like one that guesses.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/venv/bin/python" - <<'END'
import keras
import numpy

labels = numpy.array([0, 0, 0, 0, 1, 1, 1, 1])
scores = numpy.linspace(0.5001, 0.5008, 8)
rare = numpy.array([0] * 98 + [1] * 2), numpy.linspace(0.001, 0.0049, 100)


def area(labels, scores, **options):
    metric = keras.metrics.AUC(**options)
    metric.update_state(labels, scores)
    return float(metric.result())


print("keras", keras.__version__)
coarse, fine = area(labels, scores), area(labels, scores, num_thresholds=100_001)
print("scores", scores.tolist(), "labels", labels.tolist())
print("AUC by default:", coarse, "- by 100,001 thresholds:", fine)
print("2 positives with the highest of 100 scores below 0.005:", area(*rare))
assert (coarse, fine, area(*rare)) == (0.5, 1.0, 0.5), "this has changed"
END
