"""How networks are trained: options, weights, parts, threads, and how they end."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
from sklearn.base import clone

import densely
from densely import MLPClassifier, MLPRegressor


def weights_of(network):
    return [array.copy() for array in [*network.coefs_, *network.intercepts_]]


def same(one, other):
    pairs = list(zip(weights_of(one), weights_of(other), strict=True))
    return all(np.array_equal(a, b) for a, b in pairs)


def test_the_bits_do_not_depend_on_threads_or_layout(rng):
    X, y = rng.normal(size=(500, 300)), rng.normal(size=500)
    network = MLPRegressor(hidden_layer_sizes=(200,), batch_size=128, max_iter=2, random_state=0)
    one = clone(network).fit(X, y)
    for n_jobs in [2, -1]:
        other = clone(network).set_params(n_jobs=n_jobs).fit(X, y)
        assert same(one, other) and np.array_equal(one.predict(X), other.predict(X))
    assert same(one, clone(network).fit(np.asfortranarray(X), y))
    assert same(one, clone(network).fit(X.tolist(), y.tolist()))


def test_numbers_of_32_bits_stay_so(digits):
    X, y, X_test, y_test = digits
    network = MLPClassifier(random_state=0, max_iter=5).fit(X.astype(np.float32), y)
    assert {array.dtype for array in weights_of(network)} == {np.dtype(np.float32)}
    assert network.predict_proba(X_test.astype(np.float32)).dtype == np.float32
    # These are whole numbers, so that nothing is lost.
    assert same(network, MLPClassifier(random_state=0, max_iter=5, dtype="float32").fit(X, y))
    assert MLPRegressor(max_iter=1).fit(X.astype(np.float32), y).predict(X).dtype == np.float32


def test_each_option_is_heard(digits):
    X, y, _, _ = digits
    plain = MLPClassifier(random_state=0, max_iter=2, early_stopping=False).fit(X, y)
    others = [
        {"activation": "leaky-relu(0.2)"},
        {"solver": "adamw"},
        {"solver": "adam(beta1=0.5)"},
        {"beta_1": 0.5},
        {"beta_2": 0.9},
        {"epsilon": 0.1},
        {"weight_decay": 0.1},
        {"l1": 0.01},
        {"batch_size": 16},
        {"learning_rate": "cosine"},
        {"learning_rate_init": 0.01},
        {"warm_up": 1},
        {"random_state": 1},
        {"loss": "svm"},
        {"label_smoothing": 0.1},
        {"class_weight": {3: 10.0}},
        {"dropout": 0.5},
        {"input_noise": 0.1},
        {"max_norm": 0.5},
        {"clip_norm": 0.01},
        {"preprocess": "center"},
        {"preprocess": None},
        {"early_stopping": True},
        {"solver": "sgd"},
    ]
    for options in others:
        assert not same(plain, clone(plain).set_params(**options).fit(X, y)), options
    descent = clone(plain).set_params(solver="sgd").fit(X, y)
    for options in [{"momentum": 0.5}, {"nesterovs_momentum": True}]:
        assert not same(descent, clone(descent).set_params(**options).fit(X, y)), options
    assert same(plain.set_params(beta_1=0.5), plain)
    by_name = clone(plain).set_params(beta_1=None, solver="adam(beta1=0.5)").fit(X, y)
    assert same(clone(plain).set_params(beta_1=0.5).fit(X, y), by_name)


def test_layers_are_what_was_asked_for(digits):
    X, y, _, _ = digits
    options = {"hidden_layer_sizes": (7, 5), "activation": ["prelu", "logistic"], "max_iter": 1}
    network = MLPClassifier(**options).fit(X, y)
    assert [w.shape for w in network.coefs_] == [(64, 7), (7, 5), (5, 10)]
    assert [b.shape for b in network.intercepts_] == [(7,), (5,), (10,)]
    assert (network.n_layers_, network.n_outputs_, network.out_activation_) == (4, 10, "softmax")
    assert MLPClassifier(hidden_layer_sizes=(), max_iter=1).fit(X, y).n_layers_ == 2
    assert MLPClassifier(hidden_layer_sizes=9, max_iter=1).fit(X, y).coefs_[0].shape == (64, 9)


def test_scores_probabilities_and_classes_agree(digits):
    X, y, X_test, _ = digits
    network = MLPClassifier(random_state=0, max_iter=5).fit(X, y)
    scores, probabilities = network.decision_function(X_test), network.predict_proba(X_test)
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    assert np.allclose(probabilities, shifted / shifted.sum(axis=1, keepdims=True), rtol=1e-12)
    assert np.array_equal(network.predict(X_test), scores.argmax(axis=1))
    assert np.allclose(network.predict_log_proba(X_test), np.log(probabilities))
    # The network itself, by hand.
    raw = MLPClassifier(preprocess=None, random_state=0, max_iter=5, early_stopping=False).fit(X, y)
    hidden = np.maximum(X @ raw.coefs_[0] + raw.intercepts_[0], 0)
    by_hand = hidden @ raw.coefs_[1] + raw.intercepts_[1]
    assert np.allclose(raw.decision_function(X), by_hand, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("loss", ["log_loss", "logistic", "hinge", "svm"])
def test_two_classes_have_one_score(digits, loss):
    X, y, X_test, y_test = digits
    names = np.array(["even", "odd"])
    network = MLPClassifier(loss=loss, random_state=0, max_iter=20).fit(X, names[y % 2])
    scores = network.decision_function(X_test)
    assert scores.shape == (300,)
    assert np.array_equal(network.predict(X_test), names[(scores > 0).astype(int)])
    assert network.score(X_test, names[y_test % 2]) > 0.85


def test_several_outputs_and_other_losses(rng):
    X = rng.normal(size=(400, 3))
    y = np.column_stack([X[:, 0], 100 * X[:, 1] + 5])
    network = MLPRegressor(random_state=0, max_iter=60).fit(X, y)
    assert network.predict(X).shape == (400, 2) and network.score(X, y) > 0.98
    noisy = X[:, 0] + rng.exponential(size=400)
    upper, lower = (MLPRegressor(f"quantile({q})", random_state=0).fit(X, noisy).predict(X) for q in [0.9, 0.1])
    assert 0.8 < np.mean(noisy < upper) < 0.97
    assert 0.03 < np.mean(noisy < lower) < 0.2


def test_logarithms_of_targets(rng):
    X = rng.normal(size=(300, 3))
    y = np.exp(3 * X[:, 0])
    options = {"random_state": 0, "max_iter": 30}
    network = MLPRegressor(target_transform="log", **options).fit(X, y)
    assert network.predict(X).min() > 0
    by_hand = MLPRegressor(**options).fit(X, np.log(y))
    assert np.allclose(np.log(network.predict(X)), by_hand.predict(X), rtol=0, atol=1e-9)
    assert network.loss_curve_ == pytest.approx(by_hand.loss_curve_)
    weights = rng.integers(0, 3, 300)
    weighted = MLPRegressor(target_transform="log", **options).fit(X, y, sample_weight=weights)
    by_hand = MLPRegressor(**options).fit(X, np.log(y), sample_weight=weights)
    assert np.allclose(np.log(weighted.predict(X)), by_hand.predict(X), rtol=0, atol=1e-9)
    part = MLPRegressor(target_transform="log", **options).partial_fit(X, y)
    assert np.allclose(np.log(part.predict(X)), MLPRegressor(**options).partial_fit(X, np.log(y)).predict(X), rtol=0, atol=1e-9)


def test_two_trainings_at_once_are_as_one_after_the_other(digits):
    X, y, _, _ = digits
    networks = [MLPClassifier(max_iter=5, random_state=seed, n_jobs=2) for seed in range(4)]
    expected = [clone(network).fit(X, y) for network in networks]
    threads = [threading.Thread(target=network.fit, args=(X, y)) for network in networks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(same(one, other) for one, other in zip(networks, expected, strict=True))


def test_weights_are_repeats_and_only_their_ratio_matters(digits):
    X, y = digits[0][:30], digits[1][:30]
    weights = np.arange(30) % 3
    network = MLPClassifier(random_state=0, max_iter=20, batch_size=64)
    repeated = clone(network).fit(X.repeat(weights, axis=0), y.repeat(weights))
    weighted = clone(network).fit(X, y, sample_weight=weights)
    assert np.allclose(repeated.decision_function(X), weighted.decision_function(X), rtol=1e-7, atol=1e-8)
    # Halving is exact.
    assert same(weighted, clone(network).fit(X, y, sample_weight=weights / 2))


def test_classes_may_weigh_more(digits):
    X, y, X_test, y_test = digits
    few = np.flatnonzero((y != 8) | (np.arange(len(y)) % 10 == 0))
    options = {"random_state": 0, "max_iter": 10, "hidden_layer_sizes": ()}
    plain = MLPClassifier(**options).fit(X[few], y[few])
    balanced = MLPClassifier(class_weight="balanced", **options).fit(X[few], y[few])
    found = [np.mean(network.predict(X_test)[y_test == 8] == 8) for network in [plain, balanced]]
    assert found[1] > found[0]


def test_a_validation_part_ends_training_and_is_kept(digits):
    X, y, X_val, y_val = digits
    network = MLPClassifier(random_state=0, n_iter_no_change=3).fit(X, y, X_val=X_val, y_val=y_val)
    assert network.n_iter_ == network.best_iter_ + 3 == len(network.loss_curve_) < 200
    assert network.best_validation_score_ == network.score(X_val, y_val)
    losses = network.validation_loss_curve_
    assert np.argmin(losses) + 1 == network.best_iter_
    assert network.validation_scores_[network.best_iter_ - 1] == network.best_validation_score_
    small = MLPClassifier(max_iter=3).fit(X[:99], y[:99])
    assert small.validation_scores_ is None and small.best_validation_score_ is None
    assert MLPClassifier(max_iter=3).fit(X[:100], y[:100]).validation_scores_ is not None


def test_training_goes_on_where_it_was(digits):
    X, y, X_test, y_test = digits
    network = MLPClassifier(random_state=0, max_iter=1, warm_start=True)
    scores = [network.fit(X, y).score(X_test, y_test) for _ in range(6)]
    assert scores[-1] > scores[0] + 0.05
    with pytest.raises(ValueError, match="same classes as in the previous call to fit"):
        network.fit(X, y + 1)
    parts = MLPClassifier(random_state=0)
    for _ in range(6):
        parts.partial_fit(X, y, classes=np.arange(10))
    assert parts.score(X_test, y_test) > 0.85 and len(parts.loss_curve_) == 6
    assert parts.loss_curve_[-1] < parts.loss_curve_[0]


def test_a_part_without_a_class_or_with_constant_features(digits):
    X, y, X_test, y_test = digits
    network = MLPClassifier(random_state=0)
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        network.partial_fit(X, y)
    network.partial_fit(X[:20], y[:20], classes=np.arange(10))
    for _ in range(10):
        network.partial_fit(X, y)
    assert network.score(X_test, y_test) > 0.8
    with pytest.raises(ValueError, match="is not the same as on last call"):
        network.partial_fit(X, y, classes=np.arange(9))


def test_a_first_part_of_one_row_does_not_hold_features(rng):
    X = rng.normal(size=(400, 3))
    y = (X[:, 1] > 0).astype(int)
    network = MLPClassifier(random_state=0).partial_fit(X[:1], y[:1], classes=[0, 1])
    for _ in range(20):
        network.partial_fit(X, y)
    assert network.score(X, y) > 0.95


def test_a_training_that_fails_leaves_what_was_learnt(digits):
    X, y, X_test, _ = digits
    network = MLPClassifier(random_state=0, max_iter=2).fit(X, y)
    before, attributes = network.predict(X_test), dict(vars(network))
    for X_other, y_other in [(X[:, :5], y % 2), (X, y.astype(str)), (np.full((9, 3), np.inf), np.arange(9))]:
        with pytest.raises(ValueError):
            network.set_params(dropout=2.0).fit(X_other, y_other)
        with pytest.raises(ValueError):
            network.set_params(dropout=2.0).partial_fit(X[:, :5], y)
        network.set_params(dropout=0.0)
        assert vars(network) == attributes
        assert np.array_equal(network.predict(X_test), before)


def test_a_training_that_cannot_learn_says_why(digits):
    X, y, _, _ = digits
    network = MLPClassifier(preprocess=None, solver="sgd", learning_rate_init=0.3, clip_norm=0, max_iter=2)
    network.set_params(random_state=0, early_stopping=False).fit(X, y)
    assert any("have been dead" in finding for finding in network.diagnosis_)
    with pytest.raises(densely.DivergedError, match="learning rate"):
        MLPRegressor(solver="sgd", learning_rate_init=1e3, clip_norm=0, max_iter=5).fit(X, y)


def test_epochs_are_printed(digits, capsys):
    X, y, _, _ = digits
    network = MLPClassifier(max_iter=2, verbose=True, random_state=0).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Iteration 1, loss = {network.loss_curve_[0]:.8f}"
    assert len(lines) == 4


def test_other_threads_go_on_while_a_network_is_trained(rng):
    X, y = rng.normal(size=(20_000, 50)), rng.normal(size=20_000)
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    network = MLPRegressor(max_iter=3).fit(X, y)
    done.set()
    thread.join()
    assert network.n_iter_ == 3
    assert len(ticks) > 20


def test_many_threads_may_predict(digits):
    X, y, X_test, _ = digits
    network = MLPClassifier(max_iter=3, random_state=0).fit(X, y)
    expected, found = network.predict_proba(X_test), []
    threads = [threading.Thread(target=lambda: found.append(network.predict_proba(X_test))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and all(np.array_equal(expected, other) for other in found)


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_an_interrupt_ends_training_within_a_step_and_keeps_what_was_learnt():
    script = """
        import numpy as np, time
        from densely import MLPRegressor
        X = np.random.default_rng(0).normal(size=(20_000, 100)); y = X[:, 0]
        network = MLPRegressor(max_iter=100_000, random_state=0, verbose=True, n_jobs=N)
        try:
            network.fit(X, y)
        except KeyboardInterrupt:
            print("interrupted", len(network.loss_curve_), network.predict(X[:1]).shape, flush=True)
    """
    for n_jobs in ["1", "2"]:
        code = textwrap.dedent(script).replace("N)", f"{n_jobs})", 1)
        child = subprocess.Popen([sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, text=True)
        child.stdout.readline()
        child.send_signal(signal.SIGINT)
        began = time.perf_counter()
        out, _ = child.communicate(timeout=60)
        assert time.perf_counter() - began < 5
        assert child.returncode == 0 and "interrupted" in out


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_that_was_forked_may_train_and_predict(digits):
    X, y, _, _ = digits
    network = MLPClassifier(max_iter=2, n_jobs=2, random_state=0, hidden_layer_sizes=(500, 500)).fit(X, y)
    expected = network.predict_proba(X)
    code = os.fork()
    if code == 0:
        other = clone(network).fit(X, y)
        os._exit(0 if np.array_equal(other.predict_proba(X), expected) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(code, 0)[1]) == 0
