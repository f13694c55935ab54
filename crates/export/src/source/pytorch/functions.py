class Maxout(nn.Module):
    """The largest of every N-th feature, of N outputs."""

    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return x.unflatten(1, (self.pieces, -1)).amax(1)


class ScaleShift(nn.Module):
    """Each feature times a factor, plus a term."""

    def __init__(self, features):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.zeros(features))

    def forward(self, x):
        return x * self.scale + self.shift


def matrix(columns, names):
    """Numbers as they are, N x columns: a matrix, or columns by their names."""
    if not isinstance(columns, torch.Tensor) and hasattr(columns, "keys"):
        return torch.cat([number(columns, name) for name in names], 1)
    x = torch.as_tensor(columns, dtype=torch.float64)
    if x.ndim != 2 or x.shape[1] != len(names):
        raise ValueError(f"expected rows of {len(names)} numbers, and the shape is {list(x.shape)}")
    if x.isnan().any():
        raise ValueError("there is a NaN, and the model knows nothing of gaps")
    return x


def number(columns, name, fill=None, indicator=False):
    """Numbers, N x 1; with an indicator of gaps N x 2."""
    values = cells(columns, name)
    gaps = [value is None for value in values]
    if fill is None and any(gaps):
        raise ValueError(f"{name}: row {gaps.index(True)} has a gap, and the model knows nothing of gaps here")
    values = [float(fill if value is None else value) for value in values]
    parts = [values, gaps] if indicator else [values]
    return torch.tensor(parts, dtype=torch.float64).T


def truth(columns, name, fill=None, indicator=False):
    """Truth values as 0 and 1."""
    words = {"false": 0, "true": 1, "no": 0, "yes": 1, "f": 0, "t": 1, "n": 0, "y": 1, "off": 0, "on": 1}
    values = [words.get(str(value).strip().lower(), value) for value in cells(columns, name)]
    return number({name: values}, name, fill, indicator)


def category(columns, name, values, other=None, gap=None):
    """A 1 in the place of the value, or in that of others or of a gap."""
    places = {value: place for place, value in enumerate(values)}
    chosen = [gap if cell is None else places.get(text(cell), other) for cell in cells(columns, name)]
    width = 1 + max(len(values) - 1, -1 if other is None else other, -1 if gap is None else gap)
    x = torch.zeros(len(chosen), width, dtype=torch.float64)
    for row, place in enumerate(chosen):
        if place is not None:
            x[row, place] = 1
    return x


def time(columns, name, parts, origin=0.0, indicator=False):
    """Parts of times in universal time, N x parts; what stands for each in a gap is given."""
    rows = []
    for cell in cells(columns, name):
        if cell is not None:
            cell = datetime.fromisoformat(iso(text(cell)))
            cell = cell.replace(tzinfo=timezone.utc) if cell.tzinfo is None else cell.astimezone(timezone.utc)
        # 9999-12-31 is an end that is not known yet.
        if cell is None or cell.year == 9999:
            rows.append([float(fill) for fill in parts.values()] + [1] * indicator)
            continue
        meaning = {
            "year": cell.year,
            "month": cell.month,
            "weekday": cell.isoweekday(),
            "hour": cell.hour + cell.minute / 60 + cell.second / 3600,
            "seconds": cell.timestamp() - float(origin),
        }
        rows.append([meaning[part] for part in parts] + [0] * indicator)
    return torch.tensor(rows, dtype=torch.float64).reshape(len(rows), len(parts) + indicator)


def iso(cell):
    """A time of the day is one of 1970-01-01, and eight digits are a date."""
    hour, colon, rest = cell.partition(":")
    if colon and hour.isdigit():
        return f"1970-01-01T{hour.zfill(2)}:{rest}"
    return f"{cell[:4]}-{cell[4:6]}-{cell[6:]}" if len(cell) == 8 and cell.isdigit() else cell


def text(cell):
    """A category as densely calls it: 1 for 1.0, true for True."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        digits = format(Decimal(repr(cell)), "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return str(cell).strip()


def cells(columns, name):
    """The cells of a column; a gap, which is None, NaN or an empty text, is None."""
    values = columns[name]
    if str(getattr(values, "dtype", "")).startswith("datetime64"):
        values = [None if is_gap(value) else str(value) for value in values]
    values = values.tolist() if hasattr(values, "tolist") else list(values)
    return [None if is_gap(value) else value for value in values]


def is_gap(cell):
    """Whether there is nothing in a cell."""
    if isinstance(cell, str):
        return not cell.strip()
    return cell is None or str(cell) in ("nan", "NaT", "<NA>")
