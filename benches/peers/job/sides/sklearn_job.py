"""pandas and scikit-learn: `sklearn_job.py read|train FILE`."""

import json
import sys

import numpy as np
import pandas as pd
import sklearn
from laps import Laps
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def prepared(frame):
    """Both parts as numbers, and their classes."""
    y = frame.pop("class").to_numpy()
    words = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    if not words:
        # As floats of half the size; both libraries are then faster.
        x, x_test, y, y_test = train_test_split(
            frame.to_numpy(dtype=np.float32), y, test_size=0.2, random_state=0, stratify=y
        )
        scaler = StandardScaler(copy=False).fit(x)
        return scaler.transform(x), scaler.transform(x_test), y, y_test
    numbers = [name for name in frame if name not in words]
    frame[numbers] = frame[numbers].astype(np.float32)
    x, x_test, y, y_test = train_test_split(frame, y, test_size=0.2, random_state=0, stratify=y)
    fill = SimpleImputer(strategy="constant", fill_value="missing", missing_values=np.nan)
    encode = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=10, sparse_output=False, dtype=np.float32
    )
    columns = ColumnTransformer(
        [("numbers", StandardScaler(), numbers), ("words", make_pipeline(fill, encode), words)]
    )
    x = columns.fit_transform(x)
    return x, columns.transform(x_test), y, y_test


def main():
    """One job; says what it took, and the score."""
    what, path = sys.argv[1:]
    laps = Laps()
    frame = pd.read_csv(path, engine="pyarrow")
    laps.end("read")
    score = None
    if what == "train":
        x, x_test, y, y_test = prepared(frame)
        laps.end("prepare")
        network = MLPClassifier((64,), batch_size=256, max_iter=3, learning_rate_init=0.003, random_state=0)
        network.fit(x, y)
        laps.end("train")
        score = network.score(x_test, y_test)
        laps.end("score")
    version = f"pandas {pd.__version__}, scikit-learn {sklearn.__version__}"
    print(json.dumps({"seconds": laps.seconds, "score": score, "version": version}))


if __name__ == "__main__":
    # It says that three epochs are too few to converge.
    import warnings

    warnings.simplefilter("ignore")
    main()
