#!/usr/bin/env bash
# Guess: R2Score of targets 9,997 to 10,004, each predicted 1/2 too high, is 1 - 2/42 = 0.952, as for targets
# of -3 to 4: a shift of targets and predictions changes neither errors nor deviations.
# What happens: 0.0. Keras adds up squares in 32 bits and subtracts the square of the mean: 8e8 less 8e8, of which
# all digits of the 42 are lost, becomes 0, and the infinite quotient is replaced by 0. Of 1,000 normal
# targets around 10,000, where 0.90 is right, R2 comes out as 1.004, above what is possible.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/venv/bin/python" - <<'END'
import keras
import numpy


def score(targets, predictions):
    metric = keras.metrics.R2Score()
    metric.update_state(targets[:, None], predictions[:, None])
    return float(metric.result())


def exact(targets, predictions):
    return 1 - ((targets - predictions) ** 2).sum() / ((targets - targets.mean()) ** 2).sum()


print("keras", keras.__version__)
near, far = numpy.arange(-3.0, 5.0), 10_000 + numpy.arange(-3.0, 5.0)
seen = [score(targets, targets + 0.5) for targets in (near, far)]
print("targets -3 to 4, off by 1/2:", seen[0], "- 9,997 to 10,004:", seen[1])
random = numpy.random.default_rng(0)
targets = 10_000 + random.normal(size=1_000).astype("float32").astype(float)
predictions = targets + 0.3 * random.normal(size=1_000).round(2)
noisy = score(targets, predictions)
print("1,000 around 10,000:", noisy, "where", exact(targets, predictions), "is right")
right = abs(seen[0] - 40 / 42) < 1e-6 and seen[1] == 0.0
assert right and abs(noisy - exact(targets, predictions)) > 0.02, "this has changed"
END
