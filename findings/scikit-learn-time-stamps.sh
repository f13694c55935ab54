#!/usr/bin/env bash
# Guess: StandardScaler gives every column that is not constant a standard deviation of 1; the time stamps of a
# million readings, one a microsecond, are whole numbers that f64 holds exactly.
# What happens: the column keeps its scale and becomes -499,999.75 to 499,999.25. A column counts as constant if
# it deviates by less than n times the rounding error of its mean, and n grows with the table: with the
# same deviation of 202 microseconds, 500 rows are scaled, and 600 rows are not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'END'
import numpy
import sklearn
from sklearn.preprocessing import StandardScaler

print("scikit-learn", sklearn.__version__)
start = 1_700_000_000_000_000.0
stamps = start + numpy.arange(1_000_000.0)[:, None]
scaled = StandardScaler().fit_transform(stamps)
print("deviation", stamps.std(), "- becomes", scaled.min(), "to", scaled.max())
scales = []
for rows in (500, 600):
    stamps = start + numpy.linspace(0, 700, rows).round()[:, None]
    scales.append(StandardScaler().fit(stamps).scale_.item())
    print(rows, "rows within 700 µs, deviation", stamps.std(), "- scale:", scales[-1])
assert scaled.max() > 499_999 and scales[0] > 200 and scales[1] == 1.0, "this has changed"
END
