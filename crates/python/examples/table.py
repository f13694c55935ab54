# %% [markdown]
# # A table with text, dates and gaps
# Prices of fruit, by kind, weight and the day when they were picked.

# %%

import numpy as np
import pandas as pd
from sklearn.inspection import permutation_importance
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from densely import MLPRegressor, TablePreprocessor

rng = np.random.default_rng(0)
n = 600
kind = rng.choice(["apple", "pear", "plum"], n)
weight = rng.uniform(40, 240, n).round(1)
price = weight / 100 * pd.Series(kind).map({"apple": 2, "pear": 3, "plum": 5}).to_numpy()
fruit = pd.DataFrame({
    "id": np.arange(n),
    "kind": np.where(rng.random(n) < 0.05, None, kind),
    "weight": np.where(rng.random(n) < 0.1, np.nan, weight),
    "picked": pd.Timestamp("2024-06-01") + pd.to_timedelta(rng.integers(0, 120, n), unit="D"),
    "shop": "market",
})

# %% What is made of it, and what is left out.
table = TablePreprocessor().fit(fruit)
for name, what, reason in table.schema_:
    print(f"{name}: {what}" + (f", left out: {reason}" if reason else ""))
print(list(table.get_feature_names_out()))

# %% A pipeline of the table and a network.
train, test, y_train, y_test = train_test_split(fruit, price, random_state=0)
pipeline = make_pipeline(TablePreprocessor(), MLPRegressor(random_state=0)).fit(train, y_train)
score = pipeline.score(test, y_test)
print(f"R² {score:.3f}")
assert score > 0.7

# %% Which columns matter.
found = permutation_importance(pipeline, test, y_test, random_state=0)
for i in found.importances_mean.argsort()[::-1]:
    print(f"{fruit.columns[i]}: {found.importances_mean[i]:.3f}")
assert {fruit.columns[i] for i in found.importances_mean.argsort()[-2:]} == {"kind", "weight"}
