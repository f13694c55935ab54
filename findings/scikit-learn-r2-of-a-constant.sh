#!/usr/bin/env bash
# Guess: r2_score of constant targets is 0 if one of them is missed: so it is documented (force_finite), and so
# it is for ten targets of 0.1.
# What happens: for ten targets of 1/3 it is -8e30. Their mean is off by a rounding error, so that the sum of
# squared deviations is 3e-32 instead of 0, and is not recognised as that of a constant.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'END'
import numpy
import sklearn
from sklearn.metrics import r2_score

print("scikit-learn", sklearn.__version__)
scores = {}
for name, value in (("0.1", 0.1), ("1/3", 1 / 3)):
    targets = numpy.full(10, value)
    predictions = targets.copy()
    predictions[0] += 0.5
    scores[name] = r2_score(targets, predictions)
    print("ten targets of", name, "- mean off by", targets.mean() - value, "- R2:", scores[name])
assert scores["0.1"] == 0.0 and scores["1/3"] < -1e30, "this has changed"
END
