"""Tables with gaps, text and times; of any library."""

import datetime
import decimal

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


def test_cells_of_other_types():
    n = 60
    third = np.arange(n) % 3
    columns = {
        "cut": pd.cut(np.arange(n), [0, 20, 40]),
        "interval": pd.arrays.IntervalArray(pd.cut(np.arange(n), 3)),
        "period": pd.period_range("2020", periods=n, freq="M"),
        "decimal": [decimal.Decimal(int(i)) / 4 for i in third],
        "text": pd.Series(["a", pd.NA, "b"] * 20, dtype=object),
        "code": np.array([2**62 + 1, 2**62 + 2, 3])[third],
        "code with gaps": pd.array([2**62 + 1, None, 3] * 20, dtype="Int64"),
        "long": [10**400, 1, 2] * 20,
        "sparse": pd.arrays.SparseArray([0.0, 1.0, 2.0] * 20),
        "zone": pd.date_range("2020", periods=n, tz="Europe/Berlin"),
        "day": pd.Series([datetime.date(2020, 1, 1), None, datetime.date(2022, 1, 1)] * 20, dtype=object),
    }
    table = TablePreprocessor(rare=1, keep=list(columns), kinds={"code": "category", "code with gaps": "category"})
    numbers = table.fit_transform(pd.DataFrame(columns))
    found = dict(zip(table.get_feature_names_out(), numbers.T))
    assert found["cut = (0, 20]"].sum() == 20 and found["cut is missing"].sum() == 20
    assert sum(name.startswith("interval = ") for name in found) == 3
    assert list(found["period: year"][:13]) == [2020] * 12 + [2021]
    assert np.array_equal(found["decimal"], third / 4)
    assert found["text is missing"].sum() == 20
    # Which float64 does not tell apart.
    assert found[f"code = {2**62 + 1}"].sum() == found[f"code = {2**62 + 2}"].sum() == 20
    assert found["code with gaps is missing"].sum() == 20 and found[f"code with gaps = {2**62 + 1}"].sum() == 20
    assert found[f"long = {10**400}"].sum() == 20
    assert np.array_equal(found["sparse"], third)
    assert list(found["day: year"][::3]) == [2020] * 20
    assert pa.array(np.array([2**62 + 1, 3])).type == pa.int64()
    for other in [pl.DataFrame({"code": columns["code"]}), pa.table({"code": columns["code"]}), columns["code"][:, None]]:
        names = list(TablePreprocessor(rare=1).fit(other).get_feature_names_out())
        assert [name.partition(" = ")[2] for name in names] == ["3", str(2**62 + 1), str(2**62 + 2)]


def test_times_in_an_array():
    days = np.array([["2020-01-01"], ["NaT"], ["2022-03-04"]] * 20, dtype="datetime64[ns]")
    table = TablePreprocessor().fit(days)
    found = dict(zip(table.get_feature_names_out(), table.transform(days).T))
    assert list(found["x0: year"][::3]) == [2020] * 20 and found["x0 is missing"].sum() == 20


def test_whatever_gives_itself_as_a_table_of_arrow():
    class Table:
        def __arrow_c_stream__(self, requested_schema=None):
            return pa.table(COLUMNS).__arrow_c_stream__(requested_schema)

    expected = TablePreprocessor(**OPTIONS).fit_transform(pd.DataFrame(COLUMNS))
    assert np.array_equal(TablePreprocessor(**OPTIONS).fit_transform(Table()), expected)
    assert np.array_equal(TablePreprocessor(**OPTIONS).fit_transform(pa.RecordBatch.from_pydict(COLUMNS)), expected)
    for column in [pd.Series([1.0, 2.0]), pl.Series([1.0, 2.0])]:
        with pytest.raises(ValueError, match="Expected 2D array, got 1D array instead|Expected a 2-dimensional container"):
            TablePreprocessor().fit(column)


def test_a_column_that_is_neither_numbers_nor_text():
    with pytest.raises(TypeError, match="column `x`: expected numbers, texts, times or gaps, got a list"):
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
