"""What scikit-learn tests its own estimators with: every check, and none is expected to fail."""

import pytest
from sklearn.utils.estimator_checks import check_estimator

from densely import PCA, MLPClassifier, MLPRegressor, TablePreprocessor, Whitening

ESTIMATORS = [
    MLPClassifier(),
    MLPClassifier(hidden_layer_sizes=(), loss="squared-svm", preprocess=None),
    # Without dropout, which draws for each row: two are not one of weight 2.
    MLPClassifier(hidden_layer_sizes=(8, 8), activation=["maxout(2)", "prelu"], solver="sgd"),
    MLPRegressor(),
    MLPRegressor(loss="huber", activation="gelu", solver="adamw", learning_rate="cosine"),
    PCA(),
    PCA(n_components=0.9),
    PCA(n_components=1),
    Whitening(),
    Whitening(method="zca", epsilon=1e-3),
    TablePreprocessor(),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_every_check_of_scikit_learn_passes(estimator):
    results = check_estimator(estimator, on_fail=None, on_skip=None)
    assert len(results) >= 40
    others = [(r["check_name"], r["exception"]) for r in results if r["status"] != "passed"]
    assert others == []
