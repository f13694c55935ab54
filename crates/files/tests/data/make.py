"""Writes the files in this folder with the programs that people write them with.

python3 -m venv venv && venv/bin/pip install numpy pandas polars pyarrow openpyxl odfpy scikit-learn scipy zstandard pillow
venv/bin/python make.py
"""

import datetime
import decimal
import gzip
import io
import json
import os
import struct
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet as pq
import zstandard
from sklearn.datasets import dump_svmlight_file

os.chdir(os.path.dirname(os.path.abspath(__file__)))
warnings.simplefilter("ignore")


def npy(name, array, version=None, **options):
    with open(name + ".npy", "wb") as file:
        np.lib.format.write_array(file, np.asarray(array), version, **options)


# NumPy: every type of number, both orders of bytes and of axes, versions 1 to 3.
for code in ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]:
    values = np.array([[0, 1, 2], [3, 4, 100]])
    if code == "?":
        values = values > 1
    for order in ["<", ">"]:
        array = values.astype(code).astype(np.dtype(code).newbyteorder(order))
        letter = {"?": "bool"}.get(code, code)
        if array.dtype.str[0] in "|" and order == ">":
            continue
        side = "" if array.dtype.str[0] == "|" else {"<": "-little", ">": "-big"}[order]
        npy(f"type-{letter}{side}", array)
extremes = np.array([[-(2**63), 2**53 + 1, 2**63 - 1, -1]]).T
npy("extreme-i8", extremes)
npy("extreme-u8", np.array([[2**64 - 1, 0]], "u8").T)
npy("special-f2", np.array([[np.nan, np.inf, -np.inf, 6.1e-05, 65504, 6e-08, -0.5]], "f2").T)
npy("fortran", np.asfortranarray(np.arange(12.0).reshape(4, 3)))
npy("images-c", np.arange(24, dtype="u1").reshape(2, 3, 4))
npy("images-fortran", np.asfortranarray(np.arange(24, dtype="u1").reshape(2, 3, 4)))
npy("vector", np.array([1.5, 2.5]))
npy("version-1", np.eye(2), (1, 0))
npy("version-2", np.eye(2), (2, 0))
npy("version-3", np.eye(2), (3, 0))
npy("text-unicode", np.array([["rot", "grün"], ["", "🙂"]]))
npy("text-bytes", np.array([b"ab", b"c"]))
npy("no-rows", np.empty((0, 3)))
npy("refused-structured", np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")]))
npy("refused-object", np.array([1, "a", None], object))
npy("refused-complex", np.array([1j]))
npy("refused-time", np.array(["2024-01-01"], "datetime64[D]"))
npy("refused-long", np.array([1.5], np.longdouble))
npy("refused-scalar", np.array(1.5))
x, y = np.arange(6.0).reshape(3, 2), np.array(["a", "b", "a"])
np.savez("stored.npz", x=x, y=y)
np.savez_compressed("deflated.npz", X=x.astype("f4"), y=np.array([0, 1, 0]))
np.savez("unnamed.npz", x, np.array([0, 1, 0]))
np.savez("split.npz", x_train=x, y_train=y, x_test=x[:1], y_test=y[:1])


def idx(name, array, code):
    header = struct.pack(">HBB", 0, code, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


# As Yann LeCun's page on MNIST describes it.
images = np.arange(3 * 4).reshape(3, 2, 2)
for letter, code in [("u1", 0x08), ("i1", 0x09), ("i2", 0x0B), ("i4", 0x0C), ("f4", 0x0D), ("f8", 0x0E)]:
    with open(f"images-{letter}-idx3-ubyte", "wb") as file:
        file.write(idx("", images.astype(letter), code))
with gzip.open("labels-idx1-ubyte.gz", "wb") as file:
    file.write(idx("", np.array([7, 2, 7], "u1"), 0x08))

# Parquet, by pyarrow.
utc = datetime.timezone.utc
when = datetime.datetime(2024, 2, 29, 12, 34, 56)
types = pa.table(
    {
        "bool": pa.array([True, None, False]),
        "i8": pa.array([-1, None, 1], pa.int8()),
        "u8": pa.array([255, None, 1], pa.uint8()),
        "i16": pa.array([-300, None, 1], pa.int16()),
        "u16": pa.array([65535, None, 1], pa.uint16()),
        "i32": pa.array([-(2**31), None, 1], pa.int32()),
        "u32": pa.array([2**32 - 1, None, 1], pa.uint32()),
        "i64": pa.array([-5, None, 1], pa.int64()),
        "u64": pa.array([2**64 - 1, None, 1], pa.uint64()),
        "half": pa.array(np.array([0.5, np.nan, -2], "f2")),
        "float": pa.array([0.5, None, -2], pa.float32()),
        "double": pa.array([0.1, None, float("inf")], pa.float64()),
        "text": pa.array(["a", None, "ü"]),
        "large text": pa.array(["a", None, ""], pa.large_string()),
        "dictionary": pa.array(["a", None, "a"]).dictionary_encode(),
        "date": pa.array([datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)]),
        "time": pa.array([datetime.time(12, 34, 56), None, datetime.time(0, 0)], pa.time32("ms")),
        "time micro": pa.array([datetime.time(12, 34, 56, 5), None, datetime.time(0, 0)]),
        "stamp ms": pa.array([when, None, when], pa.timestamp("ms")),
        "stamp us": pa.array([when, None, when], pa.timestamp("us")),
        "stamp ns": pa.array([when, None, when], pa.timestamp("ns")),
        "stamp utc": pa.array([when.replace(tzinfo=utc), None, when], pa.timestamp("us", "UTC")),
        "decimal": pa.array([decimal.Decimal("1.23"), None, decimal.Decimal("-4.50")]),
        "wide decimal": pa.array([decimal.Decimal("1.5"), None, decimal.Decimal("-2.5")], pa.decimal128(38, 10)),
        "nothing": pa.nulls(3),
    }
)
for codec in ["none", "snappy", "gzip", "zstd", "lz4"]:
    pq.write_table(types, f"types-{codec}.parquet", compression=codec)
pq.write_table(types.select(["i64", "text"]), "refused-brotli.parquet", compression="brotli")
pq.write_table(types, "types-v2.parquet", version="1.0", data_page_version="2.0", use_dictionary=False)
pq.write_table(types.select(["stamp ns", "i64"]), "int96.parquet", use_deprecated_int96_timestamps=True)
pq.write_table(
    types.select(["decimal", "i32", "text"]), "groups.parquet", row_group_size=1, store_decimal_as_integer=True
)
nested = pa.table(
    {
        "fine": [1, 2],
        "list": [[1], [2, 3]],
        "struct": [{"a": 1, "b": 2}] * 2,
        "map": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())),
        "binary": pa.array([b"12345678"] * 2, pa.binary(8)),
    }
)
pq.write_table(nested, "refused-nested.parquet")
frame = pd.DataFrame({"size": [1.5, None], "colour": ["red", None], "when": pd.to_datetime(["2024-01-01", None])})
frame.to_parquet("pandas.parquet")
took = [datetime.timedelta(seconds=90), None, datetime.timedelta(milliseconds=1500)]
pl.DataFrame({"took": took, "y": [1, 2, 3]}).write_parquet("durations.parquet")
days = [datetime.date(2024, 2, 29), None, datetime.date(2024, 3, 1)]
kinds = pl.Series("kind", ["pear", "fig", "pear"], dtype=pl.Categorical)
pl.DataFrame({"day": days, "kind": kinds, "y": [1.5, 2.0, 3.0]}).write_ipc("polars.arrow")

# Arrow, by pyarrow: all types, and what only it has; files and streams, compressed or not.
durations = [datetime.timedelta(seconds=1.5), None, datetime.timedelta(days=-1)]
arrow = types.append_column("view", pa.array(["a", None, "longer than twelve bytes"], pa.string_view()))
arrow = arrow.append_column("day ms", pa.array([when.date(), None, datetime.date(1969, 12, 31)], pa.date64()))
arrow = arrow.append_column("time s", pa.array([datetime.time(12, 34, 56), None, datetime.time(0)], pa.time32("s")))
arrow = arrow.append_column("time ns", pa.array([datetime.time(12, 34, 56, 5), None, datetime.time(0)], pa.time64("ns")))
arrow = arrow.append_column("stamp s", pa.array([when, None, when], pa.timestamp("s", "Europe/Vienna")))
arrow = arrow.append_column("duration", pa.array(durations, pa.duration("ms")))
arrow = arrow.append_column("huge decimal", pa.array(types["decimal"].to_pylist(), pa.decimal256(76, 10)))
arrow = arrow.append_column("whole values", pa.array([10, None, 20]).dictionary_encode())
for codec in ["uncompressed", "lz4", "zstd"]:
    pa.feather.write_feather(arrow, f"types-{codec}.feather", compression=codec)
batches = arrow.select(["decimal", "i32", "dictionary"])
with pa.ipc.new_stream("groups.arrows", batches.schema) as writer:
    writer.write_table(batches, max_chunksize=1)
words = [pa.array(words).dictionary_encode() for words in [["a", "b"], ["a", "b", "c"], ["d"]]]
schema = pa.schema([("word", words[0].type)])
with pa.ipc.new_stream("deltas.arrows", schema, options=pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)) as writer:
    for word in words:
        writer.write_batch(pa.record_batch([word], schema))
with pa.ipc.new_file("refused-nested.arrow", nested.schema) as writer:
    writer.write_table(nested)
with open("refused-old.feather", "wb") as file:
    pa.feather.write_feather(pa.table({"a": [1]}), file, version=1)
twice = pa.table([[1, 2], [3, 4], [5, 6]], ["a", "a", "b"])
pq.write_table(twice, "refused-twice.parquet")
pa.feather.write_feather(twice, "refused-twice.feather", compression="uncompressed")

# Sheets, by openpyxl and odfpy through pandas.
sheet = pd.DataFrame(
    {
        "size": [1.5, None, 3],
        "count": [1, 2, 3],
        "colour": ["red", "NA", " blue "],
        "code": ["007", "8", "12"],
        "flag": [True, False, True],
        "day": pd.to_datetime(["2024-02-29", "2024-03-01", None]),
        "moment": pd.to_datetime(["2024-02-29 12:34:56", None, "1999-12-31 23:59:59"]),
    }
)
with pd.ExcelWriter("sheets.xlsx") as writer:
    pd.DataFrame().to_excel(writer, sheet_name="empty", index=False)
    sheet.to_excel(writer, sheet_name="first", index=False, startrow=2, startcol=1)
    sheet[["size"]].to_excel(writer, sheet_name="second", index=False)
with pd.ExcelWriter("sheets.ods", engine="odf") as writer:
    sheet.to_excel(writer, sheet_name="first", index=False)
    sheet[["size"]].to_excel(writer, sheet_name="second", index=False)
import openpyxl

book = openpyxl.Workbook()
book.active.append(["a", "b"])
book.active.append([1, "#DIV/0!"])
book.active["B2"].data_type = "e"
book.save("refused-error.xlsx")
book = openpyxl.Workbook()
book.active.append(["a", None, "c"])
book.active.append([1, 2, 3])
book.active.append([4, None, "x", "beyond"])
book.save("refused-beyond.xlsx")
book = openpyxl.Workbook()
book.active.append(["a", "a", "b"])
book.active.append([1, 2, 3])
book.save("refused-twice.xlsx")

# JSON lines, by pandas.
sheet[["size", "count", "colour", "flag"]].to_json("table.jsonl", orient="records", lines=True)
with open("missing.jsonl", "w") as file:
    for row in [{"a": 1, "b": "x"}, {"b": None, "c": True}, {"a": 1e300, "c": False, "id": 2**60}]:
        print(json.dumps(row), file=file)

# libsvm, by scikit-learn.
labels = np.array([1, -1, 1])
sparse = np.array([[0.5, 0, 2], [0, 1.25, 0], [0, 0, -3]])
dump_svmlight_file(sparse, labels, "zero-based.libsvm", zero_based=True)
dump_svmlight_file(sparse, labels, "one-based.libsvm", zero_based=False, comment="three rows")
dump_svmlight_file(sparse, labels, "groups.svmlight", zero_based=False, query_id=[1, 1, 2])

# Compressed text.
text = b"size,colour\n1.5,red\n,blue\n"
open("plain.csv", "wb").write(text)
open("members.csv.gz", "wb").write(gzip.compress(text[:20], mtime=0) + gzip.compress(text[20:], mtime=0))
zstd = zstandard.ZstdCompressor()
open("frames.csv.zst", "wb").write(zstd.compress(text[:20]) + zstd.compress(text[20:]))

# ARFF: scipy reads it and does not write it; this is in the manner of Weka.
open("weather.arff", "w").write(
    """% Weather.
@relation weather

@attribute outlook {sunny, overcast, 'heavy rain'}
@ATTRIBUTE temperature NUMERIC
@attribute 'relative humidity' real
@attribute windy {TRUE, FALSE}
@attribute note string
@attribute day date 'yyyy-MM-dd'
@data
sunny, 85, 85.5, FALSE, 'it''s', 2024-01-01
'heavy rain', ?, 1e2, TRUE, ?, ?
% done
overcast,3,4,FALSE,"a, b",'2024-01-02'
""".replace("it''s", "it\\'s")
)
open("sparse.arff", "w").write(
    """@relation words
@attribute first numeric
@attribute second numeric
@attribute class {no, yes}
@data
{0 1.5, 2 yes}
{}
{1 ?}
"""
)

# Images, by Pillow.
from PIL import Image

grey = Image.fromarray(np.arange(0, 300, 50, dtype="u1").reshape(2, 3))
grey.save("grey.png")
grey.save("grey.jpg")
grey.convert("LA").save("grey-alpha.png")
Image.fromarray(np.full((2, 2), 1000, "u2")).save("grey-16.png")
colour = Image.new("RGB", (1, 1), (10, 20, 30))
colour.save("colour.png")
colour.quantize(2).save("palette.png")
