#!/usr/bin/env bash
# Guess: an Arrow IPC file holds a stream from its eighth byte on, as the format describes it, whoever wrote it; so a
# reader of streams can read files, too, and never needs their end.
# What happens: in files of polars the schema stands there without the mark and the length that a message of a stream has.
# pyarrow reads such a file by its end, and fails on the stream in it; of pyarrow's own files it reads both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet polars==2.1.0 pyarrow==26.0.1
"$folder/venv/bin/python" - <<'END'
import io

import polars
import pyarrow
import pyarrow.ipc

frame = polars.DataFrame({"a": [1, 2, 3]})
of_polars = io.BytesIO()
frame.write_ipc(of_polars)
of_pyarrow = io.BytesIO()
with pyarrow.ipc.new_file(of_pyarrow, frame.to_arrow().schema) as file:
    file.write_table(frame.to_arrow())


def rows(read, data):
    try:
        return read(pyarrow.py_buffer(data)).read_all().num_rows
    except OSError as error:
        return f"{type(error).__name__}: {error}"


print("polars", polars.__version__, "pyarrow", pyarrow.__version__)
found = []
for name, written in [("polars", of_polars.getvalue()), ("pyarrow", of_pyarrow.getvalue())]:
    as_file, as_stream = rows(pyarrow.ipc.open_file, written), rows(pyarrow.ipc.open_stream, written[8:])
    print(f"{name}: begins with {written[8:16].hex(' ')}; as a file {as_file} rows, the stream in it: {as_stream}")
    found += [written[8:12] == b"\xff" * 4, as_file, as_stream if as_stream == 3 else "refused"]
assert found == [False, 3, "refused", True, 3, 3], "this has changed"
END
