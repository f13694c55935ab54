"""Makes a table: 30 columns and a class that follows from them; of the second kind, ten columns are text with gaps."""

import sys

import numpy as np
import polars as pl

COLUMNS, WORDS, CLASSES = 30, 10, 3


def table(rows, kind):
    """The columns; a random network of 16 units says which class a row is of."""
    draw = np.random.default_rng(0)
    numbers = draw.standard_normal((rows, COLUMNS), dtype=np.float32)
    hidden = np.tanh(numbers @ draw.standard_normal((COLUMNS, 16), dtype=np.float32) / 3)
    scores = hidden @ draw.standard_normal((16, CLASSES), dtype=np.float32)
    columns = {f"x{index}": numbers[:, index] for index in range(COLUMNS)}
    if kind == "text":
        for index in range(WORDS):
            count = 4 + 4 * index
            words = draw.integers(count, size=rows)
            scores += draw.standard_normal((count, CLASSES), dtype=np.float32)[words] / 2
            known = np.array([f"{'abcdefghij'[index]} {word}" for word in range(count)])
            column = pl.Series(known).gather(words)
            gaps = pl.Series(draw.random(rows) < 0.05)
            columns[f"x{index}"] = pl.select(pl.when(~gaps).then(column)).to_series()
    names = pl.Series(["red", "green", "blue"])
    columns["class"] = names.gather(scores.argmax(axis=1))
    return pl.DataFrame(columns)


if __name__ == "__main__":
    table(int(sys.argv[1]), sys.argv[2]).write_csv(sys.argv[3], float_precision=5)
