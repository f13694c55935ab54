"""Tables with gaps, text and times; of any library."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.pipeline import make_pipeline

from densely import MLPClassifier, TablePreprocessor

COLUMNS = {
    "size": [1.5, None, 3.0, 4.0, 2.0, None],
    "count": [1, 2, 3, 4, 5, 6],
    "kind": ["pear", "apple", None, "pear", "apple", "pear"],
    "ripe": [True, False, True, None, False, True],
    "day": ["2020-01-01", "2020-02-01", "2021-01-01", "2020-01-01", "2020-05-01", "2022-01-01"],
    "source": ["a"] * 6,
}
OPTIONS = {"rare": 1, "kinds": {"ripe": "boolean"}, "keep": ["count"]}


def frames():
    yield "pandas", pd.DataFrame(COLUMNS)
    yield "pandas nullable", pd.DataFrame(COLUMNS).convert_dtypes()
    yield "pandas category", pd.DataFrame(COLUMNS).astype({"kind": "category"})
    yield "pandas time", pd.DataFrame(COLUMNS).assign(day=pd.to_datetime(COLUMNS["day"]))
    yield "polars", pl.DataFrame(COLUMNS)
    yield "polars date", pl.DataFrame(COLUMNS).with_columns(pl.col("day").str.to_date())
    yield "polars categorical", pl.DataFrame(COLUMNS).with_columns(pl.col("kind").cast(pl.Categorical))
    yield "arrow", pa.table(COLUMNS)
    yield "arrow dictionary", pa.table(COLUMNS | {"kind": pa.array(COLUMNS["kind"]).dictionary_encode()})


@pytest.mark.parametrize("frame", [pytest.param(frame, id=name) for name, frame in frames()])
def test_all_libraries_have_the_same_numbers(frame):
    table = TablePreprocessor(**OPTIONS).fit(frame)
    names = list(table.get_feature_names_out())
    assert names[:4] == ["size", "size is missing", "count", "kind = apple"]
    assert ("source", "category", "it is always `a`") in table.schema_
    assert list(table.feature_names_in_) == list(COLUMNS)
    numbers = table.transform(frame)
    assert numbers.dtype == np.float64 and numbers.shape == (6, len(names))
    column = dict(zip(names, numbers.T))
    assert list(column["size"]) == [1.5, 2.5, 3, 4, 2, 2.5]
    assert list(column["size is missing"]) == [0, 1, 0, 0, 0, 1]
    assert list(column["kind = pear"]) == [1, 0, 0, 1, 0, 1]
    assert list(column["kind is missing"]) == [0, 0, 1, 0, 0, 0]
    assert list(column["ripe"][:3]) == [1, 0, 1]
    assert list(column["day: year"]) == [2020, 2020, 2021, 2020, 2020, 2022]
    expected = TablePreprocessor(**OPTIONS).fit_transform(pd.DataFrame(COLUMNS))
    assert np.array_equal(numbers, expected)


def test_output_has_names():
    frame = pd.DataFrame(COLUMNS)
    for library in ["pandas", "polars"]:
        table = TablePreprocessor(**OPTIONS).set_output(transform=library).fit(frame)
        out = table.transform(frame)
        assert list(out.columns) == list(table.get_feature_names_out())


def test_what_was_not_seen_in_training():
    table = TablePreprocessor(**OPTIONS).fit(pd.DataFrame(COLUMNS))
    other = pd.DataFrame(COLUMNS).assign(kind="plum", size=None)
    numbers = dict(zip(table.get_feature_names_out(), table.transform(other).T))
    assert set(numbers["size"]) == {2.5}
    assert numbers["kind = pear"].sum() == numbers["kind is missing"].sum() == 0
    with pytest.raises(ValueError, match="feature names"):
        table.transform(other.drop(columns="kind"))
    with pytest.raises(ValueError, match="size"):
        table.transform(other.assign(size="large"))


def test_a_text_that_looks_like_a_number_is_a_text():
    codes = ["007", "12", "007", "12", "8", "8"]
    table = TablePreprocessor(rare=1).fit(pd.DataFrame({"code": codes}))
    assert list(table.get_feature_names_out()) == ["code = 007", "code = 12", "code = 8"]


def test_a_column_that_is_neither_numbers_nor_text():
    with pytest.raises(TypeError, match="column `x`: expected numbers, texts or gaps, got a list"):
        TablePreprocessor().fit(pd.DataFrame({"x": [[1], [2]]}))
    with pytest.raises(ValueError, match="Complex data not supported"):
        TablePreprocessor().fit(np.ones((3, 2), dtype=complex))


def test_a_network_on_a_table(rng):
    n = 400
    kind, size = rng.choice(["a", "b", "c"], n), rng.normal(size=n)
    frame = pd.DataFrame({"kind": kind, "size": np.where(rng.random(n) < 0.1, np.nan, size)})
    y = np.where((kind == "a") | (size > 1), "yes", "no")
    pipeline = make_pipeline(TablePreprocessor(), MLPClassifier(random_state=0))
    assert pipeline.fit(frame[:300], y[:300]).score(frame[300:], y[300:]) > 0.9
