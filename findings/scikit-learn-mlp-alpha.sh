#!/usr/bin/env bash
# Guess: alpha is one L2 penalty, whatever the batches: an epoch in more steps of gradient descent shrinks the
# weights more, but the loss that each step follows is the same.
# What happens: each step divides alpha by the number of rows in its own mini-batch. The last one of an epoch is
# smaller as a rule, and then punishes weights more: with 4 rows, a learning rate of 1 and alpha 0.1, an epoch
# of one batch multiplies weights by 0.975, an epoch of batches of 3 and 1 by 0.967 * 0.9 = 0.87. With weights of rows
# it is divided by their sum, so that weights of 10 for all rows weaken the penalty ten times.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'END'
import warnings

import numpy
import sklearn
from sklearn.neural_network import MLPRegressor

warnings.simplefilter("ignore")  # of one epoch, no convergence is expected
print("scikit-learn", sklearn.__version__)
options = {"hidden_layer_sizes": (), "solver": "sgd", "momentum": 0, "shuffle": False}
options |= {"max_iter": 1, "random_state": 0, "nesterovs_momentum": False, "alpha": 0.1}
x, y = numpy.zeros((4, 1)), numpy.zeros(4)  # without inputs, the penalty alone acts on the weight


def factor(batch_size, **weights):
    still = MLPRegressor(learning_rate_init=1e-300, batch_size=batch_size, **options)
    moved = MLPRegressor(learning_rate_init=1.0, batch_size=batch_size, **options)
    before, after = (network.fit(x, y, **weights).coefs_[0] for network in (still, moved))
    return (after / before).item()


seen = [factor(4), factor(3), factor(4, sample_weight=numpy.full(4, 10.0))]
for name, value in zip(("a batch of 4", "batches of 3 and 1", "a batch of 4, weights of 10"), seen):
    print("weight after an epoch,", name + ":", round(value, 6), "of its first value")
assert numpy.allclose(seen, [0.975, (1 - 0.1 / 3) * (1 - 0.1), 0.9975]), "this has changed"
END
