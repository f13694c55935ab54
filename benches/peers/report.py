"""Writes docs/benchmarks.md from the figures."""

import tomllib

import plot
from peers import HERE, PEERS, ROOT
from rows import GROUPS, all_rows, describe

METHOD = """\
Every library does the same work on the same data from the same initial weights, in a process of
its own that may use as many cores as it has threads. The libraries take turns (A, B, C, A, B, C,
...), so that a machine that slows down slows down all of them; a turn lasts about 0.15 s or one
step, whichever is longer. A cell gives the median time of one step over the turns, and the fastest
and the slowest turn in brackets. What happens once (imports, compilation, warm-up) does not count.
**Ratio** is the time of the fastest other library over ours: above 1, `densely` is faster.

After a few steps the losses of all libraries must be the same: to 1e-9 in `f64` and 1e-3 in
`f32`, relative. So must the predictions be, and the variances of PCA, to 1e-8. A library that
computes something else is marked and does not count for the ratio; nor do approximations (≈).

A training step is forward, backward, and SGD with momentum 0.9 and weight decay 1e-4 on the
weights; hidden layers are ReLU. Each library is used in its fastest way: PyTorch with the fused
optimiser, torch.compile with the whole step in one graph, JAX with the whole step in one `jit`
and donated buffers, burn and candle with the AVX-512 kernels of their matrix products switched on
(which, as in `densely`, are chosen at run time), all built with plain `cargo build --release`.
scikit-learn's step is `partial_fit` on the batch, which also checks its data.
"""

NOTES = {
    "step": "Network (batch size).",
    "batch": "784-512-256-10, `f32`, 2 threads: time of a step, by the number of examples in it.",
    "width": "A network d-d-d-10, batches of 128, `f32`, 2 threads: time of a step, by d.",
    "latency": "One example, `f32`. scikit-learn computes probabilities, the others scores.",
    "inference": "`f32`; the examples are in memory.",
    "linear": (
        "`f32`. scikit-learn's `SGDClassifier` and `LogisticRegression` are left out: the first "
        "updates after every example, the second is no stochastic gradient descent. Its softmax "
        "here is an `MLPClassifier` without hidden layers. The SVM is that of Weston and Watkins."
    ),
    "activation": "`f32`. The maxout layer has 2 pieces of 256 units.",
    "pca": (
        "Examples x features, `f64`, 2 threads: mean, components, and the whitened examples. "
        "PyTorch and JAX take the eigenvectors of the covariance, or of the Gram matrix if there "
        "are fewer examples than features. So does `densely`, and measures whether they are exact "
        "enough to whiten with; if not, it takes singular values of the data."
    ),
    "accuracy": (
        "Same split, same initial weights, same order of the examples, standardised inputs, "
        "learning rate 0.05; timed from the initial weights until the accuracy on the test part, "
        "taken after each epoch, is reached. Compilation and first run come on top, as given."
    ),
}


BUSY = """\
`benches/peers/run --busy 1`: a loop that never ends is pinned to the first core, as other programs
do on a laptop or a server that is shared. A thread there has half of its time.
"""


# The titles of sections that are measured by themselves: by `benches/peers/tune/run`, `scripts/runs/cost` (written by hand) and
# `benches/peers/job/run`.
SEARCHES, SAVING, JOBS = "Search of options", "What saving costs", "Whole jobs"


def section(path, title):
    """The section of a page that has this title; nothing if it has none."""
    text = path.read_text() if path.exists() else ""
    return next((f"## {part}".strip() for part in text.split("\n## ") if part.startswith(f"{title}\n")), "")


def replace_section(path, title, other):
    """Puts another section of this title onto a page, at its end if there is none."""
    text, before = path.read_text(), section(path, title)
    path.write_text(text.replace(before, other) if before else f"{text}\n{other}\n")


def duration(seconds):
    """A time, to three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            break
    value = seconds / size
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"


def counts(figure):
    """Whether a figure is a measurement of the same work."""
    return "median" in figure and figure["agrees"] and not figure["approximate"]


def ratio(entry):
    """The fastest peer's time over ours, and the name of that peer; None if there is none."""
    ours = entry["peers"].get("densely", {})
    others = {
        name: figure["median"]
        for name, figure in entry["peers"].items()
        if name != "densely" and counts(figure)
    }
    if not others or "median" not in ours:
        return None
    best = min(others, key=others.get)
    return others[best] / ours["median"], best


def line(entry):
    """The row in a line, for progress."""
    parts = []
    for peer in PEERS:
        figure = entry["peers"].get(peer.name)
        if figure is not None:
            text = duration(figure["median"]) if "median" in figure else "-"
            parts.append(f"{peer.name} {text}")
    found = ratio(entry)
    return ", ".join(parts) + (f"; ratio {found[0]:.2f}" if found else "")


def cell(row, figure):
    """A measurement, or why there is none."""
    if figure is None:
        return ""
    if "unsupported" in figure:
        return f"– ({figure['unsupported']})"
    if "error" in figure:
        return f"failed: {figure['error']}".replace("|", "/")
    text = f"{duration(figure['median'])} ({duration(figure['low'])} – {duration(figure['high'])})"
    if figure["approximate"]:
        text = f"≈ {text}"
    if figure["note"]:
        text += f", {figure['note']}"
    if row["kind"] == "accuracy":
        once = max(0.0, figure["prepare_seconds"] - figure["median"])
        text += f", once {duration(once)}"
    return text if figure["agrees"] else f"{text}, **computes something else**"


def table(entries, first, label, remarks):
    """A table of rows that are measured, a column for each library."""
    present = [peer for peer in PEERS if any(peer.name in e["peers"] for e in entries)]
    head = [first, *(peer.title for peer in present), "ratio", "goal"]
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    texts = []
    for entry in entries:
        row, found = entry["row"], ratio(entry)
        cells = [label(row), *(cell(row, entry["peers"].get(peer.name)) for peer in present)]
        if found is None:
            cells += ["", ""]
        else:
            met = "met" if found[0] >= row["goal"] else "**not met**"
            cells += [f"**{found[0]:.2f}**", f"{row['goal']:.2f}, {met}"]
        lines.append(" | ".join(cells))
        if row["id"] in remarks:
            texts.append(f"- {label(row)}: {' '.join(remarks[row['id']].split())}")
    made = "\n".join(f"| {text} |" for text in lines)
    return "\n\n".join([made, *(["\n".join(texts)] if texts else [])])


def step_tables(entries, remarks):
    """The training steps: a table for each precision and number of threads."""
    parts = []
    for dtype, threads in (("f32", 2), ("f32", 1), ("f64", 2), ("f64", 1)):
        wanted = [
            e for e in entries if (e["row"]["dtype"], e["row"]["threads"]) == (dtype, threads)
        ]
        if wanted:
            count = "1 thread" if threads == 1 else f"{threads} threads"
            parts.append(f"### `{dtype}`, {count}")
            label = lambda row: describe(row).rsplit(", ", 2)[0]  # noqa: E731
            parts.append(table(wanted, "network", label, remarks))
    return "\n\n".join(parts)


def size_table(sizes):
    """Builds and programs of the Rust libraries."""
    lines = ["| | clean release build | crates | program, stripped |", "|---|---|---|---|"]
    for peer in PEERS:
        figure = sizes.get(peer.name)
        if figure:
            seconds = figure["build_seconds"]
            built = f"{seconds:.0f} s" if seconds else "failed"
            size = f"{figure['program_bytes'] / 1e6:.1f} MB"
            lines.append(f"| {peer.title} | {built} | {figure['crates']} | {size} |")
    note = (
        "`densely` is built as the library with all its crates, the others as their programs of this "
        "comparison. The program is always the one that is timed here."
    )
    return "\n".join(lines) + "\n\n" + note


def versions(results):
    """The libraries that were measured, with their versions."""
    found = {}
    for entry in results["rows"].values():
        for name, figure in entry["peers"].items():
            if "version" in figure:
                found[name] = figure["version"]
    texts = [f"{peer.title} {found[peer.name]}" for peer in PEERS if peer.name in found]
    return ", ".join(text for text in texts if not text.startswith("densely"))


def summary(entries):
    """How many rows are won, and how many goals are met."""
    ratios = [(ratio(entry)[0], entry["row"]["goal"]) for entry in entries if ratio(entry)]
    faster = sum(value >= 1.0 for value, _ in ratios)
    met = sum(value >= goal for value, goal in ratios)
    return (
        f"`densely` is the fastest in {faster} of {len(ratios)} rows, and meets the goal in {met}."
    )


def other_pages(path):
    """A line that leads to the pages of other machines; none if there are none."""
    pages = [page for page in sorted(path.parent.glob("benchmarks*.md")) if page != path]
    others = [f"[`{page.name}`]({page.name})" for page in pages]
    return [f"On other machines: {', '.join(others)}."] if others else []


def write(results, page=""):
    """Writes the page and its plot: docs/benchmarks.md, or docs/benchmarks-PAGE.md."""
    name = f"-{page}" if page else ""
    path = ROOT / "docs" / f"benchmarks{name}.md"
    remarks_path = HERE / f"remarks{name}.toml"
    remarks = tomllib.loads(remarks_path.read_text()) if remarks_path.exists() else {}
    command = f"benches/peers/run --page {page}" if page else "benches/peers/run"
    # In the order of the tables; rows that are no longer measured are dropped.
    entries = [results["rows"][r["id"]] for r in all_rows() if r["id"] in results["rows"]]
    machine = results["machine"]
    flags = ", ".join(machine["flags"])
    parts = [
        "# Benchmarks",
        "<!-- Written by benches/peers/run: change it there, or in "
        f"benches/peers/{remarks_path.name}. -->",
        summary(entries),
        f"Measured on {machine['date']} at commit {machine['commit']}, on {machine['cores']} cores of "
        f"{machine['processor']} ({machine['family']}; {flags}), {machine['system']}, with "
        f"{versions(results)}, {machine['rustc']}, Python {machine['python']}.",
        *other_pages(path),
        f"```sh\n{command}          # everything; --help tells how to run a part\n```",
        METHOD.strip(),
    ]
    for name, problem in sorted(results.get("problems", {}).items()):
        parts.append(f"{name} is missing: it {problem}.")
    for group, title in GROUPS.items():
        wanted = [entry for entry in entries if entry["row"]["group"] == group]
        if not wanted:
            continue
        parts += [f"## {title}", NOTES[group]]
        if group == "step":
            parts.append(step_tables(wanted, remarks))
            continue
        parts.append(
            table(wanted, {"batch": "examples", "width": "d"}.get(group, ""), describe, remarks)
        )
        if group == "width" and plot.write(entries, path.with_suffix(".svg")):
            text = "Time per example over batch sizes, and per step over widths"
            parts.append(f"![{text}]({path.stem}.svg)")
    for count, rows in sorted(results.get("busy", {}).items()):
        wanted = [rows[r["id"]] for r in all_rows() if r["id"] in rows]
        parts += [f"## While {count} of the cores {'is' if count == '1' else 'are'} busy", BUSY]
        parts.append(table(wanted, "", describe, remarks.get("busy", {})))
    if results["sizes"]:
        parts += ["## Builds", size_table(results["sizes"])]
    parts += filter(None, [section(path, title) for title in (SEARCHES, SAVING, JOBS)])
    path.write_text("\n\n".join(parts) + "\n")
