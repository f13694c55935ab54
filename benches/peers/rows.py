"""The work that is compared: a row is a plain dictionary, and its id says what it is."""

NETWORKS = {
    "spiral": {"layers": [2, 100, 3], "batch": 300},
    "digits": {"layers": [64, 64, 10], "batch": 32},
    "tabular": {"layers": [32, 256, 256, 1], "batch": 256, "loss": "mse"},
    "mnist": {"layers": [784, 512, 256, 10], "batch": 128},
    "large": {"layers": [1024, 4096, 4096, 1000], "batch": 512},
}

# How many times faster than the fastest peer a row should be; 1.0 where nothing is said.
GOALS = {
    "step/spiral/f32/2": 3.0,
    "step/digits/f32/2": 6.0,
    "step/tabular/f32/2": 1.6,
    "step/mnist/f32/2": 1.35,
    "step/large/f32/2": 1.1,
    "latency/mnist": 8.0,
    "latency/digits": 8.0,
    "pca/10000x64/all": 2.0,
    "pca/10000x784/all": 2.0,
    "pca/500x4096/all": 2.0,
    "pca/10000x64/32": 2.0,
    "pca/10000x784/32": 2.0,
    "pca/500x4096/32": 2.0,
}

# The same where one of the cores is somebody else's.
GOALS_BUSY = {
    "step/tabular/f32/2": 1.2,
    "step/mnist/f32/2": 1.2,
    "batch/1024": 1.2,
    "step/large/f32/2": 1.15,
    "batch/4096": 1.15,
    "inference/mnist": 1.15,
}
BUSY_ROWS = ["step/spiral/f32/2", "step/digits/f32/2", *GOALS_BUSY]

# The order of the tables, and what is said above each.
GROUPS = {
    "step": "A training step",
    "batch": "A training step, over sizes of the batch",
    "width": "A training step, over widths of the network",
    "latency": "The prediction for a single example",
    "inference": "Predictions for many examples",
    "linear": "A training step of a linear classifier",
    "activation": "A training step with other activations",
    "pca": "PCA whitening, fitted and applied",
    "accuracy": "Time to 97 % test accuracy on the digits",
}


def row(name, kind, threads, dtype, **fields):
    """A row with what most rows have in common."""
    common = {"activation": "relu", "loss": "softmax", "weight_decay": 1e-4}
    made = common | {"id": name, "group": name.split("/")[0], "kind": kind}
    made |= {"threads": threads, "dtype": dtype, "goal": GOALS.get(name, 1.0)} | fields
    if "layers" in made and "lr" not in made:
        # So small that wide networks do not diverge, and that few examples are not learnt
        # to a loss of zero, where nothing can be compared; the work does not depend on it.
        made["lr"] = min(0.01, 2.0 / max(made["layers"])) * min(1.0, made["batch"] / 64)
    if kind == "train":
        shape = made["layers"]
        flops = 6 * made["batch"] * sum(a * b for a, b in zip(shape, shape[1:]))
        made["check_steps"] = 10 if flops < 5e9 else 4
    return made


def all_rows():
    """Every row, in the order of the tables."""
    rows = []
    for name, network in NETWORKS.items():
        for dtype in ("f32", "f64"):
            for threads in (1, 2):
                rows.append(
                    row(f"step/{name}/{dtype}/{threads}", "train", threads, dtype, **network)
                )
    mnist = NETWORKS["mnist"]["layers"]
    for n in (1, 4, 16, 64, 256, 1024, 4096):
        rows.append(row(f"batch/{n}", "train", 2, "f32", layers=mnist, batch=n))
    for d in (16, 64, 256, 1024, 4096):
        rows.append(row(f"width/{d}", "train", 2, "f32", layers=[d, d, d, 10], batch=128))
    for name in ("mnist", "digits"):
        layers = NETWORKS[name]["layers"]
        rows.append(row(f"latency/{name}", "latency", 1, "f32", layers=layers, batch=1))
    rows.append(row("inference/mnist", "batch", 2, "f32", layers=mnist, batch=10_000))
    for loss in ("softmax", "svm"):
        linear = {"layers": [784, 10], "batch": 128, "loss": loss}
        rows.append(row(f"linear/{loss}", "train", 2, "f32", **linear))
    sigmoid = {"layers": mnist, "batch": 128, "activation": "sigmoid"}
    rows.append(row("activation/sigmoid", "train", 2, "f32", **sigmoid))
    maxout = {"layers": [784, 256, 10], "batch": 128, "activation": "maxout"}
    rows.append(row("activation/maxout", "train", 2, "f32", **maxout))
    for examples, features in ((10_000, 64), (10_000, 784), (500, 4096)):
        for components in (0, 32):
            size = {"examples": examples, "features": features, "components": components}
            name = f"pca/{examples}x{features}/{components or 'all'}"
            rows.append(row(name, "pca", 2, "f64", **size))
    digits = {"layers": [64, 64, 10], "batch": 32, "lr": 0.05, "accuracy": 0.97, "epochs": 60}
    rows.append(row("accuracy/digits", "accuracy", 1, "f32", **digits))
    return rows


def data_key(row):
    """The fields that the data depend on: rows that differ in others share them."""
    names = ("kind", "layers", "batch", "loss", "activation", "examples", "features")
    return repr([row.get(name) for name in names])


def describe(row):
    """What the row is, for a table."""
    name = row["id"].split("/")
    if row["group"] == "pca":
        kept = row["components"] or "all"
        return f"{row['examples']:,} x {row['features']:,}, {kept} components"
    if row["group"] in ("batch", "width"):
        return f"{int(name[1]):,}"
    layers = "-".join(str(width) for width in row["layers"])
    if row["group"] == "step":
        return f"{name[1]} {layers} ({row['batch']}), {row['dtype']}, {threads(row)}"
    if row["group"] == "accuracy":
        return f"{layers}, batches of {row['batch']}, {threads(row)}"
    return f"{name[1]} {layers} ({row['batch']:,}), {threads(row)}"


def threads(row):
    """The number of threads, in words."""
    return "1 thread" if row["threads"] == 1 else f"{row['threads']} threads"


def select(patterns):
    """The rows whose id is, or starts with, one of these names; all rows without names."""
    rows = all_rows()
    if not patterns:
        return rows
    parts = [pattern.rstrip("/") for pattern in patterns]
    return [r for r in rows if any(f"{r['id']}/".startswith(f"{part}/") for part in parts)]


def when_busy(row):
    """The row with the goal that it has while one of the cores is somebody else's."""
    return row | {"goal": GOALS_BUSY.get(row["id"], 1.0)}
