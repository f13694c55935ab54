# %% [markdown]
# # Handwritten digits
# A network on 1,797 images of 8 x 8 pixels, next to that of scikit-learn.

# %%
import time

from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split

from densely import MLPClassifier, load

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0, stratify=y)

# %% The defaults standardise, set a tenth aside, and stop when nothing is gained any more.
began = time.perf_counter()
network = MLPClassifier(random_state=0).fit(X_train, y_train)
accuracy = network.score(X_test, y_test)
print(f"{accuracy:.1%} right after {network.best_iter_} of {network.n_iter_} epochs, {time.perf_counter() - began:.2f} s")
assert accuracy > 0.95

# %% What scikit-learn's has not: dropout, an activation for each layer, a limit on weights.
network = MLPClassifier(
    hidden_layer_sizes=(128, 64), activation=["leaky-relu(0.1)", "maxout(2)"], dropout=0.2, max_norm=3.0, random_state=0
)
network.fit(X_train, y_train)
print(f"{network.score(X_test, y_test):.1%} right with {', '.join(network._network.layers)}")

# %% A training that went wrong says why.
wrong = MLPClassifier(preprocess=None, solver="sgd", learning_rate_init=0.3, clip_norm=0.0, max_iter=3, random_state=0)
wrong.fit(X_train, y_train)
print("\n".join(wrong.diagnosis_))
assert wrong.diagnosis_

# %% It is an estimator like any other.
grid = {"hidden_layer_sizes": [(), (64,)], "dropout": [0.0, 0.2]}
search = GridSearchCV(MLPClassifier(max_iter=30, random_state=0), grid, cv=3).fit(X_train, y_train)
print(f"best of four: {search.best_params_}")

# %% The program reads its file: `densely inspect digits.safetensors`.
import pathlib
import tempfile

with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "digits.safetensors"
    network.save(path)
    assert (load(path).predict(X_test) == network.predict(X_test)).all()
