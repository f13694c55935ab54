"""The section about whole jobs in docs/benchmarks.md."""

import statistics

import machine
import report
from peers import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
TITLES = {"sklearn": "pandas, scikit-learn", "torch": "polars, PyTorch"}
# Times as fast, and parts of the memory.
GOALS = {"sklearn": 6, "torch": 5}
MEMORY, READ, PREDICT = 3, 1, 3
HEAD = """\
From a CSV file of 1,000,000 rows to a trained network and its test score: 30 numbers and a class of three, or 20 numbers,
ten columns of text with gaps, and the class. All hold out a fifth, make columns of 0 and 1 of texts, standardise, and
train 64 ReLU units by Adam for three epochs of batches of 256, in `f32` on two threads. A job is a process from its start
to its end: theirs import their libraries meanwhile (`import`), ours writes the model, its checks and the page of the run.
Processes take turns, a figure is the median of its rounds, and memory is the most that a process had in RAM.
`benches/peers/job/run` measures it and writes this section.
"""

REMARK = """\
Of the time for numbers, training takes a quarter, on one thread (steps of 65 µs are not worth two); of that with texts a third: 12 % of the features are not 0,
and products leave zeros out, with the same bits. Which category a row is of takes two bytes; it took 1.2 GiB and 7.0 s while each category was a number.
"""


def median(rounds, figure):
    """Of a figure of the rounds."""
    return statistics.median(figure(one) for one in rounds)


def seconds(rounds):
    """The time of a job."""
    return median(rounds, lambda one: one["seconds"])


def memory(rounds):
    """MiB of a job."""
    return median(rounds, lambda one: one["MiB"])


def verdict(ratio, goal):
    """A ratio beside its goal."""
    return f"**{ratio:.1f}** | {goal}, {'met' if ratio >= goal else '**not met**'}"


def parts(rounds):
    """What the time of a job went into, as far as it says so."""
    told = rounds[0]["told"]
    if isinstance(told.get("seconds"), dict):
        names = told["seconds"]
        return ", ".join(f"{name} {median(rounds, lambda one: one['told']['seconds'][name]):.2f}" for name in names)
    if "seconds" in told:
        return f"train {median(rounds, lambda one: one['told']['seconds']):.2f}"
    return ""


def score(rounds):
    """The accuracy on the held-out rows."""
    told = rounds[0]["told"]
    value = told.get("test_accuracy", told.get("score"))
    return f"{value:.1%}" if value else ""


def jobs(results, kind):
    """A table of whole jobs."""
    of = results.get(f"train {kind}")
    if not of:
        return ""
    ours = of["densely"]
    leaner = min(memory(rounds) for name, rounds in of.items() if name != "densely")
    lean = verdict(leaner / memory(ours), MEMORY)
    lines = [
        "| | seconds | of which | MiB | test accuracy | times ours | goal |",
        "|---|--:|---|--:|--:|--:|---|",
        f"| densely | {seconds(ours):.2f} | {parts(ours)} | {memory(ours):.0f} | {score(ours)} | | |",
    ]
    for name, title in TITLES.items():
        rounds = of[name]
        # Beside the one of the same round, whatever else the machine did then.
        ratio = statistics.median(b["seconds"] / a["seconds"] for a, b in zip(ours, rounds))
        line = f"| {title} | {seconds(rounds):.2f} | {parts(rounds)} | {memory(rounds):.0f} | {score(rounds)} |"
        lines.append(f"{line} {verdict(ratio, GOALS[name])} |")
    lines.append(f"| memory of the leaner | | | {leaner:.0f} | | {lean} |")
    return "\n".join(lines)


def alone(results, what, kind, names, goal):
    """Lines of what is compared with one other, or several."""
    of = results.get(f"{what} {kind}", {})
    for name, title in names.items():
        if name not in of:
            continue
        ours, rounds = of["densely"], of[name]
        ratio = statistics.median(b["seconds"] / a["seconds"] for a, b in zip(ours, rounds))
        figures = f"{seconds(ours):.2f} | {title} {seconds(rounds):.2f}"
        yield f"| {what}, {kind} | {figures} | {memory(ours):.0f}, {memory(rounds):.0f} | {verdict(ratio, goal)} |"


def write(results, sizes):
    """Puts the section where it was, or at the end of the page."""
    of = machine.describe()
    versions = [rounds["told"].get("version") for name in TITLES for rounds in results.get("train numbers", {}).get(name, [])[:1]]
    measured = f"Measured on {of['date']} at commit {of['commit']}, on {of['cores']} cores of {of['processor']} ({of['family']})"
    made = [f"## {report.JOBS}", HEAD.strip(), f"{measured}, with {', '.join(filter(None, versions))}."]
    for kind, what in (("numbers", "30 numbers"), ("text", "20 numbers, ten texts with gaps")):
        table = jobs(results, kind)
        if table:
            size = f" ({sizes[kind] / 1e6:.0f} MB)" if kind in sizes else ""
            made += [f"### {what}{size}", table]
    made.append(REMARK.strip())
    lines = [
        *(line for kind in ("numbers", "text") for line in alone(results, "read", kind, {"torch": "polars", "sklearn": "pandas"}, READ)),
        *(line for kind in ("numbers", "text") for line in alone(results, "predict", kind, {"before": "at 8bfe8fb"}, PREDICT)),
    ]
    if lines:
        head = ["| | densely, seconds | other, seconds | MiB | times ours | goal |", "|---|--:|--:|--:|--:|---|"]
        made += ["### Reading alone, and predictions for all rows", "\n".join(head + lines)]
    report.replace_section(PAGE, report.JOBS, "\n\n".join(made))
